import { crc32 } from 'node:zlib';
import type { ErrorCode } from '../../../src/errors.ts';
import { pseudoRandomBytes } from '../../support/bytes.ts';
import {
  type ArchiveSpec,
  type EntrySpec,
  extraField,
  makeZip,
  timestampExtra,
  u16,
  unicodePathExtra,
  zip64Extra,
} from '../../support/zip-maker.ts';

/** An archive that must be rejected, and the step that rejects it. */
export interface HostileArchive {
  /** Begins with its case in docs/failure-modes.md. */
  readonly name: string;
  readonly bytes: () => Buffer;
  /** `verify`: not even kept. `extract`: a complete archive, but never unpacked. */
  readonly refusedBy: 'verify' | 'extract';
  readonly code: ErrorCode;
  /** Matches the error message. */
  readonly says: RegExp;
}

const TEXT = 'Guten Tag. '.repeat(40);
const file = (spec: Partial<EntrySpec> = {}): EntrySpec => ({ name: 'a.txt', content: TEXT, ...spec });
const deflated = (spec: Partial<EntrySpec> = {}): EntrySpec => file({ method: 8, ...spec });

function rejectedByVerify(
  name: string,
  code: ErrorCode,
  says: RegExp,
  entries: readonly EntrySpec[],
  archive?: ArchiveSpec,
): HostileArchive {
  return { name, code, says, refusedBy: 'verify', bytes: () => makeZip(entries, archive) };
}

function rejectedByExtract(name: string, says: RegExp, entries: readonly EntrySpec[]): HostileArchive {
  return { name, code: 'UNSAFE', says, refusedBy: 'extract', bytes: () => makeZip(entries) };
}

/** Names that leave the target folder or lead to a reserved place, and the reason for the rejection. */
const NAMES_THAT_LEAVE: readonly (readonly [string, RegExp])[] = [
  ['../evil', /leads out/],
  ['a/../../evil', /leads out/],
  ['a/..', /leads out/],
  ['..', /leads out/],
  ['/etc/evil', /absolute/],
  ['//host/share/evil', /absolute/],
  ['C:/evil', /drive/],
  ['c:evil', /drive/],
  ['\\\\host\\share', /backslash/],
  ['..\\evil', /backslash/],
  ['a/..\\evil', /backslash/],
  ['.streamdiver-dl-0/x', /reserved for temporary files/],
];

/** Names that are invalid on some system or unreadable. */
const IMPOSSIBLE_NAMES: readonly (readonly [string, RegExp])[] = [
  ['././a', /only a dot/],
  ['.', /only a dot/],
  ['a//b', /empty part/],
  ['', /no name/],
  ['a\0.txt', /NUL/],
  ['a\n.txt', /control or invisible/],
  ['a\x1b[2J.txt', /control or invisible/],
  ['a\u009b2J.txt', /control or invisible/],
  ['gpj.\u202etxt', /control or invisible/],
  ['a\u2066.txt', /control or invisible/],
  ['a\u2028.txt', /control or invisible/],
  ['...', /only dots and spaces/],
  ['.. /evil', /only dots and spaces/],
  ['a/. ./b', /only dots and spaces/],
  ['..\u200d/x\u200e', /only dots and spaces/],
  ['x'.repeat(256), /longer than 255/],
  ['ä'.repeat(128), /longer than 255/],
  [`${`${'d'.repeat(200)}/`.repeat(30)}x`, /longer than 4096/],
  [`${'d/'.repeat(2000)}x`, /deeper than/],
];

/** Modes with an S_IFMT other than a file or folder. */
const SPECIAL_MODES = { socket: 0o140777, 'block device': 0o060666, 'char device': 0o020666 };

function unsafeNames(
  failureCase: number,
  names: readonly (readonly [name: string, says: RegExp])[],
): readonly HostileArchive[] {
  return names.map(([name, says]) =>
    rejectedByExtract(`case ${failureCase}: name ${JSON.stringify(name.slice(0, 20))}`, says, [
      file({ name: 'good.txt' }),
      file({ name }),
    ]),
  );
}

const NAMES: readonly HostileArchive[] = [
  ...unsafeNames(94, NAMES_THAT_LEAVE),
  ...unsafeNames(106, IMPOSSIBLE_NAMES),
  rejectedByExtract('case 106: name flagged as UTF-8 that is not UTF-8', /not valid UTF-8/, [
    file({ name: Buffer.from([0x61, 0xff, 0xfe]), flags: 1 << 11 }),
  ]),
  rejectedByExtract('case 94: Unicode extra field that leads out', /leads out/, [
    file({ name: Buffer.from('__?a.txt'), extra: unicodePathExtra('../a.txt', Buffer.from('__?a.txt')) }),
  ]),
  rejectedByVerify('case 106: Unicode extra field that renames a plain name', 'UNSAFE', /second name/, [
    file({ name: Buffer.from('safe.txt'), extra: unicodePathExtra('other.exe', Buffer.from('safe.txt')) }),
  ]),
  rejectedByVerify('case 106: Unicode extra field with control characters', 'UNSAFE', /second name/, [
    file({ name: Buffer.from('safe.txt'), extra: unicodePathExtra('b\x1b[2J', Buffer.from('safe.txt')) }),
  ]),
  rejectedByVerify('case 106: Unicode extra field with the CRC of another name', 'UNSAFE', /another entry/, [
    file({ name: Buffer.from('a.txt'), extra: unicodePathExtra('b.txt', Buffer.from('b.txt')) }),
  ]),
  rejectedByExtract('case 106: Unicode extra field with an empty name', /no name/, [
    file({ name: Buffer.from([0x81]), extra: unicodePathExtra('', Buffer.from([0x81])) }),
  ]),
  rejectedByVerify('case 106: Unicode extra field that contradicts the flag', 'UNSAFE', /second name/, [
    file({ extra: unicodePathExtra('b.txt', Buffer.from('a.txt')) }),
  ]),
  rejectedByVerify('case 106: two Unicode extra fields', 'UNSAFE', /two extra fields/, [
    file({
      extra: Buffer.concat([
        unicodePathExtra('a.txt', Buffer.from('a.txt')),
        unicodePathExtra('a.txt', Buffer.from('a.txt')),
      ]),
    }),
  ]),
];

const KINDS: readonly HostileArchive[] = [
  rejectedByExtract('case 95: link to the outside', /is a link/, [
    file({ name: 'l', content: '/etc', mode: 0o120777 }),
    file({ name: 'x' }),
  ]),
  rejectedByExtract('case 95: link, then a file through it', /is a link/, [
    file({ name: 'l', content: '..', mode: 0o120777 }),
    file({ name: 'l/evil' }),
  ]),
  rejectedByExtract('case 95: link in a DOS archive', /is a link/, [
    file({ name: 'l', content: 'l', mode: 0o120777, central: { madeBy: 0x0014 } }),
  ]),
  rejectedByExtract('case 95: link named like a folder', /is a link/, [
    file({ name: 'l/', content: '', mode: 0o120777 }),
  ]),
  ...Object.entries(SPECIAL_MODES).map(([name, mode]) =>
    rejectedByExtract(`case 95: ${name}`, /neither a file nor a folder/, [file({ content: '', mode })]),
  ),
  rejectedByExtract('case 101: folder by its mode, file by its name', /neither a file nor a folder/, [
    file({ name: 'a', content: '', mode: 0o040755 }),
  ]),
  rejectedByExtract('case 101: folder with content', /folder with content/, [file({ name: 'a/' })]),
  rejectedByExtract('case 105: bzip2', /compressed as bzip2/, [file({ method: 12 })]),
  rejectedByExtract('case 105: method 77', /compressed as method 77/, [file({ method: 77 })]),
  rejectedByExtract('case 105: encrypted', /is encrypted/, [file({ flags: 1 | (1 << 11) })]),
  rejectedByExtract('case 105: strongly encrypted', /is encrypted/, [file({ flags: (1 << 6) | (1 << 11) })]),
  rejectedByExtract('case 105: patched data', /a patch/, [file({ flags: (1 << 5) | (1 << 11) })]),
];

const DUPLICATES: readonly HostileArchive[] = (
  [
    ['the same name', 'a', 'a', /occurs twice/],
    ['case', 'Film.mp4', 'film.MP4', /same name as/],
    ['composition', 'caf\u00e9', 'cafe\u0301', /same name as/],
    ['sharp s', 'stra\u00dfe', 'STRASSE', /same name as/],
    ['ligature', '\ufb01lm', 'film', /same name as/],
    ['Kelvin sign', '\u212a', 'k', /same name as/],
    ['file and folder', 'a', 'a/', /both a file and a folder/],
    ['file and parent', 'a', 'a/b', /which is a file/],
    ['parent and file', 'a/b', 'a', /both a file and a folder/],
    ['file and parent by case', 'A', 'a/b', /which is a file/],
    ['folders by case', 'Dir/a', 'dir/b', /also spelled/],
    ['a folder twice, once by case', 'a/', 'A/', /same name as/],
    ['characters that Windows forbids', 'a?', 'a*', /same name as "a\?" elsewhere/],
    ['a device name', 'con', 'CON_', /same name as/],
    ['an invisible joiner', 'a\u200db', 'ab', /same name as/],
    ['an invisible joiner in the name of a parent', 'a\u200db', 'ab/c', /lies in "a.*b", which is a file/],
    ['an invisible joiner in the name of a folder', 'a\u200db/c', 'ab/d', /also spelled "a.*b"/],
  ] as const
).map(([what, one, other, says]) =>
  rejectedByExtract(
    `case 101: duplicate by ${what}`,
    says,
    [one, other].map((name) => file({ name, content: name.endsWith('/') ? '' : name })),
  ),
);

const BOMBS: readonly HostileArchive[] = [
  rejectedByExtract('case 97: ratio of 1000 to 1', /more than 200 times/, [
    deflated({ content: Buffer.alloc(4 * 2 ** 20) }),
  ]),
  {
    name: 'case 97: entries that share their data (full overlap)',
    code: 'UNSAFE',
    says: /overlaps/,
    refusedBy: 'verify',
    bytes: () =>
      makeZip([file(), ...Array.from({ length: 50 }, () => file({ isGhost: true, central: { offset: 0 } }))]),
  },
  {
    name: 'case 97: an entry inside the data of another (quoted overlap)',
    code: 'UNSAFE',
    says: /overlaps/,
    refusedBy: 'verify',
    bytes: () => {
      const inner = makeZip([file({ name: 'inner' })]);
      const offset = 30 + 'a.txt'.length;
      return makeZip([
        file({ content: inner }),
        file({ name: 'inner', isGhost: true, central: { offset } }),
        file({ name: 'last' }),
      ]);
    },
  },
];

const SIZES: readonly HostileArchive[] = [
  rejectedByVerify('case 98: declared size too small, deflated', 'INTEGRITY', /unpacks to more/, [
    deflated({ local: { size: 5 }, central: { size: 5 } }),
  ]),
  rejectedByVerify('case 98: declared size too small, large and deflated', 'INTEGRITY', /unpacks to more/, [
    deflated({
      content: pseudoRandomBytes(3_000_000, 1),
      local: { size: 2_000_000 },
      central: { size: 2_000_000 },
    }),
  ]),
  rejectedByVerify('case 98: declared size huge, deflated', 'INTEGRITY', /instead of 4000000000/, [
    deflated({ local: { size: 4_000_000_000 }, central: { size: 4_000_000_000 } }),
  ]),
  rejectedByVerify('case 98: declared size huge, stored', 'INTEGRITY', /two sizes differ/, [
    file({ local: { size: 4_000_000_000 }, central: { size: 4_000_000_000 } }),
  ]),
  rejectedByVerify('case 98: compressed size too large', 'INTEGRITY', /extends into the directory/, [
    deflated({ local: { compressedSize: 9999 }, central: { compressedSize: 9999 } }),
  ]),
  rejectedByVerify('case 98: compressed size too small', 'INTEGRITY', /compressed data/, [
    deflated({ local: { compressedSize: 7 }, central: { compressedSize: 7 } }),
  ]),
  rejectedByVerify('case 98: both sizes too small, stored', 'INTEGRITY', /checksum/, [
    file({ local: { compressedSize: 5, size: 5 }, central: { compressedSize: 5, size: 5 } }),
  ]),
  rejectedByVerify('case 98: bytes after the end of the compressed data', 'INTEGRITY', /compressed data/, [
    deflated({ content: '', data: Buffer.from('0300414243', 'hex') }),
  ]),
  rejectedByVerify('case 98: many bytes after the end of compressed data', 'INTEGRITY', /compressed data/, [
    deflated({
      content: '',
      data: Buffer.concat([Buffer.from('0300', 'hex'), pseudoRandomBytes(900_000, 2)]),
    }),
  ]),
  rejectedByVerify('case 98: invalid compressed data', 'INTEGRITY', /compressed data/, [
    deflated({ data: Buffer.alloc(64, 0xff) }),
  ]),
];

const CHECKSUMS: readonly HostileArchive[] = [
  rejectedByVerify('case 99: wrong in both headers, stored', 'INTEGRITY', /checksum.*"a\.txt"/, [
    file({ local: { crc: 1 }, central: { crc: 1 } }),
  ]),
  rejectedByVerify('case 99: wrong in both headers, deflated', 'INTEGRITY', /checksum.*"a\.txt"/, [
    deflated({ local: { crc: 1 }, central: { crc: 1 } }),
  ]),
  rejectedByVerify('case 99: data changed', 'INTEGRITY', /checksum/, [
    file({ data: Buffer.from(TEXT.replace('Tag', 'tag')) }),
  ]),
  rejectedByVerify('case 99: wrong in the descriptor', 'INTEGRITY', /descriptor/, [
    file({ descriptor: 'signed32', descriptorLies: { crc: 1 } }),
  ]),
  rejectedByVerify('case 99: an empty entry with a CRC', 'INTEGRITY', /checksum/, [
    file({ content: '', local: { crc: 1 }, central: { crc: 1 } }),
  ]),
];

const DISAGREEMENTS: readonly HostileArchive[] = [
  rejectedByVerify('case 100: name', 'UNSAFE', /has the name "b\.txt"/, [file({ local: { name: 'b.txt' } })]),
  rejectedByVerify('case 100: name of a folder', 'UNSAFE', /has the name "e\/"/, [
    file({ name: 'd/', content: '', local: { name: 'e/' } }),
  ]),
  rejectedByVerify('case 100: name by its length', 'UNSAFE', /has the name "a\.tx"/, [
    file({ extra: Buffer.alloc(4), local: { nameLength: 4, extraLength: 5, extra: Buffer.alloc(4) } }),
  ]),
  rejectedByVerify('case 100: Unicode name', 'UNSAFE', /in its own header/, [
    file({
      name: Buffer.from('_.txt'),
      local: { extra: unicodePathExtra('ä.txt', Buffer.from('_.txt')) },
    }),
  ]),
  rejectedByVerify('case 100: method', 'INTEGRITY', /method/, [file({ local: { method: 8 } })]),
  rejectedByVerify('case 100: checksum', 'INTEGRITY', /about the checksum/, [file({ local: { crc: 1 } })]),
  rejectedByVerify('case 100: size', 'INTEGRITY', /about its sizes/, [deflated({ local: { size: 1 } })]),
  rejectedByVerify('case 100: compressed size', 'INTEGRITY', /about its sizes/, [
    deflated({ local: { compressedSize: 1 } }),
  ]),
  rejectedByVerify('case 100: flags', 'INTEGRITY', /about flags/, [file({ local: { flags: 0 } })]),
  rejectedByVerify('case 100: encryption only in the local header', 'INTEGRITY', /about flags/, [
    file({ local: { flags: 1 | (1 << 11) } }),
  ]),
  rejectedByVerify('case 100: no local header where it should be', 'INTEGRITY', /not where it should be/, [
    file({ local: { signature: 0x04034b51 } }),
  ]),
  rejectedByVerify('case 100: sizes before a descriptor', 'INTEGRITY', /about its sizes/, [
    file({ descriptor: 'signed32', local: { size: 5 } }),
  ]),
];

const ENDS: readonly HostileArchive[] = [
  rejectedByVerify('case 102: no end record', 'INTEGRITY', /end is missing/, [file()], {
    end: { signature: 0x06054b51 },
  }),
  rejectedByVerify('case 102: too few entries', 'INTEGRITY', /more entries/, [file(), file({ name: 'b' })], {
    end: { entries: 1, entriesHere: 1 },
  }),
  rejectedByVerify(
    'case 102: too many entries',
    'INTEGRITY',
    /fewer entries/,
    [file({ extra: Buffer.alloc(80) })],
    {
      end: { entries: 2, entriesHere: 2 },
    },
  ),
  rejectedByVerify('case 102: more entries than can fit', 'INTEGRITY', /too small/, [file()], {
    end: { entries: 60000, entriesHere: 60000 },
  }),
  rejectedByVerify('case 102: directory too long', 'INTEGRITY', /should end at/, [file()], {
    end: { directoryBytes: 5000 },
  }),
  rejectedByVerify('case 102: directory elsewhere', 'INTEGRITY', /should end at/, [file()], {
    end: { directoryStart: 5000 },
  }),
  rejectedByVerify('case 102: several disks', 'UNSAFE', /several disks/, [file()], { end: { disk: 1 } }),
  rejectedByVerify('case 102: fewer entries on this disk', 'UNSAFE', /several disks/, [file()], {
    end: { entriesHere: 0 },
  }),
  rejectedByVerify('case 102: an entry on another disk', 'UNSAFE', /another disk/, [
    file({ central: { disk: 1 } }),
  ]),
  rejectedByVerify('case 102: bytes before', 'UNSAFE', /preceded by 9 bytes/, [file()], {
    prefix: Buffer.from('#!/bin/sh'),
  }),
  rejectedByVerify('case 102: bytes before, offsets corrected', 'UNSAFE', /before its first entry/, [
    file({ gapBefore: Buffer.from('#!/bin/sh') }),
  ]),
  rejectedByVerify('case 102: bytes after', 'UNSAFE', /followed by/, [file()], { suffix: Buffer.of(0) }),
  rejectedByVerify('case 102: an archive after the archive', 'UNSAFE', /two end records/, [file()], {
    suffix: makeZip([file({ name: 'other' })]),
  }),
  rejectedByVerify('case 102: two end records', 'UNSAFE', /two end records/, [file()], {
    afterDirectory: makeZip([file()]).subarray(-22),
  }),
  rejectedByVerify('case 102: an empty archive in the comment', 'UNSAFE', /two end records/, [file()], {
    end: { comment: makeZip([]) },
  }),
  rejectedByVerify('case 102: an archive in the comment', 'UNSAFE', /two end records/, [file()], {
    end: { comment: makeZip([file({ name: 'other' })]) },
  }),
  rejectedByVerify('case 102: the signature in the comment', 'UNSAFE', /second end record/, [file()], {
    end: { comment: Buffer.concat([Buffer.from('PK\x05\x06'), Buffer.alloc(30)]) },
  }),
  rejectedByVerify('case 102: comment cut', 'INTEGRITY', /cut/, [file()], {
    end: { comment: 'hello', commentLength: 6 },
  }),
  rejectedByVerify('case 102: bytes between directory and end', 'INTEGRITY', /should end at/, [file()], {
    afterDirectory: Buffer.alloc(8),
  }),
  rejectedByVerify('case 102: bytes between entries', 'UNSAFE', /belong to no entry/, [
    file(),
    file({ name: 'b', gapBefore: Buffer.alloc(3) }),
  ]),
  rejectedByVerify('case 102: many bytes between entries', 'UNSAFE', /belong to no entry/, [
    file(),
    file({ name: 'b', gapBefore: Buffer.alloc(100_000) }),
  ]),
  rejectedByVerify('case 102: bytes before the directory', 'UNSAFE', /belong to no entry/, [file()], {
    afterEntries: Buffer.alloc(3),
  }),
  rejectedByVerify('case 102: an entry that the directory hides', 'UNSAFE', /belong to no entry/, [
    file(),
    file({ name: 'hidden', isHidden: true }),
    file({ name: 'b' }),
  ]),
  rejectedByVerify('case 102: an empty archive with bytes before', 'UNSAFE', /preceded/, [], {
    prefix: Buffer.alloc(7),
  }),
  rejectedByVerify('case 102: entry extends beyond the directory', 'INTEGRITY', /is cut/, [
    file({ central: { commentLength: 1 } }),
  ]),
  rejectedByVerify(
    'case 102: extra field longer than its space',
    'INTEGRITY',
    /longer than the space for it/,
    [file({ extra: Buffer.concat([u16(0x9999), u16(50), Buffer.alloc(4)]) })],
  ),
  rejectedByVerify('case 102: bytes after the extra fields', 'INTEGRITY', /left over/, [
    file({ extra: Buffer.concat([timestampExtra(0), Buffer.of(1)]) }),
  ]),
];

const ZIP64: readonly HostileArchive[] = [
  rejectedByVerify('case 103: sentinel without the extra field', 'INTEGRITY', /lacks a number/, [
    file({ central: { size: 0xffffffff } }),
  ]),
  rejectedByVerify('case 103: extra field too short', 'INTEGRITY', /lacks a number/, [
    file({ zip64: true, central: { extra: zip64Extra([TEXT.length]) } }),
  ]),
  rejectedByVerify('case 103: extra field with more than the header requires', 'UNSAFE', /does not match/, [
    file({ central: { extra: zip64Extra([TEXT.length, TEXT.length, 0]) } }),
  ]),
  rejectedByVerify('case 103: extra field twice', 'UNSAFE', /two extra fields/, [
    file({ zip64: true, extra: zip64Extra([1, 1]) }),
  ]),
  rejectedByVerify('case 103: size above 2^53', 'INTEGRITY', /2\^53/, [
    file({ zip64: true, central: { extra: zip64Extra([2n ** 53n, TEXT.length, 0]) } }),
  ]),
  rejectedByVerify('case 103: offset above 2^53', 'INTEGRITY', /2\^53/, [
    file({ zip64: true, central: { extra: zip64Extra([TEXT.length, TEXT.length, 2n ** 64n - 1n]) } }),
  ]),
  rejectedByVerify('case 103: local size lies', 'INTEGRITY', /about its sizes/, [
    file({ zip64: true, local: { extra: zip64Extra([1, TEXT.length]) } }),
  ]),
  rejectedByVerify('case 103: local extra field too short', 'INTEGRITY', /wrong length/, [
    file({ zip64: true, local: { extra: zip64Extra([TEXT.length]) } }),
  ]),
  ...(
    [
      ['number of entries above 2^53', 'INTEGRITY', /2\^53/, { entries: 2n ** 60n }],
      ['number of entries huge', 'UNSAFE', /more than 2000000/, { entries: 3_000_000 }],
      ['directory huge', 'INTEGRITY', /should end at/, { directoryBytes: 2 ** 40 }],
      ['several disks', 'UNSAFE', /several disks/, { disk: 1 }],
      ['several disks by the locator', 'UNSAFE', /several disks/, { locator: { disks: 2 } }],
      ['record elsewhere', 'INTEGRITY', /not where it should be/, { locator: { start: 2n ** 60n } }],
      ['record before', 'UNSAFE', /preceded/, { locator: { start: 3 } }],
      ['record missing', 'INTEGRITY', /missing or not supported/, { signature: 1 }],
      ['record with a wrong length', 'INTEGRITY', /wrong length/, { recordBytes: 45 }],
      ['record of version 2', 'INTEGRITY', /missing or not supported/, { extensible: Buffer.alloc(28) }],
    ] as const
  ).map(([what, code, says, zip64End]) =>
    rejectedByVerify(`case 103: end, ${what}`, code, says, [file()], { zip64End }),
  ),
  {
    name: 'case 103: end, no record before the locator',
    code: 'INTEGRITY',
    says: /missing or not supported/,
    refusedBy: 'verify',
    bytes: () => makeZip([], { zip64End: true }).subarray(56),
  },
  rejectedByVerify('case 103: end records that contradict each other', 'UNSAFE', /contradict/, [file()], {
    zip64End: true,
    end: { entries: 2 },
  }),
];

const DESCRIPTORS: readonly HostileArchive[] = [
  rejectedByVerify('case 104: missing', 'INTEGRITY', /missing or of no known form/, [
    file({ flags: (1 << 3) | (1 << 11) }),
  ]),
  rejectedByVerify('case 104: not announced', 'UNSAFE', /belong to no entry/, [
    file({
      descriptor: 'signed32',
      local: { flags: 1 << 11, crc: crc32(TEXT), size: TEXT.length, compressedSize: TEXT.length },
      central: { flags: 1 << 11 },
    }),
  ]),
  rejectedByVerify('case 104: wrong size', 'INTEGRITY', /descriptor/, [
    deflated({ descriptor: 'plain64', descriptorLies: { size: 1 } }),
  ]),
  rejectedByVerify('case 104: wrong compressed size', 'INTEGRITY', /descriptor/, [
    deflated({ descriptor: 'plain32', descriptorLies: { compressedSize: 1 } }),
  ]),
  rejectedByVerify('case 104: wrong signature', 'INTEGRITY', /descriptor/, [
    deflated({ descriptor: 'signed64', descriptorLies: { signature: 1 } }),
  ]),
  rejectedByVerify('case 104: stored, sizes only in the descriptor and wrong', 'INTEGRITY', /descriptor/, [
    file({ descriptor: 'signed64', descriptorLies: { size: 1 } }),
  ]),
];

export const HOSTILE_ARCHIVES: readonly HostileArchive[] = [
  ...NAMES,
  ...KINDS,
  ...DUPLICATES,
  ...BOMBS,
  ...SIZES,
  ...CHECKSUMS,
  ...DISAGREEMENTS,
  ...ENDS,
  ...ZIP64,
  ...DESCRIPTORS,
];

/** Odd but valid archives that are accepted, and the paths of their entries. */
export const ODD_ARCHIVES: readonly { name: string; bytes: () => Buffer; paths: readonly string[] }[] = [
  { name: 'empty', bytes: () => makeZip([]), paths: [] },
  { name: 'empty with zip64 records', bytes: () => makeZip([], { zip64End: true }), paths: [] },
  {
    name: 'case 94: names that only look like they leave the folder',
    bytes: () => makeZip([file({ name: '..foo' }), file({ name: 'a/...b' }), file({ name: '~' })]),
    paths: ['..foo', 'a/...b', '~'],
  },
  {
    name: 'case 88: names that are invalid on Windows, changed on every system',
    bytes: () =>
      makeZip(['a: b.srt', 'CON', 'x/nul.txt', 'a.', 'b /c', 'what?.txt'].map((name) => file({ name }))),
    paths: ['a_ b.srt', 'CON_', 'x/nul_.txt', 'a_', 'b_/c', 'what_.txt'],
  },
  {
    name: 'names that look like options or hidden files',
    bytes: () =>
      makeZip([file({ name: '-rf' }), file({ name: '.bashrc' }), file({ name: 'ä ö 漢字 👍.txt' })]),
    paths: ['-rf', '.bashrc', 'ä ö 漢字 👍.txt'],
  },
  {
    name: 'case 106: a name in code page 437',
    bytes: () => makeZip([file({ name: Buffer.from([0x81, 0x62, 0x65, 0x72]) })]),
    paths: ['über'],
  },
  {
    name: 'case 106: a name in UTF-8 without the flag, as Info-ZIP writes it in the C locale',
    bytes: () => makeZip([file({ name: Buffer.from('größe.txt') })]),
    paths: ['größe.txt'],
  },
  {
    name: 'case 106: a Unicode extra field for the right name',
    bytes: () => {
      const name = Buffer.from([0x3f, 0x62]);
      return makeZip([file({ name, extra: unicodePathExtra('漢b', name) })]);
    },
    paths: ['漢b'],
  },
  {
    name: 'folders with and without entries, and one listed after its content',
    bytes: () =>
      makeZip([
        file({ name: 'a/b/c.txt' }),
        file({ name: 'a/', content: '' }),
        file({ name: 'd/', content: '' }),
      ]),
    paths: ['a/b/c.txt', 'a/', 'd/'],
  },
  ...(['signed32', 'plain32', 'signed64', 'plain64'] as const).map((descriptor) => ({
    name: `case 104: data descriptor, ${descriptor}, stored and deflated`,
    bytes: () => makeZip([file({ descriptor }), deflated({ name: 'b.txt', descriptor })]),
    paths: ['a.txt', 'b.txt'],
  })),
  {
    name: 'case 103: zip64 everywhere without need',
    bytes: () =>
      makeZip([file({ zip64: true }), deflated({ name: 'b', zip64: true, descriptor: 'signed64' })], {
        zip64End: true,
      }),
    paths: ['a.txt', 'b'],
  },
  {
    name: 'case 102: the longest comment',
    bytes: () => makeZip([file()], { end: { comment: Buffer.alloc(0xffff, 0x20) } }),
    paths: ['a.txt'],
  },
  {
    name: 'an archive inside the archive, last and stored',
    bytes: () => makeZip([file({ name: 'inner.zip', content: makeZip([file()]) })]),
    paths: ['inner.zip'],
  },
  {
    name: 'directory in a different order from the entries',
    bytes: () => {
      const one = 30 + 5 + TEXT.length;
      return makeZip([
        { ...file({ name: 'b.txt' }), central: { name: 'c.txt', offset: one } },
        { ...file({ name: 'c.txt' }), central: { name: 'b.txt', offset: 0 } },
      ]);
    },
    paths: ['c.txt', 'b.txt'],
  },
  {
    name: 'folder marked as deflated, without any data',
    bytes: () => makeZip([file({ name: 'd/', content: '', method: 8, data: Buffer.alloc(0) })]),
    paths: ['d/'],
  },
  {
    name: 'extra field padded with zeros, as alignment tools do',
    bytes: () =>
      makeZip([
        file({ local: { extra: Buffer.alloc(3) } }),
        file({ name: 'b', extra: extraField(0x9999, Buffer.alloc(3)) }),
      ]),
    paths: ['a.txt', 'b'],
  },
  {
    name: 'sizes filled in despite a descriptor',
    bytes: () =>
      makeZip([file({ descriptor: 'signed32', local: { size: TEXT.length, compressedSize: TEXT.length } })]),
    paths: ['a.txt'],
  },
];

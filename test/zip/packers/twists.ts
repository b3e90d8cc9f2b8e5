import { crc32, deflateRawSync } from 'node:zlib';
import { pseudoRandom } from '../../support/bytes.ts';
import {
  type ArchiveSpec,
  type EntrySpec,
  extraField,
  makeZip,
  timestampExtra,
  u16,
  u32,
  u64,
  unicodePathExtra,
} from '../../support/zip-maker.ts';

/** An archive about to be written, which twists change. */
interface Draft {
  readonly entries: EntrySpec[];
  /** The entry that most of them change. */
  readonly target: EntrySpec;
  readonly archive: ArchiveSpec;
  /** Changes that depend on where the target entry starts. */
  readonly later: (() => void)[];
}

/** A named change that an archive writer might make, valid or not. */
interface Twist {
  readonly name: string;
  readonly apply: (draft: Draft) => void;
}

const TEXT = 'Guten Tag. '.repeat(40);
const SIZE = TEXT.length;
const DEFLATED = deflateRawSync(TEXT);
const ALL_ONES = 0xffffffff;

/** A file, a folder, and a deflated file in the folder. */
function plainDraft(): Draft {
  const target: EntrySpec = { name: 'folder/second.txt', content: TEXT, method: 8 };
  const entries = [{ name: 'first.txt', content: TEXT }, { name: 'folder/', content: '' }, target];
  return { entries, target, archive: {}, later: [] };
}

const first = ({ entries }: Draft): EntrySpec => entries[0] as EntrySpec;
const local = (entry: EntrySpec, fields: EntrySpec['local']) => {
  entry.local = { ...entry.local, ...fields };
};
const central = (entry: EntrySpec, fields: EntrySpec['central']) => {
  entry.central = { ...entry.central, ...fields };
};
const twist = (name: string, apply: (draft: Draft) => void): Twist => ({ name, apply });
const numbers = (...values: number[]) => extraField(1, Buffer.concat(values.map(u64)));

function placeOfTarget({ entries, target }: Draft): number {
  const before = makeZip(entries.slice(0, entries.indexOf(target)));
  // The directory would start there.
  return before.readUInt32LE(before.length - 6) + (target.gapBefore?.length ?? 0);
}

const EXTRAS: Readonly<Record<string, Buffer>> = {
  'extra: timestamp': timestampExtra(1_700_000_000),
  'extra: timestamp before 1970': timestampExtra(-5),
  'extra: three timestamps': extraField(0x5455, Buffer.concat([Buffer.of(7), u32(1), u32(2), u32(3)])),
  'extra: timestamp flags for more than is there': extraField(0x5455, Buffer.concat([Buffer.of(7), u32(1)])),
  'extra: timestamp of flags alone': extraField(0x5455, Buffer.of(0)),
  'extra: timestamp without anything': extraField(0x5455, Buffer.alloc(0)),
  'extra: NTFS times': extraField(
    10,
    Buffer.concat([u32(0), u16(1), u16(24), ...[1, 2, 3].map((n) => u64(n * 1e15))]),
  ),
  'extra: NTFS times, cut': extraField(10, Buffer.concat([u32(0), u16(1), u16(24), u64(5)])),
  'extra: NTFS without a tag': extraField(10, u32(0)),
  'extra: old Unix': extraField(0x5855, Buffer.concat([u32(1), u32(2), u16(3), u16(4)])),
  'extra: Unix IDs': extraField(0x7875, Buffer.concat([Buffer.of(1, 4), u32(1000), Buffer.of(4), u32(1000)])),
  'extra: Unix 2 without anything': extraField(0x7855, Buffer.alloc(0)),
  'extra: jar': extraField(0xcafe, Buffer.alloc(0)),
  'extra: alignment': extraField(0xd935, Buffer.alloc(6)),
  'extra: unknown, twice': Buffer.concat([
    extraField(0x9999, Buffer.from('a')),
    extraField(0x9999, Buffer.from('b')),
  ]),
  'extra: large and unknown': extraField(0x4453, Buffer.alloc(5_000, 7)),
  'extra: zero ID and length': extraField(0, Buffer.alloc(0)),
  'extra: OS/2': extraField(9, Buffer.alloc(4)),
  'extra: Macintosh': extraField(0x334d, Buffer.alloc(14)),
  'extra: comment in Unicode': extraField(
    0x6375,
    Buffer.concat([Buffer.of(1), u32(crc32('')), Buffer.from('ü')]),
  ),
  'extra: growth hint of Office': extraField(0xa220, Buffer.concat([u16(0xa028), u16(2), Buffer.alloc(20)])),
  'extra: one zero': Buffer.alloc(1),
  'extra: two zeros': Buffer.alloc(2),
  'extra: three other bytes': Buffer.from('abc'),
  'extra: longer than its place': Buffer.concat([u16(0x9999), u16(50), Buffer.alloc(3)]),
};

const MODES: Readonly<Record<string, number>> = {
  'attributes: none': 0,
  'attributes: archive': 0x20,
  'attributes: read only, hidden, system': 0x07,
  'attributes: mode without a type': 0o644 << 16,
  'attributes: mode of nothing allowed': (0o100000 << 16) >>> 0,
  'attributes: setuid': (0o104755 << 16) >>> 0,
  'attributes: FIFO': (0o010600 << 16) >>> 0,
  'attributes: all ones': ALL_ONES,
  'attributes: high half all ones': 0xffff0000,
  'attributes: high bits of NTFS': 0x2000_0020,
  'attributes: device': 0x40,
};

const NAMES: Readonly<Record<string, string | Buffer>> = {
  'name: UTF-8 with its flag': 'größe – 漢字.txt',
  'name: UTF-8 without its flag': Buffer.from('größe – 漢字.txt'),
  'name: CP437': Buffer.from([0x67, 0x72, 0x94, 0xe1, 0x65]),
  'name: leading dot and slash': './dotted.txt',
  'name: dot within': 'a/./b.txt',
  'name: two slashes': 'a//b.txt',
  'name: leading blank': ' blank.txt',
  'name: trailing blank': 'blank ',
  'name: trailing dot': 'dot.',
  'name: leading dots': '...three',
  'name: leading dash': '-rf',
  'name: tilde': '~user',
  'name: Windows characters': 'a<b>c"d|e?f*g.txt',
  'name: colon': 'at 12:30.txt',
  'name: reserved on Windows': 'CON.txt',
  'name: drive-like': 'c:film.txt',
  'name: 200 characters': 'x'.repeat(200),
  'name: 255 bytes': 'x'.repeat(255),
  'name: 40 folders deep': `${'d/'.repeat(40)}f.txt`,
  'name: emoji of several': '👨‍👩‍👧.txt',
  'name: decomposed': 'größe'.normalize('NFD'),
  'name: soft hyphen': 'soft\u00adhyphen.txt',
  'name: no-break space': 'a\u00a0b.txt',
  'name: backslash': 'a\\b.txt',
  'name: percent and plus': '%2e%2e+x.txt',
  'name: only dots in a folder': 'v1..2/a..b',
};

const ZIP64_CENTRAL: Readonly<Record<string, (place: number) => EntrySpec['central']>> = {
  'all three': (place) => ({
    size: ALL_ONES,
    compressedSize: ALL_ONES,
    offset: ALL_ONES,
    extra: numbers(SIZE, DEFLATED.length, place),
  }),
  'sizes alone': () => ({
    size: ALL_ONES,
    compressedSize: ALL_ONES,
    extra: numbers(SIZE, DEFLATED.length),
  }),
  'sizes, with the place': (place) => ({
    size: ALL_ONES,
    compressedSize: ALL_ONES,
    extra: numbers(SIZE, DEFLATED.length, place),
  }),
  'size alone': () => ({ size: ALL_ONES, extra: numbers(SIZE) }),
  'compressed size alone': () => ({ compressedSize: ALL_ONES, extra: numbers(DEFLATED.length) }),
  'place alone': (place) => ({ offset: ALL_ONES, extra: numbers(place) }),
  'size and place': (place) => ({ size: ALL_ONES, offset: ALL_ONES, extra: numbers(SIZE, place) }),
  'all three, with the disk': (place) => ({
    size: ALL_ONES,
    compressedSize: ALL_ONES,
    offset: ALL_ONES,
    extra: extraField(1, Buffer.concat([u64(SIZE), u64(DEFLATED.length), u64(place), u32(0)])),
  }),
  'all three and the disk': (place) => ({
    size: ALL_ONES,
    compressedSize: ALL_ONES,
    offset: ALL_ONES,
    disk: 0xffff,
    extra: extraField(1, Buffer.concat([u64(SIZE), u64(DEFLATED.length), u64(place), u32(0)])),
  }),
  'nothing asked, all there': (place) => ({ extra: numbers(SIZE, DEFLATED.length, place) }),
  'nothing asked, sizes there': () => ({ extra: numbers(SIZE, DEFLATED.length) }),
  'nothing asked, nothing there': () => ({ extra: numbers() }),
  'nothing asked, zeros there': () => ({ extra: numbers(0, 0) }),
  'after another field': (place) => ({
    size: ALL_ONES,
    compressedSize: ALL_ONES,
    offset: ALL_ONES,
    extra: Buffer.concat([timestampExtra(5), numbers(SIZE, DEFLATED.length, place)]),
  }),
};

const ZIP64_LOCAL: Readonly<Record<string, EntrySpec['local']>> = {
  sizes: { size: ALL_ONES, compressedSize: ALL_ONES, extra: numbers(SIZE, DEFLATED.length) },
  'nothing asked, sizes there': { extra: numbers(SIZE, DEFLATED.length) },
  'nothing asked, nothing there': { extra: numbers() },
  'nothing asked, zeros there': { extra: numbers(0, 0) },
  'sizes, with zeros': { size: ALL_ONES, compressedSize: ALL_ONES, extra: numbers(SIZE, DEFLATED.length, 0) },
  'all ones without a field': { size: ALL_ONES, compressedSize: ALL_ONES, extra: Buffer.alloc(0) },
};

const FORMS = ['signed32', 'plain32', 'signed64', 'plain64'] as const;

const TWISTS: readonly Twist[] = [
  ...Object.entries(EXTRAS).flatMap(([name, extra]) => [
    twist(name, (draft) => {
      draft.target.extra = extra;
    }),
    twist(`${name}, local alone`, (draft) => local(draft.target, { extra })),
    twist(`${name}, central alone`, (draft) => central(draft.target, { extra })),
  ]),
  twist('extra: Unicode path', (draft) => {
    const raw = Buffer.from([0x67, 0x72, 0x94, 0xe1, 0x65]);
    Object.assign(draft.target, { name: raw, extra: unicodePathExtra('größe', raw) });
  }),
  twist('extra: Unicode path of an old name', (draft) => {
    Object.assign(draft.target, { name: 'new.txt', extra: unicodePathExtra('alt', Buffer.from('old')) });
  }),
  ...Object.entries(MODES).flatMap(([name, externalAttributes]) =>
    [0x0014, 0x031e, 0x0a3f, 0x133f].map((madeBy) =>
      twist(`${name}, made by ${madeBy >> 8}`, (draft) =>
        central(draft.target, { externalAttributes, madeBy }),
      ),
    ),
  ),
  ...Object.entries(NAMES).map(([name, value]) =>
    twist(name, (draft) => {
      draft.target.name = value;
    }),
  ),
  twist('name: backslash, made on Windows', (draft) => {
    draft.target.name = 'sub\\film.txt';
    central(draft.target, { madeBy: 0x0014, externalAttributes: 0x20 });
  }),
  ...FORMS.flatMap((descriptor) => [
    twist(`descriptor: ${descriptor}`, (draft) => {
      draft.target.descriptor = descriptor;
    }),
    twist(`descriptor: ${descriptor}, stored`, (draft) => {
      Object.assign(draft.target, { descriptor, method: 0 });
    }),
    twist(`descriptor: ${descriptor}, of all`, ({ entries }) => {
      for (const entry of entries) entry.descriptor = descriptor;
    }),
    twist(`descriptor: ${descriptor}, sizes in the header as well`, (draft) => {
      draft.target.descriptor = descriptor;
      local(draft.target, { crc: crc32(TEXT), size: SIZE, compressedSize: DEFLATED.length });
    }),
    twist(`descriptor: ${descriptor}, with zip64`, (draft) => {
      Object.assign(draft.target, { descriptor, zip64: true });
    }),
    twist(`descriptor: ${descriptor}, flag in the local header alone`, (draft) => {
      draft.target.descriptor = descriptor;
      central(draft.target, { flags: 0x0800 });
    }),
  ]),
  twist('descriptor: flag, but none is there', (draft) => {
    draft.target.flags = 0x0808;
  }),
  twist('descriptor: there without its flag in either header', (draft) => {
    draft.target.descriptor = 'signed32';
    local(draft.target, { flags: 0x0800, crc: crc32(TEXT), size: SIZE, compressedSize: DEFLATED.length });
    central(draft.target, { flags: 0x0800 });
  }),
  twist('descriptor: all zeros', (draft) => {
    draft.target.descriptor = 'signed32';
    draft.target.descriptorLies = { crc: 0, size: 0, compressedSize: 0 };
  }),
  ...Object.entries(ZIP64_CENTRAL).map(([name, fields]) =>
    twist(`zip64, central: ${name}`, (draft) => {
      draft.later.push(() => central(draft.target, fields(placeOfTarget(draft))));
    }),
  ),
  ...Object.entries(ZIP64_LOCAL).map(([name, fields]) =>
    twist(`zip64, local: ${name}`, (draft) => local(draft.target, fields)),
  ),
  ...[0x0002, 0x0004, 0x0006, 0x0010, 0x0020, 0x0080, 0x0100, 0x0400, 0x1000, 0x4000, 0x8000].flatMap(
    (flag) => [
      twist(`flag ${flag.toString(16)}`, (draft) => {
        draft.target.flags = 0x0800 | flag;
      }),
      twist(`flag ${flag.toString(16)}, local alone`, (draft) =>
        local(draft.target, { flags: 0x0800 | flag }),
      ),
    ],
  ),
  twist('flag of UTF-8, local alone', (draft) => {
    draft.target.flags = 0;
    local(draft.target, { flags: 0x0800 });
  }),
  twist('flag of UTF-8, central alone', (draft) => local(draft.target, { flags: 0 })),
  ...[
    [0, 0],
    [0x0021, 0xffff],
    [0xffff, 0xbf7d],
    [0x1234, 0x5a21],
  ].flatMap(([date = 0, time = 0]) => [
    twist(`date ${date.toString(16)}, time ${time.toString(16)}`, (draft) => {
      local(draft.target, { date, time });
      central(draft.target, { date, time });
    }),
    twist(`date ${date.toString(16)}, time ${time.toString(16)}, local alone`, (draft) =>
      local(draft.target, { date, time }),
    ),
  ]),
  twist('CRC of 0 in the local header', (draft) => local(draft.target, { crc: 0 })),
  twist('sizes of 0 in the local header', (draft) => local(draft.target, { size: 0, compressedSize: 0 })),
  twist('internal attribute of a text', (draft) => central(draft.target, { internalAttributes: 1 })),
  twist('internal attributes all ones', (draft) => central(draft.target, { internalAttributes: 0xffff })),
  twist('comment of an entry', (draft) =>
    central(draft.target, { comment: Buffer.from('a comment, größer') }),
  ),
  twist('comment of an entry, zeros', (draft) => central(draft.target, { comment: Buffer.alloc(30) })),
  twist('comment of an entry, 60,000 bytes', (draft) =>
    central(draft.target, { comment: Buffer.alloc(60_000, 0x61) }),
  ),
  ...Object.entries({
    text: 'made by hand',
    'with a line break': 'a\r\nb',
    'UTF-8': 'größer – 漢字',
    'of zeros': Buffer.alloc(40),
    '65,535 bytes': Buffer.alloc(65_535, 0x61),
    'with a directory signature': 'PK\x01\x02 and more',
    'with a local signature': 'PK\x03\x04 and more',
    'with a locator signature': 'PK\x06\x07 and more',
    'with half an end record': 'PK\x05\x06 and',
  }).map(([name, comment]) =>
    twist(`comment ${name}`, ({ archive }) => {
      archive.end = { ...archive.end, comment };
    }),
  ),
  twist('zip64 end', ({ archive }) => {
    archive.zip64End = true;
  }),
  twist('zip64 end, no disks', ({ archive }) => {
    archive.zip64End = { locator: { disks: 0 } };
  }),
  twist('zip64 end, extensible', ({ archive }) => {
    archive.zip64End = { extensible: extraField(0x9999, Buffer.from('abc')) };
  }),
  twist('zip64 end, numbers in the end record as well', (draft) => {
    draft.archive.zip64End = true;
    draft.archive.end = { entries: draft.entries.length, entriesHere: draft.entries.length };
  }),
  twist('mark of a split archive', (draft) => {
    first(draft).gapBefore = Buffer.from('PK\x07\x08', 'latin1');
  }),
  twist('mark of one that is none', (draft) => {
    first(draft).gapBefore = Buffer.from('PK00', 'latin1');
  }),
  twist('prefix that offsets know about', (draft) => {
    first(draft).gapBefore = Buffer.from('#!/bin/sh\nexit\n');
  }),
  twist('prefix that no offset knows about', ({ archive }) => {
    archive.prefix = Buffer.from('#!/bin/sh\nexit\n');
  }),
  twist('gap between entries, zeros', (draft) => {
    draft.target.gapBefore = Buffer.alloc(16);
  }),
  twist('gap between entries, something', (draft) => {
    draft.target.gapBefore = Buffer.from('left over of before');
  }),
  twist('gap before the directory, zeros', ({ archive }) => {
    archive.afterEntries = Buffer.alloc(32);
  }),
  twist('gap before the directory, signing block', ({ archive }) => {
    archive.afterEntries = Buffer.concat([
      u64(24),
      Buffer.alloc(8),
      u64(24),
      Buffer.from('APK Sig Block 42'),
    ]);
  }),
  twist('signature of the directory', ({ archive }) => {
    archive.afterDirectory = Buffer.concat([u32(0x05054b50), u16(4), Buffer.from('sign')]);
  }),
  ...[1, 2, 16, 512].map((length) =>
    twist(`${length} zeros after the end`, ({ archive }) => {
      archive.suffix = Buffer.alloc(length);
    }),
  ),
  twist('line break after the end', ({ archive }) => {
    archive.suffix = Buffer.from('\r\n');
  }),
  twist('directory in another order', ({ entries }) => {
    entries.reverse();
  }),
  twist('entry deleted, its bytes left', (draft) => {
    first(draft).isHidden = true;
  }),
  twist('folder twice', ({ entries }) => {
    entries.push({ name: 'folder/', content: '' });
  }),
  twist('folder deflated', ({ entries }) => {
    entries.push({ name: 'deflated/', content: '', method: 8 });
  }),
  twist('folder with a descriptor', ({ entries }) => {
    entries.push({ name: 'described/', content: '', descriptor: 'signed32' });
  }),
  twist('folder deflated with a descriptor', ({ entries }) => {
    entries.push({ name: 'described/', content: '', method: 8, descriptor: 'signed32' });
  }),
  twist('folder with zip64', ({ entries }) => {
    entries.push({ name: 'wide/', content: '', zip64: true });
  }),
  twist('folder with the mode of a file', ({ entries }) => {
    entries.push({ name: 'moded/', content: '', mode: 0o100644 });
  }),
  twist('folder with content', ({ entries }) => {
    entries.push({ name: 'full/', content: 'content' });
  }),
  twist('folder `./`', ({ entries }) => {
    entries.unshift({ name: './', content: '' });
  }),
  twist('folder `/`', ({ entries }) => {
    entries.unshift({ name: '/', content: '' });
  }),
  twist('folder after what is in it', ({ entries }) => {
    entries.push({ name: 'late/a.txt', content: 'a' }, { name: 'late/', content: '' });
  }),
  twist('folder by its mode, without a slash', ({ entries }) => {
    entries.push({ name: 'slashless', content: '', mode: 0o040755 });
  }),
  twist('empty file', ({ entries }) => {
    entries.push({ name: 'empty.txt', content: '' });
  }),
  twist('empty file, deflated', ({ entries }) => {
    entries.push({ name: 'empty.txt', content: '', method: 8 });
  }),
  twist('empty file, deflated, with a descriptor', ({ entries }) => {
    entries.push({ name: 'empty.txt', content: '', method: 8, descriptor: 'signed32' });
  }),
  twist('empty file, said to be deflated, without a byte', ({ entries }) => {
    entries.push({ name: 'empty.txt', content: '', method: 8, data: Buffer.alloc(0) });
  }),
  twist('deflated in two blocks with a flush between', (draft) => {
    const half = deflateRawSync(TEXT.slice(0, 100), { finishFlush: 2 });
    draft.target.data = Buffer.concat([half, deflateRawSync(TEXT.slice(100))]);
  }),
  twist('deflated without compression', (draft) => {
    draft.target.data = deflateRawSync(TEXT, { level: 0 });
  }),
  twist('byte after the deflated data', (draft) => {
    draft.target.data = Buffer.concat([DEFLATED, Buffer.of(0)]);
  }),
  twist('one entry', ({ entries, target }) => {
    entries.splice(0, entries.length, target);
  }),
  twist('300 entries', ({ entries }) => {
    for (let index = 0; index < 300; index++) entries.unshift({ name: `n${index}`, content: `${index}` });
  }),
  twist('names that differ in case', ({ entries }) => {
    entries.unshift({ name: 'FIRST.txt', content: '' });
  }),
  twist('a name twice', ({ entries }) => {
    entries.unshift({ name: 'first.txt', content: TEXT });
  }),
];

export interface TwistedArchive {
  /** The names of its twists. */
  readonly twists: readonly string[];
  readonly bytes: () => Buffer;
}

/** Each twist alone, plus `count` random combinations of two or three. */
export function twistedArchives(seed: number, count: number): TwistedArchive[] {
  const random = pseudoRandom(seed);
  const any = () => TWISTS.at(random() % TWISTS.length) as Twist;
  const together = Array.from({ length: count }, () => Array.from({ length: 2 + (random() % 2) }, any));
  return [...TWISTS.map((each) => [each]), ...together].map((twists) => ({
    twists: twists.map(({ name }) => name),
    bytes() {
      const draft = plainDraft();
      for (const { apply } of twists) apply(draft);
      for (const apply of draft.later) apply();
      return makeZip(draft.entries, draft.archive);
    },
  }));
}

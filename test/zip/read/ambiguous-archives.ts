import { pseudoRandomBytes } from '../../support/bytes.ts';
import {
  type ArchiveSpec,
  type CentralLies,
  type EndLies,
  type EntrySpec,
  type HeaderLies,
  makeZip,
  u32,
} from '../../support/zip-maker.ts';

/** An archive that two programs could read differently, because two of its fields contradict each other. */
export interface AmbiguousArchive {
  readonly name: string;
  readonly bytes: () => Buffer;
}

/** The contents of the entries; nothing else may be extracted. */
export const CONTENTS: readonly string[] = ['Guten Tag. '.repeat(40), 'second '.repeat(30), 'third'];

const KINDS: readonly (readonly [name: string, spec: Partial<EntrySpec>])[] = [
  ['stored', {}],
  ['deflated', { method: 8 }],
  ['stored, described', { descriptor: 'signed32' }],
  ['deflated, described', { method: 8, descriptor: 'plain64' }],
  ['deflated, zip64', { method: 8, zip64: true }],
];

const LOCAL_LIES: readonly (readonly [name: string, lies: HeaderLies])[] = [
  ['signature', { signature: 0x04034b51 }],
  ['method', { method: 1 }],
  ['encrypted flag', { flags: 1 }],
  ['UTF-8 flag', { flags: 0 }],
  ['CRC', { crc: 7 }],
  ['compressed size', { compressedSize: 7 }],
  ['size', { size: 7 }],
  ['name', { name: 'b.txt' }],
  ['name of a different length', { name: 'ab.txt' }],
  ['name of a folder', { name: 'a.tx/' }],
  ['name length', { nameLength: 4 }],
  ['length of extra fields', { extraLength: 3 }],
];

const CENTRAL_LIES: readonly (readonly [name: string, lies: CentralLies])[] = [
  ['signature', { signature: 0x02014b51 }],
  ['CRC', { crc: 7 }],
  ['compressed size', { compressedSize: 7 }],
  ['size', { size: 7 }],
  ['name', { name: 'c.txt' }],
  ['name length, shorter', { nameLength: 4 }],
  ['name length, longer', { nameLength: 6 }],
  ['length of extra fields', { extraLength: 5 }],
  ['comment length', { commentLength: 2 }],
  ['offset, one less', { offset: -1 }],
  ['offset, one more', { offset: 1 }],
  ['disk', { disk: 1 }],
];

const END_LIES: readonly (readonly [name: string, lies: EndLies])[] = [
  ['signature', { signature: 0x06054b51 }],
  ['disk', { disk: 1 }],
  ['disk of the directory', { directoryDisk: 1 }],
  ['one entry less', { entries: 2, entriesHere: 2 }],
  ['one entry more', { entries: 4, entriesHere: 4 }],
  ['no entries', { entries: 0, entriesHere: 0 }],
  ['no directory', { entries: 0, entriesHere: 0, directoryBytes: 0 }],
  ['entries on this disk', { entriesHere: 1 }],
  ['directory bytes', { directoryBytes: 100 }],
  ['directory start', { directoryStart: 7 }],
  ['directory start at the beginning', { directoryStart: 0 }],
  ['comment length, longer', { commentLength: 1 }],
  ['comment cut', { comment: 'hello', commentLength: 3 }],
];

const END_SIGNATURE = Buffer.from('PK\x05\x06', 'latin1');
const JUNK: readonly (readonly [name: string, bytes: Buffer])[] = [
  ['one byte', Buffer.of(0)],
  ['a line', Buffer.from('#!/bin/sh\n')],
  ['a whole archive', makeZip([{ name: 'other', content: 'evil' }])],
  ['an empty archive', makeZip([])],
  ['an end signature', END_SIGNATURE],
  ['70,000 bytes', pseudoRandomBytes(70_000, 5)],
  ['a local header', Buffer.concat([u32(0x04034b50), Buffer.alloc(26)])],
];

function entries(first: Partial<EntrySpec> = {}, second: Partial<EntrySpec> = {}): EntrySpec[] {
  return [
    { name: 'a.txt', content: CONTENTS[0] ?? '', ...first },
    { name: 'd/b.txt', content: CONTENTS[1] ?? '', method: 8, ...second },
    { name: 'c', content: CONTENTS[2] ?? '' },
  ];
}

function archive(name: string, make: () => readonly EntrySpec[], spec?: ArchiveSpec): AmbiguousArchive {
  return { name, bytes: () => makeZip(make(), spec) };
}

/** Makes an offset that is off by one from that of the second entry. */
function shifted(lies: CentralLies, spec: Partial<EntrySpec>): CentralLies {
  if (lies.offset === undefined) return lies;
  const truth = makeZip([{ name: 'a.txt', content: CONTENTS[0] ?? '' }]).readUInt32LE(
    makeZip([{ name: 'a.txt', content: CONTENTS[0] ?? '' }]).length - 6,
  );
  return { ...lies, offset: truth + lies.offset, ...(spec.zip64 === true ? { extra: Buffer.alloc(0) } : {}) };
}

export const AMBIGUOUS_ARCHIVES: readonly AmbiguousArchive[] = [
  ...KINDS.flatMap(([kind, spec]) =>
    LOCAL_LIES.map(([what, local]) =>
      archive(`case 100: ${kind}, local header lies about ${what}`, () => entries({ ...spec, local })),
    ),
  ),
  ...KINDS.slice(0, 4).flatMap(([kind, spec]) =>
    CENTRAL_LIES.map(([what, central]) =>
      archive(`case 100: ${kind}, directory lies about ${what}`, () =>
        entries({}, { method: 0, ...spec, central: shifted(central, spec) }),
      ),
    ),
  ),
  ...END_LIES.flatMap(([what, end]) => [
    archive(`case 102: end record lies about ${what}`, () => entries(), { end }),
    archive(`case 103: end record lies about ${what}, with zip64 records`, () => entries(), {
      zip64End: true,
      end,
    }),
  ]),
  ...JUNK.flatMap(([what, bytes]) => [
    archive(`case 102: ${what} before it`, () => entries(), { prefix: bytes }),
    archive(`case 102: ${what} after it`, () => entries(), { suffix: bytes }),
    archive(`case 102: ${what} between entries`, () => entries({}, { gapBefore: bytes })),
    archive(`case 102: ${what} before the directory`, () => entries(), { afterEntries: bytes }),
    archive(`case 102: ${what} after the directory`, () => entries(), { afterDirectory: bytes }),
  ]),
  ...[END_SIGNATURE, makeZip([]), makeZip(entries())].map((comment, index) =>
    archive(`case 102: comment that looks like an end, form ${index}`, () => entries(), {
      end: { comment: Buffer.concat([comment, Buffer.alloc(index === 0 ? 30 : 0)]) },
    }),
  ),
];

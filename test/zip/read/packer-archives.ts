import {
  type ArchiveSpec,
  type EntrySpec,
  extraField,
  makeZip,
  timestampExtra,
  u32,
  u64,
} from '../../support/zip-maker.ts';

/** A form that real packers write: valid, though not by the letter of the format. */
export interface PackerArchive {
  readonly name: string;
  readonly bytes: () => Buffer;
  readonly paths: readonly string[];
}

/** A similar form with a contradiction, so that programs could read it differently. */
export interface LyingArchive {
  readonly name: string;
  readonly bytes: () => Buffer;
  readonly says: RegExp;
}

export const TEXT = 'Guten Tag. '.repeat(40);
const SIZE = TEXT.length;
const ALL_ONES = 0xffffffff;
const SECOND = 'b.txt';
/** Where the second of two entries starts, given the bytes of extra fields in the first one. */
const secondStart = (extraBytes = 0): number => 30 + 'a.txt'.length + extraBytes + SIZE;
const file = (spec: Partial<EntrySpec> = {}): EntrySpec => ({ name: 'a.txt', content: TEXT, ...spec });
const second = (spec: Partial<EntrySpec> = {}): EntrySpec => file({ name: SECOND, ...spec });

function zip64Field(numbers: readonly (number | bigint)[], disk?: number): Buffer {
  const content = [...numbers.map(u64), ...(disk === undefined ? [] : [u32(disk)])];
  return extraField(0x0001, Buffer.concat(content));
}

/** Both sizes are all ones and the offset is not, yet the field contains it. */
function withOffset(spec: EntrySpec, offset: number, field = zip64Field([SIZE, SIZE, offset])): EntrySpec {
  return { ...spec, central: { size: ALL_ONES, compressedSize: ALL_ONES, extra: field } };
}

/** All but the disk are all ones, yet the field contains the disk. */
function withDisk(spec: EntrySpec, offset: number, field = zip64Field([SIZE, SIZE, offset], 0)): EntrySpec {
  return { ...spec, central: { size: ALL_ONES, compressedSize: ALL_ONES, offset: ALL_ONES, extra: field } };
}

const localField = (numbers: readonly number[], disk?: number): Partial<EntrySpec> => ({
  local: { extra: zip64Field(numbers, disk) },
});
const asked = { size: ALL_ONES, compressedSize: ALL_ONES };
/** Pads to the next 512 bytes, plus so many blocks. */
const padded = (bytes: Buffer, blocks = 0): Buffer =>
  Buffer.concat([bytes, Buffer.alloc(512 * blocks + ((512 - (bytes.length % 512)) % 512))]);
/** Pads the last block with zeros to 10,240 bytes. */
const toPipe = (bytes: Buffer): Buffer =>
  Buffer.concat([bytes, Buffer.alloc((10_240 - (bytes.length % 10_240)) % 10_240)]);
const DOS_FOLDER = { madeBy: 20, externalAttributes: 0x10 };
const EMPTY_FOLDER = { name: 'd', content: '' };

/** The offsets account for the marker. */
function marked(mark: string, entries: readonly EntrySpec[], archive?: ArchiveSpec): Buffer {
  const [first, ...rest] = entries;
  if (first === undefined) throw new RangeError('no entry');
  return makeZip([{ ...first, gapBefore: Buffer.from(mark, 'latin1') }, ...rest], archive);
}

export const SPLIT_MARK = 'PK\x07\x08';
const UNSPLIT_MARK = 'PK00';

export const PACKER_ARCHIVES: readonly PackerArchive[] = [
  {
    name: 'zip64 field with the offset, which the header also has (compress-commons)',
    bytes: () => makeZip([withOffset(file(), 0), withOffset(second(), secondStart())]),
    paths: ['a.txt', SECOND],
  },
  {
    name: 'zip64 field with offset and disk, which the header also has',
    bytes: () => {
      const field = zip64Field([SIZE, SIZE, secondStart()], 0);
      return makeZip([file(), withOffset(second(), secondStart(), field)]);
    },
    paths: ['a.txt', SECOND],
  },
  {
    name: 'zip64 field with the disk, which the header also has (commons-compress, sharpcompress)',
    bytes: () =>
      makeZip([withDisk(file(), 0), withDisk(second(), secondStart())], {
        zip64End: true,
      }),
    paths: ['a.txt', SECOND],
  },
  {
    name: 'attributes of all ones',
    bytes: () => makeZip([file({ central: { externalAttributes: ALL_ONES } })]),
    paths: ['a.txt'],
  },
  {
    name: 'zip64 field with the compressed size, which the header also has',
    bytes: () => makeZip([file({ central: { size: ALL_ONES, extra: zip64Field([SIZE, SIZE]) } })]),
    paths: ['a.txt'],
  },
  ...(
    [
      ['without numbers', localField([])],
      ['with the size', localField([SIZE])],
      ['with the size alone, as required', { local: { size: ALL_ONES, extra: zip64Field([SIZE]) } }],
      ['with the offset', localField([SIZE, SIZE, 0])],
      ['with offset and disk', localField([SIZE, SIZE, 0], 0)],
      ['with offset and disk, as required', { local: { ...asked, extra: zip64Field([SIZE, SIZE, 0], 0) } }],
      [
        'with sizes of 0 before a descriptor',
        { descriptor: 'signed64', local: { ...asked, extra: zip64Field([0, 0, 0], 0) } },
      ],
      ['without numbers before a descriptor', { descriptor: 'signed32', ...localField([]) }],
    ] as const
  ).map(([what, spec]) => ({
    name: `local zip64 field ${what}`,
    bytes: () => makeZip([file(spec), second()]),
    paths: ['a.txt', SECOND],
  })),
  {
    name: 'local zip64 field with the offset of a later entry',
    bytes: () => makeZip([file(), second(localField([SIZE, SIZE, secondStart()], 0))]),
    paths: ['a.txt', SECOND],
  },
  {
    name: 'zero padding to 10,240 bytes (bsdtar to a pipe)',
    bytes: () => toPipe(makeZip([file(), second()])),
    paths: ['a.txt', SECOND],
  },
  {
    name: 'zero padding to 512 bytes, after a comment that ends with a zero',
    bytes: () => padded(makeZip([file()], { end: { comment: 'hello\0' } })),
    paths: ['a.txt'],
  },
  {
    name: 'as many zeros as are allowed, after the longest comment and zip64 records',
    bytes: () => {
      const end = { comment: Buffer.alloc(0xffff, 0x20) };
      const whole = makeZip([file()], { zip64End: true, end });
      const fitting = 512 - ((whole.length + 10_239) % 512);
      const content = TEXT + 'x'.repeat(fitting);
      return Buffer.concat([makeZip([file({ content })], { zip64End: true, end }), Buffer.alloc(10_239)]);
    },
    paths: ['a.txt'],
  },
  {
    name: 'empty, with zero padding to 10,240 bytes',
    bytes: () => toPipe(makeZip([])),
    paths: [],
  },
  { name: 'empty with zip64 records', bytes: () => makeZip([], { zip64End: true }), paths: [] },
  {
    name: 'two timestamps',
    bytes: () => makeZip([file({ extra: Buffer.concat([timestampExtra(5), timestampExtra(6)]) })]),
    paths: ['a.txt'],
  },
  ...[3, 4, 7, 40].flatMap((length) =>
    [0, 0xff].map((value) => ({
      name: `extra fields padded with ${length} bytes of ${value}`,
      bytes: () =>
        makeZip([
          file({ extra: Buffer.concat([timestampExtra(5), Buffer.alloc(length, value)]) }),
          second({ extra: Buffer.alloc(length, value) }),
        ]),
      paths: ['a.txt', SECOND],
    })),
  ),
  {
    name: 'folder by its DOS attribute, without a slash',
    bytes: () => makeZip([{ ...EMPTY_FOLDER, mode: 0, central: DOS_FOLDER }, file({ name: 'd/a.txt' })]),
    paths: ['d/', 'd/a.txt'],
  },
  {
    name: 'folder by DOS attribute and mode, without a slash, after its content',
    bytes: () => {
      const externalAttributes = ((0o040755 << 16) | 0x10) >>> 0;
      return makeZip([file({ name: 'd/a.txt' }), { ...EMPTY_FOLDER, central: { externalAttributes } }]);
    },
    paths: ['d/a.txt', 'd/'],
  },
  {
    name: 'marker of a split archive before the first entry of an unsplit one (zip -s)',
    bytes: () => marked(SPLIT_MARK, [file(), second()]),
    paths: ['a.txt', SECOND],
  },
  {
    name: 'marker of an archive that was not split after all',
    bytes: () => marked(UNSPLIT_MARK, [file(), second()], { zip64End: true }),
    paths: ['a.txt', SECOND],
  },
];

const SPLIT = /part of a split archive/;
/** Eight zeros, as if a comment followed. */
const EARLIER_END = makeZip([], { end: { commentLength: 8, comment: Buffer.alloc(8) } });

export const LYING_ARCHIVES: readonly LyingArchive[] = [
  ...(
    [
      ['another offset', withOffset(second(), 0, zip64Field([SIZE, SIZE, 0]))],
      ['another disk', withOffset(second(), 0, zip64Field([SIZE, SIZE, secondStart()], 1))],
      ['another disk, as required', withDisk(second(), 0, zip64Field([SIZE, SIZE, secondStart()], 1))],
      ['half a number', withOffset(second(), 0, extraField(1, Buffer.alloc(20)))],
      ['one number too many', withOffset(second(), 0, zip64Field([SIZE, SIZE, secondStart(), 0]))],
      [
        'another compressed size',
        second({ central: { size: ALL_ONES, extra: zip64Field([SIZE, SIZE + 1]) } }),
      ],
      [
        'an offset in place of the size, with only the offset required',
        second({ central: { offset: ALL_ONES, extra: zip64Field([secondStart(), SIZE, secondStart()]) } }),
      ],
      [
        'sizes before the offset, with only the offset required',
        second({ central: { offset: ALL_ONES, extra: zip64Field([SIZE, SIZE, secondStart()]) } }),
      ],
    ] as const
  ).map(([what, spec]) => ({
    name: `zip64 field with ${what}`,
    bytes: () => makeZip([file(), spec]),
    says: /zip64 extra field|size|another disk/,
  })),
  ...(
    [
      ['another size', [SIZE + 1], undefined, /its sizes/],
      ['another compressed size', [SIZE, 1], undefined, /its sizes/],
      ['another offset', [SIZE, SIZE, 0], undefined, /its offset/],
      ['an offset above 2^53', [SIZE, SIZE, 2n ** 60n], undefined, /its offset/],
      ['another disk', [SIZE, SIZE, secondStart()], 1, /its disk/],
      ['one number too many', [SIZE, SIZE, secondStart(), 0], undefined, /wrong length/],
    ] as const
  ).map(([what, numbers, disk, says]) => ({
    name: `local zip64 field with ${what}`,
    bytes: () => makeZip([file(), second({ local: { extra: zip64Field(numbers, disk) } })]),
    says,
  })),
  {
    name: 'local zip64 field without the required sizes',
    bytes: () => makeZip([file({ local: { ...asked, extra: zip64Field([]) } })]),
    says: /wrong length/,
  },
  {
    name: 'zeros after the end that do not fill a block',
    bytes: () => {
      const bytes = makeZip([file()]);
      return Buffer.concat([padded(bytes), Buffer.of(0)]);
    },
    says: /followed by/,
  },
  {
    name: 'more than 10,240 zeros after the end',
    bytes: () => padded(makeZip([file()]), 20),
    says: /followed by/,
  },
  {
    name: 'zeros after the end with another byte among them',
    bytes: () => {
      const bytes = toPipe(makeZip([file()]));
      bytes[bytes.length - 600] = 1;
      return bytes;
    },
    says: /followed by/,
  },
  {
    name: 'an end record before the padded one',
    bytes: () => toPipe(makeZip([file()], { afterDirectory: EARLIER_END })),
    says: /two end records|should end at/,
  },
  {
    name: 'an end record in the comment of the padded one',
    bytes: () => toPipe(makeZip([file()], { end: { comment: EARLIER_END } })),
    says: /two end records/,
  },
  {
    name: 'an empty archive between the end record and the zeros',
    bytes: () => toPipe(makeZip([file()], { end: { comment: makeZip([]), commentLength: 0 } })),
    says: /preceded by/,
  },
  {
    name: 'folder by its DOS attribute, with content',
    bytes: () => makeZip([{ ...EMPTY_FOLDER, content: TEXT, mode: 0, central: DOS_FOLDER }]),
    says: /neither a file nor a folder/,
  },
  {
    name: 'folder by its DOS attribute, file by its mode',
    bytes: () => {
      const externalAttributes = ((0o100644 << 16) | 0x10) >>> 0;
      return makeZip([{ ...EMPTY_FOLDER, central: { externalAttributes } }]);
    },
    says: /neither a file nor a folder/,
  },
  {
    name: 'extra fields padded with all ones, and another byte after them',
    bytes: () => makeZip([file({ extra: Buffer.concat([Buffer.alloc(6, 0xff), Buffer.of(1)]) })]),
    says: /longer than the space for it/,
  },
  {
    name: 'a marker of four other bytes',
    bytes: () => marked('PK07', [file()]),
    says: /4 bytes before its first entry/,
  },
  {
    name: 'a marker and one more byte',
    bytes: () => marked(`${UNSPLIT_MARK}\0`, [file()]),
    says: /before its first entry/,
  },
  {
    name: 'a marker that the offsets do not account for',
    bytes: () => makeZip([file()], { prefix: Buffer.from(SPLIT_MARK, 'latin1') }),
    says: /preceded by/,
  },
  {
    name: 'the first part of a split archive',
    bytes: () => marked(SPLIT_MARK, [file()]).subarray(0, 300),
    says: SPLIT,
  },
  {
    name: 'the last part of a split archive',
    bytes: () =>
      makeZip([file({ central: { disk: 2 } })], { end: { disk: 3, directoryDisk: 3 } }).subarray(100),
    says: SPLIT,
  },
  {
    name: 'the last part of a split archive with zip64 records',
    bytes: () => makeZip([file()], { zip64End: { disk: 3, locator: { disks: 4, disk: 3 } } }),
    says: SPLIT,
  },
  {
    name: 'all parts of a split archive, one after the other',
    bytes: () => marked(SPLIT_MARK, [file()], { end: { disk: 3, directoryDisk: 3 } }),
    says: SPLIT,
  },
];

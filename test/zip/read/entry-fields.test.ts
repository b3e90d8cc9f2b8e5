import { crc32 } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { openByteStream } from '../../../src/zip/read/byte-stream.ts';
import { combineCrc32 } from '../../../src/zip/read/crc32-combine.ts';
import { readDataDescriptor } from '../../../src/zip/read/data-descriptor.ts';
import { readDirectory } from '../../../src/zip/read/directory.ts';
import type { ArchiveEntry } from '../../../src/zip/read/entry.ts';
import { decodeName } from '../../../src/zip/read/entry-name.ts';
import { entryPath } from '../../../src/zip/read/entry-path.ts';
import { modifiedTimeMs } from '../../../src/zip/read/entry-time.ts';
import { readExtraFields } from '../../../src/zip/read/extra-fields.ts';
import { readDataStart } from '../../../src/zip/read/local-header.ts';
import { readZip64Row } from '../../../src/zip/read/zip64-field.ts';
import { makeZip } from '../../support/zip-maker.ts';
import { memorySource } from '../memory-source.ts';

/** Concatenates little-endian numbers of 2, 4, or 8 bytes. */
function pack(...numbers: readonly (readonly [value: number, sizeBytes: 2 | 4 | 8])[]): Buffer {
  return Buffer.concat(
    numbers.map(([value, sizeBytes]) => {
      const bytes = Buffer.alloc(sizeBytes);
      if (sizeBytes === 2) bytes.writeUInt16LE(value);
      else if (sizeBytes === 4) bytes.writeUInt32LE(value);
      else bytes.writeBigUInt64LE(BigInt(value));
      return bytes;
    }),
  );
}

const where = () => 'entry "a"';

describe('the time of an entry', () => {
  const dos = (year: number, month: number, day: number) => ((year - 1980) << 9) | (month << 5) | day;
  const stamp = (flags: number, seconds: number) => Buffer.concat([Buffer.from([flags]), pack([seconds, 4])]);

  test.each<[number, number, Buffer | null, string | null]>([
    [0, dos(1980, 1, 1), null, '1980-01-01T00:00:00.000Z'],
    [(23 << 11) | (59 << 5) | 29, dos(2107, 12, 31), null, '2107-12-31T23:59:58.000Z'],
    [(1 << 11) | (2 << 5) | 3, dos(2026, 11, 29), null, '2026-11-29T01:02:06.000Z'],
    [0, dos(2026, 1, 0), null, null],
    [0, dos(2026, 0, 1), null, null],
    [0, dos(2026, 13, 1), null, null],
    [0, 0, stamp(1, 1_768_478_400), '2026-01-15T12:00:00.000Z'],
    [0, dos(2026, 1, 2), stamp(3, 0), '1970-01-01T00:00:00.000Z'],
    [0, dos(2026, 1, 2), stamp(2, 1_768_478_400), '2026-01-02T00:00:00.000Z'],
    [0, dos(2026, 1, 2), stamp(1, 0).subarray(0, 4), '2026-01-02T00:00:00.000Z'],
    [0, dos(2026, 1, 2), Buffer.alloc(0), '2026-01-02T00:00:00.000Z'],
    [0, 0, stamp(1, 0xffffffff), '1969-12-31T23:59:59.000Z'],
  ])('%i, %i, %j: %s', (time, date, timestamps, wanted) => {
    const timeMs = modifiedTimeMs(time, date, timestamps);
    expect(timeMs === null ? null : new Date(timeMs).toISOString()).toBe(wanted);
  });
});

describe('extra fields', () => {
  const field = (id: number, content: string) =>
    Buffer.concat([pack([id, 2], [content.length, 2]), Buffer.from(content)]);
  const read = (...parts: readonly Buffer[]) => {
    const { zip64, timestamps, unicodePath } = readExtraFields(Buffer.concat(parts), where);
    return [zip64, timestamps, unicodePath].map((part) => part?.toString() ?? null);
  };

  test.each<[string, readonly Buffer[], readonly (string | null)[]]>([
    ['none', [], [null, null, null]],
    ['all', [field(1, 'z'), field(0x5455, 't'), field(0x7075, 'u')], ['z', 't', 'u']],
    ['others', [field(0x9999, 'x'), field(1, '')], ['', null, null]],
    ['two timestamp fields', [field(0x5455, 'one'), field(0x5455, 'two')], [null, 'one', null]],
    ['padding of three zeros', [field(1, 'z'), Buffer.alloc(3)], ['z', null, null]],
    ['a field without content', [Buffer.alloc(4), field(1, 'z')], ['z', null, null]],
    ['padding of 0xff bytes', [field(1, 'z'), Buffer.alloc(7, 0xff)], ['z', null, null]],
    ['padding of a single 0xff byte', [field(1, 'z'), Buffer.alloc(1, 0xff)], ['z', null, null]],
  ])('%s', (_name, parts, wanted) => {
    expect(read(...parts)).toEqual(wanted);
  });

  test.each<[string, readonly Buffer[], string, string]>([
    [
      'a truncated field',
      [pack([1, 2], [1, 2])],
      'INTEGRITY',
      'an extra field of entry "a" is longer than the space for it',
    ],
    [
      'bytes after the fields',
      [field(1, 'z'), Buffer.from([0, 1])],
      'INTEGRITY',
      'bytes are left over after the extra fields of entry "a"',
    ],
    [
      '0xff padding followed by another byte',
      [Buffer.from([0xff, 0xff, 0])],
      'INTEGRITY',
      'bytes are left over after the extra fields of entry "a"',
    ],
    [
      'two zip64 fields',
      [field(1, 'y'), field(1, 'z')],
      'UNSAFE',
      'entry "a" has two extra fields of the same kind (zip64)',
    ],
    [
      'two Unicode path fields',
      [field(0x7075, 'y'), field(0x7075, 'z')],
      'UNSAFE',
      'entry "a" has two extra fields of the same kind (unicodePath)',
    ],
  ])('rejects %s', (_name, parts, code, message) => {
    expect(() => read(...parts)).toThrow(
      expect.objectContaining({ code, message: expect.stringContaining(message) as string }),
    );
  });
});

test.each<[Buffer, ReturnType<typeof readZip64Row>]>([
  [Buffer.alloc(0), { numbers: [], disk: null }],
  [pack([5, 8]), { numbers: [5], disk: null }],
  [pack([5, 8], [6, 8], [7, 8]), { numbers: [5, 6, 7], disk: null }],
  [pack([5, 8], [6, 8], [7, 8], [2, 4]), { numbers: [5, 6, 7], disk: 2 }],
  [pack([5, 8], [2, 4]), null],
  [pack([1, 8], [2, 8], [3, 8], [4, 8]), null],
  [Buffer.alloc(7), null],
  [Buffer.alloc(8, 0xff), { numbers: [null], disk: null }],
])('reads a zip64 field of %j', (field, row) => {
  expect(readZip64Row(field)).toEqual(row);
});

test.each([
  ['a\\b', 'stated', 0, false, 'a/b'],
  ['a\\b', 'stated', 10, false, 'a/b'],
  ['a\\b', 'stated', 11, false, 'a/b'],
  ['a\\b', 'stated', 14, false, 'a/b'],
  ['a\\b', 'guessed-utf8', 0, false, 'a/b'],
  ['a\\b', 'guessed-cp437', 0, false, 'a\\b'],
  ['a\\b', 'stated', 3, false, 'a\\b'],
  ['a\\b', 'stated', 1, false, 'a\\b'],
  ['a\\b/c', 'stated', 0, false, 'a\\b/c'],
  ['./a', 'stated', 3, false, 'a'],
  ['.\\a', 'stated', 0, false, 'a'],
  ['./', 'stated', 3, false, './'],
  ['././a', 'stated', 3, false, '././a'],
  ['.//a', 'stated', 3, false, './/a'],
  ['./.a', 'stated', 3, false, '.a'],
  ['a', 'stated', 3, true, 'a/'],
  ['a/', 'stated', 3, true, 'a/'],
  ['', 'stated', 3, true, ''],
] as const)(
  '%j (%s, host system %i, folder attribute: %j) becomes %j',
  (name, reading, host, isFolderByAttribute, path) => {
    expect(entryPath({ name, reading }, { host, isFolderByAttribute })).toBe(path);
  },
);

describe('the name of an entry', () => {
  const unicode = (name: string | Buffer, raw: Buffer, version = 1) =>
    Buffer.concat([Buffer.from([version]), pack([crc32(raw), 4]), Buffer.from(name)]);
  const UTF8 = Buffer.from('ä');
  const LATIN = Buffer.from([0xe4]);

  test.each<[string, Parameters<typeof decodeName>, string, string]>([
    ['in ASCII', [Buffer.from('a'), false, null], 'a', 'stated'],
    ['in UTF-8 with the flag', [UTF8, true, null], 'ä', 'stated'],
    ['with the UTF-8 flag but invalid UTF-8', [LATIN, true, null], '\uFFFD', 'invalid'],
    ['in UTF-8 without the flag', [UTF8, false, null], 'ä', 'guessed-utf8'],
    ['in any other encoding', [LATIN, false, null], 'Σ', 'guessed-cp437'],
    ['decoded as the user chose', [LATIN, false, null, () => 'x'], 'x', 'stated'],
    ['invalid in the encoding the user chose', [LATIN, false, null, () => null], '\uFFFD', 'invalid'],
    ['with a Unicode name', [LATIN, false, unicode('ä', LATIN)], 'ä', 'stated'],
    [
      'with a Unicode name for a placeholder',
      [Buffer.from('?'), false, unicode('ä', Buffer.from('?'))],
      'ä',
      'stated',
    ],
    [
      'with an identical Unicode name',
      [Buffer.from('a'), false, unicode('a', Buffer.from('a'))],
      'a',
      'stated',
    ],
  ])('%s', (_what, parts, name, reading) => {
    expect(decodeName(...parts)).toEqual({ name, reading });
  });

  test.each<[string, Parameters<typeof decodeName>, string]>([
    [
      'a Unicode name of another entry',
      [LATIN, false, unicode('ä', UTF8)],
      'entry "Σ" has the Unicode name of another entry',
    ],
    [
      'a Unicode name field of another version',
      [LATIN, false, unicode('ä', LATIN, 2)],
      'entry "Σ" has the Unicode name of another entry',
    ],
    [
      'a truncated Unicode name field',
      [LATIN, false, unicode('ä', LATIN).subarray(0, 4)],
      'entry "Σ" has the Unicode name of another entry',
    ],
    [
      'a Unicode name that is not UTF-8',
      [LATIN, false, unicode(LATIN, LATIN)],
      'entry "Σ" has a second name, "\uFFFD"',
    ],
    [
      'a different Unicode name',
      [Buffer.from('a'), false, unicode('b', Buffer.from('a'))],
      'entry "a" has a second name, "b"',
    ],
    [
      'a different Unicode name next to a UTF-8 name',
      [UTF8, true, unicode('b', UTF8)],
      'entry "ä" has a second name, "b"',
    ],
  ])('with %s is rejected', (_what, parts, words) => {
    expect(() => decodeName(...parts)).toThrow(
      expect.objectContaining({ code: 'UNSAFE', message: expect.stringContaining(words) as string }),
    );
  });
});

test('combines the checksums of two pieces', () => {
  for (const [one, other] of [
    ['', ''],
    ['a', ''],
    ['', 'b'],
    ['hello ', 'world'],
    ['x'.repeat(1_000), 'y'.repeat(70_001)],
  ] as const)
    expect(combineCrc32(crc32(one), crc32(other), other.length)).toBe(crc32(one + other));
});

const ENTRY = {
  path: 'a',
  name: 'a',
  rawName: 'a',
  sizeBytes: 7,
  compressedBytes: 5,
  methodNumber: 8,
  flags: 0,
  crc32: 0xcafe,
  headerOffset: 0,
  endOffset: 0,
} as ArchiveEntry;

describe('the bytes after the data of an entry', () => {
  const DESCRIBED = { ...ENTRY, flags: 8 };
  const check = async (entry: ArchiveEntry, bytes: Buffer) => {
    const stream = openByteStream(memorySource(bytes), 0, bytes.length);
    await readDataDescriptor(stream, { ...entry, endOffset: bytes.length });
    await stream.close();
  };
  const SIGNATURE: readonly [number, 4] = [0x08074b50, 4];
  const [crc, compressed, size] = [0xcafe, 5, 7];

  test.each<[string, Buffer]>([
    ['sizes of 4 bytes', pack([crc, 4], [compressed, 4], [size, 4])],
    ['a signature', pack(SIGNATURE, [crc, 4], [compressed, 4], [size, 4])],
    ['sizes of 8 bytes', pack([crc, 4], [compressed, 8], [size, 8])],
    ['both', pack(SIGNATURE, [crc, 4], [compressed, 8], [size, 8])],
  ])('may be a descriptor with %s', async (_name, bytes) => {
    await expect(check(DESCRIBED, bytes)).resolves.toBeUndefined();
    await expect(check(ENTRY, bytes)).rejects.toMatchObject({
      code: 'UNSAFE',
      message: expect.stringContaining(`after entry "a" there are ${bytes.length} bytes`) as string,
    });
    // Every byte of the descriptor is checked.
    for (let index = 0; index < bytes.length; index += 1) {
      const changed = Buffer.from(bytes);
      changed[index] = (changed[index] ?? 0) ^ 0xff;
      await expect(check(DESCRIBED, changed)).rejects.toMatchObject({
        code: 'INTEGRITY',
        message: expect.stringContaining('the data descriptor of entry "a" is wrong') as string,
      });
    }
  });

  test('must be empty without a descriptor, and of a known length with one', async () => {
    await expect(check(ENTRY, Buffer.alloc(0))).resolves.toBeUndefined();
    for (const length of [0, 11, 13, 28])
      await expect(check(DESCRIBED, Buffer.alloc(length))).rejects.toThrow('is missing or of no known form');
  });
});

describe('the header of an entry', () => {
  interface Header {
    signature?: number;
    flags?: number;
    method?: number;
    crc?: number;
    compressed?: number;
    size?: number;
    name?: string;
    extra?: Buffer;
  }
  const headerOf = (fields: Header = {}) => {
    const { signature = 0x04034b50, flags = 0, method = 8, crc = 0xcafe } = fields;
    const { compressed = 5, size = 7, name = 'a', extra = Buffer.alloc(0) } = fields;
    return Buffer.concat([
      pack([signature, 4], [20, 2], [flags, 2], [method, 2], [0, 4], [crc, 4], [compressed, 4], [size, 4]),
      pack([name.length, 2], [extra.length, 2]),
      Buffer.from(name),
      extra,
    ]);
  };
  const zip64 = (...numbers: readonly (readonly [number, 4 | 8])[]) => {
    const content = pack(...numbers);
    return Buffer.concat([pack([1, 2], [content.length, 2]), content]);
  };
  /** The offset where the data starts after such a header. */
  const read = async (header: Header, entry: Partial<ArchiveEntry> = {}) => {
    const bytes = Buffer.concat([headerOf(header), Buffer.alloc(5)]);
    return await readDataStart(memorySource(bytes), { ...ENTRY, endOffset: bytes.length, ...entry });
  };
  const ONES = 0xffffffff;

  test.each<[string, Header, Partial<ArchiveEntry>, number]>([
    ['matching the directory', {}, {}, 31],
    ['with a different compression level', { flags: 6 }, {}, 31],
    ['with its numbers after the data', { flags: 8, crc: 0, compressed: 0, size: 0 }, { flags: 8 }, 31],
    ['with its numbers here and after the data', { flags: 8 }, { flags: 8 }, 31],
    ['with zip64', { compressed: ONES, size: ONES, extra: zip64([7, 8], [5, 8]) }, {}, 51],
    ['with zip64 and all numbers', { extra: zip64([7, 8], [5, 8], [0, 8], [0, 4]) }, {}, 63],
    ['with zip64 and only its size', { size: ONES, extra: zip64([7, 8]) }, {}, 43],
    ['with an empty zip64 field', { extra: zip64() }, {}, 35],
  ])('%s', async (_name, header, entry, dataStart) => {
    expect(await read(header, entry)).toBe(dataStart);
  });

  const disagrees = (what: string) => `has a header that disagrees with the directory about ${what}`;

  test.each<[string, Header, Partial<ArchiveEntry>, string]>([
    ['another signature', { signature: 0x04034b51 }, {}, 'is not where it should be'],
    ['a name longer than its space', { name: 'ab' }, { endOffset: 36 }, 'is longer than the space for it'],
    ['other flags', { flags: 1 }, {}, disagrees('flags')],
    ['other flags in the upper byte', { flags: 0x800 }, {}, disagrees('flags')],
    ['another method', { method: 0 }, {}, disagrees('the compression method')],
    ['another checksum', { crc: 1 }, {}, disagrees('the checksum')],
    ['no checksum', { crc: 0 }, {}, disagrees('the checksum')],
    ['another packed size', { compressed: 6 }, {}, disagrees('its sizes')],
    ['another size', { size: 6 }, {}, disagrees('its sizes')],
    ['another size, described later', { flags: 8, size: 6 }, { flags: 8 }, disagrees('its sizes')],
    [
      'another size in zip64',
      { size: ONES, compressed: ONES, extra: zip64([8, 8], [5, 8]) },
      {},
      disagrees('its sizes'),
    ],
    [
      'another packed size in zip64',
      { size: ONES, compressed: ONES, extra: zip64([7, 8], [6, 8]) },
      {},
      disagrees('its sizes'),
    ],
    ['another size next to zip64', { size: 6, extra: zip64([7, 8], [5, 8]) }, {}, disagrees('its sizes')],
    [
      'another packed size next to zip64',
      { compressed: 6, extra: zip64([7, 8], [5, 8]) },
      {},
      disagrees('its sizes'),
    ],
    ['another offset', { extra: zip64([7, 8], [5, 8], [1, 8]) }, {}, disagrees('its offset')],
    ['another disk', { extra: zip64([7, 8], [5, 8], [0, 8], [1, 4]) }, {}, disagrees('its disk')],
    ['no size in zip64', { size: ONES, extra: zip64() }, {}, 'has a zip64 extra field of the wrong length'],
    [
      'no packed size in zip64',
      { compressed: ONES, extra: zip64([7, 8]) },
      {},
      'has a zip64 extra field of the wrong length',
    ],
    ['half a number in zip64', { extra: zip64([7, 4]) }, {}, 'has a zip64 extra field of the wrong length'],
  ])('with %s is damaged', async (_name, header, entry, message) => {
    await expect(read(header, entry)).rejects.toMatchObject({
      code: 'INTEGRITY',
      message: `the archive is damaged: entry "a" ${message}`,
    });
  });

  test('with another name is rejected', async () => {
    await expect(read({ name: 'b' })).rejects.toMatchObject({
      code: 'UNSAFE',
      message: 'the archive is refused: entry "a" has the name "b" in its own header',
    });
  });
});

test('allows room for extra fields and a descriptor between entries, but not one byte more', async () => {
  const slackBytes = 0xffff + 24;
  const read = async (gapBytes: number) => {
    const zip = makeZip([{ name: 'a' }, { name: 'b', gapBefore: Buffer.alloc(gapBytes) }]);
    return await readDirectory(memorySource(zip));
  };
  expect((await read(slackBytes)).entries).toHaveLength(2);
  await expect(read(slackBytes + 1)).rejects.toMatchObject({
    code: 'UNSAFE',
    message: 'the archive is refused: after entry "a" there are bytes that belong to no entry',
  });
});

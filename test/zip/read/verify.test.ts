import { setImmediate } from 'node:timers/promises';
import { crc32, deflateRawSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import type { RangeSource } from '../../../src/range/range-source.ts';
import { openByteStream } from '../../../src/zip/read/byte-stream.ts';
import { readDirectory } from '../../../src/zip/read/directory.ts';
import { readContent } from '../../../src/zip/read/entry-content.ts';
import { isZip } from '../../../src/zip/read/layout.ts';
import { readDataStart } from '../../../src/zip/read/local-header.ts';
import { verifyArchive } from '../../../src/zip/read/verify.ts';
import { pseudoRandom, pseudoRandomBytes } from '../../support/bytes.ts';
import { makeZip, timestampExtra } from '../../support/zip-maker.ts';
import { failureOf } from '../failure-of.ts';
import { memorySource } from '../memory-source.ts';

const TEXT = 'Guten Tag. '.repeat(40);

describe('verifyArchive', () => {
  test('reads stored and deflated entries of sizes around a block and counts unpacked bytes', async () => {
    const block = 2 ** 20;
    const sizes = [0, 1, 65_535, block - 100, block, block + 1, 3 * block + 17];
    const entries = sizes.flatMap((size, index) => [
      { name: `${size}.stored`, content: pseudoRandomBytes(size, index) },
      { name: `${size}.deflated`, content: pseudoRandomBytes(size, index), method: 8 },
    ]);
    const archive = memorySource(makeZip(entries));
    const progress: number[] = [];

    const verification = await verifyArchive(archive, {
      onProgress: (bytesDone) => progress.push(bytesDone),
    });

    const unpackedBytes = 2 * sizes.reduce((sum, size) => sum + size, 0);
    expect(verification).toEqual({ entries: entries.length, unpackedBytes, unverified: [] });
    expect(progress.at(-1)).toBe(archive.sizeBytes);
    expect(progress).toEqual(progress.toSorted((one, other) => one - other));
  });

  test('case 107: reads each byte except the end at most once, in blocks up to 1 MiB', async () => {
    const archive = memorySource(
      makeZip([...Array(2000).keys()].map((index) => ({ name: `f${index}`, content: TEXT }))),
    );
    await verifyArchive(archive);
    const [tail, ...blocks] = archive.reads.filter(([start, end]) => end > start);
    expect(tail).toEqual([archive.sizeBytes - 65_633, archive.sizeBytes]);
    expect(blocks.every(([start, end]) => end - start <= 2 ** 20)).toBe(true);
    expect(blocks.length).toBeLessThanOrEqual(4);
  });

  test('case 105: lists the entries it could not verify', async () => {
    const archive = makeZip([
      { name: 'a', content: TEXT },
      { name: 'b', content: TEXT, method: 14 },
      { name: 'c', content: TEXT, flags: 1, descriptor: 'signed32' },
    ]);
    const { unverified } = await verifyArchive(memorySource(archive));
    expect(unverified).toEqual([
      { path: 'b', reason: 'compressed as lzma' },
      { path: 'c', reason: 'encrypted' },
    ]);
  });

  test('case 103: reads 65,536 entries with zip64 and rejects them without', async () => {
    const entries = [...Array(65_536).keys()].map((index) => ({ name: `${index}` }));
    const verification = await verifyArchive(memorySource(makeZip(entries, { zip64End: true })));
    expect(verification.entries).toBe(65_536);

    const wrapped = makeZip(entries, { end: { entries: 0, entriesHere: 0 } });
    expect((await failureOf(verifyArchive(memorySource(wrapped)))).code).toBe('INTEGRITY');
  });

  test('stops on abort before the start, between blocks, and within an entry', async () => {
    const archive = makeZip([
      { name: 'big', content: pseudoRandomBytes(4 * 2 ** 20, 1) },
      { name: 'deflated', content: pseudoRandomBytes(4 * 2 ** 20, 2), method: 8 },
    ]);
    const reason = new Error('enough');
    await expect(verifyArchive(memorySource(archive), { signal: AbortSignal.abort(reason) })).rejects.toBe(
      reason,
    );
    for (const limit of [1, 3 * 2 ** 20, 6 * 2 ** 20]) {
      const controller = new AbortController();
      const onProgress = (bytesDone: number): void => {
        if (bytesDone >= limit) controller.abort(reason);
      };
      const verified = verifyArchive(memorySource(archive), { signal: controller.signal, onProgress });
      await expect(verified).rejects.toBe(reason);
    }
  });

  test.each([1, 7])('reads a source that streams pieces of %i bytes', async (pieceBytes) => {
    const content = pseudoRandomBytes(3_000, 5);
    const kinds = [{}, { method: 8 }, { zip64: true }, { descriptor: 'signed64' as const }];
    const bytes = makeZip(kinds.map((kind, index) => ({ name: `name of ${index}`, content, ...kind })));
    const source: RangeSource = {
      ...memorySource(bytes),
      async *stream(start, end) {
        for (let at = start; at < end; at += pieceBytes)
          yield bytes.subarray(at, Math.min(at + pieceBytes, end));
      },
    };
    const { entries, unpackedBytes } = await verifyArchive(source);
    expect([entries, unpackedBytes]).toEqual([kinds.length, kinds.length * content.length]);
    const [first] = (await readDirectory(source)).entries;
    expect(first && (await readDataStart(source, first))).toBe(30 + 'name of 0'.length);
  });

  test.each([0, 8])(
    'waits for the receiver after each piece, and stops if it fails (method %i)',
    async (method) => {
      const content = pseudoRandomBytes(3 * 2 ** 20, 4);
      const source = memorySource(makeZip([{ name: 'film.mp4', content, method }]));
      const [entry] = (await readDirectory(source)).entries;
      if (entry === undefined) throw new Error('no entry');
      const start = await readDataStart(source, entry);
      const openContent = () => openByteStream(source, start, start + entry.compressedBytes);
      const pieces: Buffer[] = [];
      let isBusy = false;
      await readContent(openContent(), entry, async (bytes) => {
        expect(isBusy).toBe(false);
        isBusy = true;
        await setImmediate();
        isBusy = false;
        pieces.push(Buffer.from(bytes));
      });
      expect(Buffer.concat(pieces).equals(content)).toBe(true);
      const failure = new Error('disk full');
      let count = 0;
      const failing = readContent(openContent(), entry, async () => {
        count += 1;
        if (count === 2) throw failure;
      });
      await expect(failing).rejects.toBe(failure);
      expect(count).toBe(2);
    },
  );

  test('passes on read errors of the source', async () => {
    const archive = memorySource(makeZip([{ name: 'a', content: pseudoRandomBytes(3 * 2 ** 20, 1) }]));
    const cause = new Error('cable pulled');
    const source = {
      sizeBytes: archive.sizeBytes,
      read: (start: number, end: number) =>
        start === 2 ** 20 ? Promise.reject(cause) : archive.read(start, end),
    };
    await expect(verifyArchive(source)).rejects.toBe(cause);
  });
});

describe('damaged archives', () => {
  const entries = [
    { name: 'stored.bin', content: pseudoRandomBytes(3000, 5) },
    { name: 'deflated.txt', content: TEXT, method: 8 },
    { name: 'described.txt', content: TEXT, method: 8, descriptor: 'signed32' as const },
    { name: 'folder/' },
  ];

  async function codesOfTruncations(whole: Buffer): Promise<readonly string[]> {
    const lengths = new Set<number>();
    for (let cut = 1; cut <= 100; cut++) lengths.add(whole.length - cut);
    for (let part = 0; part < 1000; part++) lengths.add(Math.floor((whole.length * part) / 1000));
    const codes = new Set<string>();
    for (const length of lengths) {
      codes.add((await failureOf(verifyArchive(memorySource(whole.subarray(0, length))))).code);
    }
    return [...codes];
  }

  test.each([
    ['plain', makeZip(entries)],
    ['with a comment', makeZip(entries, { end: { comment: 'made by nobody in particular' } })],
    [
      'zip64',
      makeZip(
        entries.map((entry) => ({ ...entry, zip64: true })),
        { zip64End: true },
      ),
    ],
    ['empty', makeZip([])],
  ])('case 112: rejects a truncated archive (%s) with INTEGRITY', async (_, whole) => {
    expect(await codesOfTruncations(whole)).toEqual(['INTEGRITY']);
  });

  test('case 112: rejects with UNSAFE an archive cut exactly after a nested one', async () => {
    const inner = makeZip(entries);
    const outer = makeZip([{ name: 'a.zip', content: inner }]);
    expect(await codesOfTruncations(outer)).toContain('INTEGRITY');
    const cut = outer.subarray(0, 30 + 'a.zip'.length + inner.length);
    expect((await failureOf(verifyArchive(memorySource(cut)))).code).toBe('UNSAFE');
  });

  test('case 99: finds a flipped bit unless the byte has no meaning', async () => {
    const whole = makeZip(entries);
    const meaningless = meaninglessBytes(whole, entries.length);
    const seed = 20_261_123;
    const next = pseudoRandom(seed);
    const accepted: number[] = [];
    for (let round = 0; round < 400; round++) {
      const offset = next() % whole.length;
      const flipped = Buffer.from(whole);
      flipped[offset] = (flipped[offset] ?? 0) ^ (1 << (next() % 8));
      const isAccepted = await verifyArchive(memorySource(flipped)).then(
        ({ unverified }) => unverified.length === 0,
        () => false,
      );
      if (isAccepted && !meaningless.has(offset)) accepted.push(offset);
    }
    expect(accepted, `seed ${seed}`).toEqual([]);
  });

  test.each([
    ['small', 1000],
    ['large', 1_500_000],
  ])('rejects bytes after the compressed data of a %s entry', async (_, sizeBytes) => {
    const content = Buffer.alloc(sizeBytes, 'text ');
    const deflated = deflateRawSync(content);
    const archiveOf = (...data: Buffer[]) =>
      makeZip([{ name: 'film.srt', content, method: 8, data: Buffer.concat(data) }]);
    expect((await verifyArchive(memorySource(archiveOf(deflated)))).entries).toBe(1);
    for (const behind of [Buffer.alloc(1), pseudoRandomBytes(600_000, 3)]) {
      const { code, message } = await failureOf(verifyArchive(memorySource(archiveOf(deflated, behind))));
      expect([code, message]).toEqual(['INTEGRITY', expect.stringContaining('"film.srt" is broken')]);
    }
  });

  test('gives the same result with a source that knows checksums, whatever bit is flipped', async () => {
    const seed = Math.floor(Math.random() * 2 ** 32);
    const next = pseudoRandom(seed);
    const large = (name: string, index: number) => ({
      name,
      content: pseudoRandomBytes(2 ** 21 + (next() % 1000), index),
    });
    const whole = makeZip([
      { name: 'before.txt', content: TEXT, method: 8 },
      large('one.mp4', 1),
      { ...large('two.mp4', 2), descriptor: 'signed32' as const },
      { name: 'between.bin', content: pseudoRandomBytes(3000, 5) },
      large('three.mp4', 3),
    ]);
    const asked: number[] = [];
    const outcomeOf = async (bytes: Buffer, knowsChecksums: boolean) => {
      const known = (start: number, end: number) => {
        asked.push(end - start);
        return Promise.resolve(crc32(bytes.subarray(start, end)));
      };
      const source = { ...memorySource(bytes), ...(knowsChecksums && { crc32: known }) };
      return await verifyArchive(source).catch(({ code, message, start, end }) => ({
        code,
        message,
        start,
        end,
      }));
    };
    for (let round = 0; round < 120; round++) {
      const bytes = Buffer.from(whole);
      // Most bytes are content; the edges and the parts between are hit in two rounds of three.
      const places = [next() % bytes.length, next() % 400, bytes.length - 1 - (next() % 600)];
      const edge = bytes.indexOf('PK\x03\x04', next() % bytes.length) + (next() % 80) - 20;
      const offset = [...places, Math.max(edge, 0)][round % 4] ?? 0;
      if (round > 0) bytes.writeUInt8(bytes.readUInt8(offset) ^ (1 << (next() % 8)), offset);
      const told = `seed ${seed}, round ${round}, byte ${offset}`;
      expect(await outcomeOf(bytes, true), told).toEqual(await outcomeOf(bytes, false));
    }
    expect(asked.slice(0, 3).every((sizeBytes) => sizeBytes >= 2 ** 21)).toBe(true);
    expect(asked.length).toBeGreaterThan(100);
  }, 60_000);

  /**
   * In both headers: the versions, the time and date, and the compression level in the flags;
   * in the directory also the attributes.
   */
  function meaninglessBytes(archive: Buffer, entryCount: number): ReadonlySet<number> {
    const offsets = new Set<number>();
    const add = (start: number, ...places: number[]): void => {
      for (const place of places) offsets.add(start + place);
    };
    let central = archive.readUInt32LE(archive.length - 6);
    for (let index = 0; index < entryCount; index++) {
      add(central, 4, 5, 6, 7, 12, 13, 14, 15, 36, 37, 38, 39, 40, 41);
      // The lower byte of the flags holds the compression level.
      add(central, 8);
      const local = archive.readUInt32LE(central + 42);
      add(local, 4, 5, 6, 10, 11, 12, 13);
      central += 46 + archive.readUInt16LE(central + 28);
    }
    return offsets;
  }
});

describe('the directory', () => {
  test('lists the metadata of each entry', async () => {
    const archive = makeZip([
      { name: 'a.txt', content: TEXT, method: 8, extra: timestampExtra(1_700_000_000) },
      { name: 'd/', central: { time: 0xbf7d, date: 0x5a21 } },
      { name: 'undated', central: { date: 0, time: 0 } },
    ]);
    const { entries, directoryStart, sizeBytes } = await readDirectory(memorySource(archive));
    expect(sizeBytes).toBe(archive.length);
    expect(directoryStart).toBe(entries.at(-1)?.endOffset);
    expect(entries[0]).toMatchObject({
      path: 'a.txt',
      rawName: 'a.txt',
      sizeBytes: TEXT.length,
      method: 'deflated',
      kind: 'file',
      isEncrypted: false,
      modifiedMs: Date.UTC(2023, 10, 14, 22, 13, 20),
      headerOffset: 0,
    });
    expect(entries[1]).toMatchObject({ path: 'd/', kind: 'directory', method: 'stored', crc32: 0 });
    expect(entries.map(({ modifiedMs }) => modifiedMs).slice(1)).toEqual([
      Date.UTC(2025, 0, 1, 23, 59, 58),
      null,
    ]);
  });

  test('takes one read for a small archive and two for a large one', async () => {
    const small = memorySource(makeZip([{ name: 'a', content: TEXT }]));
    await readDirectory(small);
    expect(small.reads).toEqual([[0, small.sizeBytes]]);

    const long = [...Array(3000).keys()].map((index) => ({ name: `file number ${index}` }));
    const large = memorySource(makeZip(long));
    const { directoryStart } = await readDirectory(large);
    const tailStart = large.sizeBytes - 65_633;
    expect(large.reads).toEqual([
      [tailStart, large.sizeBytes],
      [directoryStart, large.sizeBytes - 22],
    ]);
  });

  test('is read with one request even if the comment length could be padding', async () => {
    const make = (sizeBytes: number) => makeZip([{ name: 'a', content: pseudoRandomBytes(sizeBytes, 1) }]);
    const archive = memorySource(make(102_400 - make(0).length));
    expect(archive.sizeBytes).toBe(102_400);
    await readDirectory(archive);
    expect(archive.reads).toEqual([[archive.sizeBytes - 65_633, archive.sizeBytes]]);
  });

  test('is read with one request even if zeros in the comment could be padding', async () => {
    const make = (zeros: number) =>
      makeZip([{ name: 'a', content: pseudoRandomBytes(100_000, 1) }], {
        end: { comment: Buffer.alloc(zeros) },
      });
    const archive = memorySource(make(512 - (make(0).length % 512)));
    expect(archive.sizeBytes % 512).toBe(0);
    await readDirectory(archive);
    expect(archive.reads).toEqual([[archive.sizeBytes - 65_633, archive.sizeBytes]]);
  });

  test('is rejected without an end record', async () => {
    for (const bytes of [Buffer.alloc(0), Buffer.from('PK\x03\x04'), Buffer.from('<html>'.repeat(100))]) {
      const error = await failureOf(readDirectory(memorySource(bytes)));
      expect(error).toMatchObject({ code: 'INTEGRITY' });
      expect(error.message).toContain('its end is missing');
    }
  });
});

test('case 55: recognizes an archive by its first bytes', () => {
  expect(isZip(makeZip([]))).toBe(true);
  expect(isZip(makeZip([{ name: 'a' }]).subarray(0, 4))).toBe(true);
  expect(isZip(Buffer.from('PK\x03'))).toBe(false);
  expect(isZip(Buffer.from('PK\x07\x08'))).toBe(false);
  expect(isZip(new TextEncoder().encode('<!doctype html>'))).toBe(false);
});

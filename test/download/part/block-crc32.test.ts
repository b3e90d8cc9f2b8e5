import { createHash } from 'node:crypto';
import { closeSync, openSync, readFileSync, writeSync } from 'node:fs';
import { type FileHandle, open as openFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay, setImmediate } from 'node:timers/promises';
import { crc32 } from 'node:zlib';
import { expect, test } from 'vitest';
import { createBlockChecksums } from '../../../src/download/part/block-crc32.ts';
import { createByteRanges } from '../../../src/download/part/byte-ranges.ts';
import { openPartFile } from '../../../src/download/part/open-part-file.ts';
import type { PartFile } from '../../../src/download/part/part-file.ts';
import { partSource } from '../../../src/download/part/part-source.ts';
import { hashesOf } from '../../../src/range/hash.ts';
import { afterThisTest } from '../../support/after-this-test.ts';
import { pseudoRandom, pseudoRandomBytes, sha256 } from '../../support/bytes.ts';
import { askedRange, eventsOf, FAST, isRight, setDownload, writerOf } from '../../support/download-scene.ts';
import { makePlainObject, makeZipObject } from '../../support/faults/served-object.ts';
import { makeTempFolder } from '../../support/temp-folder.ts';

const MIB = 2 ** 20;
const SEED = Math.floor(Math.random() * 2 ** 32);
const next = pseudoRandom(SEED);
const told = `seed ${SEED}`;

async function open(target = join(makeTempFolder(), 'object.zip'), pid = 1_001): Promise<PartFile> {
  const part = await openPartFile({
    target,
    identity: { origin: 'https://api.example', packageId: 'package', fileId: 'one' },
    ...writerOf(pid),
    mayResume: true,
    keepsChecksums: true,
  });
  afterThisTest(() => part.remove());
  return part;
}

function sourceOf(part: PartFile, sizeBytes: number, signal = new AbortController().signal) {
  return partSource(part, sizeBytes, signal);
}

/** Splits a range at random offsets, some of them on or next to block boundaries. */
function splitRandomly(start: number, end: number, pieces: number): [number, number][] {
  const cuts = Array.from({ length: pieces - 1 }, () => {
    const place = start + (next() % (end - start));
    return next() % 3 === 0 ? Math.round(place / MIB) * MIB + (next() % 3) - 1 : place;
  });
  const inside = cuts.filter((cut) => cut > start && cut < end);
  const edges = [...new Set([start, ...inside, end])].toSorted((one, other) => one - other);
  return edges.slice(1).map((edge, index) => [edges[index] ?? 0, edge]);
}

function shuffle<T>(values: readonly T[]): T[] {
  return values
    .map((value) => ({ value, key: next() }))
    .toSorted((one, other) => one.key - other.key)
    .map(({ value }) => value);
}

/** Counts the bytes read through Node's file handles until the end of the test. */
async function countReads(): Promise<{ bytes: number }> {
  const probe = await openFile(process.execPath);
  const prototype = Object.getPrototypeOf(probe) as Pick<FileHandle, 'read'>;
  await probe.close();
  const count = { bytes: 0 };
  const { read } = prototype;
  Object.assign(prototype, {
    async read(this: FileHandle, ...args: unknown[]) {
      const result = await (read as (...all: unknown[]) => Promise<{ bytesRead: number }>).apply(this, args);
      count.bytes += result.bytesRead;
      return result;
    },
  });
  afterThisTest(async () => {
    Object.assign(prototype, { read });
  });
  return count;
}

test('returns the checksum of the bytes on disk after writes, rewrites, and forgets in any order', {
  timeout: 60_000,
}, async () => {
  for (let round = 0; round < 25; round++) {
    const target = join(makeTempFolder(), 'object.zip');
    const sizeBytes = 1 + (next() % (3 * MIB));
    const resumedBytes = next() % 2 === 0 ? 0 : next() % sizeBytes;
    if (resumedBytes > 0) {
      const earlier = await open(target);
      await earlier.write([pseudoRandomBytes(resumedBytes, next())], 0);
      await earlier.checkpoint();
      await earlier.close();
    }
    const part = await open(target, 1_002);
    const known = createByteRanges();
    const write = async (start: number, end: number) => {
      const bytes = pseudoRandomBytes(end - start, next());
      const cut = next() % (bytes.length + 1);
      await part.write([bytes.subarray(0, cut), bytes.subarray(cut)], start);
      known.add(start, end);
    };
    for (const [start, end] of shuffle(splitRandomly(resumedBytes, sizeBytes, 1 + (next() % 12)))) {
      await write(start, end);
    }
    for (let again = next() % 4; again > 0; again--) {
      const start = next() % sizeBytes;
      const end = Math.min(start + 1 + (next() % MIB), sizeBytes);
      if (next() % 2 === 0) await part.forget(start, end);
      known.remove(start, end);
      await write(start, end);
    }
    // Bytes that are not in memory must be read from disk.
    const file = openSync(`${target}.part`, 'r+');
    for (const { start, end } of known.missing(sizeBytes)) {
      writeSync(file, pseudoRandomBytes(end - start, next()), 0, end - start, start);
    }
    closeSync(file);
    const disk = readFileSync(`${target}.part`);
    const source = sourceOf(part, sizeBytes);
    for (let probe = 0; probe < 6; probe++) {
      const start = probe === 0 ? 0 : next() % sizeBytes;
      const end = probe === 0 ? sizeBytes : start + (next() % (sizeBytes - start + 1));
      const wanted = crc32(disk.subarray(start, end));
      expect(await source.crc32?.(start, end), `${told}, round ${round}, ${start}–${end}`).toBe(wanted);
    }
    await part.close();
  }
});

test('drops the checksum of every piece that is overwritten or forgotten', () => {
  const sizeBytes = 2 * MIB + 100;
  const bytes = pseudoRandomBytes(sizeBytes, next());
  const checksums = createBlockChecksums();
  for (let step = 0; step < 300; step++) {
    const start = next() % sizeBytes;
    const end = Math.min(start + 1 + (next() % (next() % 2 === 0 ? MIB : 1_000)), sizeBytes);
    bytes.fill(step, start, end);
    if (next() % 4 === 0) checksums.forget(start, end);
    else checksums.add(start, [bytes.subarray(start, end)]);
    for (let position = 0; position < sizeBytes; ) {
      const run = checksums.next(position, sizeBytes);
      const wanted = run.crc32 === null ? null : crc32(bytes.subarray(position, run.end));
      expect(run.crc32, `${told}, step ${step}, ${position}`).toBe(wanted);
      position = run.end;
    }
  }
});

test('a part file drops the checksums of bytes it discarded', async () => {
  const part = await open();
  const bytes = pseudoRandomBytes(1_000, 1);
  await part.write([bytes], 0);
  expect(part.checksums?.next(0, 1_000)).toMatchObject({ end: 1_000, crc32: crc32(bytes) });
  await part.forget(500, 501);
  expect(part.checksums?.next(0, 1_000).crc32).toBeNull();
  await part.write([bytes], 0);
  await part.restart();
  expect(part.checksums?.next(0, 1_000).crc32).toBeNull();
});

test('reads back only the edges of an entry despite broken connections and work stealing', {
  timeout: 60_000,
}, async () => {
  const object = makeZipObject(25 * MIB + 4_711);
  const reads = await countReads();
  for (let round = 0; round < 3; round++) {
    let cuts = 6;
    const scene = await setDownload(
      object,
      async (request, reply) => {
        const { start, end } = askedRange(request, object);
        await delay(next() % 60);
        const isCut = cuts > 0 && next() % 2 === 0;
        if (isCut) cuts -= 1;
        await reply.file(object, isCut ? { cutAtByte: start + (next() % (end - start)) } : {});
      },
      FAST,
    );
    reads.bytes = 0;
    const result = await scene.download({ context: { connections: 1 + (next() % 6), retries: 20 } });
    const where = `${told}, round ${round}`;
    expect(isRight(scene), where).toBe(true);
    expect(result.verified.crc, where).toBe(true);
    // Finding the directory at the end reads 65,633 bytes; each comparison at a seam reads 64 KiB.
    const compared = eventsOf(scene, 'retry').length * 65_536;
    expect(reads.bytes, where).toBeLessThan(2 * MIB + 200_000 + compared);
  }
});

test('repairs a buffer that was overwritten before its write completed', async () => {
  const object = makeZipObject(5 * MIB);
  const { writev } = await prototypeOfHandles();
  const prototype = await prototypeOfHandles();
  let isDue = true;
  Object.assign(prototype, {
    async writev(this: FileHandle, chunks: Buffer[], position: number) {
      const result = await (writev as (...args: unknown[]) => Promise<unknown>).call(this, chunks, position);
      if (isDue && position >= 2 * MIB) {
        isDue = false;
        const [first] = chunks;
        first?.writeUInt8(first.readUInt8(0) ^ 1, 0);
      }
      return result;
    },
  });
  afterThisTest(async () => {
    Object.assign(prototype, { writev });
  });
  const scene = await setDownload(object, (_request, reply) => reply.file(object));
  await scene.download({ context: { connections: 1 } });
  expect(isDue).toBe(false);
  expect(eventsOf(scene, 'repair')).toHaveLength(1);
  expect(isRight(scene)).toBe(true);
});

async function prototypeOfHandles(): Promise<Pick<FileHandle, 'writev'>> {
  const probe = await openFile(process.execPath);
  await probe.close();
  return Object.getPrototypeOf(probe) as Pick<FileHandle, 'writev'>;
}

test('computes the same digests in whatever order the bytes arrive', {
  timeout: 60_000,
}, async () => {
  for (let round = 0; round < 20; round++) {
    const bytes = pseudoRandomBytes(1 + (next() % (3 * MIB)), next());
    const part = await open();
    const pieces = splitRandomly(0, bytes.length, 1 + (next() % 10));
    const order = next() % 3 === 0 ? pieces : shuffle(pieces);
    const digests = hashesOf(sourceOf(part, bytes.length), ['sha256', 'md5'], new AbortController().signal);
    for (const [start, end] of order) {
      await part.write([bytes.subarray(start, end)], start);
      if (next() % 3 === 0) await setImmediate();
      if (next() % 4 === 0) await delay(2);
    }
    const where = `${told}, round ${round}`;
    expect((await digests).get('sha256'), where).toBe(sha256(bytes));
    expect((await digests).get('md5'), where).toBe(createHash('md5').update(bytes).digest('hex'));
    await part.close();
  }
});

test('an aborted in-order reader receives no more bytes', async () => {
  const part = await open();
  const bytes = pseudoRandomBytes(3_000, 1);
  const stopping = new AbortController();
  const taken: number[] = [];
  const reading = sourceOf(part, bytes.length, stopping.signal).inOrder?.(({ length }) => taken.push(length));
  await part.write([bytes.subarray(0, 1_000)], 0);
  stopping.abort(new Error('stopped'));
  await expect(reading).rejects.toThrow('stopped');
  await part.write([bytes.subarray(1_000)], 1_000);
  expect(taken).toEqual([1_000]);
});

test.each([
  ['an archive', makeZipObject(20 * MIB), 4 * MIB],
  ['another file', makePlainObject(20 * MIB), 2 * MIB],
])('--sha256 of %s over one connection reads back only its edges', async (_name, object, most) => {
  const reads = await countReads();
  const scene = await setDownload(object, (_request, reply) => reply.file(object));
  const result = await scene.download({ request: { wantsSha256: true }, context: { connections: 1 } });
  expect(result.sha256).toBe(sha256(object.bytes));
  expect(reads.bytes).toBeLessThan(most);
});

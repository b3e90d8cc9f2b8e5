import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { createSemaphore } from '../../src/semaphore.ts';
import { sha256 } from '../support/bytes.ts';
import { FAST, isRight, setDownload } from '../support/download-scene.ts';
import { chunk, cutAtHalfThen, inTurn, LAST_CHUNK, wellBehaved } from '../support/faults/fault-mode.ts';
import type { FaultHandler } from '../support/faults/fault-server.ts';
import { makePlainObject } from '../support/faults/served-object.ts';

const SIZE_BYTES = 3 * 1_048_576;
const OBJECTS = [
  ['with a strong ETag', makePlainObject(SIZE_BYTES)],
  ['with a weak ETag', makePlainObject(SIZE_BYTES, { etag: 'W/"1"', lastModified: undefined })],
  ['without a validator', makePlainObject(SIZE_BYTES, { etag: undefined, lastModified: undefined })],
] as const;

describe.each(OBJECTS)('a video %s', (_name, object) => {
  const digestOf = (bytes: Buffer) => `sha-256=:${createHash('sha256').update(bytes).digest('base64')}:`;
  const withDigest = (digest: string) =>
    setDownload(object, (_request, reply) => reply.file(object, { headers: { 'repr-digest': digest } }));

  test('resumes after a cut, and is always requested with the identity encoding', async () => {
    const scene = await setDownload(object, cutAtHalfThen(object, wellBehaved(object)), FAST);
    await scene.download();
    expect(isRight(scene)).toBe(true);
    const encodings = scene.server.requests.map(({ headers }) => headers.get('accept-encoding'));
    expect(encodings.length).toBeGreaterThan(1);
    expect(new Set(encodings)).toEqual(new Set(['identity']));
  });

  test("is verified with the server's digest", async () => {
    const scene = await withDigest(digestOf(object.bytes));
    expect((await scene.download()).verified).toMatchObject({ checksum: true });
    expect(isRight(scene)).toBe(true);
  });

  test("is not published if the server's digest differs", async () => {
    const scene = await withDigest(digestOf(Buffer.from('another')));
    await expect(scene.download()).rejects.toMatchObject({ code: 'INTEGRITY' });
    expect(scene.finalBytes()).toBeUndefined();
  });
});

describe('a part', () => {
  const object = makePlainObject(300_000);
  const setCut = async (cutAtByte: number) => {
    const scene = await setDownload(object, (_request, reply) => reply.file(object, { cutAtByte }), FAST);
    await expect(scene.download({ context: { retries: 0 } })).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    return scene;
  };

  test.each([
    [1, 1],
    [2, 1],
    [3, 1],
    [65_537, 1],
    [65_538, 2],
    [299_999, 234_463],
  ])('of %i bytes is continued from byte %i', async (cutAtByte, start) => {
    const scene = await setCut(cutAtByte);
    scene.server.use(wellBehaved(object));
    expect(await scene.download()).toMatchObject({ resumedFrom: cutAtByte });
    expect(scene.ranges().slice(1)).toEqual([`bytes=${start}-`]);
    expect(isRight(scene)).toBe(true);
  });

  test('is compared with less of the file after each failure', async () => {
    const scene = await setCut(200_000);
    const reset: FaultHandler = (_request, reply) => reply.reset();
    scene.server.use(inTurn(reset, reset, reset, wellBehaved(object)));
    await scene.download();
    expect(scene.ranges().slice(1)).toEqual([
      'bytes=134464-',
      'bytes=167232-',
      'bytes=183616-',
      'bytes=191808-',
    ]);
    expect(isRight(scene)).toBe(true);
  });
});

describe('a video of unknown size', () => {
  const object = makePlainObject(100_000);
  const setChunked = () =>
    setDownload(object, async (_request, reply) => {
      await reply.head(200, { 'Content-Type': 'video/mp4', 'Transfer-Encoding': 'chunked' });
      await reply.raw(chunk(object.bytes));
      await reply.raw(LAST_CHUNK);
    });

  test('is rejected, because it may be incomplete', async () => {
    const scene = await setChunked();
    await expect(scene.download({ request: { sizeBytes: null } })).rejects.toMatchObject({
      code: 'INTEGRITY',
      message: 'cannot tell whether the file is complete: the service gave no size',
      details: { hint: 'give its digest with --checksum sha256=HEX if you know it' },
    });
    expect(scene.finalBytes()).toBeUndefined();
  });

  test('is accepted with a digest', async () => {
    const scene = await setChunked();
    await scene.download({ request: { sizeBytes: null, checksum: sha256(object.bytes) } });
    expect(isRight(scene)).toBe(true);
  });
});

test('downloads more files than connections and releases all connections', async () => {
  const object = makePlainObject(100_000);
  const budget = createSemaphore(2);
  const scenes = await Promise.all(Array.from({ length: 7 }, () => setDownload(object, wellBehaved(object))));
  await Promise.all(scenes.map((scene) => scene.download({ context: { budget } })));
  expect(scenes.map((scene) => isRight(scene))).toEqual(scenes.map(() => true));
  expect([budget.tryAcquire(), budget.tryAcquire(), budget.tryAcquire()]).toEqual([true, true, false]);
  budget.release();
  budget.release();
});

import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { createSemaphore } from '../../src/semaphore.ts';
import { FAST, isRight, setDownload } from '../support/download-scene.ts';
import { cutAtHalfThen, wellBehaved } from '../support/faults/fault-mode.ts';
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

import { expect, test } from 'vitest';
import { createRateLimit } from '../../../src/download/transfer/rate-limit.ts';
import {
  askedRange,
  type DownloadScene,
  eventsOf,
  isRight,
  setDownload,
  slowly,
} from '../../support/download-scene.ts';
import { wellBehaved as serve } from '../../support/faults/fault-mode.ts';
import { makeZipObject } from '../../support/faults/served-object.ts';

const MIB = 1_048_576;
const object = makeZipObject(17 * MIB);
const wellBehaved = slowly(serve(object));

/** Asserts that every byte is requested exactly once. */
function expectDisjoint(scene: DownloadScene): void {
  const inOrder = scene.server.requests
    .map((request) => askedRange(request, scene.object))
    .toSorted((one, other) => one.start - other.start);
  const seams = inOrder.slice(1).map(({ start }, index) => start - (inOrder[index]?.end ?? 0));
  expect(seams.every((seamBytes) => seamBytes === 0)).toBe(true);
  expect([inOrder[0]?.start, inOrder.at(-1)?.end]).toEqual([0, scene.object.bytes.length]);
}

test('fetches every byte once over several connections, with If-Range after the first request', async () => {
  const scene = await setDownload(object, wellBehaved);
  const result = await scene.download();
  expect(isRight(scene)).toBe(true);
  expectDisjoint(scene);
  expect(scene.server.connectionCount).toBeGreaterThan(1);
  expect(scene.server.connectionCount).toBeLessThanOrEqual(4);
  const conditions = scene.server.requests.slice(1).map(({ headers }) => headers.get('if-range'));
  expect(new Set(conditions)).toEqual(new Set([object.etag]));
  expect(result).toMatchObject({ transferredBytes: object.bytes.length, resumedFrom: 0 });
  expect(result.verified).toMatchObject({ size: true, archive: true, crc: true });
  // Its rate is not limited.
  expect(scene.clock.sleepsMs).toEqual([]);
});

test('reports a malformed digest once, even if several responses have it', async () => {
  const headers = { 'Repr-Digest': 'sha-256=nonsense' };
  const scene = await setDownload(
    object,
    slowly((_request, reply) => reply.file(object, { headers })),
  );
  await scene.download();
  expect(scene.server.requests.length).toBeGreaterThan(1);
  expect(eventsOf(scene, 'malformed-digest')).toEqual([{ kind: 'malformed-digest', field: 'repr-digest' }]);
});

test('requests the end of a large archive first, but not of a small one', async () => {
  const scene = await setDownload(object, wellBehaved);
  await scene.download();
  expect(scene.ranges()[0]).toBe(`bytes=${object.bytes.length - MIB}-`);
  const small = makeZipObject(3 * MIB);
  const other = await setDownload(small, (_request, reply) => reply.file(small));
  await other.download({ context: { connections: 1 } });
  expect(other.ranges()).toEqual([undefined]);
});

test.each([
  ['exactly four pieces', 4 * MIB],
  ['four pieces and a byte', 4 * MIB + 1],
  ['four pieces less a byte', 4 * MIB - 1],
  ['less than a piece', 1_000],
])('downloads a file of %s completely', async (_name, sizeBytes) => {
  const sized = makeZipObject(sizeBytes);
  const scene = await setDownload(
    sized,
    slowly((_request, reply) => reply.file(sized)),
  );
  await scene.download();
  expect(isRight(scene)).toBe(true);
  expectDisjoint(scene);
});

test('case 50: downloads a file of unknown size over one connection', async () => {
  const scene = await setDownload(object, wellBehaved);
  await scene.download({ request: { sizeBytes: null } });
  expect(isRight(scene)).toBe(true);
  expect(scene.ranges()).toEqual([undefined]);
});

test('case 56: does not count pauses of --limit-rate as a stall', async () => {
  const small = makeZipObject(262_144);
  const scene = await setDownload(small, (_request, reply) => reply.file(small), { speed: 100 });
  const startMs = scene.clock.monotonicMs();
  // A piece of 64 KiB pauses the reader for longer than the 30 s timeout for a silent server.
  await scene.download({
    context: { connections: 1, limitRate: createRateLimit(1_024, scene.clock) },
  });
  expect(isRight(scene)).toBe(true);
  expect(scene.clock.monotonicMs() - startMs).toBeGreaterThan(150_000);
  expect(eventsOf(scene, 'retry')).toEqual([]);
});

test('opens no more connections if only --limit-rate slows the download', async () => {
  // At a fifth of the speed of time, a connection on a busy machine is as fast as one on an idle machine.
  const scene = await setDownload(object, serve(object), { speed: 0.2 });
  await scene.download({ context: { connections: null, limitRate: createRateLimit(16 * MIB, scene.clock) } });
  expect(isRight(scene)).toBe(true);
  const shares = eventsOf(scene, 'progress').map((event) => event.kind === 'progress' && event.connections);
  expect(new Set(shares)).toEqual(new Set([1]));
});

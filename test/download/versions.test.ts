import { expect, test } from 'vitest';
import { askedRange, eventsOf, isRight, setDownload, slowly } from '../support/download-scene.ts';
import { headersWith, wellBehaved as serve } from '../support/faults/fault-mode.ts';

import type { FaultReply } from '../support/faults/fault-response.ts';
import type { FaultHandler, FaultRequest } from '../support/faults/fault-server.ts';
import { makePlainObject, makeZipObject, siblingOf } from '../support/faults/served-object.ts';

const MIB = 1_048_576;
const object = makeZipObject(17 * MIB);
const wellBehaved = slowly(serve(object));

/** Uses another handler for one request, counted from 0. */
function exceptFor(index: number, handler: FaultHandler): FaultHandler {
  return (request, reply) => (request.requestIndex === index ? handler : wellBehaved)(request, reply);
}

const LABELS: readonly (readonly [
  name: string,
  label: (range: { start: number; end: number }) => string | undefined,
])[] = [
  ['starts one byte early', ({ start, end }) => `bytes ${start - 1}-${end - 1}/${object.bytes.length}`],
  ['starts one byte late', ({ start, end }) => `bytes ${start + 1}-${end - 1}/${object.bytes.length}`],
  ['ends one byte late', ({ start, end }) => `bytes ${start}-${end}/${object.bytes.length}`],
  ['ends one byte early', ({ start, end }) => `bytes ${start}-${end - 2}/${object.bytes.length}`],
  ['has a different total', ({ start, end }) => `bytes ${start}-${end - 1}/${object.bytes.length + 1}`],
  ['has a different unit', ({ start, end }) => `octets ${start}-${end - 1}/${object.bytes.length}`],
  ['has no Content-Range', () => undefined],
];

function labelled(
  request: FaultRequest,
  reply: FaultReply,
  label: (range: { start: number; end: number }) => string | undefined,
): Promise<void> {
  const range = askedRange(request, object);
  const headers = headersWith(object, { 'Content-Range': label(range) });
  return reply.send(206, headers, object.bytes.subarray(range.start, range.end));
}

test.each(LABELS.flatMap(([name, label]) => [1, 3].map((index) => [name, index, label] as const)))(
  'case 71: does not combine a 206 that %s (response %i) with the others',
  async (_name, index, label) => {
    const scene = await setDownload(
      object,
      exceptFor(index, (request, reply) => labelled(request, reply, label)),
    );
    await scene.download();
    expect(isRight(scene)).toBe(true);
    expect(eventsOf(scene, 'restart')).toHaveLength(1);
  },
);

test('case 71: gives up and publishes nothing if the server mislabels every later range', async () => {
  const scene = await setDownload(object, (request, reply) =>
    request.headers.get('range')?.startsWith('bytes=0-') === true
      ? labelled(request, reply, ({ start, end }) => `bytes ${start + 1}-${end}/${object.bytes.length}`)
      : reply.file(object),
  );
  await expect(scene.download()).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  expect(scene.finalBytes()).toBeUndefined();
  // The first request and three retries.
  expect(scene.ranges().filter((range) => range?.startsWith('bytes=0-'))).toHaveLength(4);
});

test('case 68: restarts when the file changes between two pieces', async () => {
  const replacement = siblingOf(object);
  const scene = await setDownload(
    object,
    slowly((request, reply) => reply.file(request.requestIndex < 3 ? object : replacement)),
  );
  await scene.download();
  expect(isRight(scene, replacement)).toBe(true);
  expect(eventsOf(scene, 'restart').length).toBeGreaterThan(0);
});

test('case 68: rejects a 206 of another version despite If-Range', async () => {
  const replacement = siblingOf(object);
  const scene = await setDownload(
    object,
    slowly((request, reply) => {
      if (request.requestIndex < 2) return reply.file(object);
      const range = askedRange(request, object);
      const label = `bytes ${range.start}-${range.end - 1}/${object.bytes.length}`;
      return reply.send(
        206,
        headersWith(replacement, { 'Content-Range': label }),
        replacement.bytes.subarray(range.start, range.end),
      );
    }),
  );
  await scene.download();
  expect(isRight(scene, replacement)).toBe(true);
  expect(eventsOf(scene, 'restart')).toMatchObject([{ reason: 'the file on the server has changed' }]);
});

test.each([
  ['no validator', { etag: undefined, lastModified: undefined }],
  ['a weak ETag', { etag: 'W/"weak"', lastModified: undefined }],
])(
  'case 69: does not split a file that has %s and no checksums to verify it afterwards',
  async (_name, validators) => {
    const plain = { ...makePlainObject(17 * MIB), ...validators };
    const scene = await setDownload(
      plain,
      slowly((_request, reply) => reply.file(plain)),
    );
    await scene.download();
    expect(isRight(scene)).toBe(true);
    // The headers of the first response are enough to decide.
    expect(scene.ranges()).toEqual(['bytes=0-4456447', undefined]);
  },
);

test('case 69: splits an archive without a validator, because its checksums verify it', async () => {
  const unnamed = { ...object, etag: undefined, lastModified: undefined };
  const scene = await setDownload(
    unnamed,
    slowly((_request, reply) => reply.file(unnamed)),
  );
  await scene.download();
  expect(isRight(scene)).toBe(true);
  expect(scene.server.connectionCount).toBeGreaterThan(1);
});

test.each([
  ['the same', makePlainObject(300_000), 'the server cannot continue files'],
  ['another', makePlainObject(300_000, { seed: 'B' }), 'the file on the server has changed'],
])(
  'restarts, and reports that, if the rest of a part arrives as the whole of %s file',
  async (_name, later, reason) => {
    const first = makePlainObject(300_000);
    const scene = await setDownload(first, (_request, reply) => reply.file(first, { cutAtByte: 200_000 }));
    await expect(scene.download({ context: { retries: 0 } })).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    scene.server.use((_request, reply) => reply.file(later, { withoutRanges: true }));
    expect(await scene.download()).toMatchObject({ resumedFrom: 0, transferredBytes: 300_000 });
    expect(isRight(scene, later)).toBe(true);
    expect(eventsOf(scene, 'restart')).toEqual([{ kind: 'restart', reason, lostBytes: 200_000 }]);
  },
);

test('case 71: does not count a range with only known bytes as progress', async () => {
  const small = makePlainObject(300_000);
  const scene = await setDownload(small, (_request, reply) => reply.file(small, { cutAtByte: 200_000 }));
  await expect(scene.download({ context: { retries: 0 } })).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  scene.server.use((request, reply) => {
    const { start } = askedRange(request, small);
    const headers = headersWith(small, { 'Content-Range': `bytes ${start}-199999/${small.bytes.length}` });
    return reply.send(206, headers, small.bytes.subarray(start, 200_000));
  });
  await expect(scene.download({ context: { retries: 2 } })).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  expect(scene.ranges()).toHaveLength(1 + 3);
});

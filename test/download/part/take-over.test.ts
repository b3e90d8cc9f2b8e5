import { expect, test } from 'vitest';
import type { FileEvent } from '../../../src/download/download-file.ts';
import { askedRange, eventsOf, FAST, isRight, setDownload, slowly } from '../../support/download-scene.ts';
import { inTurn, wellBehaved as serve } from '../../support/faults/fault-mode.ts';
import type { FaultHandler } from '../../support/faults/fault-server.ts';
import { makeZipObject } from '../../support/faults/served-object.ts';

const MIB = 1_048_576;
const object = makeZipObject(17 * MIB);
const wellBehaved = slowly(serve(object));

/** Uses another handler for one request, counted from 0. */
function exceptFor(index: number, handler: FaultHandler): FaultHandler {
  return (request, reply) => (request.requestIndex === index ? handler : wellBehaved)(request, reply);
}

test('case 56: steals the work of a connection that stalls near the end, before its timeout', async () => {
  let stalledEnd = 0;
  const scene = await setDownload(
    object,
    exceptFor(3, (request, reply) => {
      const { start, end } = askedRange(request, object);
      stalledEnd = end;
      return reply.file(object, { cutAtByte: start + 300_000, cutBy: 'stall' });
    }),
    FAST,
  );
  await scene.download();
  expect(isRight(scene)).toBe(true);
  expect(scene.ranges().filter((range) => range?.endsWith(`-${stalledEnd - 1}`))).toHaveLength(2);
  expect(eventsOf(scene, 'retry')).toEqual([]);
});

test('case 56: steals the work of a request without a response near the end', async () => {
  const scene = await setDownload(
    object,
    exceptFor(3, (_request, reply) => reply.stall()),
    FAST,
  );
  await scene.download();
  expect(isRight(scene)).toBe(true);
  expect(eventsOf(scene, 'retry')).toEqual([]);
});

test('requests no range more than twice if responses are slower than the stall limit', async () => {
  const scene = await setDownload(
    object,
    slowly((_request, reply) => reply.file(object), 600),
    FAST,
  );
  await scene.download();
  expect(isRight(scene)).toBe(true);
  const asks = new Map<string, number>();
  for (const range of scene.ranges()) asks.set(range ?? '', (asks.get(range ?? '') ?? 0) + 1);
  expect(Math.max(...asks.values())).toBeLessThanOrEqual(2);
});

test('case 56: retries a response with a wrong length whose body never arrives', async () => {
  const small = makeZipObject(100_000);
  const page: FaultHandler = async (_request, reply) => {
    await reply.head(200, { 'Content-Type': 'text/html', 'Content-Length': 50 });
    await reply.stall();
  };
  const scene = await setDownload(small, inTurn(page, page, serve(small)), { speed: 100 });
  await scene.download();
  expect(isRight(scene)).toBe(true);
});

test('case 56: writes and reports the received bytes of a stalled small file before the timeout', async () => {
  const small = makeZipObject(100_000);
  let told: readonly FileEvent[] = [];
  const scene = await setDownload(
    small,
    inTurn(
      (_request, reply) => reply.file(small, { cutAtByte: 50_000, cutBy: 'stall' }),
      (_request, reply) => {
        told = eventsOf(scene, 'progress');
        return reply.file(small);
      },
    ),
    FAST,
  );
  await scene.download();
  expect(told.at(-1)).toMatchObject({ haveBytes: 50_000, totalBytes: small.bytes.length });
  expect(isRight(scene)).toBe(true);
});

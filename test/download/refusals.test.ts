import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { clientCredential } from '../../src/auth/client-credential.ts';
import { ExpectedError } from '../../src/errors.ts';
import { askedRange, eventsOf, FAST, isRight, setDownload, slowly } from '../support/download-scene.ts';
import { chunk, LAST_CHUNK } from '../support/faults/fault-mode.ts';
import { formatHead } from '../support/faults/fault-response.ts';
import { makeZipObject } from '../support/faults/served-object.ts';

const MIB = 1_048_576;
const object = makeZipObject(17 * MIB);

test('case 70: downloads with one request from a server that ignores ranges', async () => {
  const scene = await setDownload(
    object,
    slowly((_request, reply) => reply.file(object, { withoutRanges: true })),
  );
  const result = await scene.download();
  expect(isRight(scene)).toBe(true);
  expect(scene.server.requests).toHaveLength(1);
  expect(result.transferredBytes).toBe(object.bytes.length);
  expect(eventsOf(scene, 'restart')).toEqual([]);
});

test('case 70: falls back to one connection if a server ignores concurrent ranges', async () => {
  let active = 0;
  const scene = await setDownload(object, async (_request, reply) => {
    active += 1;
    await delay(60);
    await reply.file(object, { withoutRanges: active > 1 });
    active -= 1;
  });
  await scene.download();
  expect(isRight(scene)).toBe(true);
  expect(eventsOf(scene, 'connections').length).toBeGreaterThan(0);
});

test.each([429, 503])(
  'case 66: reduces connections if a server responds with %i to the third',
  async (status) => {
    let active = 0;
    let mostActive = 0;
    const scene = await setDownload(
      object,
      async (_request, reply) => {
        active += 1;
        mostActive = Math.max(mostActive, active);
        await delay(40);
        if (active > 2) await reply.send(status, [['Retry-After', 1]], '');
        else await reply.file(object);
        active -= 1;
      },
      FAST,
    );
    const result = await scene.download({ context: { connections: 6 } });
    expect(isRight(scene)).toBe(true);
    expect(mostActive).toBeGreaterThan(2);
    expect(result.transferredBytes).toBe(object.bytes.length);
    expect(eventsOf(scene, 'connections').length).toBeGreaterThan(0);
  },
);

test('case 66: completes even if the server resets every connection but one', async () => {
  let active = 0;
  const scene = await setDownload(
    object,
    async (_request, reply) => {
      active += 1;
      await delay(40);
      if (active > 1) await reply.reset();
      else await reply.file(object);
      active -= 1;
    },
    FAST,
  );
  await scene.download();
  expect(isRight(scene)).toBe(true);
});

test.each([429, 503])(
  'case 66: retries a %i on the only connection as often as --retries allows',
  async (status) => {
    const scene = await setDownload(object, (_request, reply) => reply.send(status, [], ''), { speed: 100 });
    const download = scene.download({ context: { connections: 1, retries: 2 } });
    await expect(download).rejects.toMatchObject({ code: 'UNAVAILABLE', details: { httpStatus: status } });
    expect(scene.server.requests).toHaveLength(1 + 2);
  },
);

test('case 57: completes even if every connection keeps breaking', async () => {
  const scene = await setDownload(
    object,
    (request, reply) => {
      const { start, end } = askedRange(request, object);
      const pieceBytes = 200_000 + ((request.requestIndex * 40_503) % 400_000);
      return end - start <= pieceBytes
        ? reply.file(object)
        : reply.file(object, { cutAtByte: start + pieceBytes, cutBy: 'reset' });
    },
    { speed: 100 },
  );
  await scene.download();
  expect(isRight(scene)).toBe(true);
});

test('case 16: requests one new token for eight connections with a 401', async () => {
  let tokens = 0;
  let isExpired = false;
  const scene = await setDownload(object, async (request, reply) => {
    if (request.method === 'POST') {
      tokens += 1;
      await delay(50);
      return await reply.json(200, { access_token: `token-number-${tokens}`, expires_in: 3_600 });
    }
    await delay(60);
    isExpired ||= request.requestIndex > 3;
    const wanted = isExpired ? 'Bearer token-number-2' : 'Bearer token-number-1';
    if (request.headers.get('authorization') !== wanted) return await reply.json(401, {});
    return await reply.file(object);
  });
  const credential = clientCredential({
    transport: scene.transport,
    clock: scene.clock,
    random: () => 0.5,
    ssoUrl: new URL(scene.server.origin),
    tenant: 'tenant',
    clientId: 'id',
    clientSecret: 'secret',
    retries: 0,
  });
  await scene.download({ credential, context: { connections: 8 } });
  expect(isRight(scene)).toBe(true);
  expect(tokens).toBe(2);
});

test('case 58: renews a URL once when it expires on several connections', async () => {
  let renewals = 0;
  const scene = await setDownload(object, async (request, reply) => {
    await delay(60);
    const isExpired = request.requestIndex > 2 && request.query.get('signature') === null;
    await (isExpired ? reply.send(403, [], '') : reply.file(object));
  });
  await scene.download({
    request: {
      renewUrl: async () => {
        renewals += 1;
        await delay(30);
        return new URL(`${scene.server.origin}/v2/downloads/file/one?signature=${renewals}`);
      },
    },
    context: { connections: 8 },
  });
  expect(isRight(scene)).toBe(true);
  expect(renewals).toBe(1);
  expect(eventsOf(scene, 'restart')).toEqual([]);
});

test('applies --max-size to a size known only from the header, before any byte is kept', async () => {
  const scene = await setDownload(object, (_request, reply) => reply.file(object));
  const request = { sizeBytes: null, maxSizeBytes: 1_000 };
  await expect(scene.download({ request })).rejects.toMatchObject({ code: 'UNSAFE' });
  expect(eventsOf(scene, 'progress')).toEqual([]);
});

test('writes no more than --max-size of a body without a length', async () => {
  const request = { sizeBytes: null, maxSizeBytes: 100_000 };
  const scene = await setDownload(object, async (_request, reply) => {
    await reply.raw(formatHead(200, { 'Content-Type': 'application/zip', 'Transfer-Encoding': 'chunked' }));
    await reply.raw(chunk(object.bytes.subarray(0, 4_096)));
    const block = chunk(Buffer.alloc(65_536, 'x'));
    for (let count = 0; count < 1_000 && !reply.isClosed; count += 1) await reply.raw(block);
    await reply.raw(LAST_CHUNK);
  });
  await expect(scene.download({ request })).rejects.toBeInstanceOf(ExpectedError);
  const written = scene.events.map((event) => (event.kind === 'progress' ? event.haveBytes : 0));
  expect(Math.max(...written)).toBeGreaterThan(0);
  expect(Math.max(...written)).toBeLessThanOrEqual(100_000);
});

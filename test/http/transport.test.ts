import { getEventListeners } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { afterThisTest } from '../support/after-this-test.ts';
import { openTransport } from '../support/api/open-transport.ts';
import { createFastClock } from '../support/fast-clock.ts';

async function send(listener: RequestListener, signal: AbortSignal) {
  const server = createServer({ maxHeaderSize: 1_048_576 }, listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  afterThisTest(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  const { port } = server.address() as AddressInfo;
  return await openTransport(createFastClock()).send({
    method: 'GET',
    url: new URL(`http://127.0.0.1:${port}/`),
    headers: {},
    signal,
    headersTimeoutMs: 30_000,
  });
}

test('no answer in time is said with the time', async () => {
  const { signal } = new AbortController();
  await expect(send(() => undefined, signal)).rejects.toThrow(
    /^127\.0\.0\.1:\d+ did not respond within 30 s$/,
  );
  expect(getEventListeners(signal, 'abort')).toHaveLength(0);
});

test.each([
  [16_384, 200],
  [65_536, 'headers too large'],
])('a header field of %i bytes: %j', async (sizeBytes, expected) => {
  const { signal } = new AbortController();
  const outcome = await send((_request, response) => {
    response.setHeader('x-large', 'a'.repeat(sizeBytes));
    response.end();
  }, signal).then(
    ({ status }) => status,
    (error: Error) => /\((.*)\)$/.exec(error.message)?.[1],
  );
  expect(outcome).toBe(expected);
});

test('nobody listens to the signal any more once a body was read or destroyed', async () => {
  const { signal } = new AbortController();
  const { body } = await send((_request, response) => response.end('text'), signal);
  const closed = new Promise((resolve) => body.once('close', resolve));
  body.resume();
  await closed;
  expect(getEventListeners(signal, 'abort')).toHaveLength(0);
});

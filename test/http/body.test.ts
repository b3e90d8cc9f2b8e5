import { Readable } from 'node:stream';
import { expect, test } from 'vitest';
import { consumeBody, readBody } from '../../src/http/body.ts';
import { toHttpHeaders } from '../../src/http/headers.ts';
import type { HttpResponse } from '../../src/http/transport.ts';
import { createFastClock } from '../support/fast-clock.ts';

const MIB = 1_048_576;

function answer(body: Readable, headers: Record<string, string> = {}, status = 200): HttpResponse {
  const url = new URL('https://api.example.com/v2/0?sig=secret');
  return { url, status, headers: toHttpHeaders(headers), body, release: () => {} };
}

const pieces = (...texts: readonly string[]) => Readable.from(texts.map((text) => Buffer.from(text)));

const options = (limitBytes = 10) => ({
  limitBytes,
  timeoutMs: 2_000,
  clock: createFastClock(),
  signal: new AbortController().signal,
});

/** A body that sends these pieces and then stalls. */
function stalled(...texts: readonly string[]): Readable {
  const body = new Readable({ read: () => undefined });
  for (const text of texts) body.push(text);
  return body;
}

test('rejects an encoded response with its host and encoding, and destroys it', async () => {
  const response = answer(pieces('text'), { 'content-encoding': 'GZIP' });
  await expect(readBody(response, options())).rejects.toMatchObject({
    code: 'BAD_RESPONSE',
    message: 'unexpected content encoding from api.example.com: gzip',
  });
  expect(response.body.destroyed).toBe(true);
});

test.each<Record<string, string>>([{}, { 'content-encoding': 'Identity' }, { 'content-length': '4' }])(
  'reads a body with the headers %j',
  async (headers) => {
    const response = answer(pieces('te', 'xt'), headers);
    expect((await readBody(response, options())).toString()).toBe('text');
    expect(response.body.destroyed).toBe(true);
  },
);

test.each([204, 304])('discards the body of HTTP %i', async (status) => {
  const response = answer(pieces('text'), { 'content-length': '9' }, status);
  expect(await readBody(response, options())).toHaveLength(0);
  expect(response.body.readableFlowing).toBe(true);
});

test.each([3, 5])('rejects a body whose length is not the announced %i bytes', async (announcedBytes) => {
  const response = answer(pieces('text'), { 'content-length': String(announcedBytes) });
  await expect(readBody(response, options())).rejects.toMatchObject({
    code: 'UNAVAILABLE',
    message: 'incomplete response from api.example.com',
    mayHaveBeenSent: true,
    details: { transient: true },
  });
});

test('accepts a body of exactly the limit and rejects one byte more', async () => {
  const within = answer(Readable.from([Buffer.alloc(MIB), Buffer.alloc(MIB)]));
  expect(await readBody(within, options(2 * MIB))).toHaveLength(2 * MIB);
  const above = answer(Readable.from([Buffer.alloc(MIB), Buffer.alloc(MIB), Buffer.alloc(1)]));
  await expect(readBody(above, options(2 * MIB))).rejects.toMatchObject({
    code: 'BAD_RESPONSE',
    message: 'the response of https://api.example.com/v2/0 is larger than 2 MiB',
  });
  expect(above.body.destroyed).toBe(true);
});

test('times out when the body does not end', async () => {
  const response = answer(stalled('text'));
  await expect(readBody(response, options())).rejects.toMatchObject({
    code: 'UNAVAILABLE',
    message: 'api.example.com did not complete its response within 2 s',
    details: { transient: true },
  });
});

/** Pieces at this interval, on a clock that only they advance. */
function slowly(everyMs: number, pieceCount: number) {
  let nowMs = 0;
  const timers = new Set<{ readonly dueMs: number; readonly call: () => void }>();
  const advance = (byMs: number) => {
    nowMs += byMs;
    for (const timer of timers) if (timer.dueMs <= nowMs && timers.delete(timer)) timer.call();
  };
  const body = Readable.from(
    (async function* pour() {
      for (let piece = 0; piece < pieceCount; piece += 1) {
        advance(everyMs);
        yield Buffer.from('piece');
      }
    })(),
    // No read-ahead.
    { highWaterMark: 1 },
  );
  const after = (delayMs: number, call: () => void) => {
    const timer = { dueMs: nowMs + delayMs, call };
    timers.add(timer);
    return () => void timers.delete(timer);
  };
  return { body, timers, clock: { ...createFastClock(), after } };
}

test('isTimeoutPerPiece restarts the timeout at each piece', async () => {
  const { body, clock, timers } = slowly(900, 6);
  const received: string[] = [];
  await consumeBody(answer(body), async (chunk) => void received.push(chunk.toString()), {
    ...options(100),
    clock,
    isTimeoutPerPiece: true,
  });
  expect([received.length, timers.size]).toEqual([6, 0]);
});

test('without isTimeoutPerPiece, the timeout covers the whole body', async () => {
  const { body, clock, timers } = slowly(900, 6);
  await expect(readBody(answer(body), { ...options(100), clock })).rejects.toThrow('within 2 s');
  expect(timers.size).toBe(0);
});

test('isTimeoutPerPiece reports how long nothing arrived', async () => {
  const reading = consumeBody(answer(stalled('one', 'two')), async () => undefined, {
    ...options(),
    isTimeoutPerPiece: true,
  });
  await expect(reading).rejects.toThrow('api.example.com sent nothing for 2 s');
});

test('waits for the consumer before it passes on the next piece', async () => {
  const log: string[] = [];
  await consumeBody(
    answer(pieces('a', 'b')),
    async (chunk) => {
      log.push(`${chunk.toString()} comes`);
      await new Promise(setImmediate);
      log.push(`${chunk.toString()} is used`);
    },
    options(),
  );
  expect(log).toEqual(['a comes', 'a is used', 'b comes', 'b is used']);
});

test('reports a body that breaks off as a lost connection', async () => {
  const body = stalled('text');
  setImmediate(() => body.destroy(Object.assign(new Error('x'), { code: 'ECONNRESET' })));
  await expect(readBody(answer(body), options())).rejects.toMatchObject({
    code: 'UNAVAILABLE',
    message: 'connection to api.example.com failed (connection reset)',
  });
});

test('rejects with the interruption when it caused the body to break off', async () => {
  const interruption = new AbortController();
  const body = stalled('text');
  setImmediate(() => {
    interruption.abort(new Error('interrupted'));
    body.destroy(new Error('x'));
  });
  const reading = readBody(answer(body), { ...options(), signal: interruption.signal });
  await expect(reading).rejects.toThrow('interrupted');
});

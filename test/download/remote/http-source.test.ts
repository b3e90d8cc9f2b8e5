import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { NoRangesError } from '../../../src/download/transfer/pinned-object.ts';
import { inCrowdsOf } from '../../support/crowd.ts';
import { createFastClock } from '../../support/fast-clock.ts';
import { inTurn, wellBehaved } from '../../support/faults/fault-mode.ts';
import type { FileOptions } from '../../support/faults/fault-response.ts';
import { type FaultHandler, startFaultServer } from '../../support/faults/fault-server.ts';
import { makePlainObject, type ServedObject } from '../../support/faults/served-object.ts';
import { failureOf } from '../../zip/failure-of.ts';
import { openRemote, openRemoteSource, rangesAsked } from './open-remote.ts';

const SIZE_BYTES = 300_000;
const object = makePlainObject(SIZE_BYTES);
const other = makePlainObject(SIZE_BYTES, { seed: 'B' });

function served(what: ServedObject, options: FileOptions): FaultHandler {
  return (_request, reply) => reply.file(what, options);
}

/** A 206 for the requested bytes with changed headers; undefined removes one. */
function withHeaders(headers: NonNullable<FileOptions['headers']>): FaultHandler {
  return served(object, { headers });
}

describe('a file behind HTTP Range', () => {
  test('gets size, validator, and end in one request, and each range in another', async () => {
    const server = await startFaultServer(wellBehaved(object));
    const source = await openRemoteSource(server);
    expect(source.sizeBytes).toBe(SIZE_BYTES);
    expect(source.validator.etag).toBe(object.etag);

    expect((await source.read(SIZE_BYTES - 1000, SIZE_BYTES)).equals(object.bytes.subarray(-1000))).toBe(
      true,
    );
    expect((await source.read(5, 5)).length).toBe(0);
    expect(rangesAsked(server)).toEqual(['bytes=-1000']);

    expect((await source.read(100, 250_000)).equals(object.bytes.subarray(100, 250_000))).toBe(true);
    // The end is not requested again.
    expect((await source.read(298_000, SIZE_BYTES)).equals(object.bytes.subarray(298_000))).toBe(true);
    expect(rangesAsked(server)).toEqual(['bytes=-1000', 'bytes=100-249999', 'bytes=298000-298999']);
    expect(source.transferredBytes()).toBe(1000 + 249_900 + 1000);
    const [first, ...rest] = server.requests.map(({ headers }) => headers.get('if-range'));
    expect(first).toBeUndefined();
    expect(rest).toEqual([object.etag, object.etag]);
    for (const { headers } of server.requests) expect(headers.get('accept-encoding')).toBe('identity');
  });

  test.each([1, 999, 1000, 1001])('reads an object of %i bytes', async (sizeBytes) => {
    const small = makePlainObject(sizeBytes);
    const server = await startFaultServer(wellBehaved(small));
    const source = await openRemoteSource(server, { sizeBytes });
    expect((await source.read(0, sizeBytes)).equals(small.bytes)).toBe(true);
    expect(server.requests).toHaveLength(sizeBytes > 1000 ? 2 : 1);
  });

  test('throws a RangeError for a range outside the object', async () => {
    const source = await openRemoteSource(await startFaultServer(wellBehaved(object)));
    await expect(source.read(0, SIZE_BYTES + 1)).rejects.toThrow(RangeError);
    await expect(source.read(-1, 5)).rejects.toThrow(RangeError);
  });

  test('sends no more concurrent requests than connections', async () => {
    const crowd = inCrowdsOf(3, (_request, reply) => reply.file(object), { waitMs: 100 });
    const server = await startFaultServer(crowd.handler);
    const source = await openRemoteSource(server, { connections: 3 });
    const reads = [...Array(12).keys()].map((index) => source.read(index * 10, index * 10 + 10));
    expect(Buffer.concat(await Promise.all(reads)).equals(object.bytes.subarray(0, 120))).toBe(true);
    expect(crowd.most()).toBe(3);
  });

  test('applies backpressure when the reader pauses', async () => {
    const large = { ...object, bytes: Buffer.alloc(32 * 1_048_576, 'x') };
    const server = await startFaultServer(wellBehaved(large));
    const source = await openRemoteSource(server);
    const stream = source.stream(0, large.bytes.length);
    const first = await stream.next();
    await delay(500);
    // The buffer here is bounded; the rest waits in the system's buffers.
    expect(source.transferredBytes()).toBeLessThan(2 * 1_048_576);
    const pieces = first.done === true ? [] : [first.value];
    for await (const piece of stream) pieces.push(piece);
    expect(Buffer.concat(pieces).equals(large.bytes)).toBe(true);
  });

  test('releases the connection when the reader stops early', async () => {
    const server = await startFaultServer(wellBehaved(object));
    const source = await openRemoteSource(server, { connections: 1 });
    const stream = source.stream(0, 200_000);
    await stream.next();
    await stream.return();
    expect((await source.read(0, 10)).equals(object.bytes.subarray(0, 10))).toBe(true);
  });

  test('a reader that stops before the last byte does not wait for it', async () => {
    const stalling = served(object, { cutAtByte: 9_999, cutBy: 'stall' });
    const server = await startFaultServer(inTurn(wellBehaved(object), stalling));
    const source = await openRemoteSource(server);
    const stream = source.stream(0, 10_000);
    for (let bytes = 0; bytes < 9_999; ) bytes += (await stream.next()).value?.length ?? 0;
    await stream.return();
    expect(server.requests).toHaveLength(2);
  });
});

describe('case 108: ignored or unsupported ranges', () => {
  test('reports a server that ignores Range after one request', async () => {
    const server = await startFaultServer(served(object, { withoutRanges: true }));
    expect(await openRemote(server)).toMatchObject({ kind: 'no-ranges' });
    expect(server.requests).toHaveLength(1);
  });

  test('does not wait for the body if a server ignores Range', async () => {
    const server = await startFaultServer(
      served(object, { withoutRanges: true, cutAtByte: 1000, cutBy: 'stall' }),
    );
    const clock = createFastClock({ speed: 1 });
    expect(await openRemote(server, { clock })).toMatchObject({ kind: 'no-ranges' });
    expect(server.requests).toHaveLength(1);
  });

  test('accepts a small object sent whole instead of a range', async () => {
    const small = makePlainObject(500);
    const server = await startFaultServer(served(small, { withoutRanges: true }));
    const source = await openRemoteSource(server, { sizeBytes: 500 });
    expect((await source.read(0, 500)).equals(small.bytes)).toBe(true);
    expect(server.requests).toHaveLength(1);
  });

  test.each<[string, FaultHandler]>([
    ['416', (_request, reply) => reply.send(416, [['Content-Range', `bytes */${SIZE_BYTES}`]], '')],
    ['the whole object', served(object, { withoutRanges: true, headers: { 'Accept-Ranges': 'bytes' } })],
  ])('requests the end by offset if a server responds with %s to a suffix range', async (_name, answer) => {
    const server = await startFaultServer(inTurn(answer, wellBehaved(object)));
    const source = await openRemoteSource(server, { sizeBytes: SIZE_BYTES });
    expect(source.sizeBytes).toBe(SIZE_BYTES);
    expect(rangesAsked(server)).toEqual(['bytes=-1000', `bytes=${SIZE_BYTES - 1000}-${SIZE_BYTES - 1}`]);
  });

  test.each([
    ['no Content-Range', undefined],
    ['another start', `bytes 0-999/${SIZE_BYTES}`],
    ['another end', `bytes ${SIZE_BYTES - 1000}-${SIZE_BYTES - 2}/${SIZE_BYTES}`],
    ['an unknown total', `bytes ${SIZE_BYTES - 1000}-${SIZE_BYTES - 1}/*`],
    ['another unit', `items ${SIZE_BYTES - 1000}-${SIZE_BYTES - 1}/${SIZE_BYTES}`],
    ['an end before the start', `bytes 9-3/${SIZE_BYTES}`],
  ])('case 71: reports no range support if the end has %s', async (_name, contentRange) => {
    const server = await startFaultServer(withHeaders({ 'Content-Range': contentRange }));
    expect(await openRemote(server)).toMatchObject({ kind: 'no-ranges' });
  });

  test('case 51: fails with INTEGRITY if the size differs from the listed one', async () => {
    const server = await startFaultServer(wellBehaved(object));
    const error = await failureOf(openRemote(server, { sizeBytes: SIZE_BYTES + 1 }));
    expect(error.code).toBe('INTEGRITY');
    expect(error.message).toContain(`${SIZE_BYTES + 1}`);
    expect(error.message).toContain(`${SIZE_BYTES} `.trim());
  });

  test('case 54: rejects a part with a Content-Encoding', async () => {
    const server = await startFaultServer(withHeaders({ 'Content-Encoding': 'gzip' }));
    expect((await failureOf(openRemote(server))).message).toContain('encoded as gzip');
  });
});

describe('case 108: a server that sends the end as a part and then the whole file', () => {
  const nameless = makePlainObject(SIZE_BYTES, { etag: undefined, lastModified: undefined });
  const weak = makePlainObject(SIZE_BYTES, { etag: 'W/"1"', lastModified: undefined });

  test.each([
    ['the same version', object],
    ['no validator', nameless],
    ['only a weak ETag', weak],
  ])('has no range support after the second time (%s)', async (_name, what) => {
    const retried: string[] = [];
    const whole = served(what, { withoutRanges: true });
    const server = await startFaultServer(inTurn(wellBehaved(what), whole));
    const source = await openRemoteSource(server, { retries: 5, retried });
    const error = await failureOf(source.read(0, 10));
    expect(error).toBeInstanceOf(NoRangesError);
    expect(error.message).toContain('sent the whole file instead of a part');
    expect(retried).toEqual([error.message]);
    expect(server.requests).toHaveLength(1 + 2);
  });

  test('has no range support after the first time without retries', async () => {
    const whole = served(object, { withoutRanges: true });
    const server = await startFaultServer(inTurn(wellBehaved(object), whole));
    const source = await openRemoteSource(server, { retries: 0 });
    expect(await failureOf(source.read(0, 10))).toBeInstanceOf(NoRangesError);
    expect(server.requests).toHaveLength(2);
  });

  test('is tolerated occasionally as long as bytes arrive in between', async () => {
    const whole = served(object, { withoutRanges: true });
    const cut = served(object, { cutAtByte: 1000 });
    const server = await startFaultServer(
      inTurn(wellBehaved(object), whole, cut, whole, wellBehaved(object)),
    );
    const source = await openRemoteSource(server);
    expect((await source.read(0, 5000)).equals(object.bytes.subarray(0, 5000))).toBe(true);
    expect(rangesAsked(server).slice(1)).toEqual([
      'bytes=0-4999',
      'bytes=0-4999',
      'bytes=1000-4999',
      'bytes=1000-4999',
    ]);
  });

  test('has changed if the size differs, even without a validator', async () => {
    const longer = makePlainObject(SIZE_BYTES + 1, { etag: undefined, lastModified: undefined });
    const server = await startFaultServer(
      inTurn(wellBehaved(nameless), served(longer, { withoutRanges: true })),
    );
    const source = await openRemoteSource(server);
    expect(await failureOf(source.read(0, 10))).toMatchObject({
      code: 'INTEGRITY',
      message: expect.stringContaining('changed'),
    });
  });
});

describe('case 48: the response with the end breaks off', () => {
  const END = object.bytes.subarray(-1000);
  const start = SIZE_BYTES - 1000;

  test('keeps received bytes and requests the rest with If-Range as long as bytes arrive', async () => {
    const retried: string[] = [];
    let cutAtByte = start;
    const server = await startFaultServer((_request, reply) => {
      cutAtByte += 300;
      return reply.file(object, { cutAtByte });
    });
    const source = await openRemoteSource(server, { retries: 1, retried });
    expect((await source.read(start, SIZE_BYTES)).equals(END)).toBe(true);
    expect(rangesAsked(server)).toEqual([
      'bytes=-1000',
      `bytes=${start + 300}-${SIZE_BYTES - 1}`,
      `bytes=${start + 600}-${SIZE_BYTES - 1}`,
      `bytes=${start + 900}-${SIZE_BYTES - 1}`,
    ]);
    const [first, ...rest] = server.requests.map(({ headers }) => headers.get('if-range'));
    expect(first).toBeUndefined();
    expect(rest).toEqual([object.etag, object.etag, object.etag]);
    expect(retried).toHaveLength(3);
    expect(source.transferredBytes()).toBe(1000);
  });

  test('fails with UNAVAILABLE without retries', async () => {
    const server = await startFaultServer(
      inTurn(served(object, { cutAtByte: start + 300 }), wellBehaved(object)),
    );
    expect((await failureOf(openRemote(server, { retries: 0 }))).code).toBe('UNAVAILABLE');
    expect(server.requests).toHaveLength(1);
  });

  test('does not combine parts of two versions', async () => {
    const server = await startFaultServer(
      inTurn(served(object, { cutAtByte: start + 300 }), wellBehaved(other)),
    );
    expect(await failureOf(openRemote(server))).toMatchObject({
      code: 'INTEGRITY',
      message: expect.stringContaining('changed'),
    });
  });

  test('reports no range support if the server then sends the whole file', async () => {
    const cut = served(object, { cutAtByte: start + 300 });
    const server = await startFaultServer(inTurn(cut, served(object, { withoutRanges: true })));
    expect(await openRemote(server)).toMatchObject({
      kind: 'no-ranges',
      reason: expect.stringContaining('sent the whole file instead of a part'),
    });
  });

  test('fetches a small object again from a server without ranges', async () => {
    const small = makePlainObject(500);
    const server = await startFaultServer(
      inTurn(served(small, { withoutRanges: true, cutAtByte: 300 }), served(small, { withoutRanges: true })),
    );
    const source = await openRemoteSource(server, { sizeBytes: 500 });
    expect((await source.read(0, 500)).equals(small.bytes)).toBe(true);
    expect(rangesAsked(server)).toEqual(['bytes=-1000', 'bytes=-1000']);
  });
});

describe('case 108: fails if the object changes between two requests', () => {
  test.each<[string, FaultHandler]>([
    ['another strong ETag in a 206', served(other, {})],
    ['no ETag anymore', withHeaders({ ETag: undefined })],
    ['a weak ETag instead', withHeaders({ ETag: `W/${object.etag}` })],
    ['another total', withHeaders({ 'Content-Range': `bytes 0-9/${SIZE_BYTES + 1}` })],
    ['412', (_request, reply) => reply.send(412, [], '')],
    ['416', (_request, reply) => reply.send(416, [['Content-Range', 'bytes */5']], '')],
    ['200 with the new object, as If-Range requires', served(other, { withoutRanges: true })],
  ])('%s', async (_name, later) => {
    // A correct server sends the whole object on an If-Range mismatch; this one ignores If-Range.
    const careless: FaultHandler = (request, reply) => {
      (request.headers as Map<string, string>).delete('if-range');
      return later(request, reply);
    };
    const server = await startFaultServer(inTurn(wellBehaved(object), careless));
    const source = await openRemoteSource(server);
    const error = await failureOf(source.read(0, 10));
    expect(error).toMatchObject({ code: 'INTEGRITY' });
    expect(error.message).toContain('changed');
    expect(server.requests).toHaveLength(2);
  });

  test('accepts bytes without a validator, leaving the check to checksums', async () => {
    const nameless = makePlainObject(SIZE_BYTES, { etag: undefined, lastModified: undefined });
    const server = await startFaultServer(wellBehaved(nameless));
    const source = await openRemoteSource(server);
    expect((await source.read(0, 10)).equals(nameless.bytes.subarray(0, 10))).toBe(true);
    expect(server.requests[1]?.headers.get('if-range')).toBeUndefined();
  });
});

describe('failures while reading', () => {
  test('case 48: resumes a cut body as long as bytes arrive', async () => {
    let cutAtByte = 0;
    const server = await startFaultServer((request, reply) => {
      if (request.requestIndex === 0) return reply.file(object);
      cutAtByte += 30_000;
      return reply.file(object, { cutAtByte, cutBy: request.requestIndex % 2 === 0 ? 'cut' : 'reset' });
    });
    const source = await openRemoteSource(server, { retries: 1 });
    expect((await source.read(0, 290_000)).equals(object.bytes.subarray(0, 290_000))).toBe(true);
    expect(rangesAsked(server).slice(1, 4)).toEqual([
      'bytes=0-289999',
      'bytes=30000-289999',
      'bytes=60000-289999',
    ]);
  });

  test('gives up after the allowed number of failures without a new byte', async () => {
    const retried: string[] = [];
    const server = await startFaultServer(
      inTurn(wellBehaved(object), served(object, { cutAtByte: 0, cutBy: 'reset' })),
    );
    const source = await openRemoteSource(server, { retries: 3, retried });
    expect((await failureOf(source.read(0, 10))).code).toBe('UNAVAILABLE');
    expect(server.requests).toHaveLength(1 + 4);
    expect(retried).toHaveLength(3);
  });

  test.each([503, 429])('case 34: retries a %i, also while opening', async (status) => {
    const busy: FaultHandler = (_request, reply) => reply.send(status, [['Retry-After', '2']], '');
    const server = await startFaultServer(inTurn(busy, wellBehaved(object), busy, wellBehaved(object)));
    const source = await openRemoteSource(server);
    expect((await source.read(0, 10)).equals(object.bytes.subarray(0, 10))).toBe(true);
    expect(server.requests).toHaveLength(4);
  });

  test('case 56: resumes after a stall', async () => {
    const server = await startFaultServer(
      inTurn(wellBehaved(object), served(object, { cutAtByte: 1000, cutBy: 'stall' }), wellBehaved(object)),
    );
    const source = await openRemoteSource(server);
    expect((await source.read(0, 5000)).equals(object.bytes.subarray(0, 5000))).toBe(true);
    expect(rangesAsked(server).at(-1)).toBe('bytes=1000-4999');
  });

  test('case 56: does not count pauses of --limit-rate as a stall', async () => {
    const clock = createFastClock();
    const server = await startFaultServer(wellBehaved(object));
    const source = await openRemoteSource(server, { clock, bytesPerSecond: 1_024, retries: 0 });
    const startMs = clock.monotonicMs();
    expect((await source.read(0, 131_072)).equals(object.bytes.subarray(0, 131_072))).toBe(true);
    expect(clock.monotonicMs() - startMs).toBeGreaterThan(120_000);
    expect(server.requests).toHaveLength(2);
  });

  test('case 71: requests the rest after a correctly labeled shorter part', async () => {
    const server = await startFaultServer(
      inTurn(
        wellBehaved(object),
        (_request, reply) =>
          reply.send(
            206,
            [
              ['ETag', object.etag ?? ''],
              ['Content-Range', `bytes 0-99/${SIZE_BYTES}`],
            ],
            object.bytes.subarray(0, 100),
          ),
        wellBehaved(object),
      ),
    );
    const source = await openRemoteSource(server);
    expect((await source.read(0, 250)).equals(object.bytes.subarray(0, 250))).toBe(true);
    expect(rangesAsked(server).slice(1)).toEqual(['bytes=0-249', 'bytes=100-249']);
  });

  test('case 71: retries a part other than the requested one, then gives up', async () => {
    const wrong = withHeaders({ 'Content-Range': `bytes 5-14/${SIZE_BYTES}` });
    const server = await startFaultServer(inTurn(wellBehaved(object), wrong));
    const source = await openRemoteSource(server, { retries: 2 });
    const error = await failureOf(source.read(0, 10));
    expect(error.code).toBe('UNAVAILABLE');
    expect(error.message).toContain('another part');
    expect(server.requests).toHaveLength(1 + 3);
  });

  test('case 52: rejects more bytes than requested', async () => {
    const flood: FaultHandler = async (_request, reply) => {
      await reply.head(206, [
        ['ETag', object.etag ?? ''],
        ['Content-Range', `bytes 0-9/${SIZE_BYTES}`],
        ['Transfer-Encoding', 'chunked'],
      ]);
      await reply.raw(`14\r\n${'x'.repeat(20)}\r\n0\r\n\r\n`);
    };
    const server = await startFaultServer(inTurn(wellBehaved(object), flood));
    const source = await openRemoteSource(server);
    expect((await failureOf(source.read(0, 10))).message).toContain('more bytes than requested');
  });

  test('rejects with the abort reason', async () => {
    const controller = new AbortController();
    const server = await startFaultServer(
      inTurn(wellBehaved(object), served(object, { cutAtByte: 10, cutBy: 'stall' })),
    );
    const source = await openRemoteSource(server, { signal: controller.signal });
    const reading = source.read(0, 1000);
    const reason = new Error('Ctrl-C');
    setTimeout(() => controller.abort(reason), 20);
    await expect(reading).rejects.toBe(reason);
  });
});

describe('case 58: an expired URL', () => {
  test('is renewed once for all rejected requests, which then continue', async () => {
    let signature = 1;
    const server = await startFaultServer(async (request, reply) => {
      if (request.query.get('signature') === String(signature)) return reply.file(object);
      await new Promise((resolve) => setTimeout(resolve, 10));
      return reply.send(403, [], 'Request has expired');
    });
    const renewals: number[] = [];
    const source = await openRemoteSource(server, {
      url: new URL(`${server.origin}/object?signature=1`),
      renewUrl: async () => {
        renewals.push(signature);
        return new URL(`${server.origin}/object?signature=${signature}`);
      },
    });
    signature = 2;
    const reads = await Promise.all([0, 10, 20].map((start) => source.read(start, start + 10)));
    expect(Buffer.concat(reads).equals(object.bytes.subarray(0, 30))).toBe(true);
    expect(renewals).toEqual([2]);
  });

  test('fails with AUTH if it keeps being rejected after renewals', async () => {
    const server = await startFaultServer(
      inTurn(wellBehaved(object), (_request, reply) => reply.send(403, [], '')),
    );
    const source = await openRemoteSource(server, {
      renewUrl: async () => new URL(`${server.origin}/object?again`),
    });
    expect((await failureOf(source.read(0, 10))).code).toBe('AUTH');
    expect(server.requests).toHaveLength(1 + 4);
  });
});

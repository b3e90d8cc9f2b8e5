import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { PACKAGE_ID } from '../../support/api/api-packages.ts';
import type { Answer } from '../../support/api/api-script.ts';
import { startApi } from '../../support/api/api-server.ts';
import { chunk, LAST_CHUNK } from '../../support/faults/fault-mode.ts';
import { formatHead } from '../../support/faults/fault-response.ts';
import { runCli } from '../../support/process/run-cli.ts';

const ROUTE = 'GET /v2/downloads/{id}';
const good = { id: PACKAGE_ID, status: 'preparing' };

async function statusWith(answer: Answer | readonly Answer[]) {
  const api = await startApi({ script: { [ROUTE]: answer } });
  const run = await runCli(['status', PACKAGE_ID, '--json'], { api });
  return { api, run };
}

/** HTTP status, envelope, and the exit codes allowed for it. */
const ENVELOPES: readonly (readonly [number, unknown, readonly number[]])[] = [
  [200, { status: 'success', data: good }, [0]],
  [200, { data: good }, [0]],
  [201, { status: 'SUCCESS', data: good, extra: { deep: [1] } }, [0]],
  [200, { status: 'success', data: null }, [7]],
  [200, { status: 'success' }, [7]],
  [200, { status: 'success', data: 'text' }, [7]],
  [200, { status: 'success', data: 7 }, [7]],
  [200, { status: 'success', data: [good] }, [0]],
  [200, { status: 'success', data: [{ ...good, id: 'another' }] }, [7]],
  [200, { status: 'success', data: [good, good] }, [7]],
  [200, { status: 'fail', code: 404, message: 'gone' }, [3]],
  [200, { status: 'error', error: { code: '410', message: 'gone' } }, [3]],
  [200, { status: 'fail', data: { statusCode: 401 } }, [4]],
  [200, { Status: 'Fail', Code: 403, Message: 'no' }, [4]],
  [200, { status: 'fail', code: 409 }, [7]],
  [200, { success: false, message: 'broken' }, [7]],
  [200, { success: true, data: good }, [0]],
  [200, { status: 'success', data: {} }, [7]],
  [200, { status: 'success', data: { id: null } }, [7]],
  [200, { status: 'success', data: { id: '' } }, [7]],
  [200, { status: 'success', data: { id: 1.5 } }, [7]],
  [200, { status: 'success', data: { id: ['a'] } }, [7]],
  [200, { status: 'fail', data: { id: 'unknown' } }, [7]],
  [200, { status: 'error', message: 'broken' }, [7]],
  [500, { status: 'error', message: 'broken' }, [6]],
  [500, { status: 'success', data: good }, [6, 7]],
  // The request consists only of an ID, so there is no such package.
  [400, { status: 'fail', data: { id: ['is odd'] } }, [3]],
  [200, [], [7]],
  [200, null, [7]],
  [200, 'text', [7]],
  [200, good, [0]],
];

test.each(ENVELOPES)('case 25: HTTP %i with %j exits with one of %j', async (status, json, exitCodes) => {
  const { run } = await statusWith({ status, json });
  expect(exitCodes).toContain(run.exitCode);
});

test('an error shows both statuses and the message of the service', async () => {
  const { run } = await statusWith({ status: 200, json: { status: 'error', message: 'the disk is full' } });
  expect(run.stderr).toMatch(/reports error \(HTTP 200\): the disk is full/);
});

const UNREADABLE: readonly (readonly [name: string, bytes: string | Uint8Array])[] = [
  ['an empty body', ''],
  ['cut JSON', '{"status":"success","data":{"id":"x"'],
  ['data after the document', '{"data":{"id":"x"}}{"data":{}}'],
  ['NaN', '{"data":{"id":"x","size":NaN}}'],
  ['single quotes', "{'data':{'id':'x'}}"],
  ['a trailing comma', '{"data":{"id":"x",}}'],
  ['a comment', '{"data":/* x */{"id":"x"}}'],
  ['invalid UTF-8', Buffer.from('7b2264617461223a7b226964223a22ff227d7d', 'hex')],
  ['UTF-16', Buffer.from('{"data":{"id":"x"}}', 'utf16le')],
  ['two byte order marks', '\xef\xbb\xbf\xef\xbb\xbf{"data":{"id":"x"}}'],
  ['a trailing NUL', '{"data":{"id":"x"}}\0'],
  ['nesting a million deep', `{"data":{"id":"x","a":${'['.repeat(1_000_000)}${']'.repeat(1_000_000)}}}`],
  ['plain text', 'Bad gateway'],
  ['HTML', '<!doctype html><title>Sign\x1b[31m in</title>'],
];

test.each(UNREADABLE)('case 27: reports a 200 response with %s as unusable', async (_name, body) => {
  const { run } = await statusWith((_request, reply) =>
    reply.send(
      200,
      { 'Content-Type': 'application/json' },
      typeof body === 'string' ? Buffer.from(body, 'latin1') : body,
    ),
  );
  expect(run).toMatchObject({ exitCode: 7, json: { error: { code: 'BAD_RESPONSE' } } });
});

test('ignores a byte order mark before the document (RFC 8259 8.1)', async () => {
  const { run } = await statusWith((_request, reply) =>
    reply.send(200, { 'Content-Type': 'application/json' }, `\uFEFF${JSON.stringify({ data: good })}`),
  );
  expect(run).toMatchObject({ exitCode: 0, json: { items: [{ id: PACKAGE_ID }] } });
});

test('case 39: accepts valid JSON with another content type', async () => {
  const { run } = await statusWith((_request, reply) =>
    reply.send(200, { 'Content-Type': 'text/plain' }, JSON.stringify({ data: good })),
  );
  expect(run.exitCode).toBe(0);
});

test('case 26: shows the title of an HTML page without control characters, and does not retry', async () => {
  const { run, api } = await statusWith({ text: '<html><head><title>Sign \x1b[31min</title></head></html>' });
  expect(run.exitCode).toBe(7);
  expect(run.stderr).toContain('Sign');
  expect(api.requests).toHaveLength(1);
});

test.each([502, 503])('case 26: retries after an HTML page with %i', async (status) => {
  const { run, api } = await statusWith([{ status, text: '<html>down</html>' }, { json: { data: good } }]);
  expect(run.exitCode).toBe(0);
  expect(api.requests).toHaveLength(2);
});

test('case 28: aborts an endless response after 6 MiB', async () => {
  let sentBytes = 0;
  const { run } = await statusWith(async (_request, reply) => {
    await reply.raw(formatHead(200, { 'Content-Type': 'application/json', 'Transfer-Encoding': 'chunked' }));
    await reply.raw(chunk(Buffer.from('{"data":"')));
    const block = Buffer.alloc(65_536, 'x');
    while (!reply.isClosed && sentBytes < 100 * 1_048_576) {
      await reply.raw(chunk(block));
      sentBytes += block.length;
    }
    await reply.raw(LAST_CHUNK);
  });
  expect(run.exitCode).toBe(7);
  expect(sentBytes).toBeLessThan(32 * 1_048_576);
});

test.each(['gzip', 'gzip, gzip', 'br', 'unheard-of'])(
  'case 29: rejects a response encoded as %s',
  async (coding) => {
    const { run } = await statusWith((_request, reply) =>
      reply.send(200, { 'Content-Encoding': coding }, gzipSync(JSON.stringify({ data: good }))),
    );
    expect(run.exitCode).toBe(7);
  },
);

test('case 32: ignores keys such as __proto__ and constructor', async () => {
  const json =
    '{"data":{"id":"x","status":"preparing","__proto__":{"polluted":1},"constructor":1,"toString":2}}';
  const { run } = await statusWith((_request, reply) => reply.send(200, {}, json));
  expect(run.exitCode).toBe(0);
  expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false);
  expect(JSON.stringify({})).toBe('{}');
});

test.each([204, 205, 304, 101])('case 38: fails on status %i for a JSON request', async (status) => {
  const { run } = await statusWith((_request, reply) => reply.head(status));
  expect([6, 7]).toContain(run.exitCode);
});

test.each([408, 425, 429, 500, 502, 503, 504, 520, 527])(
  'case 35: retries a request after one %i',
  async (status) => {
    const { run, api } = await statusWith([status, 'preparing']);
    expect(run.exitCode).toBe(0);
    expect(api.requests).toHaveLength(2);
  },
);

test.each([
  [400, 3],
  [405, 7],
  [409, 7],
  [418, 7],
  [422, 3],
  [501, 7],
])('does not retry after %i', async (status, exitCode) => {
  const { run, api } = await statusWith(status);
  expect(run.exitCode).toBe(exitCode);
  expect(api.requests).toHaveLength(1);
});

test('case 35: retries after a reset, and reports a service that always resets as unavailable', async () => {
  const { run } = await statusWith([{ raw: '', after: 'reset' }, 'preparing']);
  expect(run.exitCode).toBe(0);
  const { run: always, api } = await statusWith({ raw: '', after: 'reset' });
  expect(always).toMatchObject({ exitCode: 6, json: { error: { code: 'UNAVAILABLE', retryable: true } } });
  expect(api.requests).toHaveLength(6);
});

/** The allowed pause before the second request, in milliseconds. */
const PAUSES: readonly (readonly [retryAfter: string, shortestMs: number, longestMs: number])[] = [
  ['7', 7_000, 7_000],
  ['0', 1_000, 1_000],
  ['1000000000', 300_000, 300_000],
  ['Thu, 15 Jan 2026 12:01:00 GMT', 40_000, 60_000],
  ['Thursday, 15-Jan-26 12:01:00 GMT', 40_000, 60_000],
  ['Thu, 01 Jan 1970 00:00:00 GMT', 1_000, 1_000],
  ['1.5', 1_000, 2_000],
  ['-5', 1, 2_000],
  ['soon', 1, 2_000],
  ['', 1, 2_000],
];

test.each(PAUSES)(
  'case 34: Retry-After: %j pauses between %i and %i ms',
  async (value, shortestMs, longestMs) => {
    const { run } = await statusWith([
      { status: 429, json: {}, headers: { 'Retry-After': value } },
      'preparing',
    ]);
    expect(run.exitCode).toBe(0);
    const [pauseMs = 0] = run.clock.sleepsMs;
    expect(pauseMs).toBeGreaterThanOrEqual(shortestMs);
    expect(pauseMs).toBeLessThanOrEqual(longestMs);
  },
);

test.each([
  ['a silent service', (reply: { stall(): Promise<void> }) => reply.stall()],
  [
    'a body of one byte every five seconds',
    async (reply: {
      raw(b: string): Promise<void>;
      slowly(b: string, n: number, ms: number): Promise<void>;
    }) => {
      await reply.raw(formatHead(200, { 'Content-Length': 1_000 }));
      await reply.slowly(' '.repeat(1_000), 1, 50);
    },
  ],
])('case 37: reports %s as unavailable', async (_name, answer) => {
  const { run } = await statusWith((_request, reply) => answer(reply));
  expect(run.exitCode).toBe(6);
});

test.each([
  'a/b',
  '..',
  '.',
  'a b',
  'a?b=c',
  'a#b',
  '%00',
  '%2e%2e',
  'ä€😀',
  'a\\b',
  ';x=y',
  'x'.repeat(10_000),
])('case 31: sends the ID %j as one path segment or rejects it', async (id) => {
  const api = await startApi();
  const run = await runCli(['status', '--json', '--', id], { api });
  expect([0, 2, 3]).toContain(run.exitCode);
  for (const { target } of api.requests) {
    expect(target).toBe(`/v2/downloads/${encodeURIComponent(id)}`);
  }
});

test('case 31: keeps all digits of an ID above 2^53', async () => {
  const { run } = await statusWith((_request, reply) =>
    reply.send(200, {}, '{"data":{"id":9007199254740993,"status":"preparing"}}'),
  );
  expect(run.exitCode).toBe(0);
  expect(run.stdout).toContain('"id":"9007199254740993"');
});

test.each(['1e400', '-0.5', 'true', '{}'])('rejects a response with the ID %s', async (id) => {
  const { run } = await statusWith((_request, reply) =>
    reply.send(200, {}, `{"data":{"id":${id},"status":"preparing"}}`),
  );
  expect(run.exitCode).toBe(7);
});

import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { PACKAGE_ID } from '../../support/api/api-packages.ts';
import { startApi } from '../../support/api/api-server.ts';
import type { FaultHandler } from '../../support/faults/fault-server.ts';
import { runBinary } from '../../support/process/run-binary.ts';

const LIST = '{"data":[]}';
const LENGTH = `Content-Length: ${LIST.length}`;
const FINAL = `HTTP/1.1 200 OK\r\n${LENGTH}\r\n\r\n${LIST}`;

function instead(text: string): FaultHandler {
  return (_request, reply) => reply.raw(text);
}

function chunked(bytes: Buffer): string {
  return `${bytes.length.toString(16)}\r\n${bytes.toString('latin1')}\r\n0\r\n\r\n`;
}

test.each([
  ['an unexpected 100', 'HTTP/1.1 100 Continue\r\n\r\n'],
  ['a 103', 'HTTP/1.1 103 Early Hints\r\nLink: </x>; rel=preload\r\n\r\n'],
  [
    'several interim responses',
    'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n',
  ],
])('case 38: skips %s before the response', async (_name, interim) => {
  const api = await startApi({ script: { 'GET /v2/downloads': instead(interim + FINAL) } });
  const run = await runBinary(['list', '--json'], { api });
  expect(run).toMatchObject({ exitCode: 0, json: { count: 0 } });
  expect(api.requests).toHaveLength(1);
});

test('a 204 with a Content-Length has no body: rm reports the package as deleted, without a retry', async () => {
  const api = await startApi({
    script: { 'DELETE /v2/downloads/{id}': instead('HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\n') },
  });
  const run = await runBinary(['rm', PACKAGE_ID, '-y', '--json'], { api });
  expect(run).toMatchObject({ exitCode: 0, json: { results: [{ outcome: 'deleted' }] } });
  expect(api.requestsOf('DELETE /v2/downloads/{id}')).toHaveLength(1);
});

const gzipped = gzipSync(LIST);
const AMBIGUOUS = {
  message: (host: string) => `ambiguous body length in the response of ${host}`,
  hint: 'report this to the operator of the service or the proxy',
};
const UNSUPPORTED = {
  message: (host: string) => `unexpected transfer coding from ${host}: gzip, chunked`,
  hint: 'use -v for details',
};
test.each([
  ['the same Content-Length twice', `${LENGTH}\r\n${LENGTH}`, LIST, AMBIGUOUS],
  ['two lengths that differ', `${LENGTH}\r\nContent-Length: 5`, LIST, AMBIGUOUS],
  ['a list of two lengths', `${LENGTH}, ${LIST.length}`, LIST, AMBIGUOUS],
  ['a length and chunks', `${LENGTH}\r\nTransfer-Encoding: chunked`, chunked(Buffer.from(LIST)), AMBIGUOUS],
  ['gzip before chunked', 'Transfer-Encoding: gzip, chunked', chunked(gzipped), UNSUPPORTED],
  [
    'gzip and chunked in two lines',
    'Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked',
    chunked(gzipped),
    UNSUPPORTED,
  ],
  [
    'plain text labeled gzip, chunked',
    'Transfer-Encoding: gzip, chunked',
    chunked(Buffer.from(LIST)),
    UNSUPPORTED,
  ],
])('case 53: rejects %s without a retry', async (_name, header, body, { message, hint }) => {
  const api = await startApi({
    script: { 'GET /v2/downloads': instead(`HTTP/1.1 200 OK\r\n${header}\r\n\r\n${body}`) },
  });
  const run = await runBinary(['list', '--json'], { api });
  expect(run).toMatchObject({
    exitCode: 7,
    json: { error: { code: 'BAD_RESPONSE', message: message(new URL(api.origin).host), hint } },
  });
  expect(api.requests).toHaveLength(1);
});

import { Readable } from 'node:stream';
import { expect, test } from 'vitest';
import { classifyResponse } from '../../../src/download/response/classify-response.ts';
import { toHttpHeaders } from '../../../src/http/headers.ts';

type Requested = { start: number; end: number } | null;

function classify(
  status: number,
  headers: Readonly<Record<string, string>> = {},
  range: Requested = { start: 10, end: 20 },
) {
  return classifyResponse(
    {
      url: new URL('https://files.example.com/video.mp4'),
      status,
      headers: toHttpHeaders(headers),
      body: Readable.from([]),
      release: () => undefined,
    },
    { range, nowMs: 0 },
  );
}

function judge(contentRange: string, contentLength: string, range?: Requested) {
  return classify(206, { 'content-range': contentRange, 'content-length': contentLength }, range);
}

test('accepts the requested range as a part', () => {
  expect(judge('bytes 10-19/100', '10')).toMatchObject({ kind: 'part', start: 10, end: 20, totalBytes: 100 });
});

test.each([
  ['starts before it', 'bytes 9-18/100', '10'],
  ['starts after it', 'bytes 11-19/100', '9'],
  ['ends after it', 'bytes 10-20/100', '11'],
  ['has a body of a different length', 'bytes 10-19/100', '11'],
  ['has an unknown total size', 'bytes 10-19/*', '10'],
])('rejects a range that %s', (_name, contentRange, contentLength) => {
  expect(judge(contentRange, contentLength)).toMatchObject({ kind: 'other-part' });
});

test.each([
  [200, {}, { kind: 'whole', totalBytes: null, announcesRanges: false }],
  [200, { 'content-length': '100', 'accept-ranges': 'bytes' }, { totalBytes: 100, announcesRanges: true }],
  [200, { 'content-length': '0', 'accept-ranges': 'none' }, { totalBytes: 0, announcesRanges: false }],
  [200, { 'content-length': '1e3' }, { totalBytes: null }],
  [200, { 'content-length': '9999999999999999' }, { totalBytes: null }],
  [200, { 'content-encoding': ' Identity ', 'transfer-encoding': 'Chunked' }, { kind: 'whole' }],
  [200, { 'content-encoding': '' }, { kind: 'whole' }],
  [416, { 'content-range': 'bytes */100' }, { kind: 'unsatisfiable', totalBytes: 100 }],
  [416, {}, { kind: 'unsatisfiable', totalBytes: null }],
  [412, {}, { kind: 'precondition-failed', error: { code: 'BAD_RESPONSE', details: { httpStatus: 412 } } }],
])('classifies %i with %j as %j', (status, headers, found) => {
  expect(classify(status, headers)).toMatchObject(found);
});

test.each([
  [400, 'AUTH'],
  [401, 'AUTH'],
  [403, 'AUTH'],
  [404, 'NOT_FOUND'],
  [410, 'NOT_FOUND'],
])('%i rejects the URL: %s', (status, code) => {
  const details = { httpStatus: status, requestId: 'a-request', hint: expect.any(String) as string };
  expect(classify(status, { 'x-request-id': 'a-request' })).toMatchObject({
    kind: 'refused',
    error: { code, details },
  });
});

test.each([
  [429, {}, { code: 'UNAVAILABLE', details: { httpStatus: 429, transient: true } }],
  [503, { 'retry-after': '7' }, { code: 'UNAVAILABLE', details: { transient: true, retryAfterMs: 7_000 } }],
  [403, { 'retry-after': '7' }, { code: 'UNAVAILABLE', details: { transient: true, retryAfterMs: 7_000 } }],
  [418, {}, { name: 'UnexpectedResponseError', code: 'BAD_RESPONSE', details: { httpStatus: 418 } }],
  [501, {}, { name: 'UnexpectedResponseError', code: 'BAD_RESPONSE' }],
  [200, { 'content-encoding': 'gzip' }, { name: 'UnexpectedResponseError', code: 'INTEGRITY' }],
  [206, { 'content-encoding': 'br' }, { name: 'UnexpectedResponseError', code: 'INTEGRITY' }],
  [200, { 'transfer-encoding': 'gzip, chunked' }, { name: 'UnexpectedResponseError', code: 'INTEGRITY' }],
])('throws for %i with %j: %j', (status, headers, error) => {
  let thrown: unknown;
  try {
    classify(status, headers);
  } catch (caught) {
    thrown = caught;
  }
  expect(thrown).toMatchObject(error);
});

test('accepts a range of all bytes as the whole object', () => {
  expect(judge('bytes 0-99/100', '100', null)).toMatchObject({ kind: 'whole', totalBytes: 100 });
});

test.each([
  ['starts later', 'bytes 1-99/100', '99'],
  ['ends earlier', 'bytes 0-98/100', '99'],
  ['has an unknown total size', 'bytes 0-99/*', '100'],
  ['has a body of a different length', 'bytes 0-99/100', '99'],
])('rejects a range as the whole object if it %s', (_name, contentRange, contentLength) => {
  expect(judge(contentRange, contentLength, null)).toMatchObject({ kind: 'other-part' });
});

import { Readable } from 'node:stream';
import { expect, test } from 'vitest';
import { classifyResponse } from '../../../src/download/response/classify-response.ts';
import { toHttpHeaders } from '../../../src/http/headers.ts';

function judge(
  contentRange: string,
  contentLength: string,
  range: { start: number; end: number } | null = { start: 10, end: 20 },
) {
  return classifyResponse(
    {
      url: new URL('https://files.example.com/video.mp4'),
      status: 206,
      headers: toHttpHeaders({ 'content-range': contentRange, 'content-length': contentLength }),
      body: Readable.from([]),
      release: () => undefined,
    },
    { range, nowMs: 0 },
  );
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

test('a range of all bytes answers a request for the whole', () => {
  expect(judge('bytes 0-99/100', '100', null)).toMatchObject({ kind: 'whole', totalBytes: 100 });
});

test.each([
  ['starts later', 'bytes 1-99/100', '99'],
  ['ends earlier', 'bytes 0-98/100', '99'],
  ['has an unknown total size', 'bytes 0-99/*', '100'],
  ['has a body of a different length', 'bytes 0-99/100', '99'],
])('rejects a range instead of the whole that %s', (_name, contentRange, contentLength) => {
  expect(judge(contentRange, contentLength, null)).toMatchObject({ kind: 'other-part' });
});

import { Readable } from 'node:stream';
import { describe, expect, test } from 'vitest';
import {
  type ApiResponse,
  errorText,
  looksLikeHtml,
  parseDeletion,
  parseResponse,
  reportedFailure,
  reportsErrors,
  requestId,
} from '../../src/api/response.ts';
import { toHttpHeaders } from '../../src/http/headers.ts';

const NOW_MS = Date.UTC(2026, 0, 15, 12, 0, 0);

function answer(status: number, body: unknown, headers: Record<string, string> = {}): unknown {
  return read(parseResponse, status, body, headers).data;
}

function read(
  parse: typeof parseResponse,
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
): ApiResponse {
  const bytes = Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
  const response = {
    url: new URL('https://api.example.com/v2/x?secret=1'),
    status,
    headers: toHttpHeaders(headers),
    body: Readable.from([]),
    release: () => undefined,
  };
  return parse(response, bytes, NOW_MS);
}

describe('a JSend response', () => {
  const data = { id: 'x' };

  test.each([
    [200, { status: 'success', data }, data],
    [200, { data }, data],
    [201, { status: 'SUCCESS', data, message: 'fine' }, data],
    [200, { status: 'odd', data }, data],
    [200, { status: 7, data }, data],
    [200, { status: 'success', data: null }, null],
    [200, { status: 'success', data: null, errors: ['x'] }, null],
    [200, { data: null, errors: [], error: 0 }, null],
    [200, { status: 'success' }, { status: 'success' }],
    [200, { id: 'x', status: 'preparing' }, { id: 'x', status: 'preparing' }],
    [200, '[]', []],
    [204, '', null],
    [205, 'ignored', null],
    [200, '', null],
    [202, ' \r\n', null],
  ])('HTTP %i with %j parses to %j', (status, body, wanted) => {
    expect(answer(status, body)).toEqual(wanted);
  });

  test.each([
    [
      200,
      { status: 'fail', data: { title: 'too long', ids: ['a', 'b'] } },
      'BAD_RESPONSE',
      'title: too long; ids: a, b',
    ],
    [200, { status: 'ERROR', message: 'broken' }, 'BAD_RESPONSE', 'reports error (HTTP 200): broken'],
    [200, { status: 'error' }, 'BAD_RESPONSE', 'no reason given'],
    [200, { status: 'success', success: false }, 'BAD_RESPONSE', 'reports error'],
    [
      200,
      { data: null, errors: [{ message: 'time is up' }] },
      'BAD_RESPONSE',
      'reports error (HTTP 200): time is up',
    ],
    [200, { error: { code: 401, message: 'no' } }, 'AUTH', 'reports error (HTTP 200): code: 401; no'],
    [200, { status: 'error', code: 'E7', error: { code: 404 } }, 'NOT_FOUND', 'reports error (HTTP 200): '],
    [200, { errors: ['no'], traceId: 't' }, 'BAD_RESPONSE', 'reports error (HTTP 200): no'],
    [400, { status: 'fail', message: 'no' }, 'BAD_RESPONSE', 'HTTP 400: no'],
    [400, '"only text"', 'BAD_RESPONSE', 'HTTP 400: only text'],
    [
      403,
      '<?xml version="1.0"?>\n<Error><Code>AccessDenied</Code><Message>Request has expired</Message></Error>',
      'AUTH',
      'HTTP 403: Request has expired',
    ],
    [407, '', 'BAD_RESPONSE', 'a proxy requires authentication (HTTP 407)'],
    [401, { status: 'fail', message: 'no' }, 'AUTH', 'HTTP 401: no'],
    [403, '', 'AUTH', 'HTTP 403'],
    [404, { status: 'success', data }, 'NOT_FOUND', 'HTTP 404'],
    [410, '<html><title>Gone</title>', 'NOT_FOUND', 'HTTP 410: “Gone”'],
    [422, 'plain words', 'BAD_RESPONSE', 'HTTP 422'],
    [400, { title: 'Bad', detail: 'no such id' }, 'BAD_RESPONSE', 'HTTP 400: no such id'],
    [408, '', 'UNAVAILABLE', 'HTTP 408'],
    [429, '', 'UNAVAILABLE', 'HTTP 429'],
    [500, { error: 'x', error_description: 'y' }, 'UNAVAILABLE', 'HTTP 500: y'],
    [503, '{', 'UNAVAILABLE', 'HTTP 503'],
    [501, '', 'BAD_RESPONSE', 'HTTP 501'],
    [
      200,
      '<!doctype html><title>Sign\n in</title>',
      'BAD_RESPONSE',
      'unexpected web page from api.example.com: “Sign in”',
    ],
    [200, '"text"', 'BAD_RESPONSE', 'is not a JSON object'],
    [200, '{', 'BAD_RESPONSE', 'is not valid JSON'],
  ])('HTTP %i with %j is %s', (status, body, code, message) => {
    expect(() => answer(status, body)).toThrow(
      expect.objectContaining({ code, message: expect.stringContaining(message) }),
    );
  });

  test('does not treat the errors of a package as errors of the response', () => {
    const failed = { id: 'x', status: 'failed', error: { message: 'no' } };
    expect(answer(200, failed)).toEqual(failed);
  });

  test('a 401 without a body shows the reason from WWW-Authenticate', () => {
    const challenge = 'Bearer realm="x", error="invalid_token", error_description="The token expired"';
    expect(() => answer(401, '', { 'www-authenticate': challenge })).toThrow(
      'the credential was rejected (HTTP 401: The token expired)',
    );
  });

  test('treats 403 with Retry-After as a rate limit', () => {
    expect(() => answer(403, { message: 'slow down' }, { 'retry-after': '7' })).toThrow(
      expect.objectContaining({
        code: 'UNAVAILABLE',
        message: 'service unavailable (HTTP 403: slow down)',
        details: { httpStatus: 403, requestId: undefined, transient: true, retryAfterMs: 7_000 },
      }),
    );
  });

  test('details contain the HTTP status, the request ID, and the retry delay', () => {
    expect(() => answer(503, '', { 'retry-after': '7', 'x-request-id': 'r-1' })).toThrow(
      expect.objectContaining({
        details: { httpStatus: 503, requestId: 'r-1', transient: true, retryAfterMs: 7_000 },
      }),
    );
  });

  test('messages omit the query of the URL and truncate long text', () => {
    expect(() => answer(200, '7')).toThrow(
      expect.objectContaining({ message: expect.not.stringContaining('secret') }),
    );
    expect(() => answer(400, { message: 'x'.repeat(5_000) })).toThrow(
      expect.objectContaining({ message: expect.stringMatching(/^.{500,600}$/) }),
    );
  });

  test.each([
    [{ message: 'm', data: { a: 'b' }, error: 'e' }, 'm'],
    [{ message: '', data: { a: 'b' } }, 'a: b'],
    [{ data: 'words' }, 'words'],
    [{ data: { a: 1 } }, 'a: 1'],
    [{ data: { ids: [{ index: 0, message: 'unknown' }] } }, 'ids: index: 0; unknown'],
    [{ data: { a: { b: { c: ['d', true, null, {}] } } } }, 'a: b: c: d, true'],
    [{ data: { toString: 1 } }, 'toString: 1'],
    [{ detail: 'd', title: 't' }, 'd'],
    [{ title: 't', type: 'about:blank', status: 400 }, 't'],
    [{ title: 't', errors: { size: ['too small', 'odd'] } }, 't (size: too small, odd)'],
    [{ errors: [{ detail: 'd' }] }, 'detail: d'],
    [{ error: { code: 7, message: 'm' } }, 'code: 7; m'],
    [{ message: { toString: 1 } }, 'toString: 1'],
    [
      { message: ['title is too long', 'odd'], error: 'Bad Request', statusCode: 400 },
      'title is too long, odd',
    ],
    [{ title: ['too long'], non_field_errors: [] }, 'title: too long'],
    [{ title: 'too long', expires: ['is past'] }, 'too long (expires: is past)'],
    [
      { status: 404, type: 'x', timestamp: 'y', path: '/z', traceId: '7', msg: 'no such thing' },
      'msg: no such thing',
    ],
    [
      { Type: 'x', Title: 'Invalid.', Status: 400, Errors: { Title: ['too long'] } },
      'Invalid. (Title: too long)',
    ],
    [{ Errors: { Title: ['too long'] } }, 'Title: too long'],
    [{ Message: 'too long' }, 'too long'],
    [{ Error: { Message: 'too long' } }, 'too long'],
    [{ '@type': 'x', 'hydra:title': 'An error', 'hydra:description': 'too long' }, 'too long'],
    [{ detail: [{ loc: ['body', 'title'], msg: 'too long' }] }, 'loc: body, title; msg: too long'],
    [{ detail: { title: 'too long' } }, 'title: too long'],
    [
      { error: 'Invalid', details: [{ field: 'title', message: 'too long' }] },
      'Invalid (field: title; too long)',
    ],
    [{ error: true, msg: 'too long' }, 'msg: too long'],
    [['too long'], 'too long'],
    [{ error_description: 'd', error: 'e' }, 'd'],
    [{ error: 'e' }, 'e'],
    [{}, null],
    [[], null],
    ['text', null],
    [null, null],
  ])('errorText of %j is %j', (envelope, text) => {
    expect(errorText(envelope)).toBe(text);
  });

  test.each(['x-request-id', 'request-id', 'x-amzn-requestid', 'x-correlation-id', 'cf-ray'])(
    '%s is a request ID header',
    (name) => {
      expect(requestId(toHttpHeaders({ [name]: 'r' }))).toBe('r');
      expect(requestId(toHttpHeaders({ [name]: 'r'.repeat(1_000) }))).toHaveLength(200);
    },
  );

  test.each([
    ['<!DOCTYPE html>', true],
    [' \n<HTML>', true],
    ['<head>', true],
    ['<!-- x -->', true],
    ['{"html":"<html>"}', false],
    ['', false],
    ['PK\u0003\u0004', false],
  ])('%j is a web page: %j', (text, isHtml) => {
    expect(looksLikeHtml(Buffer.from(text))).toBe(isHtml);
  });
});

describe('the code, message, and details of a failure', () => {
  const details = { httpStatus: 0, requestId: 'r' };
  const json = (message: string) => ({ message });

  test.each([
    [199, 'BAD_RESPONSE', 'the service refused the request', {}],
    [300, 'BAD_RESPONSE', 'the service refused the request', {}],
    [400, 'BAD_RESPONSE', 'the service refused the request', {}],
    [
      401,
      'AUTH',
      'the credential was rejected',
      { hint: "run 'streamdiver-dl whoami' to check the credential" },
    ],
    [402, 'BAD_RESPONSE', 'the service refused the request', {}],
    [403, 'AUTH', 'permission denied', { hint: 'ask your tenant administrator for access' }],
    [404, 'NOT_FOUND', 'not found', {}],
    [405, 'BAD_RESPONSE', 'the service refused the request', {}],
    [408, 'UNAVAILABLE', 'service unavailable', { transient: true, retryAfterMs: undefined }],
    [410, 'NOT_FOUND', 'not found', {}],
    [411, 'BAD_RESPONSE', 'the service refused the request', {}],
    [500, 'UNAVAILABLE', 'service unavailable', { transient: true, retryAfterMs: undefined }],
    [501, 'BAD_RESPONSE', 'the service refused the request', {}],
  ])('HTTP %i', (status, code, words, more) => {
    for (const [body, detail] of [
      [json('why'), ': why'],
      ['', ''],
    ] as const) {
      expect(() => answer(status, body, { 'x-request-id': 'r' })).toThrow(
        expect.objectContaining({
          code,
          message: `${words} (HTTP ${status}${detail})`,
          details: { ...details, httpStatus: status, ...more },
        }),
      );
    }
  });

  test.each([
    [400, 'BAD_RESPONSE'],
    [401, 'AUTH'],
    [402, 'BAD_RESPONSE'],
    [403, 'AUTH'],
    [404, 'NOT_FOUND'],
    [405, 'BAD_RESPONSE'],
    [409, 'BAD_RESPONSE'],
    [410, 'NOT_FOUND'],
    [411, 'BAD_RESPONSE'],
    [503, 'BAD_RESPONSE'],
  ])('%i in a response with HTTP 200', (reported, code) => {
    const nothingDone = code !== 'BAD_RESPONSE';
    for (const envelope of [
      { status: 'error', code: reported, message: 'why' },
      { status: 'error', statusCode: String(reported), message: 'why' },
      { success: false, httpStatus: reported, message: 'why' },
      { success: false, error: { status: reported }, message: 'why' },
      { success: false, data: { code: reported }, message: 'why' },
    ]) {
      expect(() => answer(200, envelope, { 'x-request-id': 'r' })).toThrow(
        expect.objectContaining({
          code,
          message: 'the service reports error (HTTP 200): why',
          details: { httpStatus: 200, requestId: 'r', nothingDone },
        }),
      );
    }
  });

  test('a JSend fail sets nothingDone', () => {
    for (const code of [undefined, 399, 600, 'x404', 4040])
      expect(() => answer(200, { status: 'Fail', code })).toThrow(
        expect.objectContaining({
          code: 'BAD_RESPONSE',
          message: expect.stringContaining('the service reports fail (HTTP 200): ') as string,
          details: { httpStatus: 200, requestId: undefined, nothingDone: true },
        }),
      );
  });

  test('a web page instead of JSON', () => {
    expect(() => answer(200, '<html>', { 'x-request-id': 'r' })).toThrow(
      expect.objectContaining({
        code: 'BAD_RESPONSE',
        message: 'unexpected web page from api.example.com',
        details: {
          httpStatus: 200,
          requestId: 'r',
          hint: 'check --api-url, your proxy, and any network sign-in page',
        },
      }),
    );
  });

  test.each([
    ['7', 'the response of https://api.example.com/v2/x is not a JSON object'],
    ['{', 'the response of https://api.example.com/v2/x is not valid JSON'],
  ])('%s instead of an object', (body, message) => {
    expect(() => answer(200, body, { 'x-request-id': 'r' })).toThrow(
      expect.objectContaining({
        code: 'BAD_RESPONSE',
        message: expect.stringContaining(message) as string,
        details: expect.objectContaining({ httpStatus: 200, requestId: 'r' }) as object,
      }),
    );
  });

  test('only a text/plain body is used as the message', () => {
    const of = (contentType: string, body: string) => {
      try {
        return answer(400, body, { 'content-type': contentType });
      } catch (error) {
        return (error as Error).message;
      }
    };
    expect(of('text/plain; charset=utf-8', ' no space \n')).toBe(
      'the service refused the request (HTTP 400: no space)',
    );
    expect(of('Text/Plain', 'x'.repeat(501))).toBe(
      `the service refused the request (HTTP 400: ${'x'.repeat(500)})`,
    );
    for (const contentType of ['text/plainer', 'application/xml', ''])
      expect(of(contentType, 'words')).toBe('the service refused the request (HTTP 400)');
  });

  test('truncates a message to 500 characters and a title to 200', () => {
    expect(() => answer(400, json('x'.repeat(501)))).toThrow(
      new RegExp(`\\(HTTP 400: ${'x'.repeat(500)}\\)$`),
    );
    expect(() => answer(400, `<html><title id=a>${'y'.repeat(201)}</title>`)).toThrow(
      new RegExp(`: “${'y'.repeat(200)}”\\)$`),
    );
    expect(() => answer(400, `<html>${' '.repeat(16_384)}<title>late</title>`)).toThrow(/\(HTTP 400\)$/);
  });
});

describe('the response to a DELETE', () => {
  const deleted = (status: number, body: unknown, headers: Record<string, string> = {}) =>
    read(parseDeletion, status, body, headers);

  test.each([
    [200, ''],
    [200, 'deleted'],
    [202, '7'],
    [204, ''],
    [299, '[1]'],
  ])('HTTP %i with %j is a success', (status, body) => {
    expect(deleted(status, body, { 'retry-after': '7' })).toMatchObject({
      data: null,
      envelope: null,
      status,
      retryAfterMs: 7_000,
    });
  });

  test('reads an object like any other response', () => {
    expect(deleted(200, { status: 'success', data: { id: 'x' } }).data).toEqual({ id: 'x' });
  });

  test.each([
    [200, { status: 'error', message: 'no' }, 'BAD_RESPONSE'],
    [200, '<html>', 'BAD_RESPONSE'],
    [300, '', 'BAD_RESPONSE'],
    [199, 'deleted', 'BAD_RESPONSE'],
    [404, '', 'NOT_FOUND'],
  ])('HTTP %i with %j is a failure', (status, body, code) => {
    expect(() => deleted(status, body)).toThrow(expect.objectContaining({ code }));
  });
});

test.each([
  [{ DATA: { id: 'x' } }, { id: 'x' }],
  [{ Status: 'success', Data: null }, null],
  [{ metadata: 1 }, { metadata: 1 }],
])('the data of %j is %j', (envelope, data) => {
  expect(read(parseResponse, 200, envelope).data).toEqual(data);
});

test('parseResponse returns the headers, URL, envelope, and retry delay', () => {
  const whole = read(parseResponse, 200, { Data: [1], x: 2 }, { 'retry-after': '7' });
  expect(whole).toMatchObject({
    data: [1],
    envelope: { Data: [1], x: 2 },
    status: 200,
    retryAfterMs: 7_000,
    url: new URL('https://api.example.com/v2/x?secret=1'),
  });
  expect(whole.headers.get('retry-after')).toBe('7');
  expect(read(parseResponse, 204, 'x')).toMatchObject({ data: null, envelope: null, retryAfterMs: null });
  expect(read(parseResponse, 200, 'null')).toMatchObject({ data: null, envelope: null });
});

test.each<[string, 'fail' | 'error' | null]>([
  ['{"status":"fail"}', 'fail'],
  ['{"status":"Error"}', 'error'],
  ['{"success":false}', 'error'],
  ['{"success":true,"data":null,"errors":["x"]}', null],
  ['{"status":"success","data":null,"errors":["x"]}', null],
  ['{"status":"odd","data":null,"errors":["x"]}', 'error'],
  ['{"data":null,"error":"x"}', 'error'],
  ['{"data":null,"error":0}', null],
  ['{"data":null,"error":7}', 'error'],
  ['{"data":{},"error":"x"}', null],
  ['{"error":"x"}', null],
  ['{"data":null}', null],
])('reportedFailure(%s) is %j', (text, reported) => {
  expect(reportedFailure(JSON.parse(text))).toBe(reported);
});

test.each<[string, boolean]>([
  ['{"errors":["x"]}', true],
  ['{"error":"x"}', true],
  ['{"error":1}', true],
  ['{"error":0}', false],
  ['{"error":false}', false],
  ['{"errors":[]}', false],
  ['{"errors":{}}', false],
  ['{}', false],
])('reportsErrors(%s) is %j', (text, holds) => {
  expect(reportsErrors(JSON.parse(text))).toBe(holds);
});

test('errorText reads messages five layers deep', () => {
  const deep = (depth: number): unknown => (depth === 0 ? 'x' : [deep(depth - 1)]);
  expect(errorText({ message: deep(4) })).toBe('x');
  expect(errorText({ message: deep(5) })).toBe('x');
  expect(errorText({ message: deep(6) })).toBeNull();
});

test('errorText does not repeat field errors that are in the message', () => {
  expect(errorText({ message: 'a: too long', errors: { a: 'too long' } })).toBe('a: too long');
});

import { Readable } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { errorText, looksLikeHtml, parseResponse, requestId } from '../../src/api/response.ts';
import { toHttpHeaders } from '../../src/http/headers.ts';

const NOW_MS = Date.UTC(2026, 0, 15, 12, 0, 0);

function answer(status: number, body: unknown, headers: Record<string, string> = {}): unknown {
  const bytes = Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
  const response = {
    url: new URL('https://api.example.com/v2/x?secret=1'),
    status,
    headers: toHttpHeaders(headers),
    body: Readable.from([]),
    release: () => undefined,
  };
  return parseResponse(response, bytes, NOW_MS).data;
}

describe('a JSend answer', () => {
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
  ])('HTTP %i with %j gives %j', (status, body, wanted) => {
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
    [400, { status: 'fail', message: 'no' }, 'BAD_RESPONSE', 'HTTP 400: no'],
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

  test('details tell the HTTP status, the request id and when to come back', () => {
    expect(() => answer(503, '', { 'retry-after': '7', 'x-request-id': 'r-1' })).toThrow(
      expect.objectContaining({
        details: { httpStatus: 503, requestId: 'r-1', transient: true, retryAfterMs: 7_000 },
      }),
    );
  });

  test('the query of the address shows nowhere, long words are cut', () => {
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
  ])('the words of %j are %j', (envelope, text) => {
    expect(errorText(envelope)).toBe(text);
  });

  test.each(['x-request-id', 'request-id', 'x-amzn-requestid', 'x-correlation-id', 'cf-ray'])(
    '%s is a request id',
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

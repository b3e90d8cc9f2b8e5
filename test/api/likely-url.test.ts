import { describe, expect, test } from 'vitest';
import { explainApiUrl, likelyUrl } from '../../src/api/likely-url.ts';
import { type ErrorCode, ExpectedError } from '../../src/errors.ts';

test.each([
  ['https://api.example.com', 'https://api.example.com/v2'],
  ['https://api.example.com/', 'https://api.example.com/v2'],
  ['https://api.example.com/v1', 'https://api.example.com/v2'],
  ['https://api.example.com/v2', null],
  ['https://api.example.com/v2/', null],
  ['https://api.example.com/v2/downloads', 'https://api.example.com/v2'],
  ['https://api.example.com/media//v10/x/', 'https://api.example.com/media/v2'],
  ['https://api.example.com/media', 'https://api.example.com/media/v2'],
  ['https://api.example.com/av2', 'https://api.example.com/av2/v2'],
])('likelyUrl(%s) is %j', (url, likely) => {
  expect(likelyUrl(new URL(url))).toBe(likely);
});

describe('explainApiUrl', () => {
  const explain = (error: unknown, url = 'https://api.example.com/v1') => explainApiUrl(error, new URL(url));
  const hint = 'the API URL may be wrong; try --api-url https://api.example.com/v2';

  test.each<[ErrorCode, number | undefined]>([
    ['NOT_FOUND', 404],
    ['NOT_FOUND', undefined],
    ['BAD_RESPONSE', 404],
    ['BAD_RESPONSE', 405],
    ['BAD_RESPONSE', 410],
    ['BAD_RESPONSE', 501],
    ['BAD_RESPONSE', 200],
    ['BAD_RESPONSE', 299],
  ])('hints at the likely URL for %s (HTTP %j)', (code, httpStatus) => {
    const explained = explain(new ExpectedError(code, 'x', { httpStatus, hint: 'y' }));
    expect(explained).toMatchObject({ code, message: 'x', details: { httpStatus, hint } });
  });

  test.each<[ErrorCode, number | undefined]>([
    ['BAD_RESPONSE', undefined],
    ['BAD_RESPONSE', 300],
    ['BAD_RESPONSE', 400],
    ['BAD_RESPONSE', 422],
    ['AUTH', 401],
    ['UNAVAILABLE', 404],
  ])('leaves %s (HTTP %j) unchanged', (code, httpStatus) => {
    const error = new ExpectedError(code, 'x', { httpStatus });
    expect(explain(error)).toBe(error);
  });

  test('leaves the error unchanged for a plausible URL or an unexpected error', () => {
    const error = new ExpectedError('NOT_FOUND', 'x');
    expect(explain(error, 'https://api.example.com/v2')).toBe(error);
    const bug = new TypeError('x');
    expect(explain(bug)).toBe(bug);
  });
});

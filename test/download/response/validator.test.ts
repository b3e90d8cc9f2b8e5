import { describe, expect, test } from 'vitest';
import {
  compareValidators,
  ifRange,
  readValidator,
  type Validator,
} from '../../../src/download/response/validator.ts';
import { toHttpHeaders } from '../../../src/http/headers.ts';

describe('validators', () => {
  const DATE = 'Thu, 15 Jan 2026 12:00:00 GMT';
  const OLD = 'Thu, 15 Jan 2026 11:00:00 GMT';
  const YOUNG = 'Thu, 15 Jan 2026 11:59:30 GMT';

  test.each([
    [{}, { etag: null, lastModified: null }],
    [{ etag: '"a"' }, { etag: '"a"', lastModified: null }],
    [{ etag: 'W/"a"' }, { etag: 'W/"a"', lastModified: null }],
    [{ etag: '""' }, { etag: '""', lastModified: null }],
    [{ etag: 'a' }, { etag: null, lastModified: null }],
    [{ etag: "'a'" }, { etag: null, lastModified: null }],
    [{ etag: '"a"b"' }, { etag: null, lastModified: null }],
    [
      { 'last-modified': OLD, date: DATE },
      { etag: null, lastModified: OLD },
    ],
    [
      { 'last-modified': YOUNG, date: DATE },
      { etag: null, lastModified: null },
    ],
    [{ 'last-modified': OLD }, { etag: null, lastModified: null }],
    [
      { 'last-modified': 'yesterday', date: DATE },
      { etag: null, lastModified: null },
    ],
  ])('reads %j', (headers, validator) => {
    expect(readValidator(toHttpHeaders(headers))).toEqual(validator);
  });

  test.each([
    [{ etag: '"a"', lastModified: OLD }, '"a"'],
    [{ etag: 'W/"a"', lastModified: OLD }, OLD],
    [{ etag: 'W/"a"', lastModified: null }, null],
    [{ etag: null, lastModified: null }, null],
  ])('makes an If-Range of %j: %j', (validator, value) => {
    expect(ifRange(validator)).toBe(value);
  });

  const tag = (etag: string | null, lastModified: string | null = null): Validator => ({
    etag,
    lastModified,
  });

  test.each([
    [tag('"a"'), tag('"a"'), 'same'],
    [tag('"a"'), tag('"b"'), 'changed'],
    [tag('W/"a"'), tag('W/"b"'), 'changed'],
    [tag('W/"a"'), tag('"b"'), 'changed'],
    [tag('W/"a"'), tag('W/"a"'), 'unknown'],
    [tag('W/"a"'), tag('"a"'), 'unknown'],
    [tag('W/"a"', OLD), tag('W/"a"', OLD), 'same'],
    [tag('W/"a"', OLD), tag('W/"a"', YOUNG), 'changed'],
    [tag(null, OLD), tag(null, OLD), 'same'],
    [tag(null, OLD), tag(null, YOUNG), 'changed'],
    [tag('"a"', OLD), tag(null, OLD), 'unknown'],
    [tag(null), tag('"a"'), 'unknown'],
    [tag(null), tag(null), 'unknown'],
  ])('%j then %j: %s', (before, after, verdict) => {
    expect(compareValidators(before, after)).toBe(verdict);
  });
});

import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseContentRange, parseUnsatisfiedSize } from '../../../src/download/response/content-range.ts';

describe('Content-Range', () => {
  test.each([
    ['bytes 0-0/1', { start: 0, end: 1, totalBytes: 1 }],
    ['bytes 5-9/10', { start: 5, end: 10, totalBytes: 10 }],
    ['bytes 5-9/*', { start: 5, end: 10, totalBytes: null }],
    ['bytes 9-5/10', null],
    ['bytes 6-5/10', null],
    ['bytes 5-10/10', null],
    ['bytes */10', null],
    ['bytes 5-9', null],
    ['bytes=5-9/10', null],
    ['items 5-9/10', null],
    ['bytes 5-9/10, bytes 5-9/10', null],
    ['bytes -5-9/10', null],
    ['bytes 5-9/9999999999999999', null],
    ['bytes 0-99999999999999999/100000000000000000', null],
    ['', null],
    [null, null],
  ])('parses %j as %j', (value, range) => {
    expect(parseContentRange(value)).toEqual(range);
  });

  test('parses any valid range as a half-open one', () => {
    fc.assert(
      fc.property(fc.nat(), fc.nat(), fc.nat(), (start, length, rest) => {
        const end = start + length + 1;
        const totalBytes = end + rest;
        expect(parseContentRange(`bytes ${start}-${end - 1}/${totalBytes}`)).toEqual({
          start,
          end,
          totalBytes,
        });
      }),
    );
  });

  test.each([
    ['bytes */10', 10],
    ['bytes */0', 0],
    ['bytes */*', null],
    ['bytes 0-1/10', null],
    [null, null],
  ])('reads the size of a 416 with %j as %j', (value, sizeBytes) => {
    expect(parseUnsatisfiedSize(value)).toBe(sizeBytes);
  });
});

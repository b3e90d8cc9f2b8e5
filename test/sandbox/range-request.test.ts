import { describe, expect, test } from 'vitest';
import { classifyRangeRequest } from '../../src/sandbox/files/range-request.ts';

const DATE = 'Mon, 02 Jun 2025 12:00:00 GMT';
const VALIDATORS = { sizeBytes: 1000, etag: '"a"', lastModified: new Date('2025-06-02T12:00:00.700Z') };
const WHOLE = { status: 200, start: 0, end: 1000 };
const FIRST_TEN = { status: 206, start: 0, end: 10 };

describe('Range', () => {
  test.each([
    ['bytes=0-0', { status: 206, start: 0, end: 1 }],
    ['bytes=0-9', FIRST_TEN],
    ['BYTES=0-9', FIRST_TEN],
    ['bytes=999-', { status: 206, start: 999, end: 1000 }],
    ['bytes=990-5000', { status: 206, start: 990, end: 1000 }],
    ['bytes=-1', { status: 206, start: 999, end: 1000 }],
    ['bytes=-5000', { status: 206, start: 0, end: 1000 }],
    ['bytes=0-', { status: 206, start: 0, end: 1000 }],
    ['bytes=1000-', { status: 416 }],
    ['bytes=1000-1001', { status: 416 }],
    ['bytes=-0', { status: 416 }],
    ['bytes=9-0', WHOLE],
    ['bytes=0-1,5-6', WHOLE],
    ['bytes=-', WHOLE],
    ['bytes=a-b', WHOLE],
    ['lines=0-9', WHOLE],
  ])('%s of 1000 bytes', (range, judgement) => {
    expect(classifyRangeRequest({ range }, VALIDATORS)).toEqual(judgement);
  });

  test.each(['bytes=0-', 'bytes=-1', 'bytes=0-0'])('%s of an empty file is not satisfiable', (range) => {
    expect(classifyRangeRequest({ range }, { ...VALIDATORS, sizeBytes: 0 })).toEqual({ status: 416 });
  });
});

describe('conditions', () => {
  test.each([
    [{ 'if-range': '"a"' }, FIRST_TEN],
    [{ 'if-range': '"b"' }, WHOLE],
    [{ 'if-range': 'W/"a"' }, WHOLE],
    [{ 'if-range': DATE }, FIRST_TEN],
    [{ 'if-range': 'Mon, 02 Jun 2025 12:00:01 GMT' }, WHOLE],
    [{ 'if-match': '"b", "a"' }, FIRST_TEN],
    [{ 'if-match': '*' }, FIRST_TEN],
    [{ 'if-match': '"b"' }, { status: 412 }],
    [{ 'if-match': 'W/"a"' }, { status: 412 }],
    [{ 'if-unmodified-since': DATE }, FIRST_TEN],
    [{ 'if-unmodified-since': 'Mon, 02 Jun 2025 11:59:59 GMT' }, { status: 412 }],
    [{ 'if-none-match': '"a"' }, { status: 304 }],
    [{ 'if-none-match': 'W/"a"' }, { status: 304 }],
    [{ 'if-none-match': '*' }, { status: 304 }],
    [{ 'if-none-match': '"b"', 'if-modified-since': DATE }, FIRST_TEN],
    [{ 'if-modified-since': DATE }, { status: 304 }],
    [{ 'if-modified-since': 'Mon, 02 Jun 2025 11:59:59 GMT' }, FIRST_TEN],
    [{ 'if-modified-since': 'yesterday' }, FIRST_TEN],
  ])('%j', (headers, judgement) => {
    expect(classifyRangeRequest({ range: 'bytes=0-9', ...headers }, VALIDATORS)).toEqual(judgement);
  });

  test('a weak ETag never allows a range', () => {
    const weak = { ...VALIDATORS, etag: 'W/"a"' };
    expect(classifyRangeRequest({ range: 'bytes=0-9', 'if-range': 'W/"a"' }, weak)).toEqual(WHOLE);
    expect(classifyRangeRequest({ range: 'bytes=0-9' }, weak)).toEqual(FIRST_TEN);
  });

  test('no condition matches a file without validators', () => {
    const bare = { sizeBytes: 1000, etag: undefined, lastModified: undefined };
    expect(classifyRangeRequest({ range: 'bytes=0-9', 'if-range': '"a"' }, bare)).toEqual(WHOLE);
    expect(classifyRangeRequest({ range: 'bytes=0-9', 'if-range': DATE }, bare)).toEqual(WHOLE);
    expect(classifyRangeRequest({ 'if-match': '"a"' }, bare)).toEqual({ status: 412 });
    expect(classifyRangeRequest({ 'if-none-match': '"a"' }, bare)).toEqual(WHOLE);
  });
});

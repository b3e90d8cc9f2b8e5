import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { packageDocument, parsePackage } from '../../src/api/package.ts';
import { isExpectedError } from '../../src/errors.ts';

describe('parsePackage', () => {
  test.each([
    ['ready', 'ready'],
    ['READY', 'ready'],
    ['Preparing', 'preparing'],
    ['failed', 'failed'],
    ['Error', 'failed'],
    ['cancelled', 'failed'],
    ['canceled', 'failed'],
    ['aborted', 'failed'],
    ['preparationFailed', 'failed'],
    ['REJECTED_BY_POLICY', 'failed'],
    ['InternalError', 'failed'],
    ['expired', 'gone'],
    ['Expired', 'gone'],
    ['deleted', 'gone'],
    ['softDeleted', 'gone'],
    ['queued', 'preparing'],
    ['IN_PROGRESS', 'preparing'],
    ['completed', 'unknown'],
    ['', 'unknown'],
    [undefined, 'unknown'],
    [7, 'unknown'],
  ])('the status %j means %s', (status, state) => {
    expect(parsePackage({ id: 'x', status }).state).toBe(state);
  });

  test.each([
    ['completed', 'ready'],
    ['available', 'ready'],
    ['preparing', 'ready'],
    ['', 'ready'],
    [undefined, 'ready'],
    [3, 'ready'],
    ['softDeleted', 'gone'],
    ['preparationFailed', 'failed'],
  ])('the status %j of a package that lists its files means %s', (status, state) => {
    expect(parsePackage({ id: 'x', status, files: [{ url: 'u' }] }).state).toBe(state);
  });

  test('counts files without a URL, which do not make a package ready', () => {
    const item = parsePackage({ id: 'x', status: 'completed', files: [{ url: 'u', size: 5 }, { size: 6 }] });
    expect(item).toMatchObject({ state: 'unknown', filesWithoutUrl: 1, sizeBytes: null });
  });

  test.each([
    [undefined, null],
    [null, null],
    [[], null],
    ['text', null],
    [
      [
        { url: 'u', size: 5 },
        { url: 'v', size: 6 },
      ],
      11,
    ],
    [[{ url: 'u', size: 5 }, { url: 'v' }], null],
    [[{ url: 'u', size: '5' }], 5],
    [[{ url: 'u', size: -5 }], null],
    [[{ url: 'u', size: 0 }], 0],
    [[{ url: 'u', size: 0, mimeType: 'video/mp4' }], 0],
    [[{ url: 'u', size: 0, mimeType: 'application/zip' }], null],
    [[{ url: 'u', size: '0', name: 'a.zip' }], null],
  ])('the size of the files %j is %j', (files, sizeBytes) => {
    expect(parsePackage({ id: 'x', files }).sizeBytes).toBe(sizeBytes);
  });

  test.each([
    [{ url: 'u', size: 0 }, null],
    [{ url: 'u', size: 0, mimeType: 'binary/octet-stream' }, null],
    [{ url: 'u', size: 0, mimeType: 'text/plain' }, 0],
    [{ url: 'u', size: 7 }, 7],
  ])('the size of the file %j of a compressed package is %j', (file, sizeBytes) => {
    expect(parsePackage({ id: 'x', compressed: true, files: [file] }).sizeBytes).toBe(sizeBytes);
  });

  test('skips files without a URL and treats wrong types as unknown', () => {
    const item = parsePackage({
      id: 7,
      compressed: 'yes',
      title: [1],
      files: [null, 'u', {}, { url: 'u', name: [3] }],
    });
    expect(item).toMatchObject({ id: '7', compressed: null, title: null, status: 'unknown' });
    expect(item.files).toEqual([
      { name: null, mimeType: null, sizeBytes: null, url: 'u', raw: { url: 'u', name: [3] } },
    ]);
  });

  test.each([null, undefined, 'x', 7, [], {}, { id: '' }, { id: 1.5 }])('rejects %j', (value) => {
    expect(() => parsePackage(value)).toThrow(expect.objectContaining({ code: 'BAD_RESPONSE' }));
  });

  test('packageDocument replaces service fields of the same name and keeps others', () => {
    const document = packageDocument(
      parsePackage({ id: 7, ready: 'no', sizeBytes: 'big', colour: 'red', status: 'READY' }),
    );
    expect(document).toMatchObject({ id: '7', ready: true, sizeBytes: null, colour: 'red', status: 'READY' });
  });

  test('any JSON value is either a package or a BAD_RESPONSE', () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        const value: unknown = JSON.parse(text);
        let outcome: unknown;
        try {
          outcome = packageDocument(parsePackage(value));
        } catch (error) {
          outcome = error;
        }
        const isBadAnswer = isExpectedError(outcome, 'BAD_RESPONSE');
        expect(isBadAnswer || Object.hasOwn(Object(outcome), 'files')).toBe(true);
      }),
    );
  });
});

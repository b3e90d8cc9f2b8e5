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
    ['expired', 'failed'],
    ['cancelled', 'failed'],
    ['canceled', 'failed'],
    ['deleted', 'failed'],
    ['queued', 'unknown'],
    ['', 'unknown'],
    [undefined, 'unknown'],
    [7, 'unknown'],
  ])('the status %j means %s', (status, state) => {
    expect(parsePackage({ id: 'x', status }).state).toBe(state);
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
    [[{ url: 'u', size: -5 }], null],
    [[{ url: 'u', size: 0 }], 0],
  ])('the size of the files %j is %j', (files, sizeBytes) => {
    expect(parsePackage({ id: 'x', files }).sizeBytes).toBe(sizeBytes);
  });

  test('an entry without an address is left out, wrong types are unknown', () => {
    const item = parsePackage({
      id: 7,
      compressed: 'yes',
      title: 1,
      files: [null, 'u', {}, { url: 'u', name: 3 }],
    });
    expect(item).toMatchObject({ id: '7', compressed: null, title: null, status: 'unknown' });
    expect(item.files).toEqual([
      { name: null, mimeType: null, sizeBytes: null, url: 'u', raw: { url: 'u', name: 3 } },
    ]);
  });

  test.each([null, undefined, 'x', 7, [], {}, { id: '' }, { id: 1.5 }])('%j is no package', (value) => {
    expect(() => parsePackage(value)).toThrow(expect.objectContaining({ code: 'BAD_RESPONSE' }));
  });

  test('our keys win over the fields of the service of the same name; others pass', () => {
    const document = packageDocument(
      parsePackage({ id: 7, ready: 'no', sizeBytes: 'big', colour: 'red', status: 'READY' }),
    );
    expect(document).toMatchObject({ id: '7', ready: true, sizeBytes: null, colour: 'red', status: 'READY' });
  });

  test('any JSON object is a package or a bad answer, and nothing else', () => {
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

import { describe, expect, test } from 'vitest';
import {
  diskError,
  errorCode,
  isSystemError,
  onDisk,
  reasonOf,
  remedyOf,
} from '../../src/disk/disk-error.ts';
import { outOfFilesError } from '../../src/disk/out-of-files.ts';
import { systemError } from '../support/replace-disk-call.ts';

const coded = (code: unknown) => Object.assign(new Error('x'), { code });

test.each<[unknown, boolean]>([
  [systemError('EIO'), true],
  [coded('EIO'), false],
  [Object.assign(coded(5), { syscall: 'open' }), false],
  [Object.assign(new Error('x'), { syscall: 'open' }), false],
  [{ code: 'EIO', syscall: 'open' }, false],
  [undefined, false],
])('isSystemError: %j is a system error: %j', (error, isOne) => {
  expect(isSystemError(error)).toBe(isOne);
});

test.each([
  ['ENOSPC', 'no space left on the disk', 'free up space, then rerun the command'],
  ['EACCES', 'permission denied', 'the hint'],
  ['EODD', 'EODD', 'the hint'],
])('%s: reports the reason and a hint', (code, reason, hint) => {
  const cause = systemError(code);
  expect(diskError(cause, '/data/a', 'write', 'the hint')).toMatchObject({
    code: 'DISK',
    message: `could not write /data/a: ${reason}`,
    cause,
    details: { hint },
  });
  expect(diskError(cause, '/data/a', 'write')).toMatchObject({
    details: { hint: hint === 'the hint' ? undefined : hint },
  });
});

test('passes other errors through', async () => {
  const error = new TypeError('broken');
  expect(diskError(error, '/data/a', 'write')).toBe(error);
  expect([reasonOf(error), remedyOf(error)]).toEqual(['unknown error', undefined]);
  await expect(onDisk(Promise.reject(error), '/data/a', 'read')).rejects.toBe(error);
  await expect(onDisk(Promise.reject(systemError('EIO')), '/data/a', 'read')).rejects.toMatchObject({
    message: 'could not read /data/a: input/output error',
  });
  expect(await onDisk(Promise.resolve(1), '/data/a', 'read')).toBe(1);
});

test.each<[unknown, string | undefined]>([
  [coded('Z_DATA_ERROR'), 'Z_DATA_ERROR'],
  [coded(5), undefined],
  [new Error('x'), undefined],
  [{ code: 'EIO' }, undefined],
])('errorCode: the code of %j is %j', (error, code) => {
  expect(errorCode(error)).toBe(code);
});

describe('outOfFilesError', () => {
  test.each([
    ['EMFILE', 'too many open files'],
    ['ENFILE', 'too many open files on this machine'],
  ])('reports %s', (code, reason) => {
    expect(outOfFilesError(coded(code))).toMatchObject({
      code: 'DISK',
      message: `could not go on with the program: ${reason}`,
      details: { hint: 'allow more of them with `ulimit -n 1024`, then rerun the command' },
    });
  });

  test.each([coded('EIO'), coded(24), new Error('x'), { code: 'EMFILE' }, undefined])(
    'ignores %j',
    (error) => {
      expect(outOfFilesError(error)).toBeNull();
    },
  );
});

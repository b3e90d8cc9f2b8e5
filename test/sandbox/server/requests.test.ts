import { execFileSync } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { openRegularFile } from '../../../src/sandbox/server/open-regular-file.ts';
import { failureText, refuseFields } from '../../../src/sandbox/server/refusal.ts';
import { readBody, readJson } from '../../../src/sandbox/server/request-body.ts';
import { systemError } from '../../support/replace-disk-call.ts';
import { makeTempFolder } from '../../support/temp-folder.ts';

const MIB = 1_048_576;

function requestOf(chunks: readonly string[], type = 'application/json') {
  let read = 0;
  const counted = (function* count() {
    for (const chunk of chunks) {
      read += 1;
      yield Buffer.from(chunk);
    }
  })();
  const request = Object.assign(Readable.from(counted, { objectMode: true, highWaterMark: 1 }), {
    headers: { 'content-type': type },
  });
  return { request: request as never, read: () => read };
}

describe('a request body', () => {
  test('is read completely, up to 1 MiB', async () => {
    expect(await readBody(requestOf(['{"a"', ':1}']).request, 'application/json')).toBe('{"a":1}');
    expect(await readJson(requestOf(['{"a":1}'], 'Application/JSON; charset=utf-8').request)).toEqual({
      a: 1,
    });
    const most = ['x'.repeat(MIB - 1), 'y'];
    expect(await readBody(requestOf(most).request, 'application/json')).toHaveLength(MIB);
    await expect(readBody(requestOf([...most, 'z']).request, 'application/json')).rejects.toMatchObject({
      status: 413,
      message: 'the body is larger than 1 MiB',
    });
  });

  test('is not read to its end if it is far too large', async () => {
    const { request, read } = requestOf(Array.from({ length: 40 }, () => 'x'.repeat(MIB)));
    await expect(readBody(request, 'application/json')).rejects.toMatchObject({ status: 413 });
    expect(read()).toBeGreaterThan(8);
    expect(read()).toBeLessThan(16);
  });

  test('is rejected if it has another type or is not JSON', async () => {
    await expect(readJson(requestOf(['{}'], 'text/plain').request)).rejects.toMatchObject({
      status: 415,
      message: 'the body must be application/json',
    });
    await expect(readJson(requestOf(['{']).request)).rejects.toMatchObject({
      status: 400,
      message: 'the body is not JSON',
    });
  });
});

test.skipIf(process.platform === 'win32')('opens only regular files', async () => {
  const folder = makeTempFolder();
  const path = (name: string) => join(folder, name);
  writeFileSync(path('file'), 'content');
  symlinkSync('file', path('link'));
  mkdirSync(path('folder'));
  execFileSync('mkfifo', [path('pipe')]);
  const handle = await openRegularFile(path('file'));
  expect(await handle.readFile('utf8')).toBe('content');
  await handle.close();
  await expect(openRegularFile(path('link'))).rejects.toMatchObject({ code: 'ELOOP' });
  for (const name of ['folder', 'pipe']) {
    await expect(openRegularFile(path(name))).rejects.toThrow(`${path(name)} is not a regular file`);
  }
});

test('rejects all invalid fields together, and accepts none', () => {
  refuseFields({});
  expect(() => refuseFields({ a: 'wrong', b: 'too' })).toThrow(
    expect.objectContaining({ status: 400, message: 'not valid: a, b', fields: { a: 'wrong', b: 'too' } }),
  );
});

test.each([
  [systemError('ENOSPC'), 'no space left on the disk'],
  [new Error('broken'), 'broken'],
  ['text', "'text'"],
])('failureText: %j becomes %s', (error, text) => {
  expect(failureText(error)).toBe(text);
});

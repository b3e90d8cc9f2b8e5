import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { makeTempFolder } from '../temp-folder.ts';
import { makePlainObject, makeZipObject } from './served-object.ts';

test('makes archives of exactly the given size that Python finds valid', () => {
  const path = join(makeTempFolder(), 'object.zip');
  for (const sizeBytes of [126, 127, 65_536, 1_000_000]) {
    const object = makeZipObject(sizeBytes);
    expect(object.bytes).toHaveLength(sizeBytes);
    writeFileSync(path, object.bytes);
    const check =
      'import sys,zipfile; z=zipfile.ZipFile(sys.argv[1]); print(z.testzip(), z.infolist()[0].file_size)';
    expect(execFileSync('python3', ['-c', check, path], { encoding: 'utf8' })).toBe(
      `None ${sizeBytes - 126}\n`,
    );
  }
});

test('rejects a size that is too small for an archive', () => {
  expect(() => makeZipObject(125)).toThrow('no archive has 125 bytes');
});

test('depends only on the seed, including the ETag', () => {
  expect(makeZipObject(1_000)).toEqual(makeZipObject(1_000));
  const other = makeZipObject(1_000, { seed: 'B' });
  expect(other.bytes.equals(makeZipObject(1_000).bytes)).toBe(false);
  expect(other.etag).not.toBe(makeZipObject(1_000).etag);
  expect(makePlainObject(0).bytes).toHaveLength(0);
  expect(makePlainObject(10, { etag: undefined }).etag).toBeUndefined();
});

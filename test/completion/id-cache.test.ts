import { mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { cacheKey, createIdCache } from '../../src/completion/id-cache.ts';
import { replaceDiskCall, systemError } from '../support/replace-disk-call.ts';
import { makeTempFolder } from '../support/temp-folder.ts';

const NOW_MS = 1_800_000_000_000;
const ONE = [{ value: 'one', description: 'Interviews' }];

const cacheAt = (folder: string | null, nowMs = NOW_MS, key = 'k') => createIdCache(folder, { key, nowMs });

test('returns an entry for 30 s to the same key and kind', () => {
  const folder = join(makeTempFolder(), 'new');
  cacheAt(folder).write('packages', ONE);
  cacheAt(folder).write('media', []);
  expect(cacheAt(folder).read('packages')).toEqual(ONE);
  expect(cacheAt(folder).read('media')).toEqual([]);
  expect(cacheAt(folder, NOW_MS + 30_000).read('packages')).toEqual(ONE);
  expect(cacheAt(folder, NOW_MS + 30_001).read('packages')).toBeNull();
  expect(cacheAt(folder, NOW_MS - 1).read('packages')).toBeNull();
  expect(cacheAt(folder, NOW_MS, 'other').read('packages')).toBeNull();
  expect(readdirSync(folder)).toEqual(['completion.json']);
  expect(statSync(join(folder, 'completion.json')).mode & 0o777).toBe(0o600);
});

test('does not read a file of more than 1 MiB', () => {
  const folder = makeTempFolder();
  const file = join(folder, 'completion.json');
  const entry = JSON.stringify({ packages: { key: 'k', timeMs: NOW_MS, candidates: ONE } });
  writeFileSync(file, entry.padEnd(1_048_576));
  expect(cacheAt(folder).read('packages')).toEqual(ONE);
  writeFileSync(file, entry.padEnd(1_048_577));
  expect(cacheAt(folder).read('packages')).toBeNull();
});

test.each(['', '{', 'null', '[]', '{"packages":7}', '{"packages":{"key":"k"}}'])(
  'reads nothing from %j and replaces it',
  (text) => {
    const folder = makeTempFolder();
    writeFileSync(join(folder, 'completion.json'), text);
    expect(cacheAt(folder).read('packages')).toBeNull();
    cacheAt(folder).write('packages', ONE);
    expect(cacheAt(folder).read('packages')).toEqual(ONE);
  },
);

test('returns only well-formed candidates', () => {
  const folder = makeTempFolder();
  const candidates = [7, null, { value: 'a' }, { value: 1, description: '' }, { ...ONE[0], more: 1 }];
  writeFileSync(
    join(folder, 'completion.json'),
    JSON.stringify({ packages: { key: 'k', timeMs: NOW_MS, candidates } }),
  );
  expect(cacheAt(folder).read('packages')).toEqual(ONE);
});

test('leaves nothing behind when it cannot write', () => {
  const folder = makeTempFolder();
  mkdirSync(join(folder, 'completion.json', 'in the way'), { recursive: true });
  cacheAt(folder).write('packages', ONE);
  expect(readdirSync(folder)).toEqual(['completion.json']);
  expect(cacheAt(folder).read('packages')).toBeNull();
  const file = join(makeTempFolder(), 'file');
  writeFileSync(file, '');
  cacheAt(file).write('packages', ONE);
  expect(readFileSync(file, 'utf8')).toBe('');
  cacheAt(null).write('packages', ONE);
  expect(cacheAt(null).read('packages')).toBeNull();
});

test('does not read or write through a link', () => {
  const folder = makeTempFolder();
  const elsewhere = join(folder, 'elsewhere');
  const kept = JSON.stringify({ packages: { key: 'k', timeMs: NOW_MS, candidates: ONE } });
  writeFileSync(elsewhere, kept);
  symlinkSync(elsewhere, join(folder, 'completion.json'));
  expect(cacheAt(folder).read('packages')).toBeNull();
  cacheAt(folder).write('packages', []);
  expect(readFileSync(elsewhere, 'utf8')).toBe(kept);
  expect(readdirSync(folder).toSorted()).toEqual(['completion.json', 'elsewhere']);
});

test('cacheKey distinguishes similar parts and hashes them', () => {
  const keys = [['a', 'b'], ['ab'], ['a', undefined, 'b'], ['b', 'a']].map(cacheKey);
  expect(new Set(keys).size).toBe(4);
  for (const key of keys) expect(key).toMatch(/^[0-9a-f]{64}$/);
});

test('removes its temporary file if it cannot be renamed, and hides only errors of the disk', () => {
  const folder = makeTempFolder();
  let error: Error = systemError('EACCES');
  replaceDiskCall('renameSync', () => {
    throw error;
  });
  const write = () => cacheAt(folder).write('packages', ONE);
  write();
  expect(readdirSync(folder)).toEqual([]);
  error = new TypeError('a bug');
  expect(write).toThrow(error);
  expect(readdirSync(folder)).toEqual([]);
});

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const TEST_FOLDER = fileURLToPath(new URL('..', import.meta.url));
const PAGE = readFileSync(new URL('../../docs/failure-modes.md', import.meta.url), 'utf8');
const [CASES = '', WITHOUT_TEST = ''] = PAGE.split(/^## .*\bwithout a test$/m);

/** The files that each numbered row of the tables names. */
const FILES_BY_CASE: ReadonlyMap<number, readonly string[]> = new Map(
  [...CASES.matchAll(/^\| (\d+) \|.*\|([^|]*)\|$/gm)].map(([, number, files = '']) => [
    Number(number),
    [...files.matchAll(/`([^`]+)`/g)].map(([, file = '']) => file),
  ]),
);

/** The cases in the titles of a file: `case 7: `, `cases 7, 8: `, or `cases 7 to 9: `. */
function casesInTitles(source: string): readonly number[] {
  const titles = source.matchAll(/['"`]cases? (\d+(?:(?:, | and | to )\d+)*)(?:: |['"`])/g);
  return [...titles].flatMap(([, numbers = '']) => {
    const [first = 0, last = 0] = numbers.split(' to ').map(Number);
    return numbers.includes(' to ')
      ? Array.from({ length: last - first + 1 }, (_, index) => first + index)
      : numbers.split(/, | and /).map(Number);
  });
}

/** The cases of the fault modes and archives that a file defines; tests that import it include them in their titles. */
function casesInData(source: string): readonly number[] {
  const numbers = source.matchAll(/\bfailureCase: (\d+)|\bunsafeNames\((\d+)/g);
  return [...numbers].map(([, ofMode, ofNames]) => Number(ofMode ?? ofNames));
}

const SOURCES: ReadonlyMap<string, string> = new Map(
  readdirSync(TEST_FOLDER, { recursive: true, encoding: 'utf8' })
    .map((name) => name.replaceAll('\\', '/'))
    .filter((name) => name.endsWith('.ts') && name !== 'docs/failure-modes.test.ts')
    .map((name) => [name, readFileSync(path.join(TEST_FOLDER, name), 'utf8')]),
);

/** The cases that the tests of a file cover, including those from imported data. */
function casesOf(file: string): ReadonlySet<number> {
  const source = SOURCES.get(file) ?? '';
  const imported = [...source.matchAll(/from '(\.[^']+)'/g)]
    .map(([, name = '']) => path.posix.join(path.posix.dirname(file), name))
    .map((name) => SOURCES.get(name) ?? '');
  return new Set([
    ...casesInTitles(source),
    ...imported.flatMap((data) => [...casesInTitles(data), ...casesInData(data)]),
  ]);
}

test('numbers all cases consecutively and without duplicates', () => {
  const numbers = [...`${CASES}${WITHOUT_TEST}`.matchAll(/^\| (\d+) \|/gm)].map(([, number]) =>
    Number(number),
  );
  expect(numbers.toSorted((one, other) => one - other)).toEqual(numbers.map((_, index) => index + 1));
  expect(numbers.length).toBeGreaterThan(FILES_BY_CASE.size);
});

test('names only files that exist', () => {
  const named = [...FILES_BY_CASE.values()].flat();
  expect(named.length).toBeGreaterThan(200);
  expect(named.filter((file) => !existsSync(path.join(TEST_FOLDER, file)))).toEqual([]);
});

test('every case has a test with its number in each file that the page names', () => {
  const gaps = [...FILES_BY_CASE].flatMap(([number, files]) =>
    files.length === 0
      ? [`case ${number} names no file`]
      : files
          .filter((file) => !casesOf(file).has(number))
          .map((file) => `${file} has no test of case ${number}`),
  );
  expect(gaps).toEqual([]);
});

test('every case number of a test or a fault mode is in the tables', () => {
  const unknown = [...SOURCES].flatMap(([file, source]) =>
    [...casesInTitles(source), ...casesInData(source)]
      .filter((number) => !FILES_BY_CASE.has(number))
      .map((number) => `${file}: case ${number}`),
  );
  expect(unknown).toEqual([]);
});

test('no test refers to a case in another format', () => {
  const other = [...SOURCES].flatMap(([file, source]) =>
    [...source.matchAll(/['"`](?:rows?|faults) \d+[^'"`]*/g)].map(([title]) => `${file}: ${title}`),
  );
  expect(other).toEqual([]);
});

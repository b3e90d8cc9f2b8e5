import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { isExpectedError } from '../../src/errors.ts';
import { createPathFilter } from '../../src/patterns/path-filter.ts';
import { matchesPath, parsePathPattern } from '../../src/patterns/path-pattern.ts';
import { pseudoRandom } from '../support/bytes.ts';
import { makeTempFolder } from '../support/temp-folder.ts';

const PATHS = ['a.srt', 'b.srt', 'a.mp4', 'x/a.srt', 'x/y/a.srt', 'x/y/b.txt', 'srt/c', 'x/srt', 'xsrt'];

function matched(pattern: string, paths: readonly string[] = PATHS): string[] {
  const parsed = parsePathPattern(pattern);
  return paths.filter((path) => matchesPath(parsed, path));
}

function complaintAbout(pattern: string): string {
  try {
    parsePathPattern(pattern);
  } catch (error) {
    if (isExpectedError(error, 'USAGE')) return `${error.message} ${error.details.hint}`;
    throw error;
  }
  throw new Error('not refused');
}

describe('case 111: patterns work as in .gitignore', () => {
  test.each<[string, string[]]>([
    ['*.srt', ['a.srt', 'b.srt', 'x/a.srt', 'x/y/a.srt']],
    ['/*.srt', ['a.srt', 'b.srt']],
    ['a.srt', ['a.srt', 'x/a.srt', 'x/y/a.srt']],
    ['/a.srt', ['a.srt']],
    ['x/a.srt', ['x/a.srt']],
    ['x/*.srt', ['x/a.srt']],
    ['x/**/*.srt', ['x/a.srt', 'x/y/a.srt']],
    ['**/a.srt', ['a.srt', 'x/a.srt', 'x/y/a.srt']],
    ['x/**', ['x/a.srt', 'x/y/a.srt', 'x/y/b.txt', 'x/srt']],
    ['**', PATHS],
    ['x', ['x/a.srt', 'x/y/a.srt', 'x/y/b.txt', 'x/srt']],
    ['y', ['x/y/a.srt', 'x/y/b.txt']],
    ['srt', ['srt/c', 'x/srt']],
    ['srt/', ['srt/c']],
    ['?.srt', ['a.srt', 'b.srt', 'x/a.srt', 'x/y/a.srt']],
    ['[b-z].*', ['b.srt', 'x/y/b.txt']],
    ['[!b-z].mp4', ['a.mp4']],
    ['[^a].srt', ['b.srt']],
    ['a*', ['a.srt', 'a.mp4', 'x/a.srt', 'x/y/a.srt']],
    ['*', PATHS],
    ['A.SRT', []],
    ['../a.srt', []],
    ['.', []],
  ])('%s', (pattern, paths) => {
    expect(matched(pattern)).toEqual(paths);
  });

  test.each([
    ['what\\?.srt', 'what?.srt', 'whatx.srt'],
    ['\\[1\\].srt', '[1].srt', '1.srt'],
    ['[]].srt', '].srt', 'x.srt'],
    ['[a\\]].srt', '].srt', '\\.srt'],
    ['\\!a', '!a', 'a'],
    ['👍?', '👍👍', '👍'],
    ['**a', 'bba', 'x/b'],
  ])('%s matches %s but not %s', (pattern, right, wrong) => {
    expect(matched(pattern, [right, wrong])).toEqual([right]);
  });

  test.each([
    ['!a', '--exclude'],
    ['a//b', 'empty part'],
    ['/', 'empty part'],
    ['[abc', '[ without a ]'],
    ['abc\\', 'backslash'],
    ['[[:alpha:]]', 'not supported'],
  ])('rejects %s with the reason', (pattern, says) => {
    expect(complaintAbout(pattern)).toContain(says);
  });

  test('matches git for random patterns', () => {
    const seed = 20_261_125;
    const next = pseudoRandom(seed);
    const pick = <Item>(items: readonly Item[]): Item => items[next() % items.length] as Item;
    const some = (most: number) => [...Array(1 + (next() % most)).keys()];
    // No two stars within a part: git ignores the letters before them (wildmatch.c) and reads them as `**`.
    const part = () =>
      some(3)
        .map(() => pick(['a', 'b', '*', '?', '[ab]', '[!a]', 'ab']))
        .join('')
        .replaceAll('**', '*');
    const patterns = some(120).map(
      () =>
        pick(['', '', '/']) +
        some(3)
          .map(() => pick([part(), part(), '**']))
          .join('/') +
        pick(['', '', '', '/']),
    );
    const paths = [
      ...new Set(
        [...Array(80).keys()].map(() =>
          some(4)
            .map(() =>
              some(3)
                .map(() => pick(['a', 'b', 'c']))
                .join(''),
            )
            .join('/'),
        ),
      ),
    ];
    // One folder for each pattern, so that git runs only once.
    const folder = makeTempFolder();
    execFileSync('git', ['init', '-q', folder]);
    for (const [index, pattern] of patterns.entries()) {
      mkdirSync(join(folder, `p${index}`));
      writeFileSync(join(folder, `p${index}`, '.gitignore'), `${pattern}\n`);
    }
    const { stdout } = spawnSync('git', ['check-ignore', '--no-index', '-v', '-n', '--stdin'], {
      cwd: folder,
      input: patterns.flatMap((_, index) => paths.map((path) => `p${index}/${path}`)).join('\n'),
      encoding: 'utf8',
      env: { ...process.env, GIT_CONFIG_GLOBAL: '/dev/null' },
      maxBuffer: 2 ** 26,
    });
    const lines = stdout.trimEnd().split('\n');
    expect(lines).toHaveLength(patterns.length * paths.length);
    const ignored = new Set(
      lines.filter((line) => !line.startsWith('::')).map((line) => line.split('\t')[1]),
    );
    for (const [index, pattern] of patterns.entries()) {
      const theirs = paths.filter((path) => ignored.has(`p${index}/${path}`));
      expect(matched(pattern, paths), `seed ${seed}, pattern ${pattern}`).toEqual(theirs);
    }
  });
});

describe('selections', () => {
  test.each<[readonly string[], readonly string[], string[]]>([
    [[], [], PATHS],
    [['*.srt'], [], ['a.srt', 'b.srt', 'x/a.srt', 'x/y/a.srt']],
    [['*.srt', '*.txt'], ['y'], ['a.srt', 'b.srt', 'x/a.srt']],
    [['*.srt'], ['*.srt'], []],
    [[], ['*.srt', '*.mp4'], ['x/y/b.txt', 'srt/c', 'x/srt', 'xsrt']],
    [['a.srt', 'srt'], ['/srt'], ['a.srt', 'x/a.srt', 'x/y/a.srt', 'x/srt']],
  ])('include %j, exclude %j', (include, exclude, paths) => {
    expect(PATHS.filter(createPathFilter({ include, exclude }))).toEqual(paths);
  });

  test('match composed and decomposed letters', () => {
    const isWanted = createPathFilter({ include: ['gru\u0308\u00dfe.srt', 'caf\u00e9*'], exclude: [] });
    expect(isWanted('gr\u00fc\u00dfe.srt')).toBe(true);
    expect(isWanted('cafe\u0301.srt')).toBe(true);
  });

  test('case 111: match hostile patterns and thousands of patterns without delay', () => {
    const hostile = createPathFilter({
      include: [`${'*a'.repeat(100)}*b`, `${'**/a/'.repeat(50)}b`],
      exclude: [],
    });
    expect(hostile('a'.repeat(250))).toBe(false);
    expect(hostile('a/'.repeat(99) + 'a')).toBe(false);
    const many = [...Array(10_000).keys()];
    const isWanted = createPathFilter({
      include: [...many.map((index) => `clip-${index}.srt`), ...many.map((index) => `x/*/${index}-*.srt`)],
      exclude: [],
    });
    expect(isWanted('deep/down/clip-9999.srt')).toBe(true);
    expect(isWanted('x/y/9999-de.srt')).toBe(true);
    expect(isWanted('x/y/z/9999-de.srt')).toBe(false);
  });
});

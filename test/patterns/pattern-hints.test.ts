import { expect, test } from 'vitest';
import { createExplainedFilter } from '../../src/patterns/pattern-hints.ts';

/** What is said of these patterns when the archive has `Film.srt` and `film.mp4`. */
function explain(include: readonly string[], exclude: readonly string[] = []): string | null {
  const { isWanted, explain: tell } = createExplainedFilter({ include, exclude });
  for (const path of ['Film.srt', 'film.mp4']) isWanted(path);
  return tell();
}

const OTHER_CASE = 'a name that is there differs in upper and lower case only';

test.each<[readonly string[], string | null]>([
  [['film.srt'], OTHER_CASE],
  [['FILM.*'], OTHER_CASE],
  [['*.txt'], null],
  [['*.mp4'], null],
  [["'*.srt'"], 'the pattern itself begins and ends with a quote; write it without'],
  [['"*.srt"'], 'the pattern itself begins and ends with a quote; write it without'],
  [["'*.srt"], null],
  [['./film.mp4'], 'paths in an archive begin without ./'],
  [['*.{srt,mp4}'], 'braces and commas stand for themselves; give each pattern an --include of its own'],
  [['*.srt,*.mp4'], 'braces and commas stand for themselves; give each pattern an --include of its own'],
])('%j: %j', (include, words) => {
  expect(explain(include)).toBe(words);
});

test('what is excluded differs in no case', () => {
  expect(explain(['film.srt'], ['*.srt'])).toBeNull();
});

test('the filter itself minds the case', () => {
  const { isWanted } = createExplainedFilter({ include: ['*.srt'], exclude: ['b.*'] });
  expect(['a.srt', 'A.SRT', 'b.srt'].map(isWanted)).toEqual([true, false, false]);
});

import { expect, test } from 'vitest';
import { createExplainedFilter } from '../../src/patterns/pattern-hints.ts';

/** The hint for these patterns if the archive contains `Film.srt` and `film.mp4`. */
function explain(include: readonly string[], exclude: readonly string[] = []): string | null {
  const { isWanted, explain: tell } = createExplainedFilter({ include, exclude });
  for (const path of ['Film.srt', 'film.mp4']) isWanted(path);
  return tell();
}

const OTHER_CASE = 'check the case; an entry differs only in upper and lower case';

test.each<[readonly string[], string | null]>([
  [['film.srt'], OTHER_CASE],
  [['FILM.*'], OTHER_CASE],
  [['*.txt'], null],
  [['*.mp4'], null],
  [["'*.srt'"], 'remove the quotes inside the pattern'],
  [['"*.srt"'], 'remove the quotes inside the pattern'],
  [["'*.srt"], null],
  [['./film.mp4'], 'remove ./ from the pattern; paths in an archive do not start with it'],
  [['subtitles\\*.srt'], 'separate folders with /; a backslash makes the next character literal'],
  [['*.{srt,mp4}'], 'braces and commas are literal; use one --include for each pattern'],
  [['*.srt,*.mp4'], 'braces and commas are literal; use one --include for each pattern'],
])('%j: %j', (include, words) => {
  expect(explain(include)).toBe(words);
});

test('gives no case hint for excluded entries', () => {
  expect(explain(['film.srt'], ['*.srt'])).toBeNull();
});

test('the filter itself is case-sensitive', () => {
  const { isWanted } = createExplainedFilter({ include: ['*.srt'], exclude: ['b.*'] });
  expect(['a.srt', 'A.SRT', 'b.srt'].map(isWanted)).toEqual([true, false, false]);
});

import { describe, expect, test } from 'vitest';
import { ExpectedError } from '../../src/errors.ts';
import {
  commaList,
  forFlag,
  knownWordsOf,
  nonEmpty,
  oneOf,
  repeatable,
  withCompletions,
} from '../../src/flags/flag-values.ts';

describe('forFlag', () => {
  test('adds the flag to the message and keeps the hint', () => {
    const parse = (details: object) =>
      forFlag('--flag', () => {
        throw new ExpectedError('FAILED', 'odd', details);
      });
    expect(() => parse({})('x')).toThrow(
      expect.objectContaining({ code: 'USAGE', message: '--flag: odd', details: {} }),
    );
    expect(() => parse({ hint: 'h' })('x')).toThrow(expect.objectContaining({ details: { hint: 'h' } }));
  });

  test('does not change an unexpected error', () => {
    const bug = new TypeError('x');
    const parse = forFlag('--flag', () => {
      throw bug;
    });
    expect(() => parse('x')).toThrow(bug);
  });

  test('keeps the completions of a parser', () => {
    const parse = withCompletions(['a'], nonEmpty, { isList: true });
    expect(knownWordsOf(forFlag('--flag', parse))).toEqual({ words: ['a'], isList: true });
    expect(knownWordsOf(forFlag('--flag', oneOf(['a', 'b'])))).toEqual({ words: ['a', 'b'], isList: false });
    expect(knownWordsOf(forFlag('--flag', commaList))).toBeUndefined();
    expect([knownWordsOf(undefined), knownWordsOf({})]).toEqual([undefined, undefined]);
  });
});

test('a repeatable flag keeps earlier values', () => {
  const parse = repeatable('-m');
  expect(parse('b', parse('a'))).toEqual(['a', 'b']);
  expect(() => parse(' ', ['a'])).toThrow(
    expect.objectContaining({ code: 'USAGE', message: '-m: the value is empty' }),
  );
});

test.each([
  ['VIDEO', 'video'],
  ['audio', 'audio'],
])('oneOf accepts %s', (text, word) => {
  expect(oneOf(['video', 'audio'])(text)).toBe(word);
});

test.each([
  ['vidoe', { hint: 'did you mean video?' }],
  ['xyz', {}],
  ['', {}],
])('oneOf rejects %j', (text, details) => {
  expect(() => oneOf(['video', 'audio'])(text)).toThrow(
    expect.objectContaining({
      code: 'USAGE',
      message: `invalid value ${JSON.stringify(text)}: expected video, audio`,
      details,
    }),
  );
});

test('commaList rejects empty items', () => {
  expect(commaList('a, b ,c')).toEqual(['a', 'b', 'c']);
  for (const text of ['', 'a,', 'a, ,b'])
    expect(() => commaList(text)).toThrow(
      expect.objectContaining({ code: 'USAGE', message: `${JSON.stringify(text)} has an empty item` }),
    );
});

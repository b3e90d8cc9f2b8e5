import { ExpectedError } from '../errors.ts';
import { closestWord } from '../parse/closest-word.ts';

/** Words that a value may be, all of them or the usual ones. */
export interface KnownWords {
  /** Or how they are had, where knowing them means loading what most lines do not need. */
  readonly words: readonly string[] | (() => Promise<readonly string[]>);
  /** Several of them may be given, with commas between. */
  readonly isList: boolean;
}

/** By parser, because that is all that commander keeps of a value. */
const KNOWN_WORDS = new WeakMap<object, KnownWords>();

/** The parser itself, from now on known to take these words; completion offers them. */
export function withCompletions<Parse extends (text: string) => unknown>(
  words: KnownWords['words'],
  parse: Parse,
  { isList = false } = {},
): Parse {
  KNOWN_WORDS.set(parse, { words, isList });
  return parse;
}

/** What is known of the words that a parser takes, as it was handed to commander. */
export function knownWordsOf(parse: unknown): KnownWords | undefined {
  return typeof parse === 'function' ? KNOWN_WORDS.get(parse) : undefined;
}

/** Wraps a parser for commander so that its complaint names the flag. */
export function forFlag<Value>(flag: string, parse: (text: string) => Value): (text: string) => Value {
  const known = KNOWN_WORDS.get(parse);
  const wrapped = (text: string): Value => {
    try {
      return parse(text);
    } catch (error) {
      if (!(error instanceof ExpectedError)) throw error;
      const { hint } = error.details;
      throw new ExpectedError('USAGE', `${flag}: ${error.message}`, hint === undefined ? {} : { hint });
    }
  };
  return known === undefined ? wrapped : withCompletions(known.words, wrapped, known);
}

/**
 * A flag that may be given several times, one value each, none of them empty. Commander's own
 * variadic flags would swallow the ids that follow.
 */
export function repeatable(flag: string): (text: string, previous?: readonly string[]) => readonly string[] {
  const parse = forFlag(flag, nonEmpty);
  return (text, previous = []) => [...previous, parse(text)];
}

/** One of a few words, in any case. */
export function oneOf<Word extends string>(words: readonly Word[]): (text: string) => Word {
  return withCompletions(words, (text) => {
    const word = words.find((candidate) => candidate === text.toLowerCase());
    if (word !== undefined) return word;
    const meant = closestWord(text.toLowerCase(), words);
    throw new ExpectedError(
      'USAGE',
      `${JSON.stringify(text)} is not one of ${words.join(', ')}`,
      meant === undefined ? {} : { hint: `did you mean ${meant}?` },
    );
  });
}

/** A list with commas, without empty items. */
export function commaList(text: string): readonly string[] {
  const items = text.split(',').map((item) => item.trim());
  if (items.includes('')) throw new ExpectedError('USAGE', `${JSON.stringify(text)} has an empty item`);
  return items;
}

/** Text that says something; an empty variable in a script must not pass for a value. */
export function nonEmpty(text: string): string {
  if (text.trim() === '') throw new ExpectedError('USAGE', 'the value is empty');
  return text;
}

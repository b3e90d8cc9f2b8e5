import { ExpectedError } from '../errors.ts';
import { closestWord } from '../parse/closest-word.ts';

/** Words that a value can be: all of them, or the usual ones. */
export interface KnownWords {
  /** Or a function that loads them, if most lines do not need them. */
  readonly words: readonly string[] | (() => Promise<readonly string[]>);
  /** The value is a comma-separated list of them. */
  readonly isList: boolean;
}

/** Keyed by parser, because commander keeps no other information about a value. */
const KNOWN_WORDS = new WeakMap<object, KnownWords>();

/** Registers the words that a parser accepts, for completion. Returns the parser. */
export function withCompletions<Parse extends (text: string) => unknown>(
  words: KnownWords['words'],
  parse: Parse,
  { isList = false } = {},
): Parse {
  KNOWN_WORDS.set(parse, { words, isList });
  return parse;
}

/** The registered words of a parser that was passed to commander. */
export function knownWordsOf(parse: unknown): KnownWords | undefined {
  return typeof parse === 'function' ? KNOWN_WORDS.get(parse) : undefined;
}

/** Wraps a parser for commander so that its error names the flag. */
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
 * A repeatable flag with one non-empty value each. Commander's own variadic flags would also consume the IDs that
 * follow.
 */
export function repeatable(flag: string): (text: string, previous?: readonly string[]) => readonly string[] {
  const parse = forFlag(flag, nonEmpty);
  return (text, previous = []) => [...previous, parse(text)];
}

/** One of a few words, in any letter case. */
export function oneOf<Word extends string>(words: readonly Word[]): (text: string) => Word {
  return withCompletions(words, (text) => {
    const word = words.find((candidate) => candidate === text.toLowerCase());
    if (word !== undefined) return word;
    const meant = closestWord(text.toLowerCase(), words);
    throw new ExpectedError(
      'USAGE',
      `invalid value ${JSON.stringify(text)}: expected ${words.join(', ')}`,
      meant === undefined ? {} : { hint: `did you mean ${meant}?` },
    );
  });
}

/** A comma-separated list without empty items. */
export function commaList(text: string): readonly string[] {
  const items = text.split(',').map((item) => item.trim());
  if (items.includes('')) throw new ExpectedError('USAGE', `${JSON.stringify(text)} has an empty item`);
  return items;
}

/** Non-blank text. An empty variable in a script must not count as a value. */
export function nonEmpty(text: string): string {
  if (text.trim() === '') throw new ExpectedError('USAGE', 'the value is empty');
  return text;
}

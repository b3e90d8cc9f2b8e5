import { ExpectedError } from '../errors.ts';

/** Wraps a parser for commander so that its complaint names the flag. */
export function forFlag<Value>(flag: string, parse: (text: string) => Value): (text: string) => Value {
  return (text) => {
    try {
      return parse(text);
    } catch (error) {
      if (!(error instanceof ExpectedError)) throw error;
      const { hint } = error.details;
      throw new ExpectedError('USAGE', `${flag}: ${error.message}`, hint === undefined ? {} : { hint });
    }
  };
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
  return (text) => {
    const word = words.find((candidate) => candidate === text.toLowerCase());
    if (word === undefined)
      throw new ExpectedError('USAGE', `${JSON.stringify(text)} is not one of ${words.join(', ')}`);
    return word;
  };
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

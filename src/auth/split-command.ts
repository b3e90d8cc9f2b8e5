import { ExpectedError } from '../errors.ts';

/** A part of a word: quoted text, or text without quotes and whitespace. */
const PIECE = /'([^']*)'|"((?:[^"\\]|\\.)*)"|([^\s'"]+)/gsy;
/** Words that need a shell. */
const SHELL_WORD = /^(\|\|?|&&?|;|[<>]+&?\d*)$/;

/**
 * Splits a command into words at whitespace, without a shell. Quotes keep a word together. Inside double quotes,
 * `\"` and `\\` are escapes; on Windows, `\\` is one only before a quote, as its own programs read it.
 * @throws ExpectedError USAGE for an open quote, an empty command, or a word that needs a shell
 */
export function splitCommand(
  text: string,
  platform: NodeJS.Platform = 'linux',
): readonly [string, ...string[]] {
  const words: string[] = [];
  let word: string | null = null;
  for (let index = 0; index < text.length; ) {
    if (/\s/.test(text.charAt(index))) {
      if (word !== null) words.push(word);
      word = null;
      index += 1;
      continue;
    }
    PIECE.lastIndex = index;
    const piece = PIECE.exec(text);
    if (piece === null) throw new ExpectedError('USAGE', 'the command has an unclosed quote');
    const [, single, double, plain] = piece;
    if (word === null && plain !== undefined && SHELL_WORD.test(plain)) {
      throw new ExpectedError('USAGE', `the command contains ${plain}, which needs a shell`, {
        hint: `use sh -c '…'`,
      });
    }
    word = (word ?? '') + (single ?? (double === undefined ? plain : unescape(double, platform)) ?? '');
    index = PIECE.lastIndex;
  }
  if (word !== null) words.push(word);
  const [program, ...rest] = words;
  if (program === undefined || program === '') throw new ExpectedError('USAGE', 'the command is empty');
  return [program, ...rest];
}

function unescape(quoted: string, platform: NodeJS.Platform): string {
  if (platform !== 'win32') return quoted.replaceAll(/\\(["\\])/g, '$1');
  return quoted.replaceAll(
    /(\\+)("|$)/g,
    (_, slashes: string, quote: string) => '\\'.repeat(Math.floor(slashes.length / 2)) + quote,
  );
}

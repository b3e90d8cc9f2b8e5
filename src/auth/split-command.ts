import { ExpectedError } from '../errors.ts';

/** One piece of a word: quoted text of either kind, or anything that is neither quote nor blank. */
const PIECE = /'([^']*)'|"((?:[^"\\]|\\.)*)"|([^\s'"]+)/gsy;
/** Words with which a user expects a shell. */
const SHELL_WORD = /^(\|\|?|&&?|;|[<>]+&?\d*)$/;

/**
 * Splits a command into words: blanks separate, quotes of either kind hold together, `\"` and `\\`
 * stand for themselves inside double quotes. Nothing else is special, because no shell is involved.
 * @throws ExpectedError USAGE for an open quote, no word at all, or a word that only a shell understands
 */
export function splitCommand(text: string): readonly [string, ...string[]] {
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
    if (piece === null) throw new ExpectedError('USAGE', 'the command has a quote that is not closed');
    const [, single, double, plain] = piece;
    if (word === null && plain !== undefined && SHELL_WORD.test(plain)) {
      throw new ExpectedError('USAGE', `the command has ${plain}, and no shell is there to understand it`, {
        hint: `write sh -c '…' around it`,
      });
    }
    word = (word ?? '') + (single ?? double?.replaceAll(/\\(["\\])/g, '$1') ?? plain ?? '');
    index = PIECE.lastIndex;
  }
  if (word !== null) words.push(word);
  const [program, ...rest] = words;
  if (program === undefined || program === '') throw new ExpectedError('USAGE', 'the command is empty');
  return [program, ...rest];
}

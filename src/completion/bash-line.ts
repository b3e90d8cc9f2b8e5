/** A command line of bash up to the cursor, split into words. */
export interface BashLine {
  /** As the program would get them, without the program name. The last one is incomplete. */
  readonly words: readonly string[];
  /** The last word as typed. */
  readonly lastRaw: string;
  /** The open quote in the last word, or empty. */
  readonly openQuote: '' | "'" | '"';
}

/** Removes quotes and backslashes as bash does (POSIX shell language, 2.2 Quoting), without expansion. */
export function splitBashLine(line: string): BashLine {
  const words: string[] = [];
  let word: string | undefined;
  let startOfWord = line.length;
  let openQuote: BashLine['openQuote'] = '';
  for (let index = 0; index < line.length; index += 1) {
    const character = line[index] ?? '';
    if (openQuote === '' && /[ \t\n]/.test(character)) {
      if (word !== undefined) words.push(word);
      word = undefined;
      continue;
    }
    if (word === undefined) startOfWord = index;
    word ??= '';
    if (character === openQuote) openQuote = '';
    else if (openQuote === '' && (character === "'" || character === '"')) openQuote = character;
    else if (character === '\\' && openQuote !== "'") {
      const next = line[index + 1] ?? '';
      word += openQuote === '"' && !/["$`\\]/.test(next) ? character + next : next;
      index += 1;
    } else word += character;
  }
  return {
    words: [...words, word ?? ''].slice(1),
    lastRaw: word === undefined ? '' : line.slice(startOfWord),
    openQuote,
  };
}

/** With more typos, another word was probably meant. */
const MOST_SLIPS = 2;

/** The word that was probably meant: at most two typos, in less than half of the letters. Otherwise undefined. */
export function closestWord(typed: string, words: readonly string[]): string | undefined {
  const most = Math.min(MOST_SLIPS, Math.floor((typed.length - 1) / 2));
  return words
    .map((word) => ({ word, slips: slipsBetween(typed, word) }))
    .filter(({ slips }) => slips <= most)
    .toSorted((one, other) => one.slips - other.slips)[0]?.word;
}

/**
 * The number of missing, additional, wrong, or swapped letters (optimal string alignment distance, computed row
 * by row).
 */
function slipsBetween(typed: string, word: string): number {
  let beforeLast: readonly number[] = [];
  let last = Array.from({ length: word.length + 1 }, (_, column) => column);
  for (let row = 1; row <= typed.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= word.length; column += 1) {
      const isSame = typed[row - 1] === word[column - 1];
      const isSwapped = typed[row - 1] === word[column - 2] && typed[row - 2] === word[column - 1];
      current[column] = Math.min(
        at(last, column) + 1,
        at(current, column - 1) + 1,
        at(last, column - 1) + (isSame ? 0 : 1),
        isSwapped ? at(beforeLast, column - 2) + 1 : Number.POSITIVE_INFINITY,
      );
    }
    [beforeLast, last] = [last, current];
  }
  return at(last, word.length);
}

function at(row: readonly number[], column: number): number {
  return row[column] ?? Number.POSITIVE_INFINITY;
}

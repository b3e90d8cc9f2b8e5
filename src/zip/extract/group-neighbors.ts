import type { RangeSource } from '../../range/range-source.ts';
import type { PlannedFile } from './extraction-plan.ts';
import { isLarge } from './large-entry.ts';

/** Up to so many unwanted bytes are read over rather than starting anew behind them. */
const READ_OVER_BYTES = 64 * 2 ** 10;
/** Where several ranges can be read at once, none is longer than this if it can be helped. */
const RUN_BYTES = 16 * 2 ** 20;

/** Cuts files, given in file order, into runs that are read in one go. */
export function groupNeighbors(
  source: RangeSource,
  files: readonly PlannedFile[],
): readonly (readonly PlannedFile[])[] {
  const { parallelReads = 1 } = source;
  const runs: PlannedFile[][] = [];
  let start = 0;
  let end = Number.NEGATIVE_INFINITY;
  let isAlone = false;
  for (const file of files) {
    const { headerOffset, endOffset } = file.entry;
    const isApart = isLarge(source, file.entry);
    const isFull = parallelReads > 1 && endOffset - start > RUN_BYTES;
    const run = runs.at(-1);
    if (run !== undefined && !isAlone && !isApart && !isFull && headerOffset - end <= READ_OVER_BYTES) {
      run.push(file);
    } else {
      runs.push([file]);
      start = headerOffset;
    }
    isAlone = isApart;
    end = endOffset;
  }
  return runs;
}

/** Minimum width of a shrinking column. */
const NARROWEST_COLUMN = 10;
/** Minimum width of a shrinking column while optional columns are shown. */
const COMFORTABLE_COLUMN = 24;

/** Between two columns. */
export const GAP = '  ';

interface Column {
  readonly shrinks?: boolean;
  readonly isOptional?: boolean;
}

export interface FittedColumn<Shown> {
  readonly column: Shown;
  /** Its index among all columns. */
  readonly index: number;
  /** In cells. */
  readonly width: number;
}

/**
 * Fits columns into a width: shrinking columns get narrower, then optional columns are omitted, the last one
 * first. Undefined if the remaining columns do not fit.
 * @param widths cells that the texts of each column need
 */
export function fitColumns<Shown extends Column>(
  columns: readonly Shown[],
  widths: readonly number[],
  width: number,
): readonly FittedColumn<Shown>[] | undefined {
  const all = columns.map((column, index) => ({ column, index, width: widths[index] ?? 0 }));
  for (const shown of withoutOptional(all)) {
    const isReduced = !shown.some(({ column }) => column.isOptional === true);
    const fitted = shrink(shown, width, isReduced ? NARROWEST_COLUMN : COMFORTABLE_COLUMN);
    if (fitted !== undefined) return fitted;
  }
  return undefined;
}

/** All columns, then fewer and fewer optional ones, without the last one first. */
function withoutOptional<Shown extends Column>(
  columns: readonly FittedColumn<Shown>[],
): readonly (readonly FittedColumn<Shown>[])[] {
  const last = columns.findLastIndex(({ column }) => column.isOptional === true);
  return last === -1 ? [columns] : [columns, ...withoutOptional(columns.toSpliced(last, 1))];
}

/** Narrows the widest shrinking column until all columns fit; undefined if they cannot. */
function shrink<Shown extends Column>(
  columns: readonly FittedColumn<Shown>[],
  width: number,
  narrowest: number,
): readonly FittedColumn<Shown>[] | undefined {
  // Limits the number of steps for a name of a million letters.
  const widths = columns.map((one) => (one.column.shrinks === true ? Math.min(one.width, width) : one.width));
  const gaps = GAP.length * Math.max(0, columns.length - 1);
  let excess = widths.reduce((sum, columnWidth) => sum + columnWidth, gaps) - width;
  while (excess > 0) {
    const widest = widestShrinking(columns, widths, narrowest);
    if (widest === undefined) return undefined;
    widths[widest] = (widths[widest] ?? 0) - 1;
    excess -= 1;
  }
  return columns.map((one, index) => ({ ...one, width: widths[index] ?? 0 }));
}

function widestShrinking(
  columns: readonly FittedColumn<Column>[],
  widths: readonly number[],
  narrowest: number,
): number | undefined {
  let widest: number | undefined;
  for (const [index, width] of widths.entries()) {
    if (columns[index]?.column.shrinks !== true || width <= narrowest) continue;
    if (widest === undefined || width > (widths[widest] ?? 0)) widest = index;
  }
  return widest;
}

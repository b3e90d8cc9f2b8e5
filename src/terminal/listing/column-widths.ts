/** What a shrinking column keeps at least. */
const NARROWEST_COLUMN = 10;
/** What it keeps before optional columns leave. */
const COMFORTABLE_COLUMN = 24;

/** Between two columns. */
export const GAP = '  ';

interface Column {
  readonly shrinks?: boolean;
  readonly isOptional?: boolean;
}

export interface FittedColumn<Shown> {
  readonly column: Shown;
  /** Its place among all columns. */
  readonly index: number;
  /** In cells. */
  readonly width: number;
}

/**
 * The columns that a width has room for, the shrinking ones made narrower as needed. What is optional
 * is left out, the last one first, before that hurts. Undefined when the others do not fit either.
 * @param widths cells that the texts of each column take
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

/** All columns, then ever fewer optional ones, the last one leaving first. */
function withoutOptional<Shown extends Column>(
  columns: readonly FittedColumn<Shown>[],
): readonly (readonly FittedColumn<Shown>[])[] {
  const last = columns.findLastIndex(({ column }) => column.isOptional === true);
  return last === -1 ? [columns] : [columns, ...withoutOptional(columns.toSpliced(last, 1))];
}

/** Takes cells from the widest shrinking column until all fit; undefined when none can give any more. */
function shrink<Shown extends Column>(
  columns: readonly FittedColumn<Shown>[],
  width: number,
  narrowest: number,
): readonly FittedColumn<Shown>[] | undefined {
  // More than the whole width is too much anyway, and a name of a million letters is cut at once.
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

import Table from 'cli-table3';
import { displayWidth, truncateToWidth } from './display-width.ts';
import { escapeText } from './escape.ts';
import type { Glyphs } from './glyphs.ts';
import type { Style } from './style.ts';
import type { Column } from './terminal.ts';

const GAP = '  ';
/** Below this a table is no table any more. */
const NARROWEST_TABLE = 60;
/** What a shrinking column keeps at least. */
const NARROWEST_COLUMN = 10;
/** What it keeps before optional columns leave. */
const COMFORTABLE_COLUMN = 24;

/**
 * A listing for people, as lines: a header and rows, or one block of `Heading: value` lines per
 * record where the terminal is narrow or the columns that may not be cut fill it already. What is
 * optional is left out before it comes to that.
 */
export function formatTable<Item>(
  items: readonly Item[],
  columns: readonly Column<Item>[],
  width: number,
  { style, glyphs }: { readonly style: Style; readonly glyphs: Glyphs },
): readonly string[] {
  const rowsOf = (shown: readonly Column<Item>[]) => [
    shown.map(({ heading }) => escapeText(heading)),
    ...items.map((item) => shown.map((column) => escapeText(column.display?.(item) ?? column.text(item)))),
  ];
  for (const shown of width < NARROWEST_TABLE ? [] : withoutOptional(columns)) {
    const [headings = [], ...cells] = rowsOf(shown);
    const narrowest = shown.some(({ isOptional }) => isOptional) ? COMFORTABLE_COLUMN : NARROWEST_COLUMN;
    const widths = fitWidths([headings, ...cells], shown, { width, narrowest });
    if (widths !== undefined) return layOut([headings, ...cells], shown, widths, { style, glyphs });
  }
  const [headings = [], ...cells] = rowsOf(columns);
  return formatBlocks(cells, headings, style);
}

/** All columns, then ever fewer optional ones, the last one leaving first. */
function withoutOptional<Item>(columns: readonly Column<Item>[]): readonly (readonly Column<Item>[])[] {
  const last = columns.findLastIndex(({ isOptional }) => isOptional === true);
  return last === -1 ? [columns] : [columns, ...withoutOptional(columns.toSpliced(last, 1))];
}

/** Characters for private use, one cell wide for every library. */
const STAND_IN = '\u{f0000}';
const STAND_IN_FILLING = '\u{f0001}';
const STAND_INS = /\u{f0000}\u{f0001}*/gu;
const NO_LINES = Object.fromEntries(
  ['top', 'bottom', 'left', 'right', 'mid'].flatMap((side) =>
    ['', '-mid', '-left', '-right'].map((end) => [`${side}${end}`, '']),
  ),
);

/**
 * The table itself. cli-table3 counts the cells of Thai, Arabic, Devanagari and newer emoji wrongly
 * (it is bound to an old string-width), so it lays out stand-ins that are as wide as the texts really
 * are, and the texts take their places afterwards, in the same order.
 */
function layOut(
  [headings = [], ...cells]: readonly (readonly string[])[],
  columns: readonly { readonly align?: 'left' | 'right' }[],
  widths: readonly number[],
  { style, glyphs }: { readonly style: Style; readonly glyphs: Glyphs },
): readonly string[] {
  const texts: string[] = [];
  const standIn = (text: string, column: number): string => {
    const shown = truncateToWidth(text, widths[column] ?? 0, glyphs.ellipsis);
    const width = displayWidth(shown);
    if (width === 0) return '';
    texts.push(shown);
    return STAND_IN + STAND_IN_FILLING.repeat(width - 1);
  };
  const table = new Table({
    chars: { ...NO_LINES, middle: GAP },
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
    colWidths: [...widths],
    colAligns: columns.map(({ align }) => align ?? 'left'),
    head: headings.map(standIn),
  });
  for (const row of cells) table.push(row.map(standIn));
  let next = 0;
  const lines = table
    .toString()
    .replaceAll(STAND_INS, () => texts[next++] ?? '')
    .split('\n')
    .map((line) => line.trimEnd());
  return lines.map((line, index) => (index === 0 ? style.bold(line) : line));
}

/** Cells per column, the shrinking ones made narrower until all fit; undefined when they cannot. */
function fitWidths(
  rows: readonly (readonly string[])[],
  columns: readonly { readonly shrinks?: boolean }[],
  { width, narrowest }: { readonly width: number; readonly narrowest: number },
): readonly number[] | undefined {
  const widths = columns.map((_, index) =>
    rows.reduce((most, row) => Math.max(most, displayWidth(row[index] ?? '')), 0),
  );
  let excess =
    widths.reduce((sum, columnWidth) => sum + columnWidth, GAP.length * (widths.length - 1)) - width;
  while (excess > 0) {
    const widest = widestShrinking(widths, columns, narrowest);
    if (widest === undefined) return undefined;
    widths[widest] = (widths[widest] ?? 0) - 1;
    excess -= 1;
  }
  return widths;
}

function widestShrinking(
  widths: readonly number[],
  columns: readonly { readonly shrinks?: boolean }[],
  narrowest: number,
): number | undefined {
  let widest: number | undefined;
  for (const [index, columnWidth] of widths.entries()) {
    if (columns[index]?.shrinks !== true || columnWidth <= narrowest) continue;
    if (widest === undefined || columnWidth > (widths[widest] ?? 0)) widest = index;
  }
  return widest;
}

function formatBlocks(
  rows: readonly (readonly string[])[],
  headings: readonly string[],
  style: Style,
): readonly string[] {
  return rows.flatMap((row, index) => [
    ...(index === 0 ? [] : ['']),
    ...row.map((cell, column) => `${style.bold(`${headings[column]}:`)} ${cell}`.trimEnd()),
  ]);
}

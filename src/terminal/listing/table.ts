import Table from 'cli-table3';
import { displayWidth, truncateToWidth } from '../text/display-width.ts';
import { escapeText } from '../text/escape.ts';
import type { Glyphs } from '../text/glyphs.ts';
import type { Style } from '../text/style.ts';
import { fitColumns, GAP } from './column-widths.ts';
import type { Column } from './listing.ts';

/** Below this a table is no table any more. */
const NARROWEST_TABLE = 60;

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
  const headings = columns.map(({ heading }) => escapeText(heading));
  const cells = items.map((item) =>
    columns.map((column) => escapeText(column.display?.(item) ?? column.text(item))),
  );
  const widths = columns.map((_, index) =>
    [headings, ...cells].reduce((most, row) => Math.max(most, displayWidth(row[index] ?? '')), 0),
  );
  const fitted = width < NARROWEST_TABLE ? undefined : fitColumns(columns, widths, width);
  if (fitted === undefined) return formatBlocks(cells, headings, style);
  const shown = (row: readonly string[]) => fitted.map(({ index }) => row[index] ?? '');
  return layOut(
    [headings, ...cells].map(shown),
    fitted.map(({ column }) => column),
    fitted.map((column) => column.width),
    { style, glyphs },
  );
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

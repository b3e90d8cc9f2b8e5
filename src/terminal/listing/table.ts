import Table from 'cli-table3';
import { displayWidth, truncateMiddle, truncateToWidth } from '../text/display-width.ts';
import { escapeText } from '../text/escape.ts';
import type { Glyphs } from '../text/glyphs.ts';
import type { Style } from '../text/style.ts';
import { fitColumns, GAP } from './column-widths.ts';
import type { Column, Tone } from './listing.ts';

/** A narrower terminal gets one block per record. */
const NARROWEST_TABLE = 60;

interface TableAppearance {
  readonly style: Style;
  readonly glyphs: Glyphs;
  /** Does not shorten IDs. */
  readonly fullIds: boolean;
}

/** The text of a cell, escaped, and its color. */
interface Cell {
  readonly text: string;
  readonly tone: Tone | undefined;
}

/**
 * Lays out a listing for people, as lines: a header and rows, or a block per record if the terminal is
 * narrow. Optional columns are omitted before that.
 */
export function formatTable<Item>(
  items: readonly Item[],
  columns: readonly Column<Item>[],
  width: number,
  look: TableAppearance,
): readonly string[] {
  const headings = columns.map(({ heading }): Cell => ({ text: escapeText(heading), tone: undefined }));
  const byColumn = columns.map((column) => cellsOf(items, column, look));
  const cells = items.map((_, row) => byColumn.map((column) => column[row] ?? NO_CELL));
  const widths = columns.map((_, index) =>
    [headings, ...cells].reduce((most, row) => Math.max(most, displayWidth(row[index]?.text ?? '')), 0),
  );
  const fitted = width < NARROWEST_TABLE ? undefined : fitColumns(columns, widths, width);
  if (fitted === undefined) return cells.flatMap((row) => formatBlock(row, columns, width, look));
  const shown = (row: readonly Cell[]) => fitted.map(({ index }) => row[index] ?? NO_CELL);
  return layOut(
    [headings, ...cells].map(shown),
    fitted.map(({ column }) => column),
    fitted.map((column) => column.width),
    look,
  );
}

const NO_CELL: Cell = { text: '', tone: undefined };
const UUID = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i;
const SHORT_ID_LENGTH = 8;

function cellsOf<Item>(
  items: readonly Item[],
  column: Column<Item>,
  { fullIds }: TableAppearance,
): readonly Cell[] {
  const texts = items.map((item) => column.display?.(item) ?? column.text(item));
  const shown = column.id === 'prefix' && !fullIds ? shortenIds(texts) : texts;
  return items.map((item, row) => ({ text: escapeText(shown[row] ?? ''), tone: column.tone?.(item) }));
}

/** The start of each UUID, as `git log --oneline` shows commits; full IDs if two of them start alike. */
function shortenIds(ids: readonly string[]): readonly string[] {
  const short = ids.map((id) => (UUID.test(id) ? id.slice(0, SHORT_ID_LENGTH) : id));
  return new Set(short).size === new Set(ids).size ? short : ids;
}

/** Private-use characters, one cell wide in every library. */
const STAND_IN = '\u{f0000}';
const STAND_IN_FILLING = '\u{f0001}';
const STAND_INS = /\u{f0000}\u{f0001}*/gu;
const NO_LINES = Object.fromEntries(
  ['top', 'bottom', 'left', 'right', 'mid'].flatMap((side) =>
    ['', '-mid', '-left', '-right'].map((end) => [`${side}${end}`, '']),
  ),
);

/**
 * Aligns the columns. cli-table3 requires an old string-width, which measures Thai, Arabic, Devanagari, and
 * newer emoji wrongly. So it lays out placeholders of the correct width, which the texts replace afterwards
 * in the same order.
 */
function layOut(
  [headings = [], ...cells]: readonly (readonly Cell[])[],
  columns: readonly { readonly align?: 'left' | 'right'; readonly isPath?: boolean }[],
  widths: readonly number[],
  { style, glyphs }: TableAppearance,
): readonly string[] {
  const texts: string[] = [];
  const standIn = ({ text, tone }: Cell, column: number): string => {
    const cut = columns[column]?.isPath === true ? truncateMiddle : truncateToWidth;
    const shown = cut(text, widths[column] ?? 0, glyphs.ellipsis);
    const width = displayWidth(shown);
    if (width === 0) return '';
    texts.push(paint(shown, tone, style));
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

const INDENT = '  ';

/**
 * Formats a record as a few short lines: its name (in a list with IDs), its path, or its first cell, then
 * the other cells. Only optional columns need their headings.
 */
function formatBlock<Item>(
  row: readonly Cell[],
  columns: readonly Column<Item>[],
  width: number,
  { style, glyphs }: TableAppearance,
): readonly string[] {
  const filled = columns.flatMap((column, index) => {
    const cell = row[index] ?? NO_CELL;
    return cell.text === '' ? [] : [{ column, cell }];
  });
  const hasIds = columns.some(({ id }) => id !== undefined);
  const named = hasIds ? filled.find(({ column: { shrinks, isOptional } }) => shrinks && !isOptional) : null;
  const head = named ?? filled.find(({ column: { isPath } }) => isPath) ?? filled[0];
  if (head === undefined) return [];
  const details = filled
    .filter((one) => one !== head)
    .map(({ column: { heading, isOptional }, cell: { text, tone } }) => {
      const label = isOptional === true ? `${escapeText(heading).toLowerCase()} ` : '';
      return { text: paint(label + text, tone, style), width: displayWidth(label + text) };
    });
  const { text } = head.cell;
  const cut = head.column.isPath === true ? truncateMiddle : truncateToWidth;
  const name = head.column.shrinks === true ? cut(text, width, glyphs.ellipsis) : text;
  return [style.bold(name), ...joinDetails(details, width, glyphs).map((line) => INDENT + line)];
}

/** Never breaks a detail, because it may be an ID to copy. */
function joinDetails(
  details: readonly { readonly text: string; readonly width: number }[],
  width: number,
  { separator }: Glyphs,
): readonly string[] {
  const lines: { text: string; width: number }[] = [];
  for (const detail of details) {
    const last = lines.at(-1);
    const joined = (last?.width ?? 0) + displayWidth(separator) + detail.width;
    if (last === undefined || INDENT.length + joined > width) lines.push({ ...detail });
    else {
      last.text += separator + detail.text;
      last.width = joined;
    }
  }
  return lines.map(({ text }) => text);
}

function paint(text: string, tone: Tone | undefined, style: Style): string {
  if (tone === undefined) return text;
  return { good: style.green, pending: style.yellow, bad: style.red }[tone](text);
}

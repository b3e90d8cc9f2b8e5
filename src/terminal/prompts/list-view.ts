import { fitColumns, GAP } from '../listing/column-widths.ts';
import { displayWidth, truncateToWidth } from '../text/display-width.ts';
import { escapeText } from '../text/escape.ts';
import type { Glyphs } from '../text/glyphs.ts';
import type { Style } from '../text/style.ts';
import { wrapText, wrapWords } from '../text/wrap-text.ts';
import { canRetry, type ListState, needsPage, scrollTo } from './list-state.ts';
import type { ListQuestion } from './prompts.ts';

/** What a drawing depends on besides the list. */
export interface ListFrame {
  /** Cells of a line. */
  readonly width: number;
  /** Lines of the screen. */
  readonly height: number;
  /** Of the previous drawing, so that rows and columns keep their positions; see `Drawing`. */
  readonly top: number;
  readonly columnWidths: readonly number[];
  readonly style: Style;
  readonly glyphs: Glyphs;
}

export interface Drawing {
  /** The line with the question and the typed text, where the cursor is. */
  readonly prompt: string;
  readonly below: string;
  /** Number of rows that fit. */
  readonly rows: number;
  readonly top: number;
  /** The next page is needed. */
  readonly isLoading: boolean;
  /** Cells per column that the rows seen so far need. */
  readonly columnWidths: readonly number[];
}

const MOST_ROWS = 20;
const FEWEST_ROWS = 3;
/** The question, the status, and one free line. */
const FIXED_LINES = 3;
/** Lines that notes leave free at least: the question, a few rows, status, and help. */
const BESIDE_NOTES = 12;
const HIDE_CURSOR = '\x1b[?25l';

type LoadingState<Item> = ListState<Item> & { readonly isLoading: boolean };

/** Draws a list. All text from elsewhere is escaped here. */
export function drawList<Item>(
  state: ListState<Item>,
  question: ListQuestion<Item>,
  frame: ListFrame,
): Drawing {
  const { width } = frame;
  const notes = [...drawNotes(question.notes, width, frame), ...drawProblem(state, width, frame)];
  const help = drawHelp(state, question, width, frame);
  const used = notes.length + help.length + FIXED_LINES;
  const rows = Math.max(FEWEST_ROWS, Math.min(MOST_ROWS, frame.height - used));
  const top = scrollTo(frame.top, { active: state.active, rows, total: state.items.length });
  const visible = state.items.slice(top, top + rows);
  const columnWidths = question.columns.map((column, index) =>
    visible.reduce(
      (most, item) => Math.max(most, displayWidth(cellText(column, item))),
      frame.columnWidths[index] ?? 0,
    ),
  );
  const lines = visible.map((item, index) =>
    drawRow(item, { isActive: top + index === state.active, columnWidths, width }, state, question, frame),
  );
  const isLoading = needsPage(state, top + rows);
  const status = drawStatus({ ...state, isLoading }, question, width, frame);
  const body = lines.length > 0 || isLoading ? lines : drawEmpty(state, question, width, frame);
  return {
    prompt: drawPrompt(state, question, width, frame),
    below: [...body, ...notes, ...status, ...help].join('\n'),
    isLoading,
    rows,
    top,
    columnWidths,
  };
}

/** Why the list is incomplete or late, as one sentence without escapes; null if it is neither. */
export function problemText({ failure, delay }: ListState<unknown>): string | null {
  if (failure !== null) return `Cannot load the list: ${failure}`;
  return delay === null ? null : `Still loading: ${delay}`;
}

/** The text of one cell, escaped. */
export function cellText<Item>(column: ListQuestion<Item>['columns'][number], item: Item): string {
  return escapeText(column.display?.(item) ?? column.text(item));
}

/** The parts of `3 selected · 50+ found`. */
export function statusParts<Item>(
  { chosen, items, isComplete, isLoading }: LoadingState<Item>,
  question: ListQuestion<Item>,
  glyphs: Glyphs,
): readonly string[] {
  const count = chosen.size > 0 ? `${chosen.size} selected` : 'none selected';
  const found = `${items.length}${isComplete ? '' : '+'} found`;
  return [
    ...(question.isMultiple ? [count] : []),
    ...(question.hasSearch && items.length > 0 ? [found] : []),
    ...(isLoading ? [`loading${glyphs.ellipsis}`] : []),
  ];
}

function drawPrompt<Item>(
  { text }: ListState<Item>,
  { message, hasSearch }: ListQuestion<Item>,
  width: number,
  { style, glyphs }: ListFrame,
): string {
  const room = Math.max(1, width - 2 - (hasSearch ? 2 : 0));
  const shown = truncateToWidth(escapeText(message), room, glyphs.ellipsis);
  const asked = `${style.cyan('?')} ${style.bold(shown)}`;
  return hasSearch ? `${asked}: ${text}` : asked + HIDE_CURSOR;
}

function drawRow<Item>(
  item: Item,
  row: { readonly isActive: boolean; readonly columnWidths: readonly number[]; readonly width: number },
  { chosen }: ListState<Item>,
  { columns, idOf, isMultiple }: ListQuestion<Item>,
  { style, glyphs }: ListFrame,
): string {
  const pointer = row.isActive ? glyphs.pointer : ' '.repeat(displayWidth(glyphs.pointer));
  const isChosen = isMultiple && chosen.has(idOf(item));
  const box = isChosen ? '[x] ' : isMultiple ? '[ ] ' : '';
  const room = Math.max(1, row.width - displayWidth(`${pointer} ${box}`));
  const cells = layOutCells(item, columns, { ...row, room, glyphs });
  if (row.isActive) return style.cyan(`${pointer} ${box}${cells}`);
  return `${pointer} ${isChosen ? style.green(box) : box}${cells}`;
}

function layOutCells<Item>(
  item: Item,
  columns: ListQuestion<Item>['columns'],
  {
    columnWidths,
    room,
    glyphs,
  }: { readonly columnWidths: readonly number[]; readonly room: number; readonly glyphs: Glyphs },
): string {
  const used = columns.filter((_, index) => (columnWidths[index] ?? 0) > 0);
  const fitted = fitColumns(
    used,
    columnWidths.filter((width) => width > 0),
    room,
  );
  const name = used.find(({ shrinks }) => shrinks === true) ?? used[0];
  if (name === undefined) return '';
  const cells = (fitted ?? [{ column: name, width: room }]).map(({ column, width }) => {
    const text = truncateToWidth(cellText(column, item), width, glyphs.ellipsis);
    const padding = ' '.repeat(Math.max(0, width - displayWidth(text)));
    return column.align === 'right' ? padding + text : text + padding;
  });
  return cells.join(GAP).trimEnd();
}

function drawEmpty<Item>(
  state: ListState<Item>,
  { emptyText }: ListQuestion<Item>,
  width: number,
  { glyphs }: ListFrame,
): readonly string[] {
  if (state.failure !== null) return [];
  const text = state.text === '' ? emptyText : `${emptyText} match "${state.text}"`;
  return [truncateToWidth(`  ${escapeText(text)}`, width, glyphs.ellipsis)];
}

/** In full, because it explains what to do. */
function drawProblem(state: ListState<unknown>, width: number, { style }: ListFrame): readonly string[] {
  const problem = problemText(state);
  if (problem === null) return [];
  const paint = state.failure === null ? style.yellow : style.red;
  return wrapText(escapeText(problem), width).map((line) => paint(line));
}

function drawNotes(
  notes: readonly string[],
  width: number,
  { height, style, glyphs }: ListFrame,
): readonly string[] {
  const most = Math.max(2, height - BESIDE_NOTES);
  const lines = notes.flatMap((note) => wrapText(escapeText(note), width));
  const shown = lines.length <= most ? lines : [...lines.slice(0, most - 1), glyphs.ellipsis];
  return shown.map((line) => style.dim(line));
}

function drawStatus<Item>(
  state: LoadingState<Item>,
  question: ListQuestion<Item>,
  width: number,
  { style, glyphs }: ListFrame,
): readonly string[] {
  const parts = statusParts(state, question, glyphs);
  if (parts.length === 0) return [];
  return [style.bold(truncateToWidth(parts.join(glyphs.separator), width, glyphs.ellipsis))];
}

function drawHelp<Item>(
  state: ListState<Item>,
  { hasSearch, isMultiple, isRequired, canGoBack }: ListQuestion<Item>,
  width: number,
  { style, glyphs }: ListFrame,
): readonly string[] {
  const takesOne = !isMultiple || (isRequired && state.chosen.size === 0);
  const keys = [
    ...(canRetry(state) ? ['r retry'] : []),
    ...(hasSearch ? ['type to search'] : []),
    `${glyphs.arrows} move`,
    ...(isMultiple ? [hasSearch ? 'Tab select' : 'Tab/Space select', 'Ctrl-A all'] : []),
    takesOne ? 'Enter select' : 'Enter continue',
    ...(canGoBack ? ['Esc back'] : hasSearch ? ['Esc clear'] : []),
    'Ctrl-C cancel',
  ];
  return wrapWords(keys, glyphs.separator, width).map((line) => style.dim(line));
}

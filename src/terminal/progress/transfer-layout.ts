import { displayWidth, truncateMiddle, truncateToWidth } from '../text/display-width.ts';
import { formatDuration, formatPercent, formatSizeOfInColumn } from '../text/format.ts';
import { drawBar } from './draw-bar.ts';
import type { ProgressEvent } from './progress-event.ts';
import type { ProgressAppearance, ProgressRow } from './progress-row.ts';
import { describeTransfer, isUnpacking, nameOf, shareDone } from './progress-words.ts';

type Cell =
  | 'bar'
  | 'percent'
  | 'amount'
  | 'files'
  | 'rate'
  | 'left'
  | 'connections'
  | 'connectionsShort'
  | 'verified';
type Cells = Readonly<Record<Cell, string>>;

/** The facts after the name, the most detailed form first. */
const FORMS: readonly (readonly Cell[])[] = [
  ['bar', 'amount', 'rate', 'left', 'connections', 'verified'],
  ['bar', 'amount', 'rate', 'left', 'connectionsShort', 'verified'],
  ['bar', 'amount', 'rate', 'left', 'connectionsShort'],
  ['bar', 'amount', 'rate', 'left'],
  ['percent', 'amount', 'rate', 'left'],
  ['percent', 'rate', 'left'],
  ['percent', 'left'],
  ['percent'],
];
/** The same while archives are unpacked: the number of files is more useful than the bytes. */
const UNPACKING_FORMS: readonly (readonly Cell[])[] = [
  ['bar', 'amount', 'files', 'rate', 'left', 'connectionsShort', 'verified'],
  ['bar', 'amount', 'files', 'rate', 'left'],
  ['bar', 'files', 'rate', 'left'],
  ['percent', 'files', 'rate', 'left'],
  ...FORMS,
];
const NARROWEST_BAR = 10;
const WIDEST_BAR = 30;
/** Names get at least this width; otherwise the facts use the space. */
export const SHORTEST_NAME = 12;
const COMFORTABLE_NAME = 24;
const PERCENT_WIDTH = '100 %'.length;
/** Reserved from the start, so that columns do not move later. */
const LEAST_WIDTH: Readonly<Partial<Record<Cell, number>>> = {
  bar: NARROWEST_BAR + 1 + PERCENT_WIDTH,
  percent: PERCENT_WIDTH,
  rate: '1.5 MiB/s'.length,
  left: '0:23 left'.length,
};
/** Data arrives in bursts; after this time without any, the last speed is obsolete. */
const STALLED_MS = 5_000;
/** A smaller lag of the verification is not shown. */
const LAG_SHARE = 0.1;

export interface TransferLayout {
  readonly lines: ReadonlyMap<ProgressRow, string>;
  /** In cells; 0 without names. */
  readonly nameWidth: number;
}

/** Lays out files of known size in common columns. */
export function layOutTransfers(rows: readonly ProgressRow[], look: ProgressAppearance): TransferLayout {
  const described = new Map(rows.map((row) => [row, describe(row, look)]));
  const separator = displayWidth(look.glyphs.separator);
  const longestName = Math.max(0, ...rows.map((row) => displayWidth(nameOf(row.event) ?? '')));
  const forms = rows.some(({ event }) => isUnpacking(event)) ? UNPACKING_FORMS : FORMS;
  for (const form of forms) {
    const columns = form
      .map((cell) => ({ cell, width: widthOf(cell, [...described.values()]) }))
      .filter(({ width }) => width !== 0);
    const factsWidth = columns.reduce((sum, { width }) => sum + separator + width, -separator);
    const room = look.width - factsWidth - (longestName === 0 ? 0 : separator);
    // The full word `connections` is not worth a truncated name.
    const leastName = form.includes('connections') ? longestName : Math.min(SHORTEST_NAME, longestName);
    if (room < leastName) continue;
    const { nameWidth, barWidth } = share(room, longestName, look);
    const lineOf = (row: ProgressRow, cells: Cells): string => {
      const facts = columns.map(({ cell, width }) => {
        return cell === 'bar' ? `${bar(row, barWidth, look)} ${cells.percent}` : cells[cell].padStart(width);
      });
      const name = nameWidth === 0 ? [] : [fitName(row, nameWidth, look)];
      return joinCells([...name, ...facts], look);
    };
    return { lines: new Map(Array.from(described, ([row, cells]) => [row, lineOf(row, cells)])), nameWidth };
  }
  const shortest = (cells: Cells) =>
    truncateToWidth(cells.percent.trimStart(), look.width, look.glyphs.ellipsis);
  return { lines: new Map(Array.from(described, ([row, cells]) => [row, shortest(cells)])), nameWidth: 0 };
}

/** Divides the space beside the facts between the bar and the names. */
function share(
  room: number,
  longestName: number,
  { width }: ProgressAppearance,
): { nameWidth: number; barWidth: number } {
  const suitable = Math.min(Math.floor(width / 5), WIDEST_BAR) - NARROWEST_BAR;
  const spare = room - Math.min(longestName, COMFORTABLE_NAME);
  const nameWidth = Math.min(longestName, room - Math.max(0, Math.min(suitable, spare)));
  return { nameWidth, barWidth: Math.min(WIDEST_BAR, NARROWEST_BAR + room - nameWidth) };
}

/** The name of a row in exactly `width` cells. Both ends are kept, because names often differ at the end. */
export function fitName({ event }: ProgressRow, width: number, { glyphs }: ProgressAppearance): string {
  const name = truncateMiddle(nameOf(event) ?? '', width, glyphs.ellipsis);
  return name + ' '.repeat(width - displayWidth(name));
}

function describe(row: ProgressRow, { glyphs }: ProgressAppearance): Cells {
  const { event, verification, silentMs } = row;
  const { bytes, totalBytes, connections } = event;
  const { percent = '', rate = '', left = '' } = describeTransfer(event);
  const count = typeof connections === 'number' && connections > 1 ? connections : null;
  const isComplete = shareDone(event) === 1;
  const isStalled = event.event === 'progress' && !isComplete && silentMs >= STALLED_MS;
  return {
    bar: '',
    percent: percent.padStart(PERCENT_WIDTH),
    amount: formatSizeOfInColumn(bytes ?? 0, totalBytes ?? 0),
    files: filesOf(event),
    rate: event.event === 'verify' ? 'verifying' : isStalled ? '' : rate,
    left: isStalled ? `stalled ${formatDuration(silentMs)}` : isComplete ? '' : left,
    connections: count === null ? '' : `${count} connections`,
    connectionsShort: count === null ? '' : `${glyphs.times}${count}`,
    verified: verification === null ? '' : lagOf(event, verification),
  };
}

/** Padded to the width of the final text. */
function filesOf(event: ProgressEvent): string {
  const { files = '' } = describeTransfer(event);
  const { files: all = '' } = describeTransfer({ ...event, files: event.totalFiles });
  return files.padStart(all.length);
}

function lagOf(event: ProgressEvent, verification: ProgressEvent): string {
  const verified = shareDone(verification) ?? 0;
  return (shareDone(event) ?? 0) - verified < LAG_SHARE ? '' : `verified ${formatPercent(verified)}`;
}

function widthOf(cell: Cell, cells: readonly Cells[]): number {
  return Math.max(LEAST_WIDTH[cell] ?? 0, ...cells.map((texts) => texts[cell].length));
}

function bar({ event }: ProgressRow, width: number, { glyphs, style }: ProgressAppearance): string {
  const paintDone = event.event === 'verify' ? style.green : style.cyan;
  return drawBar(shareDone(event) ?? 0, width, { glyphs, paintDone, paintLeft: style.dim });
}

/** An empty cell has no separator. */
function joinCells(cells: readonly string[], { glyphs }: ProgressAppearance): string {
  const blank = ' '.repeat(displayWidth(glyphs.separator));
  return cells
    .map((cell, index) => (index === 0 ? cell : (cell.trim() === '' ? blank : glyphs.separator) + cell))
    .join('')
    .trimEnd();
}

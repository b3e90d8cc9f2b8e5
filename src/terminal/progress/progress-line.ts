import { displayWidth, truncateToWidth } from '../text/display-width.ts';
import { formatDuration } from '../text/format.ts';
import type { ProgressAppearance, ProgressRow } from './progress-row.ts';
import { describeEvent, describeTransfer, nameOf, shareDone } from './progress-words.ts';
import { fitName, layOutTransfers, SHORTEST_NAME } from './transfer-layout.ts';

/**
 * One line per active item, within the available width: files first, then packages in preparation. The last
 * line counts the items that do not fit.
 */
export function formatProgressLines(
  rows: readonly ProgressRow[],
  look: ProgressAppearance,
): readonly string[] {
  const inOrder = rows.toSorted((one, other) => rank(one) - rank(other));
  const isCrowd = inOrder.length > look.maxLines;
  const shown = isCrowd ? inOrder.slice(0, Math.max(1, look.maxLines - 1)) : inOrder;
  const { lines, nameWidth } = layOutTransfers(shown.filter(isTransfer), look);
  const lineOf = (row: ProgressRow) => lines.get(row) ?? formatWords(row, nameWidth, look);
  const rest = isCrowd ? [`and ${inOrder.length - shown.length} more`] : [];
  return [
    ...shown.map(lineOf),
    ...rest.map((text) => truncateToWidth(text, look.width, look.glyphs.ellipsis)),
  ];
}

/** A retried request belongs to no package. */
function rank({ event }: ProgressRow): number {
  if (event.id === null && event.event === 'retry') return 2;
  return event.event === 'state' || event.event === 'wait' ? 1 : 0;
}

function isTransfer({ event }: ProgressRow): boolean {
  return (event.event === 'progress' || event.event === 'verify') && shareDone(event) !== undefined;
}

/** An item without a bar: its name, aligned with the other names, and its state. */
function formatWords(row: ProgressRow, nameWidth: number, look: ProgressAppearance): string {
  const { width, glyphs } = look;
  const name = nameOf(row.event);
  const forms = wordForms(row).map((words) => words.join(glyphs.separator));
  for (const text of forms) {
    if (displayWidth(text) > width) continue;
    if (name === undefined) return text;
    const room = width - displayWidth(text) - displayWidth(glyphs.separator);
    if (room < Math.min(SHORTEST_NAME, displayWidth(name))) continue;
    const cells = Math.min(room, nameWidth === 0 ? displayWidth(name) : nameWidth);
    return fitName(row, cells, look) + glyphs.separator + text;
  }
  return truncateToWidth(forms.at(-1) ?? '', width, glyphs.ellipsis);
}

/** The possible texts, the most detailed first. */
function wordForms({ event, elapsedMs }: ProgressRow): readonly (readonly string[])[] {
  const words = describeEvent(event);
  if (event.event === 'state' || event.event === 'wait') return [[words, formatDuration(elapsedMs)], [words]];
  if (event.event !== 'progress') return [[words]];
  const { amount = words, files, rate } = describeTransfer(event);
  const details = [files, rate].filter((part) => part !== undefined);
  return details.length === 0 ? [[amount]] : [[amount, ...details], [files ?? amount]];
}

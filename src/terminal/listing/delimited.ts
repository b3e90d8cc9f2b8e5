import { escapeText } from '../text/escape.ts';
import type { Column } from './listing.ts';

/** One line per item, values separated by tabs, no header: the input of `cut` and `while read`. */
export function formatTabSeparated<Item>(
  items: readonly Item[],
  columns: readonly Column<Item>[],
): readonly string[] {
  return items.map((item) => columns.map((column) => escapeText(column.text(item))).join('\t'));
}

/** RFC 4180 without line ends: a header of keys, then one record per item. */
export function formatCommaSeparated<Item>(
  items: readonly Item[],
  columns: readonly Column<Item>[],
): readonly string[] {
  const header = columns.map(({ key }) => quote(key)).join(',');
  return [header, ...items.map((item) => columns.map((column) => quote(column.text(item))).join(','))];
}

function quote(value: string): string {
  const text = escapeText(value);
  return /[",]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

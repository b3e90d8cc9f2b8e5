import { formatCount } from '../terminal/text/format.ts';

/** The message when everything requested is already recorded. */
export function nothingNewText(record: { itemCount(): number }): string {
  return `Nothing new (${formatCount(record.itemCount())} recorded).`;
}

import { formatCount } from '../terminal/text/format.ts';

/** What is said when all that was asked for is recorded. */
export function nothingNewText(record: { itemCount(): number }): string {
  return `Nothing new (${formatCount(record.itemCount())} recorded).`;
}

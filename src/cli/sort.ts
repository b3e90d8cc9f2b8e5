import { ExpectedError } from '../errors.ts';

export interface SortOrder {
  readonly field: string;
  readonly isDescending: boolean;
}

/**
 * Reads `FIELD`, `FIELD:asc` or `FIELD:desc`.
 * @throws ExpectedError USAGE naming the fields
 */
export function parseSort(text: string, fields: readonly string[]): SortOrder {
  const [field = '', direction = 'asc', ...rest] = text.split(':');
  if (!fields.includes(field) || !['asc', 'desc'].includes(direction) || rest.length > 0) {
    throw new ExpectedError('USAGE', `cannot sort by ${JSON.stringify(text)}`, {
      hint: `fields: ${fields.join(', ')}; for the reverse order append :desc`,
    });
  }
  return { field, isDescending: direction === 'desc' };
}

/** Sorted by one field of each item; unknown values come last in either direction. */
export function sortItems<Item extends object>(
  items: readonly Item[],
  order: SortOrder | null,
): readonly Item[] {
  if (order === null) return items;
  const value = (item: Item) => Object.entries(item).find(([key]) => key === order.field)?.[1] as unknown;
  return items.toSorted((one, other) => {
    const [a, b] = [value(one), value(other)];
    if (a == null || b == null) return Number(a == null) - Number(b == null);
    const compared =
      typeof a === 'number' && typeof b === 'number' ? a - b : String(a).localeCompare(String(b), 'en');
    return order.isDescending ? -compared : compared;
  });
}

import type { SortOrder } from './sort.ts';

/** Sorts by one field, a string or a number. Unknown values come last in either direction. */
export function sortItems<Item extends object>(
  items: readonly Item[],
  order: SortOrder | null,
): readonly Item[] {
  if (order === null) return items;
  const value = (item: Item) => Object.entries(item).find(([key]) => key === order.field)?.[1] as unknown;
  return items.toSorted((one, other) => compare(value(one), value(other), order.isDescending));
}

function compare(one: unknown, other: unknown, isDescending: boolean): number {
  const isKnown = (value: unknown) => typeof value === 'string' || typeof value === 'number';
  if (!isKnown(one) || !isKnown(other)) return Number(!isKnown(one)) - Number(!isKnown(other));
  const compared =
    typeof one === 'number' && typeof other === 'number'
      ? one - other
      : String(one).localeCompare(String(other), 'en');
  return isDescending ? -compared : compared;
}

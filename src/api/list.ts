import { ExpectedError } from '../errors.ts';
import { readFirst } from '../values/fields.ts';
import { isObject, type JsonObject } from '../values/json.ts';
import { totalItems } from './page-end.ts';
import { idOf, withFields } from './resource.ts';

/** The response has no list at all: past the last page that is its end. */
export class NoListError extends ExpectedError {
  override readonly name = 'NoListError';

  constructor(httpStatus: number) {
    super('BAD_RESPONSE', 'the service answered without a list', { httpStatus });
  }
}

/** Names under which services put the items of a list, in the order in which they count. */
const LIST_KEYS = ['items', 'downloads', 'media', 'results', 'data', 'transcripts', 'content', 'hits'];
/** Objects that may hold the list in turn. */
const WRAPPER_KEYS = ['entities', 'data', 'result', '_embedded', 'hits'];
const MAX_WRAPPERS = 2;
/** Fifty are asked for. A service that does not know pages sends all it has at once. */
const MOST_ITEMS = 10_000;

export interface ListOptions<Item> {
  /** Such as `media item`, for messages. */
  readonly what: string;
  readonly httpStatus: number;
  readonly parseItem: (value: JsonObject, id: string) => Item;
  readonly warn: (message: string) => void;
}

export interface ParsedList<Item> {
  readonly items: readonly Item[];
  /** How many have no ID. */
  readonly leftOut: number;
}

/**
 * Finds the list in the `data` of a response and parses its items. A list may be an array, or an object
 * that holds one beside others, such as links. An item without an ID is left out with a warning.
 * @throws ExpectedError BAD_RESPONSE when there is no list, or no item has an ID; NoListError when there are no data
 */
export function parseList<Item>(
  data: unknown,
  { what, httpStatus, parseItem, warn }: ListOptions<Item>,
): ParsedList<Item> {
  if (data === null || data === undefined || data === '') throw new NoListError(httpStatus);
  const values = findList(data, MAX_WRAPPERS);
  if (values === null) {
    // HAL leaves an empty list out; what remains tells about pages.
    const total = totalItems(data);
    if (total === 0) return { items: [], leftOut: 0 };
    if (total !== null) throw new NoListError(httpStatus);
    throw new ExpectedError('BAD_RESPONSE', 'the service answered with something that is not a list', {
      httpStatus,
    });
  }
  if (values.length > MOST_ITEMS) {
    throw new ExpectedError(
      'BAD_RESPONSE',
      `a page of the service has ${values.length} items; at most ${MOST_ITEMS} are read`,
      {
        httpStatus,
      },
    );
  }
  const items = withIds(values, what, { parseItem, warn });
  if (values.length > 0 && items.length === 0) {
    throw new ExpectedError('BAD_RESPONSE', `no ${what} in the response has a usable ID`, { httpStatus });
  }
  return { items, leftOut: values.length - items.length };
}

/** Parses the values that have an ID; the others are left out, with one warning. */
export function withIds<Item>(
  values: readonly unknown[],
  what: string,
  { parseItem, warn }: Pick<ListOptions<Item>, 'parseItem' | 'warn'>,
): readonly Item[] {
  const items = values.flatMap((value) => {
    const id = isObject(value) ? idOf(value) : null;
    return isObject(value) && id !== null ? [parseItem(withFields(value), id)] : [];
  });
  if (items.length < values.length) warn(`skipping each ${what} without a usable ID`);
  return items;
}

/** The items of a list inside an object, as they are or in one more layer; null when there is none. */
export function findItems(value: unknown): readonly unknown[] | null {
  return findList(value, MAX_WRAPPERS);
}

function findList(data: unknown, wrappers: number): readonly unknown[] | null {
  if (Array.isArray(data)) return data;
  if (!isObject(data)) return null;
  for (const key of LIST_KEYS) {
    const value = readFirst(data, [key], (item) => (Array.isArray(item) ? (item as unknown[]) : null));
    if (value !== null) return value;
  }
  if (wrappers > 0) {
    for (const key of WRAPPER_KEYS) {
      const found = isObject(data[key]) ? findList(data[key], wrappers - 1) : null;
      if (found !== null) return found;
    }
  }
  const arrays = Object.values(data).filter((value) => Array.isArray(value));
  const withItems = arrays.filter((array) => array.some((item) => isObject(item) && idOf(item) !== null));
  if (withItems.length === 1) return withItems[0] ?? null;
  return arrays.length === 1 ? (arrays[0] ?? null) : null;
}

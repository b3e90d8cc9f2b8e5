import { ExpectedError } from '../errors.ts';
import { readFirst } from '../parse/fields.ts';
import { isArray, isObject, type JsonObject } from '../parse/json.ts';
import { totalItems } from './page-end.ts';
import { CONTENT_KEYS, findResource, idOf, type Kind } from './resource.ts';
import { reportsErrors } from './response.ts';

/** The response has no list. After the last page, this ends the list. */
export class NoListError extends ExpectedError {
  override readonly name = 'NoListError';

  /** @param claimsItems whether the response claims to have items */
  constructor(
    httpStatus: number,
    readonly claimsItems: boolean,
  ) {
    super('BAD_RESPONSE', 'no list in the response of the service', { httpStatus });
  }
}

/** Keys of the items of a list, by precedence. */
const LIST_KEYS = [
  'items',
  'downloads',
  'media',
  'results',
  'data',
  'transcripts',
  'content',
  'hits',
  'assets',
  'packages',
];
/** Keys of objects that can contain the list. */
const WRAPPER_KEYS = ['entities', ...CONTENT_KEYS, '_embedded', ...LIST_KEYS];
const MAX_WRAPPERS = 2;
/** Fifty are requested. A service without pages sends all items in one response. */
const MOST_ITEMS = 10_000;

export interface ListOptions<Item> {
  readonly what: Kind;
  readonly httpStatus: number;
  readonly parseItem: (value: JsonObject, id: string) => Item;
  readonly warn: (message: string) => void;
  /** The item count in the envelope, for data without a list; null if unknown. */
  readonly claimedItems?: () => number | null;
}

export interface ParsedList<Item> {
  readonly items: readonly Item[];
  /** The number of items without an ID. */
  readonly skippedEntries: number;
}

/**
 * Finds the list in the `data` of a response and parses its items. A list is an array, or an object that contains one
 * among other fields, such as links. Items without an ID are skipped with a warning.
 * @throws ExpectedError BAD_RESPONSE without a list, or if no item has an ID; NoListError if there is no data
 */
export function parseList<Item>(
  data: unknown,
  { what, httpStatus, parseItem, warn, claimedItems = () => null }: ListOptions<Item>,
): ParsedList<Item> {
  const values = findItems(data, what);
  if (values === null) {
    // HAL omits an empty list. Only the page information remains.
    const total = totalItems(data) ?? claimedItems();
    if (total === 0) return { items: [], skippedEntries: 0 };
    if (total !== null || isNothing(data, what)) throw new NoListError(httpStatus, total !== null);
    throw new ExpectedError('BAD_RESPONSE', 'unexpected response from the service: not a list', {
      httpStatus,
    });
  }
  if (values.length > MOST_ITEMS) {
    throw new ExpectedError(
      'BAD_RESPONSE',
      `too many items in a page: ${values.length} (maximum ${MOST_ITEMS})`,
      {
        httpStatus,
      },
    );
  }
  const items = withIds(values, what, { parseItem, warn });
  if (values.length > 0 && items.length === 0) {
    throw new ExpectedError('BAD_RESPONSE', `no ${what} in the response has a usable ID`, { httpStatus });
  }
  return { items, skippedEntries: values.length - items.length };
}

/** Parses the values with an ID. Skips the others with one warning. */
export function withIds<Item>(
  values: readonly unknown[],
  what: Kind,
  { parseItem, warn }: Pick<ListOptions<Item>, 'parseItem' | 'warn'>,
): readonly Item[] {
  const items = values.flatMap((value) => {
    const item = isObject(value) ? findResource(value, what) : null;
    const id = item === null ? null : idOf(item, what);
    return item === null || id === null ? [] : [parseItem(item, id)];
  });
  if (items.length < values.length) warn(`skipping each ${what} without a usable ID`);
  return items;
}

/** The items of a list in an object or in one of its objects; null if there is none. */
export function findItems(data: unknown, kind?: Kind, wrappers = MAX_WRAPPERS): readonly unknown[] | null {
  if (isArray(data)) return data;
  if (!isObject(data)) return null;
  for (const key of LIST_KEYS) {
    const value = readFirst(data, [key], (item) => (isArray(item) ? item : null));
    if (value !== null) return value;
  }
  if (wrappers > 0) {
    for (const key of WRAPPER_KEYS) {
      const found = readFirst(data, [key], (inner) =>
        isObject(inner) ? findItems(inner, kind, wrappers - 1) : null,
      );
      if (found !== null) return found;
    }
  }
  const values = Object.values(data);
  // A map of the items by ID, or an array that PHP serialized with its keys.
  if (values.length > 0 && values.every((value) => isItem(value, kind))) return values;
  const arrays = values.filter((value) => Array.isArray(value));
  const withItems = arrays.filter((array) => array.some((item) => isItem(item, kind)));
  if (withItems.length === 1) return withItems[0] ?? null;
  const [only = null, ...others] = arrays;
  return others.length > 0 || (only?.length === 0 && hasItemMap(data, kind)) ? null : only;
}

function isItem(value: unknown, kind?: Kind): boolean {
  return isObject(value) && idOf(value, kind) !== null;
}

/** Whether the items are values of an object: PHP serializes a sparse array with its keys. */
function hasItemMap(data: JsonObject, kind?: Kind): boolean {
  return Object.values(data).some(
    (value) => isObject(value) && Object.values(value).some((item) => isItem(item, kind)),
  );
}

/** Whether the data contains no items: it is empty, its list is null, or all arrays are empty. */
function isNothing(data: unknown, kind: Kind, wrappers = MAX_WRAPPERS): boolean {
  if (data === null || data === undefined || data === '') return true;
  if (!isObject(data) || reportsErrors(data)) return false;
  if (hasItemMap(data, kind)) return false;
  // PHP and Lua serialize an empty array as an object.
  if (Object.keys(data).length === 0) return true;
  const arrays = Object.values(data).filter((value) => Array.isArray(value));
  if (arrays.length > 0) return arrays.every((array) => array.length === 0);
  if (readFirst(data, LIST_KEYS, (value) => (value === null ? true : null)) !== null) return true;
  return (
    wrappers > 0 &&
    readFirst(data, WRAPPER_KEYS, (inner) =>
      isObject(inner) && isNothing(inner, kind, wrappers - 1) ? true : null,
    ) !== null
  );
}

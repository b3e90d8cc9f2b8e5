import { ExpectedError } from '../errors.ts';
import { readFirst } from '../parse/fields.ts';
import { isArray, isObject, type JsonObject } from '../parse/json.ts';
import { totalItems } from './page-end.ts';
import { idOf, type Kind, withFields } from './resource.ts';
import { reportsErrors } from './response.ts';

/** The response has no list at all: past the last page that is its end. */
export class NoListError extends ExpectedError {
  override readonly name = 'NoListError';

  /** @param claimsItems whether the response speaks of items that it does not have */
  constructor(
    httpStatus: number,
    readonly claimsItems: boolean,
  ) {
    super('BAD_RESPONSE', 'the service answered without a list', { httpStatus });
  }
}

/** Names under which services put the items of a list, in the order in which they count. */
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
/** Objects that may hold the list in turn. */
const WRAPPER_KEYS = ['entities', 'data', 'result', '_embedded', 'hits'];
const MAX_WRAPPERS = 2;
/** Fifty are asked for. A service that does not know pages sends all it has at once. */
const MOST_ITEMS = 10_000;

export interface ListOptions<Item> {
  readonly what: Kind;
  readonly httpStatus: number;
  readonly parseItem: (value: JsonObject, id: string) => Item;
  readonly warn: (message: string) => void;
  /** How many items the response around the data claims, for data without a list; null when it does not say. */
  readonly claimedItems?: () => number | null;
}

export interface ParsedList<Item> {
  readonly items: readonly Item[];
  /** How many have no ID. */
  readonly skippedEntries: number;
}

/**
 * Finds the list in the `data` of a response and parses its items. A list may be an array, or an object
 * that holds one beside others, such as links. An item without an ID is left out with a warning.
 * @throws ExpectedError BAD_RESPONSE when there is no list, or no item has an ID; NoListError when there is nothing in it
 */
export function parseList<Item>(
  data: unknown,
  { what, httpStatus, parseItem, warn, claimedItems = () => null }: ListOptions<Item>,
): ParsedList<Item> {
  const values = findItems(data, what);
  if (values === null) {
    // HAL leaves an empty list out; what remains tells about pages.
    const total = totalItems(data) ?? claimedItems();
    if (total === 0) return { items: [], skippedEntries: 0 };
    if (total !== null || isNothing(data, what)) throw new NoListError(httpStatus, total !== null);
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
  return { items, skippedEntries: values.length - items.length };
}

/** Parses the values that have an ID; the others are left out, with one warning. */
export function withIds<Item>(
  values: readonly unknown[],
  what: Kind,
  { parseItem, warn }: Pick<ListOptions<Item>, 'parseItem' | 'warn'>,
): readonly Item[] {
  const items = values.flatMap((value) => {
    if (!isObject(value)) return [];
    const item = withFields(value, what);
    const id = idOf(item, what);
    return id === null ? [] : [parseItem(item, id)];
  });
  if (items.length < values.length) warn(`skipping each ${what} without a usable ID`);
  return items;
}

/** The items of a list inside an object, as they are or in one more layer; null when there is none. */
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
  const arrays = Object.values(data).filter((value) => Array.isArray(value));
  const withItems = arrays.filter((array) => array.some((item) => isItem(item, kind)));
  if (withItems.length === 1) return withItems[0] ?? null;
  const [only = null, ...others] = arrays;
  return others.length > 0 || (only?.length === 0 && hasItemMap(data, kind)) ? null : only;
}

function isItem(value: unknown, kind?: Kind): boolean {
  return isObject(value) && idOf(value, kind) !== null;
}

/** Whether items are values of an object: PHP sends a part of an array with its keys. */
function hasItemMap(data: JsonObject, kind?: Kind): boolean {
  return Object.values(data).some(
    (value) => isObject(value) && Object.values(value).some((item) => isItem(item, kind)),
  );
}

/** Whether no item can be in the data: there are none, a list is null, or all arrays are empty. */
function isNothing(data: unknown, kind: Kind, wrappers = MAX_WRAPPERS): boolean {
  if (data === null || data === undefined || data === '') return true;
  if (!isObject(data) || reportsErrors(data)) return false;
  if (hasItemMap(data, kind)) return false;
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

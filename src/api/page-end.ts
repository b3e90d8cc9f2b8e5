import type { HttpResponse } from '../http/transport.ts';
import { readBoolean, readFirst, readText } from '../parse/fields.ts';
import { isObject, type JsonObject, objectOrNull } from '../parse/json.ts';
import { CONTENT_KEYS } from './resource.ts';

const NEXT_KEYS = [
  'next',
  'nextPage',
  'nextToken',
  'nextCursor',
  'nextPageToken',
  'nextPageUrl',
  'nextLink',
  'continuationToken',
  'hydra:next',
  '@odata.nextLink',
];
const MORE_KEYS = ['hasMore', 'hasNext', 'hasNextPage'];
const LAST_KEYS = ['last', 'isLast', 'isLastPage'];
const ITEM_COUNT_KEYS = [
  'total',
  'totalElements',
  'totalCount',
  'totalItems',
  'totalResults',
  'totalHits',
  'hydra:totalItems',
  '@odata.count',
  'numFound',
];
const PAGE_COUNT_KEYS = ['totalPages', 'pageCount', 'numPages', 'pages'];
const ITEM_COUNT_HEADERS = ['x-total-count', 'x-total'];
/** Keys of objects with page information. */
const ABOUT_KEYS = [
  'data',
  ...CONTENT_KEYS,
  'media',
  'downloads',
  'transcripts',
  'meta',
  'links',
  '_links',
  'page',
  'pageInfo',
  'pagination',
  'paging',
  'entities',
  'hits',
  'hydra:view',
];

/** What a response claims about the pages of its list. */
export interface PageClaims {
  /** It refers to a next page: a token, a link (RFC 8288 rel="next"), or a flag. */
  readonly reportsMore: boolean;
  /** On all pages; null if unknown. */
  readonly totalItems: number | null;
  readonly totalPages: number | null;
}

/** @param received the number of items in the page; a larger `count` is the total */
export function readClaims(
  envelope: unknown,
  headers: Pick<HttpResponse['headers'], 'get'>,
  received: number,
): PageClaims {
  const objects = about(envelope);
  const first = (read: (object: JsonObject) => number | null) =>
    objects.reduce<number | null>((found, object) => found ?? read(object), null);
  const countAll = first((object) => readFirst(object, ['count'], readCount)) ?? 0;
  return {
    reportsMore:
      /;\s*rel="?next"?/i.test(headers.get('link') ?? '') ||
      objects.some(
        (object) =>
          readFirst(object, MORE_KEYS, readBoolean) === true ||
          readFirst(object, LAST_KEYS, readBoolean) === false ||
          readFirst(object, NEXT_KEYS, nextPage) !== null,
      ),
    totalItems:
      totalItems(envelope) ??
      ITEM_COUNT_HEADERS.reduce<number | null>(
        (found, name) => found ?? readCount(headers.get(name)),
        null,
      ) ??
      readCount(/^\w+ [\d*-]+\/(\d+)$/.exec(headers.get('content-range') ?? '')?.[1]) ??
      (countAll > received ? countAll : null),
    totalPages: first((object) => readFirst(object, PAGE_COUNT_KEYS, readCount)),
  };
}

/** The total number of items that the service reports; null if unknown. */
export function totalItems(data: unknown): number | null {
  for (const object of about(data)) {
    const total = readFirst(object, ITEM_COUNT_KEYS, readCount);
    if (total !== null) return total;
  }
  return null;
}

/** A number, or an object with a `value`, as search engines send it. */
function readCount(value: unknown): number | null {
  const text = isObject(value) ? readFirst(value, ['value'], readText) : readText(value);
  return text !== null && /^\d+$/.test(text) ? Number(text) : null;
}

function nextPage(value: unknown): unknown {
  return isObject(value) ? (Object.keys(value).length === 0 ? null : value) : readText(value);
}

function about(value: unknown, depth = 2): readonly JsonObject[] {
  if (!isObject(value)) return [];
  const isLeaf = depth === 0 || !Object.values(value).some(isObject);
  const inner = isLeaf
    ? []
    : ABOUT_KEYS.flatMap((key) => about(readFirst(value, [key], objectOrNull), depth - 1));
  return [value, ...inner];
}

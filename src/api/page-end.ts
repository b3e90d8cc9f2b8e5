import type { HttpResponse } from '../http/transport.ts';
import { readBoolean, readFirst, readText } from '../values/fields.ts';
import { isObject, type JsonObject } from '../values/json.ts';

const NEXT_KEYS = ['next', 'nextPage', 'nextToken', 'nextCursor', 'nextPageToken', 'continuationToken'];
const MORE_KEYS = ['hasMore', 'hasNext', 'hasNextPage'];
const TOTAL_KEYS = ['total', 'totalElements', 'totalCount', 'totalItems'];
/** Objects beside a list that tell about its pages. */
const ABOUT_KEYS = ['data', 'meta', 'links', '_links', 'page', 'pagination', 'paging', 'hydra:view'];

/** Whether the response names a page after this one: a token, a link (RFC 8288 rel="next"), or a flag. */
export function saysMore(envelope: unknown, headers: HttpResponse['headers']): boolean {
  if (/;\s*rel="?next"?/i.test(headers.get('link') ?? '')) return true;
  return about(envelope).some(
    (object) =>
      readFirst(object, MORE_KEYS, readBoolean) === true || readFirst(object, NEXT_KEYS, nextPage) !== null,
  );
}

/** How many items the service says there are on all pages; null when it does not. */
export function totalItems(data: unknown): number | null {
  for (const object of about(data)) {
    const total = readFirst(object, TOTAL_KEYS, (value) => {
      const text = readText(value);
      return text !== null && /^\d+$/.test(text) ? Number(text) : null;
    });
    if (total !== null) return total;
  }
  return null;
}

function nextPage(value: unknown): unknown {
  return isObject(value) ? (Object.keys(value).length === 0 ? null : value) : readText(value);
}

function about(value: unknown, depth = 2): readonly JsonObject[] {
  if (!isObject(value)) return [];
  const inner = depth === 0 ? [] : ABOUT_KEYS.flatMap((key) => about(value[key], depth - 1));
  return [value, ...inner];
}

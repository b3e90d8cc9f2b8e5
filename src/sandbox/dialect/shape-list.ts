import type { Item } from './shape-item.ts';
import type { Traits } from './traits.ts';

export interface ListPlace {
  /** The kind of items, for dialects that use it as the key of the array. */
  readonly kind: 'downloads' | 'media' | 'transcripts';
  readonly page: number;
  readonly totalCount: number;
}

/** A page of a list as `data`, and the keys beside `data`. */
export function shapeList(
  items: readonly unknown[],
  place: ListPlace,
  traits: Traits,
): { readonly data: unknown; readonly beside: Item } {
  const extras = extrasOf(place, traits);
  const { list } = traits;
  if (list === 'array') return { data: items, beside: extras };
  if (list === 'entities') return { data: { entities: { items }, ...extras }, beside: {} };
  return { data: { ...extras, [list === 'named' ? place.kind : list]: items }, beside: {} };
}

/** Precedes the items in an object with both: a client must not use the first array. */
function extrasOf({ kind, page, totalCount }: ListPlace, traits: Traits): Item {
  switch (traits['list-extras']) {
    case 'links':
      return {
        links: [
          { rel: 'self', href: `/v2/${kind}?page=${page}` },
          { rel: 'next', href: `/v2/${kind}?page=${page + 1}` },
        ],
        meta: { current_page: page, total: totalCount },
      };
    case 'errors':
      return { errors: [], warnings: [{ code: 'PARTIAL', message: 'one index is being rebuilt' }] };
    case 'facets':
      return {
        facets: [{ name: 'type', values: [{ value: 'video', count: totalCount }] }],
        took: 3,
      };
    case 'page':
      return {
        pageable: { pageNumber: page, sort: [{ property: 'created', direction: 'DESC' }] },
        totalElements: totalCount,
        first: page === 0,
      };
    case 'none':
      return {};
  }
}

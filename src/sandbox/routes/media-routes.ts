import { refuseMalformed } from '../dialect/ids.ts';
import { shapeResource } from '../dialect/shape-document.ts';
import type { StoredMediaItem } from '../library/library.ts';
import { Refusal, refuseFields } from '../server/refusal.ts';
import type { ApiCall, SandboxResponse } from '../state/api-call.ts';
import { describeMediaItem } from './describe.ts';
import { type ListedPage, listResponse, pageOf } from './paging.ts';

type Match = (medium: StoredMediaItem) => boolean;
type Compare = (one: StoredMediaItem, other: StoredMediaItem) => number;

export function listMedia({ query, state }: ApiCall): SandboxResponse {
  const { library, traits } = state;
  const matches = traits.filter === 'ignored' ? [] : readFilters(query.get('filter'));
  const found = library.media.filter((medium) => matches.every((match) => match(medium)));
  const sorted = found.toSorted(readSort(query.get('sort')));
  return mediaPage(sorted, query, state);
}

export function getMediaItem({ parameter, state }: ApiCall): SandboxResponse {
  const medium = findMediaItem(parameter('assetId'), state);
  return { status: 200, data: shapeResource(describeMediaItem(medium, state), 'media', state.traits) };
}

export function searchMedia({ query, state }: ApiCall): SandboxResponse {
  if (query.get('type') !== 'mediaasset') refuseFields({ type: 'must be mediaasset' });
  const { search } = state.traits;
  const text = search === 'none' ? '' : (query.get('text')?.trim().toLowerCase() ?? '');
  const types = search === 'all' ? valuesOf(query, 'assetTypes') : [];
  const tags = search === 'all' ? valuesOf(query, 'tags') : [];
  const speakers = search === 'all' ? valuesOf(query, 'speakers') : [];
  const channels = search === 'all' ? valuesOf(query, 'channelId') : [];
  const found = state.library.media.filter(
    (medium) =>
      [medium.name, medium.description, ...medium.tags].some((part) => part.toLowerCase().includes(text)) &&
      (types.length === 0 || types.includes(medium.type)) &&
      tags.every((tag) => medium.tags.some((own) => own.toLowerCase() === tag)) &&
      speakers.every((name) => medium.speakers.some((own) => own.toLowerCase() === name)) &&
      (channels.length === 0 || channels.includes(medium.channelId.toLowerCase())),
  );
  return mediaPage(found, query, state);
}

/** One or more values, repeated or comma-separated: the documentation leaves it open. */
function valuesOf(query: URLSearchParams, name: string): string[] {
  return query
    .getAll(name)
    .flatMap((value) => value.split(','))
    .map((value) => value.trim().toLowerCase())
    .filter((value) => value !== '');
}

/** @throws Refusal 404, or the status of the dialect for an invalid ID */
export function findMediaItem(id: string, { library, traits }: ApiCall['state']): StoredMediaItem {
  const medium = library.mediaById.get(id);
  if (medium !== undefined) return medium;
  refuseMalformed(id, traits);
  throw new Refusal(404, 'no media item with this ID');
}

function mediaPage(
  media: readonly StoredMediaItem[],
  query: URLSearchParams,
  state: ApiCall['state'],
): SandboxResponse {
  const { traits } = state;
  const page: ListedPage<unknown> = pageOf<unknown>(
    media.map((medium) => describeMediaItem(medium, state)),
    { query, sizeParameter: 'perpage', traits },
  );
  return listResponse(page, 'media', state);
}

const FILTERS: ReadonlyMap<string, (value: string) => Match> = new Map([
  [
    'name',
    (value: string): Match =>
      (medium) =>
        medium.name.toLowerCase().includes(value),
  ],
  [
    'description',
    (value: string): Match =>
      (medium) =>
        medium.description.toLowerCase().includes(value),
  ],
  [
    'tags',
    (value: string): Match =>
      (medium) =>
        medium.tags.some((tag) => tag.toLowerCase() === value),
  ],
  [
    'type',
    (value: string): Match =>
      (medium) =>
        medium.type === value,
  ],
]);

/**
 * `name=Demo`, joined with `+` (which a client must encode); all conditions must match, ignoring case.
 * @throws Refusal 400 for an unsupported field
 */
function readFilters(filter: string | null): Match[] {
  if (filter === null || filter === '') return [];
  return filter.split('+').map((part) => {
    const equals = part.indexOf('=');
    const make = FILTERS.get(part.slice(0, Math.max(0, equals)));
    if (make === undefined) {
      throw new Refusal(400, 'not a filter', {
        fields: { filter: `use FIELD=VALUE with one of ${[...FILTERS.keys()].join(', ')}` },
      });
    }
    return make(part.slice(equals + 1).toLowerCase());
  });
}

const SORTS: ReadonlyMap<string, Compare> = new Map([
  ['name', (one, other) => one.name.localeCompare(other.name, 'en')],
  ['type', (one, other) => one.type.localeCompare(other.type, 'en')],
  ['created', (one, other) => one.created.getTime() - other.created.getTime()],
  ['duration', (one, other) => (one.durationSeconds ?? 0) - (other.durationSeconds ?? 0)],
]);

/** @throws Refusal 400 for an unsupported field */
function readSort(sort: string | null): Compare {
  if (sort === null || sort === '') return () => 0;
  const [field = '', direction = 'asc', ...more] = sort.split(':');
  const compare = SORTS.get(field);
  if (compare === undefined || !['asc', 'desc'].includes(direction) || more.length > 0) {
    throw new Refusal(400, 'not a sort order', {
      fields: { sort: `use FIELD or FIELD:desc with one of ${[...SORTS.keys()].join(', ')}` },
    });
  }
  return direction === 'asc' ? compare : (one, other) => compare(other, one);
}

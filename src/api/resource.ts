import { ExpectedError } from '../errors.ts';
import { readFirst, readId } from '../parse/fields.ts';
import { isArray, isObject, type JsonObject } from '../parse/json.ts';

/** Keys under which some formats (JSON:API, search engines) nest the fields of an object. */
const FIELD_KEYS = ['attributes', 'item'];
/** The same of a search engine, in this spelling only: a `source` is a field. */
const SOURCE_KEY = '_source';

/** The kind of an object, as used in messages. */
export type Kind = 'package' | 'media item' | 'rendition' | 'transcript';

/** Keys of the ID of an object without `id`, by kind. A key of another kind is a reference. */
const ID_KEYS: Readonly<Record<Kind, readonly string[]>> = {
  package: ['downloadId', 'packageId'],
  'media item': ['mediaId', 'assetId', 'mediaAssetId'],
  rendition: ['renditionId'],
  transcript: ['transcriptId'],
};

/** Keys of the content of a response, besides `data`. */
export const CONTENT_KEYS = ['result', 'payload', 'response', 'd'];
/** Keys under which an object of any kind can be nested. */
const LAYER_KEYS = ['item', 'data', ...CONTENT_KEYS, 'node', 'document', 'entity'];
/** Keys under which an object can be nested, by kind. The name of another kind is a reference. */
const RESOURCE_KEYS: Readonly<Record<Kind, readonly string[]>> = {
  package: ['download', 'package', ...LAYER_KEYS],
  'media item': ['media', 'asset', 'mediaAsset', ...LAYER_KEYS],
  rendition: ['rendition', ...LAYER_KEYS],
  transcript: ['transcript', ...LAYER_KEYS],
};

/** The object merged with its nested fields. Its own fields take precedence. */
export function withFields(value: JsonObject, kind?: Kind): JsonObject {
  const readOwn = (fields: unknown): JsonObject | null => {
    if (!isObject(fields)) return null;
    const innerId = idOf(fields);
    return innerId === null || innerId === idOf(value, kind) ? fields : null;
  };
  const fields = readOwn(value[SOURCE_KEY]) ?? readFirst(value, FIELD_KEYS, readOwn);
  return fields === null ? value : { ...fields, ...value };
}

/** The ID of an object: `id`, or the key of its kind, in any letter case. */
export function idOf(value: JsonObject, kind?: Kind): string | null {
  const id = readFirst(value, ['id'], readId);
  return id !== null || kind === undefined ? id : readFirst(value, ID_KEYS[kind], readId);
}

/**
 * The only item, if the response is a list instead of the object with this ID.
 * @throws ExpectedError BAD_RESPONSE for a different ID, because a service that ignores the ID lists anything
 */
export function onlyItem(value: unknown, id: string, kind: Kind): unknown {
  if (!Array.isArray(value)) return value;
  const resource = findResource(value, kind);
  if (resource !== null && idOf(resource, kind) === id) return resource;
  throw new ExpectedError(
    'BAD_RESPONSE',
    `unexpected response from the service: a list instead of ${JSON.stringify(id)}`,
  );
}

/** The object of a response: the response itself, the only item of a list, or an object nested under a known key. */
export function findResource(value: unknown, kind: Kind): JsonObject | null {
  const [only, ...others]: readonly unknown[] = isArray(value) ? value : [value];
  if (!isObject(only) || others.length > 0) return null;
  if (idOf(only, kind) !== null) return withFields(only, kind);
  const inner = readFirst(only, RESOURCE_KEYS[kind], (item) =>
    isObject(item) && idOf(item, kind) !== null ? item : null,
  );
  return withFields(inner ?? only, kind);
}

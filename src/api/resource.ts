import { ExpectedError } from '../errors.ts';
import { readFirst, readId } from '../parse/fields.ts';
import { isArray, isObject, type JsonObject } from '../parse/json.ts';

/** Under these keys some formats keep the fields of an object, apart from its ID: JSON:API, search engines. */
const FIELD_KEYS = ['attributes', '_source', 'item'];
/** Under these keys a single object travels in one more layer. */
const RESOURCE_KEYS = ['download', 'package', 'media', 'asset', 'mediaAsset', 'item', 'data'];

/** What an object is, in the words of messages. */
export type Kind = 'package' | 'media item' | 'rendition' | 'transcript';

/** Where an object has no `id`, its ID may be under a key of its kind. Under that of another kind it names something else. */
const ID_KEYS: Readonly<Record<Kind, readonly string[]>> = {
  package: ['downloadId', 'packageId'],
  'media item': ['mediaId', 'assetId'],
  rendition: ['renditionId'],
  transcript: ['transcriptId'],
};

/** The object with the fields that it keeps in a layer of their own; its own fields win. */
export function withFields(value: JsonObject, kind?: Kind): JsonObject {
  for (const key of FIELD_KEYS) {
    const fields = value[key];
    if (!isObject(fields)) continue;
    const innerId = idOf(fields);
    if (innerId === null || innerId === idOf(value, kind)) return { ...fields, ...value };
  }
  return value;
}

/** The ID of an object, in whatever case its key is written: `id`, else the key of its kind. */
export function idOf(value: JsonObject, kind?: Kind): string | null {
  const id = readFirst(value, ['id'], readId);
  return id !== null || kind === undefined ? id : readFirst(value, ID_KEYS[kind], readId);
}

/**
 * The only item where a list came instead of the thing with this ID.
 * @throws ExpectedError BAD_RESPONSE when it has another ID: a service that ignores the ID lists anything
 */
export function onlyItem(value: unknown, id: string, kind: Kind): unknown {
  if (!Array.isArray(value)) return value;
  const resource = findResource(value, kind);
  if (resource !== null && idOf(resource, kind) === id) return resource;
  throw new ExpectedError(
    'BAD_RESPONSE',
    `the service answered with a list instead of ${JSON.stringify(id)}`,
  );
}

/** The object that a response is about: itself, the only item of a list, or one in a layer named after its kind. */
export function findResource(value: unknown, kind: Kind): JsonObject | null {
  const [only, ...others]: readonly unknown[] = isArray(value) ? value : [value];
  if (!isObject(only) || others.length > 0) return null;
  if (idOf(only, kind) !== null) return withFields(only, kind);
  const inner = readFirst(only, RESOURCE_KEYS, (item) =>
    isObject(item) && idOf(item, kind) !== null ? item : null,
  );
  return withFields(inner ?? only, kind);
}

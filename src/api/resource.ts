import { ExpectedError } from '../errors.ts';
import { readFirst, readId } from '../values/fields.ts';
import { isObject, type JsonObject } from '../values/json.ts';

/** Under these keys some formats keep the fields of an object, apart from its ID: JSON:API, search engines. */
const FIELD_KEYS = ['attributes', '_source', 'item'];
/** Under these keys a single object travels in one more layer. */
const RESOURCE_KEYS = ['download', 'package', 'media', 'asset', 'mediaAsset', 'item', 'data'];

/** The object with the fields that it keeps in a layer of their own; its own fields win. */
export function withFields(value: JsonObject): JsonObject {
  for (const key of FIELD_KEYS) {
    const fields = value[key];
    if (!isObject(fields)) continue;
    const innerId = idOf(fields);
    if (innerId === null || innerId === idOf(value)) return { ...fields, ...value };
  }
  return value;
}

/** The ID of an object, in whatever case its key is written. */
export function idOf(value: JsonObject): string | null {
  return readFirst(value, ['id'], readId);
}

/**
 * The only item where a list came instead of the thing with this ID.
 * @throws ExpectedError BAD_RESPONSE when it has another ID: a service that ignores the ID lists anything
 */
export function onlyItem(value: unknown, id: string): unknown {
  if (!Array.isArray(value)) return value;
  const resource = findResource(value);
  if (resource !== null && idOf(resource) === id) return resource;
  throw new ExpectedError(
    'BAD_RESPONSE',
    `the service answered with a list instead of ${JSON.stringify(id)}`,
  );
}

/** The object that a response is about: itself, the only item of a list, or one in a layer named after its kind. */
export function findResource(value: unknown): JsonObject | null {
  const [only, ...others]: unknown[] = Array.isArray(value) ? value : [value];
  if (!isObject(only) || others.length > 0) return null;
  if (idOf(only) !== null) return withFields(only);
  const inner = readFirst(only, RESOURCE_KEYS, (item) =>
    isObject(item) && idOf(item) !== null ? item : null,
  );
  return withFields(inner ?? only);
}

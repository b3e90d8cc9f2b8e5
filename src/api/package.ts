import { ExpectedError } from '../errors.ts';
import {
  CREATED_KEYS,
  EXPIRES_KEYS,
  readBoolean,
  readFirst,
  readSizeBytes,
  readText,
  readTime,
  readWord,
  requireId,
} from '../parse/fields.ts';
import { isObject, type JsonObject } from '../parse/json.ts';
import { isArchiveDeclared } from './declared-archive.ts';
import { findItems } from './list.ts';
import { findResource, idOf, withFields } from './resource.ts';
import { type PackageState, packageState } from './status.ts';

export interface PackageFile {
  readonly name: string | null;
  readonly mimeType: string | null;
  readonly sizeBytes: number | null;
  /** As sent by the service; not validated yet. */
  readonly url: string;
  readonly raw: JsonObject;
}

/** A parsed download package. Only the ID is guaranteed. */
export interface Package {
  readonly id: string;
  /** The service's own value, or `unknown` without one. */
  readonly status: string;
  readonly state: PackageState;
  readonly title: string | null;
  readonly description: string | null;
  readonly created: string | null;
  readonly expires: string | null;
  readonly compressed: boolean | null;
  /** Sum over the files; null while unknown. */
  readonly sizeBytes: number | null;
  readonly files: readonly PackageFile[];
  /** The number of listed files without a URL, which cannot be downloaded. */
  readonly filesWithoutUrl: number;
  /** The delay before the next poll, from Retry-After; null without one. */
  readonly retryAfterMs: number | null;
  /** The complete object from the service, for `--json`. */
  readonly raw: JsonObject;
}

/** @throws ExpectedError BAD_RESPONSE if it is not an object with an ID */
export function parsePackage(value: unknown, retryAfterMs: number | null = null): Package {
  const resource = findResource(value, 'package');
  if (resource === null) throw new ExpectedError('BAD_RESPONSE', 'no package in the response of the service');
  return readPackage(resource, requireId(idOf(resource, 'package'), 'package'), retryAfterMs);
}

/** An accepted package with a known ID but no other fields. */
export function acceptedPackage(id: string, retryAfterMs: number | null = null): Package {
  return readPackage({ id, status: 'preparing' }, id, retryAfterMs);
}

export function readPackage(value: JsonObject, id: string, retryAfterMs: number | null = null): Package {
  const listed = (readFirst(value, ['files'], (list) => findItems(list)) ?? [])
    .filter(isObject)
    .map((file) => withFields(file));
  const compressed = readFirst(value, ['compressed'], readBoolean);
  const files = listed.flatMap((file) => readFile(file, compressed));
  const filesWithoutUrl = listed.length - files.length;
  const status = readFirst(value, ['status', 'state'], readWord);
  const state = packageState(status, { hasFiles: files.length > 0 && filesWithoutUrl === 0 });
  return {
    id,
    status: status ?? (state === 'ready' ? 'ready' : 'unknown'),
    state,
    title: readFirst(value, ['title', 'name'], readText),
    description: readFirst(value, ['description'], readText),
    created: readFirst(value, CREATED_KEYS, readTime),
    expires: readFirst(value, EXPIRES_KEYS, readTime),
    compressed,
    sizeBytes: filesWithoutUrl > 0 ? null : totalSize(files),
    files,
    filesWithoutUrl,
    retryAfterMs,
    raw: value,
  };
}

/** The `--json` document: all documented keys, plus the service's other fields unchanged. */
export function packageDocument(item: Package): JsonObject {
  return {
    ...item.raw,
    id: item.id,
    status: item.status,
    ready: item.state === 'ready',
    failed: item.state === 'failed' || item.state === 'gone',
    title: item.title,
    description: item.description,
    created: item.created,
    expires: item.expires,
    compressed: item.compressed,
    sizeBytes: item.sizeBytes,
    files: item.files.map(({ raw, name, mimeType, sizeBytes, url }) => ({
      ...raw,
      name,
      mimeType,
      sizeBytes,
      url,
    })),
  };
}

function readFile(raw: JsonObject, isCompressed: boolean | null): PackageFile[] {
  const url = readFirst(raw, ['url', 'downloadUrl', 'href'], readText);
  if (url === null) return [];
  const name = readFirst(raw, ['name', 'fileName', 'filename'], readText);
  const mimeType = readFirst(raw, ['mimeType', 'mimetype', 'contentType'], readText);
  const listedBytes = readFirst(raw, ['size', 'sizeBytes', 'fileSize'], readSizeBytes);
  // Even an empty archive has an end record of 22 bytes.
  const isImpossible = listedBytes === 0 && isArchiveDeclared({ mimeType, isCompressed, name });
  return [{ name, mimeType, sizeBytes: isImpossible ? null : listedBytes, url, raw }];
}

function totalSize(files: readonly PackageFile[]): number | null {
  if (files.length === 0) return null;
  let sizeBytes = 0;
  for (const file of files) {
    if (file.sizeBytes === null) return null;
    sizeBytes += file.sizeBytes;
  }
  return sizeBytes;
}

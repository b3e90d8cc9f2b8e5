import { ExpectedError } from '../errors.ts';
import { isObject, type JsonObject, parseId, sizeOrNull, textOrNull, timeOrNull } from '../values/json.ts';

/** What a status means for somebody who waits (api.md, rule 2). */
export type PackageState = 'ready' | 'preparing' | 'failed' | 'unknown';

export interface PackageFile {
  readonly name: string | null;
  readonly mimeType: string | null;
  readonly sizeBytes: number | null;
  /** As the service gave it; not yet checked to be safe to follow. */
  readonly url: string;
  readonly raw: JsonObject;
}

/** A download package, parsed; everything but the id may be missing. */
export interface Package {
  readonly id: string;
  /** The service's own word, `unknown` when it gave none. */
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
  /** How long the service asks to wait before the next look, from Retry-After; null when it did not say. */
  readonly retryAfterMs: number | null;
  /** All that the service sent, for `--json`. */
  readonly raw: JsonObject;
}

const FAILED = new Set(['failed', 'failure', 'error', 'expired', 'cancelled', 'canceled', 'deleted']);

/** @throws ExpectedError BAD_RESPONSE when it is not an object with an id */
export function parsePackage(value: unknown, retryAfterMs: number | null = null): Package {
  if (!isObject(value)) throw new ExpectedError('BAD_RESPONSE', 'the service answered without a package');
  const files = parseFiles(value.files);
  const status = textOrNull(value.status) ?? 'unknown';
  return {
    id: parseId(value.id, 'the package'),
    status,
    state: packageState(status),
    title: textOrNull(value.title),
    description: textOrNull(value.description),
    created: timeOrNull(value.created),
    expires: timeOrNull(value.expires),
    compressed: typeof value.compressed === 'boolean' ? value.compressed : null,
    sizeBytes: totalSize(files),
    files,
    retryAfterMs,
    raw: value,
  };
}

/** The `--json` form (contract): our keys always there, the service's other fields unchanged. */
export function packageDocument(item: Package): JsonObject {
  return {
    ...item.raw,
    id: item.id,
    status: item.status,
    ready: item.state === 'ready',
    failed: item.state === 'failed',
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

function packageState(status: string): PackageState {
  const word = status.toLowerCase();
  if (word === 'ready' || word === 'preparing') return word;
  return FAILED.has(word) ? 'failed' : 'unknown';
}

/** `files` may be absent, null or empty alike; an entry without a URL cannot be fetched and is left out. */
function parseFiles(value: unknown): PackageFile[] {
  if (!Array.isArray(value)) return [];
  return value.filter(isObject).flatMap((raw) => {
    const url = textOrNull(raw.url);
    if (url === null) return [];
    const sizeBytes = sizeOrNull(raw.size);
    return [{ name: textOrNull(raw.name), mimeType: textOrNull(raw.mimeType), sizeBytes, url, raw }];
  });
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

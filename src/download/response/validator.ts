import type { HttpHeaders } from '../../http/headers.ts';

/** What tells one version of an object from another (RFC 9110 8.8). */
export interface Validator {
  readonly etag: string | null;
  readonly lastModified: string | null;
}

/** A Last-Modified that is younger than this at the time of the answer may still be overwritten unseen. */
const STRONG_AGE_MS = 60_000;

export function readValidator(headers: HttpHeaders): Validator {
  const etag = headers.get('etag');
  const lastModified = headers.get('last-modified');
  const date = Date.parse(headers.get('date') ?? '');
  const isOldEnough = lastModified !== null && date - Date.parse(lastModified) >= STRONG_AGE_MS;
  return {
    etag: etag !== null && /^(W\/)?"[\x21\x23-\x7e\x80-\xff]*"$/.test(etag) ? etag : null,
    // RFC 9110 8.8.2.2: only then it is strong enough to combine byte ranges.
    lastModified: isOldEnough ? lastModified : null,
  };
}

/** The value for If-Range: a strong ETag or a strong date; null when there is neither. */
export function ifRange({ etag, lastModified }: Validator): string | null {
  return etag !== null && isStrong(etag) ? etag : lastModified;
}

/**
 * `same`: bytes of both answers may be combined. `changed`: they must not. `unknown`: nothing
 * strong enough was said; the bytes themselves have to decide.
 */
export function compareValidators(before: Validator, after: Validator): 'same' | 'changed' | 'unknown' {
  if (before.etag !== null && after.etag !== null) {
    // A weak tag that differs says changed; one that agrees proves nothing about bytes.
    if (weakPart(before.etag) !== weakPart(after.etag)) return 'changed';
    if (isStrong(before.etag) && isStrong(after.etag)) return 'same';
  }
  if (before.etag !== null && isStrong(before.etag) && after.etag === null) return 'unknown';
  if (before.lastModified !== null && after.lastModified !== null) {
    return before.lastModified === after.lastModified ? 'same' : 'changed';
  }
  return 'unknown';
}

function isStrong(etag: string): boolean {
  return !etag.startsWith('W/');
}

function weakPart(etag: string): string {
  return etag.replace(/^W\//, '');
}

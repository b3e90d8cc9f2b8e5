import type { HttpHeaders } from '../../http/headers.ts';

/** Distinguishes versions of an object (RFC 9110 8.8). */
export interface Validator {
  readonly etag: string | null;
  readonly lastModified: string | null;
}

/** A Last-Modified that is less than this old at the time of the response may miss a further change. */
const STRONG_AGE_MS = 60_000;

export function readValidator(headers: HttpHeaders): Validator {
  const etag = headers.get('etag');
  const lastModified = headers.get('last-modified');
  const date = Date.parse(headers.get('date') ?? '');
  const isOldEnough = lastModified !== null && date - Date.parse(lastModified) >= STRONG_AGE_MS;
  return {
    etag: etag !== null && /^(W\/)?"[\x21\x23-\x7e\x80-\xff]*"$/.test(etag) ? etag : null,
    // Only then is it strong enough to combine byte ranges (RFC 9110 8.8.2.2).
    lastModified: isOldEnough ? lastModified : null,
  };
}

/** The value for If-Range: a strong ETag or a strong date; null if there is neither. */
export function ifRange({ etag, lastModified }: Validator): string | null {
  return etag !== null && isStrong(etag) ? etag : lastModified;
}

/**
 * `same`: bytes of both responses can be combined. `changed`: they must not be. `unknown`: without a strong validator,
 * the bytes themselves have to decide.
 */
export function compareValidators(before: Validator, after: Validator): 'same' | 'changed' | 'unknown' {
  if (before.etag !== null && after.etag !== null) {
    // A different weak tag means a change. An equal one proves nothing about the bytes.
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

import type { HttpHeaders } from '../../http/headers.ts';
import type { HashName } from '../../range/hash.ts';

/** A digest of the whole file, from the response headers. */
export interface ServerDigest {
  readonly hash: HashName;
  readonly hex: string;
  /** The header field that contained it. */
  readonly field: string;
}

export interface ServerDigests {
  /** The strongest digest of the whole file; null if there is none. */
  readonly digest: ServerDigest | null;
  /** Fields with invalid values, which are ignored. */
  readonly malformed: readonly string[];
}

/** The strongest first, with the length of each in bytes. */
const LENGTHS: Readonly<Record<HashName, number>> = { sha512: 64, sha256: 32, sha1: 20, md5: 16 };

const NAMES: Readonly<Record<string, HashName>> = {
  'sha-512': 'sha512',
  'sha-256': 'sha256',
  sha: 'sha1',
  md5: 'md5',
};

/**
 * Reads the digests of a response: Repr-Digest and Content-Digest (RFC 9530), Digest (RFC 3230), Content-MD5
 * (RFC 1864), x-amz-checksum-*, and x-goog-hash. Digests of the response's own bytes count only if it is the whole
 * file. An ETag is never used as a digest.
 */
export function readServerDigests(headers: HttpHeaders, isWhole: boolean): ServerDigests {
  const found: ServerDigest[] = [];
  const malformed: string[] = [];
  for (const [field, value] of headers.entries()) {
    const digests = digestsOf(field.toLowerCase(), value, headers, isWhole);
    if (digests === null) malformed.push(field);
    else found.push(...digests.map(([hash, hex]) => ({ hash, hex, field })));
  }
  const strongest = Object.keys(LENGTHS);
  const [digest = null] = found.toSorted(
    (one, other) => strongest.indexOf(one.hash) - strongest.indexOf(other.hash),
  );
  return { digest, malformed };
}

type Digests = readonly (readonly [HashName, string])[];

/** Null for a digest field with an invalid value. */
function digestsOf(field: string, value: string, headers: HttpHeaders, isWhole: boolean): Digests | null {
  switch (field) {
    case 'repr-digest':
      return fromList(value, /^([a-z0-9-]+)=:([^:]*):$/i);
    case 'content-digest':
      return isWhole ? fromList(value, /^([a-z0-9-]+)=:([^:]*):$/i) : [];
    case 'digest':
      return fromList(value, /^([a-z0-9-]+)=(.+)$/i);
    case 'x-goog-hash':
      return fromList(value, /^([a-z0-9]+)=(.+)$/i);
    case 'content-md5':
      return isWhole ? fromBase64('md5', value) : [];
    case 'x-amz-checksum-sha256':
      return isWhole && isOfWholeObject(value, headers) ? fromBase64('sha256', value) : [];
    case 'x-amz-checksum-sha1':
      return isWhole && isOfWholeObject(value, headers) ? fromBase64('sha1', value) : [];
    default:
      return [];
  }
}

/** Parses a list of `name=value`, and skips unknown names. */
function fromList(value: string, form: RegExp): Digests | null {
  const digests: (readonly [HashName, string])[] = [];
  for (const item of value.split(',')) {
    const [, name = '', encoded = ''] = form.exec(item.trim()) ?? [];
    if (name === '') return null;
    const hash = NAMES[name.toLowerCase()];
    if (hash === undefined) continue;
    const decoded = fromBase64(hash, encoded);
    if (decoded === null) return null;
    digests.push(...decoded);
  }
  return digests;
}

function fromBase64(hash: HashName, encoded: string): Digests | null {
  const text = encoded.trim();
  const bytes = Buffer.from(text, 'base64');
  const isRight = bytes.length === LENGTHS[hash] && /^[A-Za-z0-9+/]+={0,2}$/.test(text);
  return isRight ? [[hash, bytes.toString('hex')]] : null;
}

/** The digest of a multipart upload is a digest of the parts' digests: `…-7`, or COMPOSITE. */
function isOfWholeObject(value: string, headers: HttpHeaders): boolean {
  return headers.get('x-amz-checksum-type')?.toUpperCase() !== 'COMPOSITE' && !/-\d+$/.test(value);
}

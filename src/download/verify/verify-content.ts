import { ExpectedError } from '../../errors.ts';
import { type HashName, hashesOf } from '../../range/hash.ts';
import type { RangeSource } from '../../range/range-source.ts';
import { couldBeZip, isZip, MAGIC_BYTES } from '../../zip/read/layout.ts';
import { verifyArchive } from '../../zip/read/verify.ts';
import { type ExpectedContent, isArchiveExpected } from '../response/expected-content.ts';
import { ACCEPT_SIZE_HINT } from '../response/file-response.ts';
import type { ServerDigest } from '../response/server-digest.ts';

/** What was checked; false when there was nothing to check it against. */
export interface Verified {
  readonly size: boolean;
  readonly archive: boolean;
  readonly crc: boolean;
  readonly checksum: boolean;
}

export interface Proof {
  readonly verified: Verified;
  /** In hexadecimal; null when nobody asked for it. */
  readonly sha256: string | null;
}

export interface VerifyRequest {
  /** What the service promised; null when it promised nothing. */
  readonly sizeBytes: number | null;
  readonly expected: ExpectedContent;
  /** Expected SHA-256 in hexadecimal; null when not given. */
  readonly checksum: string | null;
  readonly wantsSha256: boolean;
}

export interface VerifyContext {
  readonly signal: AbortSignal;
  readonly onEvent: (event: VerifyEvent) => void;
}

export type VerifyEvent =
  | { readonly kind: 'verify'; readonly bytes: number; readonly totalBytes: number }
  | { readonly kind: 'unverified-entries'; readonly count: number; readonly reason: string };

/**
 * Proves the bytes: size, archive structure and every entry's CRC, digests. Reads from the first byte
 * to the last, so that it can go along with a download.
 * @param serverDigest counts where the content cannot prove itself
 * @throws ExpectedError INTEGRITY or UNSAFE naming what does not agree
 */
export async function verifyContent(
  source: RangeSource,
  { sizeBytes, expected, checksum, wantsSha256 }: VerifyRequest,
  { signal, onEvent }: VerifyContext,
  serverDigest: ServerDigest | null = null,
): Promise<Proof> {
  if (sizeBytes !== null && source.sizeBytes !== sizeBytes) {
    throw new ExpectedError(
      'INTEGRITY',
      `size mismatch: the file has ${source.sizeBytes} bytes, the package lists ${sizeBytes}`,
      { hint: ACCEPT_SIZE_HINT },
    );
  }
  // Hashing begins at once, while the first bytes are still in memory.
  const mayPromise = isArchiveExpected(expected) ? null : serverDigest;
  const looking = isArchiveExpected(expected) || hasZipSignature(source);
  const verifying = async () => (await looking) && (await verifyEntries(source, { signal, onEvent }));
  const [isArchive, isEveryEntryVerified, hashes] = await Promise.all([
    looking,
    verifying(),
    hashesOf(source, wantedHashes({ wantsSha256, checksum, promised: mayPromise }), signal),
  ]);
  const promised = isArchive ? null : serverDigest;
  const sha256 = hashes.get('sha256') ?? null;
  if (checksum !== null && sha256 !== checksum) {
    throw new ExpectedError('INTEGRITY', `the SHA-256 is ${sha256 ?? ''}, expected ${checksum}`, {
      hint: 'check the digest that you gave; if it is right, the file is not the one you want',
    });
  }
  if (promised !== null && hashes.get(promised.hash) !== promised.hex) {
    throw new ExpectedError(
      'INTEGRITY',
      `the ${promised.hash.toUpperCase()} of the file is not the one that the server gave (${promised.field})`,
    );
  }
  return {
    verified: {
      size: sizeBytes !== null,
      archive: isArchive,
      crc: isEveryEntryVerified,
      checksum: checksum !== null || promised !== null,
    },
    sha256: wantsSha256 || checksum !== null ? sha256 : null,
  };
}

/** Whether the content is a zip archive, whatever the service calls it. */
export async function hasZipSignature(source: RangeSource): Promise<boolean> {
  return isZip(await readHead(source));
}

/**
 * Whether it is worth looking into: a part of a split archive is a file like any other to whoever only fetches it,
 * but whoever wants to look into it is to be told what it is.
 */
export async function couldBeArchive(source: RangeSource): Promise<boolean> {
  return source.sizeBytes >= MAGIC_BYTES && couldBeZip(await readHead(source));
}

function readHead(source: RangeSource): Promise<Buffer> {
  return source.read(0, Math.min(MAGIC_BYTES, source.sizeBytes));
}

function wantedHashes({
  wantsSha256,
  checksum,
  promised,
}: Pick<VerifyRequest, 'wantsSha256' | 'checksum'> & { promised: ServerDigest | null }): HashName[] {
  return [
    ...(wantsSha256 || checksum !== null ? (['sha256'] as const) : []),
    ...(promised === null ? [] : [promised.hash]),
  ];
}

/** True when the content of every entry was verified, not only the structure. */
async function verifyEntries(source: RangeSource, { signal, onEvent }: VerifyContext): Promise<boolean> {
  const totalBytes = source.sizeBytes;
  const onProgress = (bytes: number) => onEvent({ kind: 'verify', bytes, totalBytes });
  const { unverified } = await verifyArchive(source, { signal, onProgress });
  const [first] = unverified;
  if (first === undefined) return true;
  onEvent({
    kind: 'unverified-entries',
    count: unverified.length,
    reason: `${first.path}: ${first.reason}`,
  });
  return false;
}

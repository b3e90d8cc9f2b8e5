import { ExpectedError } from '../../errors.ts';
import { type HashName, hashesOf } from '../../range/hash.ts';
import type { RangeSource } from '../../range/range-source.ts';
import type { EntryReceiver } from '../../zip/read/entry-sink.ts';
import { couldBeZip, isZip, MAGIC_BYTES } from '../../zip/read/layout.ts';
import { verifyArchive } from '../../zip/read/verify.ts';
import { ACCEPT_SIZE_HINT } from '../response/classify-response.ts';
import { type ExpectedContent, isArchiveExpected } from '../response/expected-content.ts';
import type { ServerDigest } from '../response/server-digest.ts';

/** What was checked; false if there was nothing to check against. */
export interface Verified {
  readonly size: boolean;
  readonly archive: boolean;
  readonly crc: boolean;
  readonly checksum: boolean;
}

export interface Proof {
  readonly verified: Verified;
  /** In hexadecimal; null if not requested. */
  readonly sha256: string | null;
}

export interface VerifyRequest {
  /** The size that the service promised; null if it gave none. */
  readonly sizeBytes: number | null;
  readonly expected: ExpectedContent;
  /** Expected SHA-256 in hexadecimal; null when not given. */
  readonly checksum: string | null;
  readonly wantsSha256: boolean;
  /** Receives the entries of an archive during verification. */
  readonly unpacking?: ArchiveUnpacking | undefined;
}

/** Unpacks an archive in the pass that verifies it. */
export interface ArchiveUnpacking {
  /**
   * Called for each pass, after the previous one has ended.
   * @param missingBytes bytes of the archive that are not on disk yet
   */
  begin(source: RangeSource, missingBytes: number): Promise<UnpackingPass>;
}

export interface UnpackingPass extends EntryReceiver {
  /** Removes everything, because the archive is invalid. Never throws. */
  discard(): Promise<void>;
}

export interface VerifyContext {
  readonly signal: AbortSignal;
  /** Bytes that have not arrived yet; 0 by default. */
  readonly missingBytes?: number;
  readonly onEvent: (event: VerifyEvent) => void;
}

export type VerifyEvent =
  | { readonly kind: 'verify'; readonly bytes: number; readonly totalBytes: number }
  | { readonly kind: 'unverified-entries'; readonly count: number; readonly reason: string };

/**
 * Verifies the size, the archive structure, every entry's CRC, and digests. Reads from the first byte to the last, so
 * that it can run during a download.
 * @param serverDigest counts if the content cannot prove itself
 * @throws ExpectedError INTEGRITY or UNSAFE, naming what does not match
 */
export async function verifyContent(
  source: RangeSource,
  request: VerifyRequest,
  context: VerifyContext,
  serverDigest: ServerDigest | null = null,
): Promise<Proof> {
  const { sizeBytes, expected, checksum, wantsSha256 } = request;
  if (sizeBytes !== null && source.sizeBytes !== sizeBytes) {
    throw new ExpectedError(
      'INTEGRITY',
      `size mismatch: the file has ${source.sizeBytes} bytes, the package lists ${sizeBytes}`,
      { hint: ACCEPT_SIZE_HINT },
    );
  }
  const checkingArchive = (async () => isArchiveExpected(expected) || (await hasZipSignature(source)))();
  const { unpacking } = request;
  const passing = checkingArchive.then((isArchive) =>
    isArchive && unpacking !== undefined ? unpacking.begin(source, context.missingBytes ?? 0) : null,
  );
  const verifying = passing.then(
    async (pass) => (await checkingArchive) && (await verifyEntries(source, pass, context)),
  );
  // Start hashing immediately, while the first bytes are still in memory.
  const mayPromise = isArchiveExpected(expected) ? null : serverDigest;
  const wanted = wantedHashes({ wantsSha256, checksum, promised: mayPromise });
  try {
    const hashing = hashesOf(source, wanted, context.signal);
    const [isArchive, isEveryEntryVerified, hashes] = await Promise.all([
      checkingArchive,
      verifying,
      hashing,
    ]);
    const promised = isArchive ? null : serverDigest;
    assertDigests(hashes, { checksum, promised });
    return {
      verified: {
        size: sizeBytes !== null,
        archive: isArchive,
        crc: isEveryEntryVerified,
        checksum: checksum !== null || promised !== null,
      },
      sha256: wantsSha256 || checksum !== null ? (hashes.get('sha256') ?? null) : null,
    };
  } catch (error) {
    await verifying.catch(() => undefined);
    await (await passing.catch(() => null))?.discard();
    throw error;
  }
}

/** @throws ExpectedError INTEGRITY */
function assertDigests(
  hashes: ReadonlyMap<HashName, string>,
  { checksum, promised }: { checksum: string | null; promised: ServerDigest | null },
): void {
  const sha256 = hashes.get('sha256') ?? null;
  if (checksum !== null && sha256 !== checksum) {
    throw new ExpectedError('INTEGRITY', `the SHA-256 is ${sha256 ?? ''}, expected ${checksum}`, {
      hint: 'check the digest; if it is correct, this is the wrong file',
    });
  }
  if (promised !== null && hashes.get(promised.hash) !== promised.hex) {
    throw new ExpectedError(
      'INTEGRITY',
      `the ${promised.hash.toUpperCase()} of the file does not match the server's (${promised.field})`,
    );
  }
}

/** Whether the content is a zip archive, whatever the service calls it. */
export async function hasZipSignature(source: RangeSource): Promise<boolean> {
  return isZip(await readHead(source));
}

/**
 * Whether to read the content as an archive. A download treats a part of a split archive like any other file, but a
 * reader of its entries must report what it is.
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

/** True if the content of every entry was verified, not only the structure. */
async function verifyEntries(
  source: RangeSource,
  receiver: UnpackingPass | null,
  { signal, onEvent }: VerifyContext,
): Promise<boolean> {
  const totalBytes = source.sizeBytes;
  const onProgress = (bytes: number) => onEvent({ kind: 'verify', bytes, totalBytes });
  const { unverified } = await verifyArchive(source, { signal, onProgress, receiver });
  const [first] = unverified;
  if (first === undefined) return true;
  onEvent({
    kind: 'unverified-entries',
    count: unverified.length,
    reason: `${first.path}: ${first.reason}`,
  });
  return false;
}

import { ExpectedError } from '../../errors.ts';
import { type HashName, hashesOf } from '../../range/hash.ts';
import type { RangeSource } from '../../range/range-source.ts';
import type { EntryReceiver } from '../../zip/read/entry-sink.ts';
import { couldBeZip, isZip, MAGIC_BYTES } from '../../zip/read/layout.ts';
import { verifyArchive } from '../../zip/read/verify.ts';
import { ACCEPT_SIZE_HINT } from '../response/classify-response.ts';
import { type ExpectedContent, isArchiveExpected } from '../response/expected-content.ts';
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
  /** Takes the entries of an archive as they pass. */
  readonly unpacking?: ArchiveUnpacking | undefined;
}

/** Unpacks an archive in the pass that verifies it. */
export interface ArchiveUnpacking {
  /**
   * Called for each pass, the one before being over.
   * @param missingBytes of the archive, which are yet to be written to the disk
   */
  begin(source: RangeSource, missingBytes: number): Promise<UnpackingPass>;
}

export interface UnpackingPass extends EntryReceiver {
  /** The archive is not right: nothing of it stays. Never throws. */
  discard(): Promise<void>;
}

export interface VerifyContext {
  readonly signal: AbortSignal;
  /** Bytes that are still on their way; none unless given. */
  readonly missingBytes?: number;
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
  const isLookedInto = (async () => isArchiveExpected(expected) || (await hasZipSignature(source)))();
  const { unpacking } = request;
  const passing = isLookedInto.then((isArchive) =>
    isArchive && unpacking !== undefined ? unpacking.begin(source, context.missingBytes ?? 0) : null,
  );
  const verifying = passing.then(
    async (pass) => (await isLookedInto) && (await verifyEntries(source, pass, context)),
  );
  // Hashing begins at once, while the first bytes are still in memory.
  const mayPromise = isArchiveExpected(expected) ? null : serverDigest;
  const wanted = wantedHashes({ wantsSha256, checksum, promised: mayPromise });
  try {
    const hashing = hashesOf(source, wanted, context.signal);
    const [isArchive, isEveryEntryVerified, hashes] = await Promise.all([isLookedInto, verifying, hashing]);
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
      hint: 'check the digest that you gave; if it is right, the file is not the one you want',
    });
  }
  if (promised !== null && hashes.get(promised.hash) !== promised.hex) {
    throw new ExpectedError(
      'INTEGRITY',
      `the ${promised.hash.toUpperCase()} of the file is not the one that the server gave (${promised.field})`,
    );
  }
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

import { isExpectedError } from '../errors.ts';
import { openFileSource } from '../range/file-source.ts';
import type { RangeSource } from '../range/range-source.ts';
import { isArchiveExpected } from './response/expected-content.ts';
import {
  hasZipSignature,
  type Proof,
  type Verified,
  type VerifyContext,
  type VerifyRequest,
  verifyContent,
} from './verify/verify-content.ts';

export type ExistingFile = Proof & { readonly sizeBytes: number };

const NOTHING_VERIFIED: Verified = { size: false, archive: false, crc: false, checksum: false };

/**
 * Verifies an existing file; null unless it is proven to be the same.
 * @param use called for an archive that is the same
 * @throws ExpectedError DISK
 */
export async function proveExisting(
  target: string,
  request: VerifyRequest,
  context: VerifyContext,
  use: () => Promise<unknown>,
): Promise<ExistingFile | null> {
  const source = await openFileSource(target);
  try {
    const proof = await prove(source, request, context);
    if (proof === null) return null;
    if (isArchiveExpected(request.expected)) await use();
    return { ...proof, sizeBytes: source.sizeBytes };
  } finally {
    await source.close();
  }
}

/** Keeps an existing file without verifying it. */
export async function skipExisting(target: string): Promise<ExistingFile> {
  const source = await openFileSource(target);
  await source.close();
  return { verified: NOTHING_VERIFIED, sha256: null, sizeBytes: source.sizeBytes };
}

/** Only an archive or a digest can prove that bytes are correct. A size alone proves nothing. */
async function prove(source: RangeSource, request: VerifyRequest, context: VerifyContext) {
  if (request.sizeBytes !== source.sizeBytes) return null;
  const isArchive = isArchiveExpected(request.expected) || (await hasZipSignature(source));
  if (!isArchive && request.checksum === null) return null;
  try {
    return await verifyContent(source, request, context);
  } catch (error) {
    if (isExpectedError(error, 'INTEGRITY') || isExpectedError(error, 'UNSAFE')) return null;
    throw error;
  }
}

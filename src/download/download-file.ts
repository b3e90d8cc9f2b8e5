import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { diskError } from '../disk-error.ts';
import { ExpectedError, isExpectedError } from '../errors.ts';
import { fileSourceOf, openFileSource } from '../range/file-source.ts';
import type { RangeSource } from '../range/range-source.ts';
import { verifyArchive } from '../zip/verify.ts';
import type { Owner } from './claim.ts';
import { sha256Of } from './digest.ts';
import { type ExpectedContent, inspectHead, isArchiveExpected } from './expected-content.ts';
import type { ObjectIdentity } from './journal.ts';
import { openPartFile, type PartFile } from './part-file.ts';
import { findExisting, inTheWay, publish } from './publish.ts';
import { checkSpace } from './space.ts';
import { type TransferContext, type TransferEvent, type TransferRequest, transfer } from './transfer.ts';

export interface FileRequest
  extends Pick<TransferRequest, 'url' | 'renewUrl' | 'sizeBytes' | 'maxSizeBytes'> {
  readonly identity: ObjectIdentity;
  readonly expected: ExpectedContent;
  /** Absolute path of the final file. */
  readonly target: string;
  readonly mayResume: boolean;
  /** `ignore`: the name will not be written, but a verified file there saves the transfer. */
  readonly ifExists: 'refuse' | 'overwrite' | 'skip' | 'ignore';
  /** Expected SHA-256 in hexadecimal; null when not given. */
  readonly checksum: string | null;
  readonly wantsSha256: boolean;
  readonly checksSpace: boolean;
}

export interface FileContext extends Omit<TransferContext, 'onEvent'> {
  readonly owner: Owner;
  readonly onEvent: (event: FileEvent) => void;
}

export type FileEvent =
  | TransferEvent
  | { readonly kind: 'discarded'; readonly reason: string }
  | { readonly kind: 'resuming'; readonly haveBytes: number }
  | { readonly kind: 'verify'; readonly bytes: number; readonly totalBytes: number }
  | { readonly kind: 'leftover'; readonly reason: string }
  | { readonly kind: 'unverified-entries'; readonly count: number; readonly reason: string };

/** What was checked; false when there was nothing to check it against. */
export interface Verified {
  readonly size: boolean;
  readonly archive: boolean;
  readonly crc: boolean;
  readonly checksum: boolean;
}

export interface FileResult {
  readonly path: string;
  readonly sizeBytes: number;
  readonly transferredBytes: number;
  readonly resumedFrom: number;
  readonly verified: Verified;
  readonly sha256: string | null;
  readonly isAlreadyThere: boolean;
}

/**
 * Downloads a file to its final name: part file, transfer, verification, then the name. What is
 * under the name already is looked at first: the same verified file is left alone.
 * @param use is called with the verified part before it is published; when it returns `'consumed'`,
 *   the part is removed instead (`-x` without `--keep-archive`)
 * @throws ExpectedError EXISTS, BUSY, DISK, UNSAFE, INTEGRITY and those of transfer(); the final
 *   name then is as it was before
 */
export async function downloadFile(
  request: FileRequest,
  context: FileContext,
  use: (archive: RangeSource) => Promise<'publish' | 'consumed'> = async () => 'publish',
): Promise<FileResult> {
  const { target, ifExists } = request;
  const existing = await findExisting(target);
  if (existing !== 'nothing' && ifExists !== 'overwrite') {
    const result = existing === 'file' ? await alreadyThere(request, context, use) : null;
    if (result !== null) return result;
    if (ifExists !== 'ignore') throw inTheWay(target);
  }
  await makeFolder(path.dirname(target));
  const { identity, mayResume } = request;
  const part = await openPartFile({ target, identity, owner: context.owner, mayResume });
  let result: FileResult;
  try {
    result = await fillAndPublish(part, request, context, use);
  } catch (error) {
    // The first error is the one to tell.
    await part.close().catch(() => undefined);
    throw error;
  }
  await tidyUp(part, context);
  return result;
}

/** The file is complete and has its name: what cannot be cleared away now is no failure of the download. */
async function tidyUp(part: PartFile, { onEvent }: FileContext): Promise<void> {
  for (const step of [() => part.remove(), () => part.close()]) {
    try {
      await step();
    } catch (error) {
      if (!isExpectedError(error, 'DISK')) throw error;
      onEvent({ kind: 'leftover', reason: error.message });
    }
  }
}

async function fillAndPublish(
  part: PartFile,
  request: FileRequest,
  context: FileContext,
  use: (archive: RangeSource) => Promise<'publish' | 'consumed'>,
): Promise<FileResult> {
  const { onEvent, signal } = context;
  const { target, sizeBytes, expected } = request;
  if (part.discarded !== null) onEvent({ kind: 'discarded', reason: part.discarded });
  if (part.haveBytes() > 0) onEvent({ kind: 'resuming', haveBytes: part.haveBytes() });
  if (request.checksSpace && sizeBytes !== null)
    await checkSpace(path.dirname(target), sizeBytes - part.haveBytes());

  const { transferredBytes, resumedFrom } = await fill(part, request, context);
  const source = await fileSourceOf(part.handle, part.path);
  let verified: Verified;
  let sha256: string | null;
  try {
    ({ verified, sha256 } = await verifyContent(source, request, context));
  } catch (error) {
    if (isExpectedError(error, 'INTEGRITY')) await part.reject(error.message);
    throw error;
  }
  await part.checkpoint();
  signal.throwIfAborted();
  const isConsumed = isArchiveExpected(expected) && (await use(source)) === 'consumed';
  if (!isConsumed) await publish(part.path, target, { mayReplace: request.ifExists === 'overwrite' });
  const actualBytes = source.sizeBytes;
  return {
    path: target,
    sizeBytes: actualBytes,
    transferredBytes,
    resumedFrom,
    verified,
    sha256,
    isAlreadyThere: false,
  };
}

/** Runs the transfer and leaves the part in a state that the next run can go on from. */
async function fill(part: PartFile, request: FileRequest, context: FileContext) {
  const isVerifiedLater = isArchiveExpected(request.expected) || request.checksum !== null;
  try {
    return await transfer(
      {
        ...request,
        isVerifiedLater,
        inspectHead: (head, contentType) => inspectHead(request.expected, head, contentType),
      },
      part,
      context,
    );
  } catch (error) {
    // A disk that refuses bytes will not take a journal either.
    if (!isExpectedError(error, 'DISK')) await part.checkpoint();
    if (part.haveBytes() === 0) await part.remove();
    throw error;
  }
}

/**
 * Proves the finished bytes: size, archive structure and every entry's CRC, digest.
 * @throws ExpectedError INTEGRITY naming what does not agree
 */
async function verifyContent(
  source: RangeSource,
  { sizeBytes, expected, checksum, wantsSha256 }: FileRequest,
  { signal, onEvent }: FileContext,
): Promise<{ verified: Verified; sha256: string | null }> {
  if (sizeBytes !== null && source.sizeBytes !== sizeBytes) {
    throw new ExpectedError(
      'INTEGRITY',
      `the file has ${source.sizeBytes} bytes, the service promised ${sizeBytes}`,
    );
  }
  const isArchive = isArchiveExpected(expected);
  let isEveryEntryVerified = false;
  if (isArchive) {
    const totalBytes = source.sizeBytes;
    const onProgress = (bytes: number) => onEvent({ kind: 'verify', bytes, totalBytes });
    const { unverified } = await verifyArchive(source, { signal, onProgress });
    isEveryEntryVerified = unverified.length === 0;
    const [first] = unverified;
    if (first !== undefined) {
      onEvent({
        kind: 'unverified-entries',
        count: unverified.length,
        reason: `${first.path}: ${first.reason}`,
      });
    }
  }
  const sha256 = wantsSha256 || checksum !== null ? await sha256Of(source, signal) : null;
  if (checksum !== null && sha256 !== checksum) {
    throw new ExpectedError('INTEGRITY', `the SHA-256 is ${sha256 ?? ''}, expected ${checksum}`, {
      hint: 'check the digest that you gave; if it is right, the file is not the one you want',
    });
  }
  return {
    verified: {
      size: sizeBytes !== null,
      archive: isArchive,
      crc: isEveryEntryVerified,
      checksum: checksum !== null,
    },
    sha256,
  };
}

/** The result for a file that is there already: skipped unseen, or proved to be the same; else null. */
async function alreadyThere(
  request: FileRequest,
  context: FileContext,
  use: (archive: RangeSource) => Promise<unknown>,
): Promise<FileResult | null> {
  const { target, ifExists, expected } = request;
  const source = await openFileSource(target);
  try {
    const result = {
      path: target,
      sizeBytes: source.sizeBytes,
      transferredBytes: 0,
      resumedFrom: 0,
      isAlreadyThere: true,
    };
    if (ifExists === 'skip') {
      return {
        ...result,
        verified: { size: false, archive: false, crc: false, checksum: false },
        sha256: null,
      };
    }
    const proof = await prove(source, request, context);
    if (proof === null) return null;
    if (isArchiveExpected(expected)) await use(source);
    return { ...result, ...proof };
  } finally {
    await source.close();
  }
}

/** Only an archive or a digest can prove that bytes are right; a size alone proves nothing. */
async function prove(source: RangeSource, request: FileRequest, context: FileContext) {
  const isProvable = isArchiveExpected(request.expected) || request.checksum !== null;
  if (!isProvable || request.sizeBytes !== source.sizeBytes) return null;
  try {
    return await verifyContent(source, request, context);
  } catch (error) {
    if (isExpectedError(error, 'INTEGRITY') || isExpectedError(error, 'UNSAFE')) return null;
    throw error;
  }
}

async function makeFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true });
  } catch (error) {
    throw diskError(error, folder, 'create');
  }
}

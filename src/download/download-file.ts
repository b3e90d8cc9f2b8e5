import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { diskError } from '../disk-error.ts';
import { isExpectedError } from '../errors.ts';
import { fileSourceOf, openFileSource } from '../range/file-source.ts';
import type { RangeSource } from '../range/range-source.ts';
import { DamagedEntryError } from '../zip/refusal.ts';
import { inspectHead, isArchiveExpected } from './expected-content.ts';
import { UnfitAnswerError } from './file-answer.ts';
import { followArrivals } from './follow.ts';
import type { Owner } from './holder.ts';
import type { TransferContext, TransferEvent, TransferRequest } from './job.ts';
import type { ObjectIdentity } from './journal.ts';
import { openPartFile, type PartFile } from './part-file.ts';
import { findExisting, inTheWay, publish } from './publish.ts';
import { checkSpace } from './space.ts';
import { type TransferResult, transfer } from './transfer.ts';
import {
  type Proof,
  type Verified,
  type VerifyEvent,
  type VerifyRequest,
  verifyContent,
} from './verify-content.ts';

export interface FileRequest
  extends VerifyRequest,
    Pick<TransferRequest, 'url' | 'renewUrl' | 'maxSizeBytes'> {
  readonly identity: ObjectIdentity;
  /** Absolute path of the final file. */
  readonly target: string;
  readonly mayResume: boolean;
  /** `ignore`: the name will not be written, but a verified file there saves the transfer. */
  readonly ifExists: 'refuse' | 'overwrite' | 'skip' | 'ignore';
  readonly checksSpace: boolean;
}

export interface FileContext extends Omit<TransferContext, 'onEvent'> {
  readonly owner: Owner;
  readonly onEvent: (event: FileEvent) => void;
}

export type FileEvent =
  | TransferEvent
  | VerifyEvent
  | { readonly kind: 'discarded'; readonly reason: string }
  | { readonly kind: 'resuming'; readonly haveBytes: number }
  | { readonly kind: 'repair'; readonly reason: string; readonly bytes: number }
  | { readonly kind: 'malformed-digest'; readonly field: string }
  | { readonly kind: 'leftover'; readonly reason: string };

/** An archive's directory is found from its end; so much of it is there to verify the rest by as it comes. */
const TAIL_BYTES = 1_048_576;
/** A damaged entry above this is not brought again by itself. */
const REPAIR_BYTES = 1_073_741_824;

export interface FileResult extends Proof {
  readonly path: string;
  readonly sizeBytes: number;
  readonly transferredBytes: number;
  readonly resumedFrom: number;
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
  if (existing === 'nothing' && ifExists !== 'overwrite' && (await findExisting(target)) !== 'nothing') {
    // Another process has finished the same file before the part could be claimed.
    if (part.have.totalBytes() === 0) await part.remove();
    await part.close();
    return await downloadFile(request, context, use);
  }
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
  const haveBytes = part.have.totalBytes();
  if (part.discarded !== null) onEvent({ kind: 'discarded', reason: part.discarded });
  if (haveBytes > 0) onEvent({ kind: 'resuming', haveBytes });
  if (request.checksSpace && sizeBytes !== null) {
    const checking = checkSpace(path.dirname(target), sizeBytes - haveBytes);
    await checking.catch((error: unknown) => leave(part, error));
  }

  const { proof, transferredBytes, resumedFrom } = await fill(part, request, context);
  await part.checkpoint();
  signal.throwIfAborted();
  const source = await fileSourceOf(part.handle(), part.path);
  const isConsumed = isArchiveExpected(expected) && (await use(source)) === 'consumed';
  await part.assertOurs();
  if (!isConsumed) await publish(part.path, target, { mayReplace: request.ifExists === 'overwrite' });
  return {
    path: target,
    sizeBytes: source.sizeBytes,
    transferredBytes,
    resumedFrom,
    ...proof,
    isAlreadyThere: false,
  };
}

type Filled = TransferResult & { readonly proof: Proof };

/**
 * Brings and proves the bytes, and leaves the part in a state that the next run can go on from. An
 * entry that came damaged is brought once more.
 */
async function fill(part: PartFile, request: FileRequest, context: FileContext): Promise<Filled> {
  const resumedFrom = part.have.totalBytes();
  try {
    return await transferAndVerify(part, request, context);
  } catch (error) {
    if (!(error instanceof DamagedEntryError) || error.end - error.start > REPAIR_BYTES)
      return await leave(part, error);
    const { start, end } = error;
    context.onEvent({ kind: 'repair', reason: error.message, bytes: end - start });
    const broughtBytes = part.have.totalBytes() - resumedFrom;
    await part.forget(start, end);
    try {
      const again = await transferAndVerify(part, request, context);
      return { ...again, transferredBytes: again.transferredBytes + broughtBytes, resumedFrom };
    } catch (second) {
      return await leave(part, second);
    }
  }
}

async function leave(part: PartFile, error: unknown): Promise<never> {
  const areBytesWrong = isExpectedError(error, 'INTEGRITY') && !(error instanceof UnfitAnswerError);
  if (areBytesWrong) await part.reject(error.message);
  // A disk that refuses bytes will not take a journal either.
  if (!isExpectedError(error, 'DISK')) await part.checkpoint();
  if (part.have.totalBytes() === 0) await part.remove();
  throw error;
}

async function transferAndVerify(
  part: PartFile,
  request: FileRequest,
  context: FileContext,
): Promise<Filled> {
  const { expected, checksum } = request;
  const stop = new AbortController();
  const signal = AbortSignal.any([context.signal, stop.signal]);
  let isTransferred = false;
  const follower = followArrivals(part, request, {
    signal,
    // Before the end it is the transfer that a person waits for.
    onEvent: (event) => {
      if (isTransferred || event.kind !== 'verify') context.onEvent(event);
    },
    onFailure: (error) => stop.abort(error),
    onMalformedDigest: (field) => context.onEvent({ kind: 'malformed-digest', field }),
  });
  try {
    const isArchive = isArchiveExpected(expected);
    const result = await transfer(
      {
        ...request,
        isVerifiedLater: isArchive || checksum !== null,
        tailBytes: isArchive ? TAIL_BYTES : 0,
        inspectHead: (head, contentType) => inspectHead(expected, head, contentType),
        onObject: (...told) => follower.onObject(...told),
      },
      part,
      { ...context, signal },
    );
    isTransferred = true;
    return { ...result, proof: await follower.proof() };
  } catch (error) {
    stop.abort(error);
    throw error;
  }
}

const NOTHING_VERIFIED: Verified = { size: false, archive: false, crc: false, checksum: false };

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
        verified: NOTHING_VERIFIED,
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

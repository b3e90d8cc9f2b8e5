import { isExpectedError } from '../errors.ts';
import { linkController } from '../http/linked-controller.ts';
import { DamagedEntryError } from '../zip/read/refusal.ts';
import type { PartFile } from './part/part-file.ts';
import { UnexpectedResponseError } from './response/classify-response.ts';
import { inspectStart, isArchiveExpected } from './response/expected-content.ts';
import { type TransferResult, transfer } from './transfer/transfer.ts';
import type { TransferContext, TransferEvent, TransferRequest } from './transfer/transfer-job.ts';
import { verifyWhileStreaming } from './verify/streaming-verifier.ts';
import type { Proof, VerifyEvent, VerifyRequest } from './verify/verify-content.ts';

export interface FillRequest
  extends VerifyRequest,
    Pick<TransferRequest, 'url' | 'renewUrl' | 'sizeBytes' | 'maxSizeBytes'> {}

export interface FillContext extends Omit<TransferContext, 'onEvent'> {
  readonly onEvent: (event: FillEvent) => void;
}

export type FillEvent =
  | TransferEvent
  | VerifyEvent
  | { readonly kind: 'repair'; readonly reason: string; readonly bytes: number }
  | { readonly kind: 'malformed-digest'; readonly field: string };

export type Filled = TransferResult & { readonly proof: Proof };

/** An archive's directory is found from its end; so much of it is there to verify the rest by as it comes. */
const TAIL_BYTES = 1_048_576;
/** A damaged entry above this is not brought again by itself. */
const REPAIR_BYTES = 1_073_741_824;

/**
 * Brings and proves the bytes, and leaves the part in a state that the next run can go on from. An
 * entry that came damaged is brought once more.
 * @throws as transfer() and verifyContent() do
 */
export async function fillPart(part: PartFile, request: FillRequest, context: FillContext): Promise<Filled> {
  try {
    return await transferAndVerify(part, request, context);
  } catch (error) {
    if (!(error instanceof DamagedEntryError) || error.end - error.start > REPAIR_BYTES)
      return await finalizeOnError(part, error);
    const { start, end } = error;
    context.onEvent({ kind: 'repair', reason: error.message, bytes: end - start });
    const broughtBytes = part.have.totalBytes() - part.resumedFrom();
    await part.forget(start, end);
    try {
      const again = await transferAndVerify(part, request, context);
      return { ...again, transferredBytes: again.transferredBytes + broughtBytes };
    } catch (second) {
      return await finalizeOnError(part, second);
    }
  }
}

/** Leaves the part as the next run is to find it, and throws the error on. */
export async function finalizeOnError(part: PartFile, error: unknown): Promise<never> {
  const areBytesWrong = isExpectedError(error, 'INTEGRITY') && !(error instanceof UnexpectedResponseError);
  if (areBytesWrong) await part.reject(error.message);
  // A disk that refuses bytes will not take a journal either.
  if (!isExpectedError(error, 'DISK')) await part.checkpoint();
  if (part.have.totalBytes() === 0) await part.remove();
  throw error;
}

async function transferAndVerify(
  part: PartFile,
  request: FillRequest,
  context: FillContext,
): Promise<Filled> {
  const { expected, checksum } = request;
  const stop = linkController(context.signal);
  const { signal } = stop;
  let isTransferred = false;
  const follower = verifyWhileStreaming(part, request, {
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
        inspectStart: (head, contentType) => inspectStart(expected, head, contentType),
        onObject: (...told) => follower.onObject(...told),
      },
      part,
      { ...context, signal },
    );
    isTransferred = true;
    return { ...result, proof: await follower.proof() };
  } catch (error) {
    stop.abort(error);
    await follower.settled();
    throw error;
  } finally {
    stop.release();
  }
}

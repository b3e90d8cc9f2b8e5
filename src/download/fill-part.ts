import type { Api } from '../api/client.ts';
import { isExpectedError } from '../errors.ts';
import { linkController } from '../http/linked-controller.ts';
import { DamagedEntryError } from '../zip/read/refusal.ts';
import type { PartFile } from './part/part-file.ts';
import { UnexpectedResponseError } from './response/classify-response.ts';
import { inspectStart, isArchiveExpected } from './response/expected-content.ts';
import { createRemoteObject, type RemoteObject } from './response/remote-object.ts';
import { transfer } from './transfer/transfer.ts';
import type { TransferContext, TransferEvent, TransferRequest } from './transfer/transfer-job.ts';
import { verifyWhileStreaming } from './verify/streaming-verifier.ts';
import type { Proof, VerifyEvent, VerifyRequest } from './verify/verify-content.ts';

export interface FillRequest extends VerifyRequest, Pick<TransferRequest, 'sizeBytes' | 'maxSizeBytes'> {
  readonly url: URL;
  /** Requests a new URL from the API when the current one is refused. */
  readonly renewUrl: () => Promise<URL>;
}

export interface FillContext extends Omit<TransferContext, 'onEvent'> {
  readonly api: Pick<Api, 'openFile'>;
  readonly onEvent: (event: FillEvent) => void;
}

export type FillEvent =
  | TransferEvent
  | VerifyEvent
  | { readonly kind: 'repair'; readonly reason: string; readonly bytes: number }
  | { readonly kind: 'malformed-digest'; readonly field: string };

export interface Filled {
  readonly proof: Proof;
  /** The body bytes received in this run. */
  readonly transferredBytes: number;
}

/** An archive's directory is at its end. With it, the rest is verified as it arrives. */
const TAIL_BYTES = 1_048_576;
/** A larger damaged entry is not fetched again on its own. */
const REPAIR_BYTES = 1_073_741_824;

/**
 * Fetches and verifies the bytes. A damaged entry is fetched again once. On failure, the next run can resume the part.
 * @throws as transfer() and verifyContent() do
 */
export async function fillPart(part: PartFile, request: FillRequest, context: FillContext): Promise<Filled> {
  const object = createRemoteObject(request, context);
  const fill = () => transferAndVerify(part, object, request, context);
  try {
    const proof = await fill().catch(async (error: unknown) => {
      if (!(error instanceof DamagedEntryError) || error.end - error.start > REPAIR_BYTES) throw error;
      const { start, end } = error;
      context.onEvent({ kind: 'repair', reason: error.message, bytes: end - start });
      await part.forget(start, end);
      return await fill();
    });
    return { proof, transferredBytes: object.transferredBytes };
  } catch (error) {
    return await finalizeOnError(part, error);
  }
}

/** Prepares the part for the next run, and rethrows the error. */
export async function finalizeOnError(part: PartFile, error: unknown): Promise<never> {
  const areBytesWrong = isExpectedError(error, 'INTEGRITY') && !(error instanceof UnexpectedResponseError);
  if (areBytesWrong) await part.reject(error.message);
  // A disk that rejects data rejects a journal, too.
  if (!isExpectedError(error, 'DISK')) await part.checkpoint();
  if (part.have.totalBytes() === 0) await part.remove();
  throw error;
}

async function transferAndVerify(
  part: PartFile,
  object: RemoteObject,
  request: FillRequest,
  context: FillContext,
): Promise<Proof> {
  const { expected, checksum } = request;
  const stop = linkController(context.signal);
  const { signal } = stop;
  let isTransferred = false;
  const follower = verifyWhileStreaming(part, request, {
    signal,
    // During the transfer, only its own progress is shown.
    onEvent: (event) => {
      if (isTransferred || event.kind !== 'verify') context.onEvent(event);
    },
    onFailure: (error) => stop.abort(error),
    onMalformedDigest: (field) => context.onEvent({ kind: 'malformed-digest', field }),
  });
  try {
    const isArchive = isArchiveExpected(expected);
    await transfer(
      {
        ...request,
        object,
        pinned: null,
        isVerifiedLater: isArchive || checksum !== null,
        tailBytes: isArchive ? TAIL_BYTES : 0,
        inspectStart: (head, contentType) => inspectStart(expected, head, contentType),
        onObject: (...details) => follower.onObject(...details),
      },
      part,
      { ...context, signal },
    );
    isTransferred = true;
    return await follower.proof();
  } catch (error) {
    stop.abort(error);
    await follower.settled();
    throw error;
  } finally {
    stop.release();
  }
}

import { ExpectedError, isExpectedError } from '../../errors.ts';
import type { Destination } from '../part/destination.ts';
import { UnexpectedResponseError } from '../response/classify-response.ts';
import { ChangedBytesError } from './fetch-range.ts';
import { RestartNeeded } from './match-response.ts';
import { runConnections } from './run-connections.ts';
import {
  createTransferJob,
  knownSize,
  type TransferContext,
  type TransferJob,
  type TransferRequest,
} from './transfer-job.ts';

const MAX_RESTARTS = 3;

/**
 * Fetches an object, or a pinned range of it, into a destination over one or more connections. Never combines bytes of
 * two versions. Success means as many bytes as the service promised. If it gave no size, success means the end of the
 * stream, and the caller must verify.
 * @throws ExpectedError UNAVAILABLE after `retries` failures without progress, INTEGRITY, NOT_FOUND,
 *   AUTH, BAD_RESPONSE, UNSAFE (too large), DISK; received bytes stay in the destination
 */
export async function transfer(
  request: TransferRequest,
  destination: Destination,
  context: TransferContext,
): Promise<void> {
  let mayDivide = true;
  let restarts = 0;
  const restart = async (reason: string, finalError: ExpectedError | null = null) => {
    restarts += 1;
    if (restarts > MAX_RESTARTS) {
      if (finalError !== null) throw finalError;
      throw new ExpectedError('UNAVAILABLE', `the server keeps changing the file (${reason})`, {
        hint: 'rerun the command later',
      });
    }
    const lostBytes = destination.have.totalBytes();
    await destination.restart();
    if (lostBytes > 0) context.onEvent({ kind: 'restart', reason, lostBytes });
  };

  if (isOtherSize(destination.object().sizeBytes, request.sizeBytes))
    await restart('the file has another size now');
  for (;;) {
    const job = createTransferJob({ request, destination, context, mayDivide });
    try {
      await runConnections(job);
      assertComplete(job);
      return;
    } catch (error) {
      context.signal.throwIfAborted();
      const reason = restartReason(error);
      // The bytes are not from the file, such as a web page.
      if (isOtherContent(error, request)) await destination.restart();
      if (reason === null) throw error;
      mayDivide &&= job.mayDivide;
      await restart(reason, error instanceof RestartNeeded ? error.finalError : null);
    } finally {
      job.release();
    }
  }
}

/** Missing bytes after all chunks are a bug. The verification would wait for them forever. */
function assertComplete(job: TransferJob): void {
  const missing = job.destination.have.missing(knownSize(job) ?? 0);
  if (missing.length > 0) throw new RangeError(`${missing.length} ranges are missing after a transfer`);
}

/** Whether bytes of something else arrived, as opposed to a response that was refused unread. */
function isOtherContent(error: unknown, { pinned }: TransferRequest): boolean {
  return (
    pinned === null && isExpectedError(error, 'BAD_RESPONSE') && !(error instanceof UnexpectedResponseError)
  );
}

function restartReason(error: unknown): string | null {
  if (error instanceof RestartNeeded) return error.message;
  return error instanceof ChangedBytesError ? 'the file on the server has changed' : null;
}

function isOtherSize(one: number | null, other: number | null): boolean {
  return one !== null && other !== null && one !== other;
}

import { ExpectedError } from '../../errors.ts';
import { linkController } from '../../http/linked-controller.ts';
import { measureSpeed } from './chunk-speed.ts';
import { describeObject, matchResponse, refuseTooLarge } from './match-response.ts';
import { receive } from './receive.ts';
import { rangeOf } from './request-chunk.ts';
import type { Chunk } from './scheduler.ts';
import { knownSize, type TransferJob } from './transfer-job.ts';

/** Another connection has taken over what this one had no answer for yet. */
export class ChunkStolen extends Error {
  override readonly name = 'ChunkStolen';
}

/** What is collected before it is written: large enough to be cheap, small enough to stay in the processor's cache. */
const WRITE_BYTES = { most: 1_048_576, least: 262_144, together: 2 * 1_048_576 };

/**
 * One request for what is missing of a chunk, and its response. Returns when the chunk is complete.
 * @throws RestartNeeded, ChangedBytesError, RangeRefused, ExpectedError
 */
export async function fetchChunk(chunk: Chunk, failures: number, job: TransferJob): Promise<void> {
  const { request, destination, object, signal } = job;
  const { clock, limitRate, onEvent } = job.context;
  refuseTooLarge(knownSize(job), request.maxSizeBytes);
  const { range, overlap } = await rangeOf(chunk, failures, job);
  const pinned = destination.object().validator;
  const stopper = linkController(signal);
  chunk.stop = () => stopper.abort(new ChunkStolen('another connection brings it'));
  measureSpeed(chunk, clock);
  try {
    const exchange = await object.request({ range, pinned, signal: stopper.signal });
    const { response } = exchange;
    const matching = matchResponse(exchange, chunk, { isRange: range !== null, signal: stopper.signal }, job);
    const bytes = await matching.catch((error: unknown) => {
      response.body.destroy();
      throw error;
    });
    // From now on the body is stopped by itself; aborting the request as well would look like a failure.
    chunk.stop = () => response.body.destroy();
    if (bytes === 'complete') {
      response.body.destroy();
      chunk.end = chunk.position;
      return;
    }
    const totalBytes = knownSize(job);
    const isWhole = bytes.kind === 'whole';
    const limitBytes = totalBytes ?? request.maxSizeBytes;
    const contentType = response.headers.get('content-type');
    // Not awaited before the body is listened to: what a connection brought before it broke would be lost meanwhile.
    const described = describeObject(bytes, response.headers, job);
    described.catch(() => undefined);
    const speed = measureSpeed(chunk, clock);
    await receive({
      response,
      chunk,
      async write(pieces, position) {
        await job.write(pieces, position);
        pieces.forEach(response.release);
        const haveBytes = destination.have.totalBytes();
        onEvent({ kind: 'progress', haveBytes, totalBytes, connections: job.connections });
      },
      writeBytes: writeBytes(job),
      overlap: isWhole ? Buffer.alloc(0) : overlap,
      bodyBytes: isWhole ? (bytes.totalBytes ?? totalBytes) : bytes.end - bytes.start,
      mostBytes: isWhole ? limitBytes : bytes.end - bytes.start,
      inspectStart: (head) => request.inspectStart(head, contentType),
      limitRate,
      pausedTime: job.pausedTime,
      clock,
      signal,
      onBytes(sizeBytes) {
        speed(sizeBytes);
        object.transferredBytes += sizeBytes;
      },
    });
    await described;
    finish(chunk, response.url, job);
  } finally {
    stopper.release();
  }
}

/** The more connections collect at once, the less each of them. */
function writeBytes({ connections }: TransferJob): number {
  return Math.min(Math.max(WRITE_BYTES.together / connections, WRITE_BYTES.least), WRITE_BYTES.most);
}

function finish(chunk: Chunk, url: URL, { request, plan }: TransferJob): void {
  if (chunk.end === Number.POSITIVE_INFINITY) {
    if (!request.isVerifiedLater) {
      throw new ExpectedError(
        'INTEGRITY',
        'nothing tells whether the file is complete: the service gave no size',
        { hint: 'give its digest with --checksum sha256=HEX if you know it' },
      );
    }
    plan.setEnd(chunk.position);
  }
  if (chunk.position < chunk.end) {
    // A server may send less than the range that was asked for; the rest is the next request.
    throw new ExpectedError('UNAVAILABLE', `${url.host} sent only a part of the range`, { transient: true });
  }
}

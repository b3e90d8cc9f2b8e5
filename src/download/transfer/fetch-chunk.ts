import { ExpectedError } from '../../errors.ts';
import { linkController } from '../../http/linked-controller.ts';
import { classifyFileResponse, type FileResponse } from '../response/file-response.ts';
import { peek } from '../response/peek.ts';
import { measureSpeed } from './chunk-speed.ts';
import { describeObject, matchResponse, RestartNeeded, refuseTooLarge } from './match-response.ts';
import { receive } from './receive.ts';
import { requestChunk } from './request-chunk.ts';
import type { Chunk } from './scheduler.ts';
import { knownSize, type TransferJob } from './transfer-job.ts';

/** Another connection has taken over what this one had no answer for yet. */
export class ChunkStolen extends Error {
  override readonly name = 'ChunkStolen';
}

/** What is collected before it is written: large enough to be cheap, small enough to stay in the processor's cache. */
const WRITE_BYTES = { most: 1_048_576, least: 262_144, together: 2 * 1_048_576 };

/**
 * One request for what is missing of a chunk, and its answer. Returns when the chunk is complete, or
 * when the address was renewed and the request has to be made again.
 * @throws RestartNeeded, ChangedBytesError, RangeRefused, ExpectedError
 */
export async function fetchChunk(chunk: Chunk, failures: number, job: TransferJob): Promise<void> {
  const { request, destination, url: fileUrl, signal } = job;
  const { api, clock, limitRate, onEvent } = job.context;
  refuseTooLarge(knownSize(job), request.maxSizeBytes);
  const question = await requestChunk(chunk, failures, job);
  const stopper = linkController(signal);
  chunk.stop = () => stopper.abort(new ChunkStolen('another connection brings it'));
  const url = fileUrl.current();
  measureSpeed(chunk, clock);
  try {
    const response = await api.openFile(url, question.headers, stopper.signal);
    let answer: FileResponse;
    try {
      answer = classifyFileResponse(response, {
        range: question.range,
        haveBytes: destination.have.bytesBefore(chunk.position),
        sizeBytes: knownSize(job),
        nowMs: clock.now(),
      });
      if (answer.kind === 'restart') throw new RestartNeeded(answer.reason, answer.error);
      const isInstead = answer.kind === 'bytes' && answer.isWhole && question.range !== null;
      if (isInstead || answer.kind === 'misfit')
        await peek(response, request.inspectStart, { clock, signal: stopper.signal });
      if (answer.kind === 'misfit') throw answer.error;
      if (answer.kind === 'bytes') await matchResponse(answer, chunk, question.range !== null, response, job);
    } catch (error) {
      response.body.destroy();
      throw error;
    }
    // From now on the body is stopped by itself; aborting the request as well would look like a failure.
    chunk.stop = () => response.body.destroy();
    if (answer.kind !== 'bytes') response.body.destroy();
    if (answer.kind === 'refused') return await fileUrl.renew(url, answer.error);
    fileUrl.worked();
    if (answer.kind === 'complete') {
      chunk.end = chunk.position;
      return;
    }
    const totalBytes = knownSize(job);
    const limitBytes = totalBytes ?? request.maxSizeBytes;
    const contentType = response.headers.get('content-type');
    // Not awaited before the body is listened to: what a connection brought before it broke would be lost meanwhile.
    const described = describeObject(answer, response, job);
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
      overlap: answer.isWhole ? Buffer.alloc(0) : question.overlap,
      bodyBytes: answer.bodyBytes ?? (totalBytes === null ? null : totalBytes - answer.start),
      mostBytes: answer.isWhole ? limitBytes : answer.bodyBytes,
      inspectStart: (head) => request.inspectStart(head, contentType),
      limitRate,
      pausedTime: job.pausedTime,
      clock,
      signal,
      onBytes(sizeBytes) {
        speed(sizeBytes);
        job.transferredBytes += sizeBytes;
      },
    });
    await described;
    finish(chunk, url, job);
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

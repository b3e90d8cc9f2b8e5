import { ExpectedError } from '../../errors.ts';
import { OVERLAP_BYTES } from '../part/destination.ts';
import { ifRange } from '../response/validator.ts';
import { measureSpeed } from './chunk-speed.ts';
import { type CoalescingWriter, coalesceWrites } from './coalesce-writes.ts';
import type { RangeSink } from './fetch-range.ts';
import { describeObject, matchResponse, refuseTooLarge } from './match-response.ts';
import { createPinnedMatch } from './pinned-object.ts';
import type { Chunk } from './scheduler.ts';
import { knownSize, type TransferJob } from './transfer-job.ts';

/** The size of a write: large enough to be cheap, small enough to stay in the CPU cache. */
const WRITE_BYTES = { most: 1_048_576, least: 262_144, together: 2 * 1_048_576 };

/**
 * Receives a chunk into the destination of its job, with the policy for a whole object or for a range of it.
 * @throws (from its methods) RestartNeeded, RangeRefused, ExpectedError
 */
export function chunkSink(chunk: Chunk, job: TransferJob): RangeSink {
  const { request, destination, context, plan } = job;
  const { clock, onEvent } = context;
  const { pinned } = request;
  const offset = pinned?.start ?? 0;
  const matchPinned = pinned === null ? null : createPinnedMatch(pinned);
  let writer: CoalescingWriter | null = null;
  let described: Promise<void> = Promise.resolve();
  let contentType: string | null = null;
  let countSpeed = (_sizeBytes: number): void => undefined;
  return {
    range: chunk,
    haveBytes: () => destination.have.totalBytes(),
    async request(failures) {
      const sizeBytes = knownSize(job);
      refuseTooLarge(sizeBytes, request.maxSizeBytes);
      measureSpeed(chunk, clock);
      const { position, end } = chunk;
      const { validator } = pinned ?? destination.object();
      const isRange = pinned !== null || position > 0 || end < (sizeBytes ?? Number.POSITIVE_INFINITY);
      const start = position - overlapOf(position, isRange && ifRange(validator) !== null, failures, job);
      const overlap = start === position ? Buffer.alloc(0) : await destination.readBack(start, position);
      const isLast = pinned === null && end === sizeBytes;
      const range = isRange ? { start: offset + start, end: offset + end, isLast } : null;
      return { range, pinned: validator, overlap };
    },
    async accept(received) {
      const { response } = received;
      const bytes = matchPinned?.(received, chunk.position) ?? (await matchResponse(received, chunk, job));
      if (bytes === 'complete') return bytes;
      if (pinned !== null) job.ranges = 'honoured';
      const sizeBytes = knownSize(job);
      contentType = response.headers.get('content-type');
      // Not awaited before reading the body: a connection lost meanwhile would drop the bytes that arrived.
      if (pinned === null) described = describeObject(bytes, response.headers, job);
      described.catch(() => undefined);
      countSpeed = measureSpeed(chunk, clock);
      writer = coalesceWrites(chunk.position, {
        writeBytes: writeBytes(job),
        clock,
        async write(chunks, position) {
          await job.write(chunks, position);
          chunks.forEach(response.release);
          const haveBytes = destination.have.totalBytes();
          onEvent({ kind: 'progress', haveBytes, totalBytes: sizeBytes, connections: job.connections });
        },
      });
      if (bytes.kind === 'whole')
        return { bodyBytes: bytes.totalBytes ?? sizeBytes, mostBytes: sizeBytes ?? request.maxSizeBytes };
      return { bodyBytes: bytes.end - bytes.start, mostBytes: bytes.end - bytes.start };
    },
    take(bytes) {
      if (chunk.position === 0) request.inspectStart(bytes, contentType);
      return writer?.take(bytes) ?? null;
    },
    onBytes: (sizeBytes) => countSpeed(sizeBytes),
    async settle(hasEnded) {
      await writer?.end();
      await described;
      if (!hasEnded || chunk.end !== Number.POSITIVE_INFINITY) return;
      if (!request.isVerifiedLater) throw unknownSizeError();
      plan.setEnd(chunk.position);
    },
  };
}

/**
 * How many bytes before `position` to request again and compare, if they are from an earlier run or have no strong
 * validator. The overlap shrinks with each failure, so that a connection that never lasts longer than it still makes
 * progress. It leaves out at least the first byte: a request from 0 on would be for everything.
 */
function overlapOf(position: number, hasCondition: boolean, failures: number, job: TransferJob): number {
  const beforeBytes = job.destination.have.bytesBefore(position);
  if (beforeBytes === 0 || (hasCondition && !job.isOld(position - 1))) return 0;
  return Math.min(Math.floor(OVERLAP_BYTES / 2 ** failures), beforeBytes, position - 1);
}

/** The more connections there are, the less each one collects. */
function writeBytes({ connections }: TransferJob): number {
  return Math.min(Math.max(WRITE_BYTES.together / connections, WRITE_BYTES.least), WRITE_BYTES.most);
}

function unknownSizeError(): ExpectedError {
  return new ExpectedError(
    'INTEGRITY',
    'cannot tell whether the file is complete: the service gave no size',
    { hint: 'give its digest with --checksum sha256=HEX if you know it' },
  );
}

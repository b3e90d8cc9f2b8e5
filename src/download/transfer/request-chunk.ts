import { OVERLAP_BYTES } from '../part/destination.ts';
import type { RequestedRange } from '../response/classify-response.ts';
import { ifRange } from '../response/validator.ts';
import type { Chunk } from './scheduler.ts';
import { knownSize, type TransferJob } from './transfer-job.ts';

/** Which bytes to request of a chunk: null for the whole object. They begin with those that are to be compared. */
export async function rangeOf(
  chunk: Chunk,
  failures: number,
  job: TransferJob,
): Promise<{ range: RequestedRange | null; overlap: Buffer }> {
  const { destination } = job;
  const sizeBytes = knownSize(job);
  const { position, end } = chunk;
  const isRange = position > 0 || end < (sizeBytes ?? Number.POSITIVE_INFINITY);
  const hasCondition = isRange && ifRange(destination.object().validator) !== null;
  const start = position - overlapOf(position, hasCondition, failures, job);
  const overlap = start === position ? Buffer.alloc(0) : await destination.readBack(start, position);
  return { range: isRange ? { start, end, isLast: end === sizeBytes } : null, overlap };
}

/**
 * What an earlier run left, or no strong validator vouches for, is asked for again in part and
 * compared. The overlap shrinks with each failure, so that a connection that never lasts longer than
 * the overlap still gets ahead. One byte at least is left out: a request from 0 on would be for all.
 */
function overlapOf(position: number, hasCondition: boolean, failures: number, job: TransferJob): number {
  const beforeBytes = job.destination.have.bytesBefore(position);
  if (beforeBytes === 0 || (hasCondition && !job.isOld(position - 1))) return 0;
  return Math.min(Math.floor(OVERLAP_BYTES / 2 ** failures), beforeBytes, position - 1);
}

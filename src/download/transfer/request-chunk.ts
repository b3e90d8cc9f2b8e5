import { OVERLAP_BYTES } from '../part/destination.ts';
import { rangeHeader } from '../response/range-response.ts';
import { ifRange } from '../response/validator.ts';
import type { Chunk } from './scheduler.ts';
import { knownSize, type TransferJob } from './transfer-job.ts';

/** Which bytes to ask for, on which condition. */
export async function requestChunk(chunk: Chunk, failures: number, job: TransferJob) {
  const { destination } = job;
  const sizeBytes = knownSize(job);
  const { position, end } = chunk;
  const isRange = position > 0 || end < (sizeBytes ?? Number.POSITIVE_INFINITY);
  const known = destination.object();
  const condition = isRange ? ifRange(known.validator) : null;
  const overlapBytes = overlapOf(position, condition !== null, failures, job);
  const start = position - overlapBytes;
  const overlap = overlapBytes === 0 ? Buffer.alloc(0) : await destination.readBack(start, position);
  const field = rangeHeader({ start, end: end === sizeBytes ? Number.POSITIVE_INFINITY : end });
  return {
    range: isRange ? { start, end } : null,
    overlap,
    headers: {
      'accept-encoding': 'identity',
      ...(isRange ? { range: field } : {}),
      ...(condition === null ? {} : { 'if-range': condition }),
    },
  };
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

import { ExpectedError } from '../../errors.ts';
import type { HttpHeaders } from '../../http/headers.ts';
import type { ObjectDescription } from '../part/destination.ts';
import { type RangeResponse, sizeMismatch } from '../response/classify-response.ts';
import { peek } from '../response/peek.ts';
import type { ObjectResponse } from '../response/remote-object.ts';
import { compareValidators, ifRange } from '../response/validator.ts';
import type { Chunk } from './scheduler.ts';
import { knownSize, type TransferJob } from './transfer-job.ts';

type Bytes = Extract<RangeResponse, { kind: 'part' | 'whole' }>;

/** A reason to discard the bytes and restart, a limited number of times. */
export class RestartNeeded extends Error {
  override readonly name = 'RestartNeeded';
  /** What to throw at the limit; null for a file that keeps changing. */
  readonly finalError: ExpectedError | null;

  constructor(reason: string, finalError: ExpectedError | null = null) {
    super(reason);
    this.finalError = finalError;
  }
}

/** One of several connections received the whole file instead of a range, so it must close. */
export class RangeRefused extends Error {
  override readonly name = 'RangeRefused';
}

/**
 * Compares a response with the existing bytes. A 200 to a range request is the whole object: it replaces the existing
 * bytes, and is never appended.
 * @returns the response if it has bytes of the chunk; `complete` if the object has no more of them
 * @throws RestartNeeded, RangeRefused, UnexpectedResponseError, ExpectedError UNSAFE when it is too large
 */
export async function matchResponse(
  { response, found, isRange }: ObjectResponse,
  chunk: Chunk,
  job: TransferJob,
): Promise<Bytes | 'complete'> {
  const { destination, request, context } = job;
  const sizeBytes = knownSize(job);
  switch (found.kind) {
    case 'other-part':
      throw new RestartNeeded(found.reason);
    case 'precondition-failed':
      throw found.error;
    case 'unsatisfiable': {
      const totalBytes = found.totalBytes ?? sizeBytes;
      const isComplete = totalBytes !== null && totalBytes === destination.have.bytesBefore(chunk.position);
      if (isComplete && (sizeBytes === null || sizeBytes === totalBytes)) return 'complete';
      throw new RestartNeeded('the server does not have the part of the file that was asked for');
    }
    case 'part': {
      if (sizeBytes !== null && found.totalBytes !== sizeBytes) {
        const reason = `the file now has ${found.totalBytes} bytes instead of ${sizeBytes}`;
        throw new RestartNeeded(reason, sizeMismatch(found.totalBytes, sizeBytes));
      }
      refuseTooLarge(found.totalBytes, request.maxSizeBytes);
      matchPart(found, job);
      return found;
    }
    case 'whole': {
      const isOtherSize = found.totalBytes !== null && sizeBytes !== null && found.totalBytes !== sizeBytes;
      // Its first bytes may show that it is not the file.
      if (isRange || isOtherSize)
        await peek(response, request.inspectStart, { clock: context.clock, signal: job.signal });
      if (isOtherSize) throw sizeMismatch(found.totalBytes, sizeBytes);
      refuseTooLarge(found.totalBytes, request.maxSizeBytes);
      if (isRange) await matchWhole(found, chunk, job);
      else if (response.headers.get('accept-ranges') === 'bytes') job.ranges = 'honoured';
      return found;
    }
  }
}

function matchPart({ validator }: Bytes, job: TransferJob): void {
  const { destination, request } = job;
  const verdict = compareValidators(destination.object().validator, validator);
  job.ranges = 'honoured';
  if (verdict === 'changed') throw new RestartNeeded('the file on the server has changed');
  if (verdict === 'same' || request.isVerifiedLater) return;
  if (destination.have.totalBytes() === 0 && ifRange(validator) !== null) return;
  job.mayDivide = false;
  throw new RestartNeeded('the server does not tell versions of the file apart');
}

async function matchWhole({ validator, totalBytes }: Bytes, chunk: Chunk, job: TransferJob): Promise<void> {
  const { destination } = job;
  const haveBytes = destination.have.totalBytes();
  const verdict = compareValidators(destination.object().validator, validator);
  job.ranges = 'ignored';
  if (job.connections > 1) {
    throw verdict === 'changed'
      ? new RestartNeeded('the file on the server has changed')
      : new RangeRefused('the server answered a request for a range with the whole file');
  }
  if (haveBytes > 0) await destination.restart();
  job.plan.assignAll(chunk, totalBytes ?? knownSize(job) ?? Number.POSITIVE_INFINITY);
  if (haveBytes === 0) return;
  const reason =
    verdict === 'same' ? 'the server cannot continue files' : 'the file on the server has changed';
  job.context.onEvent({ kind: 'restart', reason, lostBytes: haveBytes });
}

/** Saves what a response newly says about the object. */
export async function describeObject(found: Bytes, headers: HttpHeaders, job: TransferJob): Promise<void> {
  const { destination, request } = job;
  const known = destination.object();
  const next: ObjectDescription = {
    sizeBytes: found.totalBytes ?? knownSize(job),
    validator: ifRange(known.validator) === null ? found.validator : known.validator,
  };
  if (next.sizeBytes !== null) job.plan.setEnd(next.sizeBytes);
  request.onObject(next, headers, found.kind === 'whole');
  if (JSON.stringify(next) !== JSON.stringify(known)) await destination.describeObject(next);
}

/** @throws ExpectedError UNSAFE if it is larger than the user allows */
export function refuseTooLarge(sizeBytes: number | null, maxSizeBytes: number | null): void {
  if (sizeBytes === null || maxSizeBytes === null || sizeBytes <= maxSizeBytes) return;
  throw new ExpectedError(
    'UNSAFE',
    `the file has ${sizeBytes} bytes, more than --max-size allows (${maxSizeBytes})`,
    { hint: 'raise --max-size if you trust it' },
  );
}

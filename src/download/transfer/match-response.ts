import { ExpectedError } from '../../errors.ts';
import type { HttpResponse } from '../../http/transport.ts';
import type { ObjectDescription } from '../part/destination.ts';
import type { FileResponse } from '../response/file-response.ts';
import { compareValidators, ifRange } from '../response/validator.ts';
import type { Chunk } from './scheduler.ts';
import { knownSize, type TransferJob } from './transfer-job.ts';

type Bytes = Extract<FileResponse, { kind: 'bytes' }>;

/** A reason to throw the bytes away and begin again, within a bound. */
export class RestartNeeded extends Error {
  override readonly name = 'RestartNeeded';
  /** What to throw when the bound is reached; null for a file that keeps changing. */
  readonly finalError: ExpectedError | null;

  constructor(reason: string, finalError: ExpectedError | null = null) {
    super(reason);
    this.finalError = finalError;
  }
}

/** A connection that was opened beside others was answered with the whole file: it has to go. */
export class RangeRefused extends Error {
  override readonly name = 'RangeRefused';
}

/**
 * Whether the answer goes together with what is there. A 200 to a request for a range is the whole
 * object, from its first byte: it replaces what is there and is never appended.
 * @throws RestartNeeded, RangeRefused, ExpectedError UNSAFE when it is too large
 */
export async function matchResponse(
  answer: Bytes,
  chunk: Chunk,
  isRange: boolean,
  { headers }: HttpResponse,
  job: TransferJob,
): Promise<void> {
  const { destination, request } = job;
  const known = destination.object().validator;
  const haveBytes = destination.have.totalBytes();
  const verdict = compareValidators(known, answer.validator);
  refuseTooLarge(answer.totalBytes, request.maxSizeBytes);
  if (!answer.isWhole) {
    job.ranges = 'honoured';
    if (verdict === 'changed') throw new RestartNeeded('the file on the server has changed');
    if (verdict === 'same' || request.isVerifiedLater) return;
    if (haveBytes === 0 && ifRange(answer.validator) !== null) return;
    job.mayDivide = false;
    throw new RestartNeeded('the server does not tell versions of the file apart');
  }
  if (!isRange) {
    if (headers.get('accept-ranges') === 'bytes') job.ranges = 'honoured';
    return;
  }
  job.ranges = 'ignored';
  if (job.connections > 1) {
    throw verdict === 'changed'
      ? new RestartNeeded('the file on the server has changed')
      : new RangeRefused('the server answered a request for a range with the whole file');
  }
  if (haveBytes > 0) await destination.restart();
  job.plan.assignAll(chunk, answer.totalBytes ?? knownSize(job) ?? Number.POSITIVE_INFINITY);
  if (haveBytes === 0) return;
  const reason =
    verdict === 'same' ? 'the server cannot continue files' : 'the file on the server has changed';
  job.context.onEvent({ kind: 'restart', reason, lostBytes: haveBytes });
}

/** Keeps what the answer says of the object, where that is new. */
export async function describeObject(
  answer: Bytes,
  { headers }: HttpResponse,
  job: TransferJob,
): Promise<void> {
  const { destination, request } = job;
  const known = destination.object();
  const next: ObjectDescription = {
    sizeBytes: answer.totalBytes ?? knownSize(job),
    validator: ifRange(known.validator) === null ? answer.validator : known.validator,
  };
  if (next.sizeBytes !== null) job.plan.setEnd(next.sizeBytes);
  request.onObject(next, headers, answer.isWhole);
  if (JSON.stringify(next) !== JSON.stringify(known)) await destination.describeObject(next);
}

/** @throws ExpectedError UNSAFE when it is more than the user allows */
export function refuseTooLarge(sizeBytes: number | null, maxSizeBytes: number | null): void {
  if (sizeBytes === null || maxSizeBytes === null || sizeBytes <= maxSizeBytes) return;
  throw new ExpectedError(
    'UNSAFE',
    `the file has ${sizeBytes} bytes, more than --max-size allows (${maxSizeBytes})`,
    { hint: 'raise --max-size if you trust it' },
  );
}

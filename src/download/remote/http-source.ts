import type { Clock } from '../../clock.ts';
import { ExpectedError } from '../../errors.ts';

import type { RangeSource } from '../../range/range-source.ts';
import type { ObjectResponse, RemoteObject } from '../response/remote-object.ts';
import { compareValidators, ifRange, type Validator } from '../response/validator.ts';
import type { ConnectionBudget } from '../transfer/connection-budget.ts';
import type { RateLimit } from '../transfer/rate-limit.ts';
import { createRetryBudget } from '../transfer/retry-budget.ts';
import { bodyPieces } from './body-pieces.ts';

/** An object behind HTTP Range. All its bytes are of one version, as far as the server tells versions apart. */
export interface HttpSource extends RangeSource {
  readonly stream: NonNullable<RangeSource['stream']>;
  readonly validator: Validator;
  /** Body bytes that travelled so far. */
  transferredBytes(): number;
}

export interface HttpSourceContext {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly limitRate: RateLimit | null;
  readonly random: () => number;
  /** Failures in a row, without a new byte in between, that are put up with. */
  readonly retries: number;
  readonly connections: Pick<ConnectionBudget, 'total' | 'acquire' | 'release'>;
  readonly onRetry: (retry: { error: ExpectedError; attempt: number; delayMs: number }) => void;
}

/** The end of an object, and what was told with it. */
export interface ObjectTail {
  readonly bytes: Buffer;
  readonly totalBytes: number;
  readonly validator: Validator;
}

/** The server sends the whole object where a part was asked for: it can only be had as a whole. */
export class NoRangesError extends ExpectedError {
  override readonly name = 'NoRangesError';
}

/**
 * Reads an object whose end is known. Each read is one request, continued where it breaks; what lies in
 * the end costs none.
 * @throws (from `read` and `stream`) NoRangesError when the whole came instead of the same part twice,
 *   ExpectedError INTEGRITY when the object is another one now, UNAVAILABLE and those of RemoteObject when
 *   the retries are spent, the signal's reason
 */
export function createHttpSource(
  { bytes: tail, totalBytes, validator }: ObjectTail,
  object: RemoteObject,
  context: HttpSourceContext,
): HttpSource {
  const { connections, signal, clock, random, retries, onRetry } = context;
  const tailStart = totalBytes - tail.length;

  /** One request; it may bring fewer bytes than asked for, but in order. */
  const request = async function* (start: number, end: number): AsyncGenerator<Buffer, void, undefined> {
    await connections.acquire(signal);
    try {
      const { response, found } = await object.request({ range: { start, end }, pinned: validator, signal });
      const refusal = refuse(found, { totalBytes, validator, host: response.url.host });
      if (refusal !== null || found.kind !== 'part') {
        response.body.destroy();
        throw refusal;
      }
      yield* bodyPieces(response, { object, lengthBytes: found.end - found.start, ...context });
    } finally {
      connections.release();
    }
  };

  const stream = async function* (start: number, end: number): AsyncGenerator<Buffer, void, undefined> {
    if (!(0 <= start && start <= end && end <= totalBytes)) {
      throw new RangeError(`not a byte range of ${totalBytes} bytes: [${start}, ${end})`);
    }
    const remoteEnd = Math.min(end, Math.max(tailStart, start));
    let position = start;
    let budget = createRetryBudget(retries, random, position);
    let refusedStart = -1;
    while (position < remoteEnd) {
      try {
        for await (const piece of request(position, remoteEnd)) {
          position += piece.length;
          yield piece;
        }
        budget = createRetryBudget(retries, random, position);
      } catch (error) {
        signal.throwIfAborted();
        if (error instanceof NoRangesError) {
          // Once it may be a cache on the way; a server that has no ranges is not worth all the retries.
          if (refusedStart === position) throw error;
          refusedStart = position;
        }
        const retry = budget.spend(error, position);
        onRetry(retry);
        await clock.sleep(retry.delayMs, signal);
      }
    }
    if (position < end) yield tail.subarray(position - tailStart, end - tailStart);
  };

  return {
    sizeBytes: totalBytes,
    validator,
    stream,
    parallelReads: connections.total,
    read: (start, end) => collect(stream(start, end), end - start),
    transferredBytes: () => object.transferredBytes,
  };
}

/** Why a response to a request for a part of a known object cannot be used; null when it can. */
function refuse(
  found: ObjectResponse['found'],
  { totalBytes, validator, host }: { totalBytes: number; validator: Validator; host: string },
): ExpectedError | null {
  switch (found.kind) {
    case 'part':
      return found.totalBytes === totalBytes && isSameVersion(validator, found.validator) ? null : changed();
    case 'whole': {
      const isSameSize = found.totalBytes === null || found.totalBytes === totalBytes;
      const mayBeSame = isSameSize && compareValidators(validator, found.validator) !== 'changed';
      return mayBeSame ? theWhole(host) : changed();
    }
    case 'other-part':
      return notThePart(host);
    case 'unsatisfiable':
    case 'precondition-failed':
      return changed();
  }
}

/** Where the first response had a validator that is good for byte ranges, all others must have the same. */
function isSameVersion(pinned: Validator, found: Validator): boolean {
  const verdict = compareValidators(pinned, found);
  return verdict === 'same' || (verdict === 'unknown' && ifRange(pinned) === null);
}

/** All pieces as one. They are copied as they come: kept and joined, a large range would take its size twice. */
async function collect(pieces: AsyncIterable<Buffer>, lengthBytes: number): Promise<Buffer> {
  const bytes = Buffer.allocUnsafeSlow(lengthBytes);
  let receivedBytes = 0;
  for await (const piece of pieces) receivedBytes += piece.copy(bytes, receivedBytes);
  return bytes;
}

function changed(): ExpectedError {
  return new ExpectedError('INTEGRITY', 'the file on the server changed while it was read', {
    hint: 'run the same command again',
  });
}

function theWhole(host: string): NoRangesError {
  const message = `${host} sent the whole file instead of a part of it`;
  return new NoRangesError('BAD_RESPONSE', message, { transient: true });
}

function notThePart(host: string): ExpectedError {
  const message = `${host} answered with another part of the file than the one asked for`;
  return new ExpectedError('UNAVAILABLE', message, { transient: true });
}

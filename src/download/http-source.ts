import type { Api } from '../api/client.ts';
import type { Clock } from '../clock.ts';
import { ExpectedError } from '../errors.ts';
import { withRetries } from '../http/retry.ts';
import type { RangeSource } from '../range/range-source.ts';
import type { ConnectionBudget } from './connection-budget.ts';
import type { AskedRange, RangeAnswer } from './range-answer.ts';
import { createRangeExchange, type RangeExchange } from './range-exchange.ts';
import { createRetryBudget } from './retry-budget.ts';
import { compareValidators, ifRange, type Validator } from './validator.ts';

/** An object behind HTTP Range. All its bytes are of one version, as far as the server tells versions apart. */
export interface HttpSource extends RangeSource {
  readonly stream: NonNullable<RangeSource['stream']>;
  readonly validator: Validator;
  /** Body bytes that travelled so far. */
  transferredBytes(): number;
}

export type HttpSourceOpening =
  | { readonly kind: 'source'; readonly source: HttpSource }
  /** The server does not hand out parts: the object can only be had as a whole. */
  | { readonly kind: 'no-ranges'; readonly reason: string };

export interface HttpSourceRequest {
  readonly url: URL;
  /** Asks the API for the file's URL again when the present one is refused. */
  readonly renewUrl: () => Promise<URL>;
  /** What the API says; null when it does not. */
  readonly sizeBytes: number | null;
  /** How much of the end comes with the first request, and is kept. */
  readonly tailBytes: number;
}

export interface HttpSourceContext {
  readonly api: Pick<Api, 'openFile'>;
  readonly clock: Clock;
  readonly random: () => number;
  readonly signal: AbortSignal;
  /** Failures in a row, without a new byte in between, that are put up with. */
  readonly retries: number;
  readonly connections: Pick<ConnectionBudget, 'take' | 'give'>;
  readonly onRetry: (retry: { error: ExpectedError; attempt: number; delayMs: number }) => void;
}

const NO_RANGES = 'the server does not send parts of files';

/**
 * Opens an object by asking for its last bytes, which tells its size and version as well (RFC 9110
 * 14.1.2, suffix ranges). A server that has ranges but not this form is asked once more in numbers.
 * @throws ExpectedError INTEGRITY when the size is not the one the API told; what `read` throws
 */
export async function openHttpSource(
  request: HttpSourceRequest,
  context: HttpSourceContext,
): Promise<HttpSourceOpening> {
  const exchange = createRangeExchange(request, context);
  const { sizeBytes, tailBytes } = request;
  const ask = (asked: AskedRange) =>
    withRetries(() => takeTail(asked, request, exchange, context), { ...context });
  let tail = await ask({ suffixBytes: tailBytes });
  if (tail.kind === 'no-suffix' && sizeBytes !== null && sizeBytes > 0) {
    tail = await ask({ start: Math.max(sizeBytes - tailBytes, 0), end: sizeBytes });
  }
  if (tail.kind !== 'tail') return { kind: 'no-ranges', reason: NO_RANGES };
  return { kind: 'source', source: makeSource(tail, exchange, context) };
}

interface Tail {
  readonly bytes: Buffer;
  readonly totalBytes: number;
  readonly validator: Validator;
}

type TailOutcome = (Tail & { readonly kind: 'tail' }) | { readonly kind: 'no-suffix' | 'no-ranges' };

/** One request for the end of the object. An answer with the whole of a small one is as good. */
async function takeTail(
  asked: AskedRange,
  { sizeBytes, tailBytes }: HttpSourceRequest,
  exchange: RangeExchange,
  { connections, signal }: HttpSourceContext,
): Promise<TailOutcome> {
  await connections.take(signal);
  try {
    const { response, answer } = await exchange.send(asked, null);
    // Of another size it may be a page that says why there is no file; who takes the whole will see.
    const isSmall =
      answer.kind === 'whole' &&
      answer.totalBytes !== null &&
      answer.totalBytes <= tailBytes &&
      (sizeBytes === null || answer.totalBytes === sizeBytes);
    if (answer.kind !== 'part' && !isSmall) {
      response.body.destroy();
      const mayHaveRanges =
        answer.kind === 'unsatisfiable' || (answer.kind === 'whole' && answer.announcesRanges);
      return { kind: mayHaveRanges && 'suffixBytes' in asked ? 'no-suffix' : 'no-ranges' };
    }
    const { validator } = answer;
    const totalBytes = answer.totalBytes ?? 0;
    if (sizeBytes !== null && totalBytes !== sizeBytes) {
      response.body.destroy();
      throw otherSize(sizeBytes, totalBytes);
    }
    const lengthBytes = answer.kind === 'part' ? answer.end - answer.start : totalBytes;
    const bytes = await collect(exchange.pieces(response, lengthBytes), lengthBytes);
    return { kind: 'tail', bytes, totalBytes, validator };
  } finally {
    connections.give();
  }
}

function makeSource(
  { bytes: tail, totalBytes, validator }: Tail,
  exchange: RangeExchange,
  context: HttpSourceContext,
): HttpSource {
  const { connections, signal, clock, random, retries, onRetry } = context;
  const tailStart = totalBytes - tail.length;

  /** One request; it may bring fewer bytes than asked for, but in order. */
  const request = async function* (start: number, end: number): AsyncGenerator<Buffer, void, undefined> {
    await connections.take(signal);
    try {
      const { response, answer } = await exchange.send({ start, end }, validator);
      const refusal = refuse(answer, { totalBytes, validator, host: response.url.host });
      if (refusal !== null || answer.kind !== 'part') {
        response.body.destroy();
        throw refusal;
      }
      yield* exchange.pieces(response, answer.end - answer.start);
    } finally {
      connections.give();
    }
  };

  const stream = async function* (start: number, end: number): AsyncGenerator<Buffer, void, undefined> {
    if (!(0 <= start && start <= end && end <= totalBytes)) {
      throw new RangeError(`not a byte range of ${totalBytes} bytes: [${start}, ${end})`);
    }
    const remoteEnd = Math.min(end, Math.max(tailStart, start));
    let position = start;
    let budget = createRetryBudget(retries, random, position);
    while (position < remoteEnd) {
      try {
        for await (const piece of request(position, remoteEnd)) {
          position += piece.length;
          yield piece;
        }
        budget = createRetryBudget(retries, random, position);
      } catch (error) {
        signal.throwIfAborted();
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
    read: (start, end) => collect(stream(start, end), end - start),
    transferredBytes: () => exchange.transferredBytes(),
  };
}

/** Why an answer to a request for a part of a known object cannot be used; null when it can. */
function refuse(
  answer: RangeAnswer,
  { totalBytes, validator, host }: { totalBytes: number; validator: Validator; host: string },
): ExpectedError | null {
  switch (answer.kind) {
    case 'part':
      return answer.totalBytes === totalBytes && isSameVersion(validator, answer.validator)
        ? null
        : changed();
    case 'whole': {
      const isSame = compareValidators(validator, answer.validator) === 'same';
      return isSame ? notThePart(host) : changed();
    }
    case 'other-part':
      return notThePart(host);
    case 'unsatisfiable':
    case 'changed':
      return changed();
    case 'refused':
      return answer.error;
  }
}

/** Where the first answer had a validator that is good for byte ranges, all others must have the same. */
function isSameVersion(pinned: Validator, found: Validator): boolean {
  const verdict = compareValidators(pinned, found);
  return verdict === 'same' || (verdict === 'unknown' && ifRange(pinned) === null);
}

async function collect(pieces: AsyncIterable<Buffer>, lengthBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const piece of pieces) chunks.push(piece);
  return Buffer.concat(chunks, lengthBytes);
}

function changed(): ExpectedError {
  return new ExpectedError('INTEGRITY', 'the file on the server changed while it was read', {
    hint: 'run the same command again',
  });
}

function notThePart(host: string): ExpectedError {
  const message = `${host} answered with another part of the file than the one asked for`;
  return new ExpectedError('UNAVAILABLE', message, { transient: true });
}

function otherSize(expectedBytes: number, actualBytes: number): ExpectedError {
  return new ExpectedError(
    'INTEGRITY',
    `the service says ${expectedBytes} bytes, the file on the server has ${actualBytes}`,
    { hint: 'try again later; if it stays so, create the package again' },
  );
}

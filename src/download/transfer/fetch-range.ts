import type { Clock } from '../../clock.ts';
import { ExpectedError } from '../../errors.ts';
import type { Semaphore } from '../../semaphore.ts';
import type { RequestedRange } from '../response/classify-response.ts';
import type { ObjectResponse, RemoteObject } from '../response/remote-object.ts';
import type { Validator } from '../response/validator.ts';
import type { PausedTime } from './paused-time.ts';
import type { RateLimit } from './rate-limit.ts';
import { readBody } from './read-body.ts';
import { createRetryBudget, type Retry } from './retry-budget.ts';

/** Receives a range of an object, and decides which responses it accepts. */
export interface RangeSink {
  /** `position` is the next byte to receive. `end` can move closer while bytes arrive. */
  readonly range: { position: number; end: number };
  /** The bytes received so far; a failure after new bytes is the first one again. */
  haveBytes(): number;
  /** What to request next. @param failures since the last new byte */
  request(failures: number): Promise<SinkRequest>;
  /**
   * Compares a response with what is known about the object. May move the range.
   * @returns the size of the body; `complete` when the object has no more bytes
   * @throws what makes the response unusable
   */
  accept(received: ObjectResponse): Promise<BodySize | 'complete'>;
  /** Receives the bytes from `position` on; a returned promise pauses the body. @throws to refuse them */
  take(bytes: Buffer): Promise<unknown> | null;
  /** Called with all body bytes, including those that are only compared. */
  onBytes?(sizeBytes: number): void;
  /** Resolves when all received bytes are written. @param hasEnded false when the body failed */
  settle?(hasEnded: boolean): Promise<void>;
}

export interface SinkRequest {
  /** Null for the whole object. */
  readonly range: RequestedRange | null;
  /** The version that a range must belong to; null for any. */
  readonly pinned: Validator | null;
  /** The requested bytes before `position`; the server must send the same ones. */
  readonly overlap: Buffer;
}

export interface BodySize {
  /** The size that the response promises; null if it gives none. */
  readonly bodyBytes: number | null;
  /** The most that may arrive; null for no limit. */
  readonly mostBytes: number | null;
}

export interface FetchContext {
  readonly clock: Clock;
  readonly random: () => number;
  readonly signal: AbortSignal;
  /** The most failures in a row without a new byte. */
  readonly retries: number;
  readonly limitRate: RateLimit | null;
  /** Limits concurrent requests; null if the caller already has a connection. */
  readonly connections: Pick<Semaphore, 'acquire' | 'release'> | null;
  readonly pausedTime?: PausedTime;
  readonly onRetry: (retry: Retry) => void;
  /** Whether to give up the range instead of retrying, after a failure before the first new byte. */
  readonly yields?: (error: unknown) => boolean;
}

/** Thrown if the server's bytes differ from the existing ones. */
export class ChangedBytesError extends Error {
  override readonly name = 'ChangedBytesError';
}

/**
 * Fetches a range of an object, over several requests if necessary. Keeps bytes that arrived before a failure. Returns
 * when the range is complete, or when `yields` gives it up.
 * @throws what the sink throws, ChangedBytesError, the last failure when the retries are spent, the signal's reason
 */
export async function fetchRange(
  object: RemoteObject,
  sink: RangeSink,
  context: FetchContext,
): Promise<void> {
  const { clock, random, retries, signal, yields, onRetry } = context;
  const { range } = sink;
  const budget = createRetryBudget(retries, random, sink.haveBytes());
  while (range.position < range.end) {
    const { position } = range;
    try {
      await fetchOnce(object, sink, { ...context, failures: budget.failures() });
    } catch (error) {
      signal.throwIfAborted();
      if (range.position === position && yields?.(error) === true) return;
      const retry = budget.spend(error, sink.haveBytes());
      if (range.position >= range.end) return;
      onRetry(retry);
      await clock.sleep(retry.delayMs, signal);
    }
  }
}

/** Sends one request and reads its response, which may have fewer bytes than requested. */
async function fetchOnce(
  object: RemoteObject,
  sink: RangeSink,
  { connections, signal, failures, ...context }: FetchContext & { readonly failures: number },
): Promise<void> {
  const { range } = sink;
  const { overlap, ...request } = await sink.request(failures);
  await connections?.acquire(signal);
  try {
    const received = await object.request({ ...request, signal });
    const { response, found } = received;
    const body = await sink.accept(received).catch((error: unknown) => {
      response.body.destroy();
      throw error;
    });
    if (body === 'complete') {
      response.body.destroy();
      range.end = range.position;
      return;
    }
    const { position } = range;
    const withoutOverlap = compare(found.kind === 'part' ? overlap : Buffer.alloc(0));
    let hasEnded = false;
    try {
      await readBody(response, {
        ...context,
        ...body,
        signal,
        take(chunk) {
          const wanted = withoutOverlap(chunk).subarray(0, Math.max(range.end - range.position, 0));
          const full = sink.take(wanted);
          range.position += wanted.length;
          return full;
        },
        isComplete: () => range.position >= range.end,
        onBytes(sizeBytes) {
          object.transferredBytes += sizeBytes;
          sink.onBytes?.(sizeBytes);
        },
      });
      hasEnded = true;
    } finally {
      await sink.settle?.(hasEnded);
    }
    if (range.position === position && position < range.end) {
      const message = `${response.url.host} sent none of the bytes that were missing`;
      throw new ExpectedError('UNAVAILABLE', message, { transient: true });
    }
  } finally {
    connections?.release();
  }
}

/** Removes the overlap from the chunks of a body. @throws ChangedBytesError */
function compare(overlap: Buffer): (chunk: Buffer) => Buffer {
  let rest = overlap;
  return (chunk) => {
    if (rest.length === 0) return chunk;
    const sizeBytes = Math.min(rest.length, chunk.length);
    if (!chunk.subarray(0, sizeBytes).equals(rest.subarray(0, sizeBytes))) throw new ChangedBytesError();
    rest = rest.subarray(sizeBytes);
    return chunk.subarray(sizeBytes);
  };
}

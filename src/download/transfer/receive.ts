import type { Readable } from 'node:stream';
import type { Clock } from '../../clock.ts';
import { ExpectedError } from '../../errors.ts';
import type { HttpResponse } from '../../http/transport.ts';
import { TransportError, transportError } from '../../http/transport-error.ts';
import { detectStalls, type StallDetector } from '../response/stall-detector.ts';
import { coalesceWrites } from './coalesce-writes.ts';
import type { PausedTime } from './paused-time.ts';
import type { RateLimit } from './rate-limit.ts';
import type { Chunk } from './scheduler.ts';

export interface ReceiveOptions {
  readonly response: HttpResponse;
  /** Its `position` advances with every byte that is taken. */
  readonly chunk: Chunk;
  readonly write: (chunks: readonly Buffer[], position: number) => Promise<void>;
  readonly writeBytes: number;
  /** Bytes that were asked for again and must be equal to what is there; empty where nothing was. */
  readonly overlap: Buffer;
  /** Body bytes that the answer promised; null when it did not say. */
  readonly bodyBytes: number | null;
  /** No more than this may come, the overlap included; null for no limit. */
  readonly mostBytes: number | null;
  /** Sees the first bytes of the file before they are written; throws to refuse them. */
  readonly inspectStart: (head: Buffer) => void;
  readonly limitRate: RateLimit | null;
  readonly pausedTime: PausedTime;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly onBytes: (sizeBytes: number) => void;
}

/** Thrown when the server's bytes are not the ones that are there already. */
export class ChangedBytesError extends Error {
  override readonly name = 'ChangedBytesError';
}

/**
 * Brings one body to its place. Resolves when the chunk is complete; where its end is not known, at
 * the end of the stream, which proves nothing. What came before a failure is written.
 * @throws TransportError (transient) when less came, ExpectedError INTEGRITY when more came,
 *   ChangedBytesError when the overlap differs, DISK
 */
export async function receive(options: ReceiveOptions): Promise<void> {
  const { response, chunk, bodyBytes, limitRate, pausedTime, clock, signal, onBytes } = options;
  const { body, url } = response;
  const watch = detectStalls(clock, (error) => body.destroy(error));
  const writer = coalesceWrites(chunk.position, options);
  const accept = overlapThenHead(options);
  let receivedBytes = 0;
  const take = (piece: Buffer): Promise<unknown> | null => {
    watch.count(piece.length);
    receivedBytes += piece.length;
    onBytes(piece.length);
    refuseExcess(receivedBytes, options);
    const wanted = accept(piece).subarray(0, Math.max(chunk.end - chunk.position, 0));
    chunk.position += wanted.length;
    const full = writer.take(wanted);
    const waitMs = limitRate?.consume(piece.length) ?? 0;
    return waitMs > 0 ? Promise.all([full, clock.sleep(waitMs, signal)]) : full;
  };
  // The end of the stream is waited for where it comes by itself: the connection can be used again then.
  const isEnough = () => chunk.position >= chunk.end && receivedBytes !== bodyBytes;
  try {
    await drain(body, { take, isEnough, watch, pausedTime });
  } catch (error) {
    await writer.end();
    signal.throwIfAborted();
    if (chunk.position >= chunk.end && !(error instanceof ExpectedError)) return;
    if (error instanceof ExpectedError || error instanceof ChangedBytesError) throw error;
    throw transportError(error, url);
  } finally {
    watch.stop();
    body.destroy();
  }
  await writer.end();
  if (chunk.position < chunk.end && bodyBytes !== null && receivedBytes < bodyBytes) {
    throw new TransportError(
      `${url.host} closed the connection ${bodyBytes - receivedBytes} bytes too early`,
      { transient: true },
      true,
    );
  }
}

interface DrainOptions {
  /** A promise when it must be waited for before the next piece may come. */
  readonly take: (piece: Buffer) => Promise<unknown> | null;
  readonly isEnough: () => boolean;
  readonly watch: StallDetector;
  readonly pausedTime: PausedTime;
}

/**
 * Gives every piece to `take` as it comes and waits where that returns a promise. Iterating the
 * stream instead would drop what it holds when the connection breaks.
 */
function drain(body: Readable, { take, isEnough, watch, pausedTime }: DrainOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    // The connection may have been lost while the header was looked at; then no event comes any more.
    if (body.destroyed) reject(body.errored ?? new Error('the stream was closed'));
    const fail = (error: unknown) => {
      reject(error);
      body.destroy();
    };
    body.on('data', (piece: Buffer) => {
      try {
        const full = take(piece);
        if (isEnough()) {
          resolve();
          body.destroy();
        } else if (full !== null) {
          body.pause();
          watch.pause();
          pausedTime.pause();
          full
            .finally(() => pausedTime.release())
            .then(() => {
              watch.release();
              body.resume();
            }, fail);
        }
      } catch (error) {
        fail(error);
      }
    });
    body.once('end', resolve);
    body.once('error', reject);
    // Destroyed without an error, which a stream may be after its connection was lost.
    body.once('close', () => reject(new Error('the stream was closed')));
  });
}

/** Compares what was asked for again, then shows the first bytes of a file to `inspectStart`. */
function overlapThenHead({ chunk, overlap, inspectStart }: ReceiveOptions): (piece: Buffer) => Buffer {
  let comparedBytes = 0;
  let isFirst = chunk.position === 0;
  return (piece) => {
    if (isFirst) {
      inspectStart(piece);
      isFirst = false;
    }
    if (comparedBytes >= overlap.length) return piece;
    const end = Math.min(overlap.length - comparedBytes, piece.length);
    if (!piece.subarray(0, end).equals(overlap.subarray(comparedBytes, comparedBytes + end)))
      throw new ChangedBytesError();
    comparedBytes += end;
    return piece.subarray(end);
  };
}

function refuseExcess(receivedBytes: number, { mostBytes, response }: ReceiveOptions): void {
  if (mostBytes === null || receivedBytes <= mostBytes) return;
  throw new ExpectedError('INTEGRITY', `${response.url.host} sent more bytes than the file has`, {
    hint: 'try again later; if it stays so, create the package again',
  });
}

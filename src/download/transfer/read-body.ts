import type { Readable } from 'node:stream';
import type { Clock } from '../../clock.ts';
import { ExpectedError } from '../../errors.ts';
import type { HttpResponse } from '../../http/transport.ts';
import { TransportError, transportError } from '../../http/transport-error.ts';
import { detectStalls, type StallDetector } from '../response/stall-detector.ts';
import type { PausedTime } from './paused-time.ts';
import type { RateLimit } from './rate-limit.ts';

export interface BodyOptions {
  /** Body bytes that the response promised; null when it did not say. */
  readonly bodyBytes: number | null;
  /** No more than this may come; null for no limit. */
  readonly mostBytes: number | null;
  /** Takes each piece as it comes; a promise when it must be waited for before the next one may come. */
  readonly take: (piece: Buffer) => Promise<unknown> | null;
  /** Whether no more bytes are needed, however the body ends. */
  readonly isComplete: () => boolean;
  readonly limitRate: RateLimit | null;
  readonly pausedTime?: PausedTime;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Told of bytes as they arrive. */
  readonly onBytes: (sizeBytes: number) => void;
}

/**
 * Gives the pieces of a body to `take`, watched for stalls and held to the rate limit. What came before a
 * failure has been given: iterating the stream itself would drop it.
 * @throws TransportError (transient) when less came than was promised, ExpectedError INTEGRITY when more
 *   came or UNAVAILABLE when it stalled, what `take` throws, the signal's reason
 */
export async function readBody({ body, url }: HttpResponse, options: BodyOptions): Promise<void> {
  const { bodyBytes, mostBytes, isComplete, limitRate, clock, signal } = options;
  const watch = detectStalls(clock, (error) => body.destroy(error));
  let receivedBytes = 0;
  const take = (piece: Buffer): Promise<unknown> | null => {
    watch.count(piece.length);
    receivedBytes += piece.length;
    options.onBytes(piece.length);
    if (mostBytes !== null && receivedBytes > mostBytes) throw tooMany(url);
    const full = options.take(piece);
    const waitMs = limitRate?.consume(piece.length) ?? 0;
    return waitMs > 0 ? Promise.all([full, clock.sleep(waitMs, signal)]) : full;
  };
  // The end of the stream is waited for where it comes by itself: the connection can be used again then.
  const isEnough = () => isComplete() && receivedBytes !== bodyBytes;
  try {
    await drain(body, url, { take, isEnough, watch, pausedTime: options.pausedTime });
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof TransportError && isComplete())) throw error;
  } finally {
    watch.stop();
    body.destroy();
  }
  if (!isComplete() && bodyBytes !== null && receivedBytes < bodyBytes) {
    const message = `${url.host} closed the connection ${bodyBytes - receivedBytes} bytes too early`;
    throw new TransportError(message, { transient: true }, true);
  }
}

interface DrainOptions extends Pick<BodyOptions, 'take'> {
  readonly isEnough: () => boolean;
  readonly watch: StallDetector;
  readonly pausedTime: PausedTime | undefined;
}

/** @throws TransportError when the connection fails, ExpectedError when it stalls, what `take` throws */
function drain(body: Readable, url: URL, { take, isEnough, watch, pausedTime }: DrainOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    const lose = (error: unknown) => {
      reject(error instanceof ExpectedError ? error : transportError(error, url));
    };
    // The connection may have been lost while the header was looked at; then no event comes any more.
    if (body.destroyed) lose(body.errored ?? new Error('the stream was closed'));
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
          pausedTime?.pause();
          full
            .finally(() => pausedTime?.release())
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
    body.once('error', lose);
    // Destroyed without an error, which a stream may be after its connection was lost.
    body.once('close', () => lose(new Error('the stream was closed')));
  });
}

function tooMany(url: URL): ExpectedError {
  return new ExpectedError('INTEGRITY', `${url.host} sent more bytes than were asked for`, {
    hint: 'try again later; if it stays so, create the package again',
  });
}

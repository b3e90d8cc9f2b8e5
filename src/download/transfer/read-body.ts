import type { Readable } from 'node:stream';
import type { Clock } from '../../clock.ts';
import { ExpectedError } from '../../errors.ts';
import type { HttpResponse } from '../../http/transport.ts';
import { TransportError, transportError } from '../../http/transport-error.ts';
import { detectStalls, type StallDetector } from '../response/stall-detector.ts';
import type { PausedTime } from './paused-time.ts';
import type { RateLimit } from './rate-limit.ts';

export interface BodyOptions {
  /** The size that the response promises; null if it gives none. */
  readonly bodyBytes: number | null;
  /** The most bytes that may arrive; null for no limit. */
  readonly mostBytes: number | null;
  /** Receives each chunk as it arrives; a returned promise pauses the body. */
  readonly take: (chunk: Buffer) => Promise<unknown> | null;
  /** Whether no more bytes are needed, however the body ends. */
  readonly isComplete: () => boolean;
  readonly limitRate: RateLimit | null;
  readonly pausedTime?: PausedTime;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Called with the bytes as they arrive. */
  readonly onBytes: (sizeBytes: number) => void;
}

/**
 * Passes the chunks of a body to `take`, detects stalls, and applies the rate limit. Also passes chunks before a
 * failure, which iterating the stream would drop.
 * @throws TransportError (transient) for fewer bytes than promised, ExpectedError INTEGRITY for more bytes or
 *   UNAVAILABLE for a stall, what `take` throws, the signal's reason
 */
export async function readBody({ body, url }: HttpResponse, options: BodyOptions): Promise<void> {
  const { bodyBytes, mostBytes, isComplete, limitRate, clock, signal } = options;
  const watch = detectStalls(clock, (error) => body.destroy(error));
  let receivedBytes = 0;
  const take = (chunk: Buffer): Promise<unknown> | null => {
    watch.count(chunk.length);
    receivedBytes += chunk.length;
    options.onBytes(chunk.length);
    if (mostBytes !== null && receivedBytes > mostBytes) throw tooMany(url);
    const full = options.take(chunk);
    const waitMs = limitRate?.consume(chunk.length) ?? 0;
    return waitMs > 0 ? Promise.all([full, clock.sleep(waitMs, signal)]) : full;
  };
  // If the stream is about to end, wait for that, so that the connection can be reused.
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
    const failTransport = (error: unknown) => {
      reject(error instanceof ExpectedError ? error : transportError(error, url));
    };
    // The connection may have been lost while the headers were read. Then no event follows.
    if (body.destroyed) failTransport(body.errored ?? new Error('the stream was closed'));
    const fail = (error: unknown) => {
      reject(error);
      body.destroy();
    };
    let hasEnded = false;
    let pause: Promise<unknown> = Promise.resolve();
    body.on('data', (chunk: Buffer) => {
      try {
        const full = take(chunk);
        if (isEnough()) {
          resolve();
          body.destroy();
        } else if (full !== null) {
          body.pause();
          watch.pause();
          pausedTime?.pause();
          pause = full;
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
    // The last chunk pauses a stream that has ended. Its pause counts too, or a rate limit would not.
    body.once('end', () => {
      hasEnded = true;
      pause.then(() => resolve(), reject);
    });
    body.once('error', failTransport);
    // A stream can be destroyed without an error after its connection was lost.
    body.once('close', () => {
      if (!hasEnded) failTransport(new Error('the stream was closed'));
    });
  });
}

function tooMany(url: URL): ExpectedError {
  return new ExpectedError('INTEGRITY', `${url.host} sent more bytes than requested`, {
    hint: 'try again later; if it persists, create the package again',
  });
}

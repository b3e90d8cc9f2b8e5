import type { Clock } from '../../clock.ts';
import { ExpectedError } from '../../errors.ts';
import type { HttpResponse } from '../../http/transport.ts';
import { TransportError, transportError } from '../../http/transport-error.ts';
import type { RemoteObject } from '../response/remote-object.ts';
import { detectStalls } from '../response/stall-detector.ts';
import type { RateLimit } from '../transfer/rate-limit.ts';

/** So much may wait for whoever reads before the connection is made to wait. */
const WAITING_BYTES = 2 ** 20;

export interface BodyOptions {
  /** So many bytes are promised: no more may come, and no fewer. */
  readonly lengthBytes: number;
  readonly limitRate: RateLimit | null;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Counts the bytes as they arrive. */
  readonly object: Pick<RemoteObject, 'transferredBytes'>;
}

/**
 * The pieces of a body as they come. What arrived before a failure is given out before the failure
 * is thrown: iterating the stream itself would drop it.
 * @throws TransportError (transient) when less came, ExpectedError INTEGRITY when more came or
 *   UNAVAILABLE when it stalled, the signal's reason
 */
export async function* bodyPieces(
  { body, url }: HttpResponse,
  { lengthBytes, limitRate, clock, signal, object }: BodyOptions,
): AsyncGenerator<Buffer, void, undefined> {
  const waiting: Buffer[] = [];
  let waitingBytes = 0;
  let receivedBytes = 0;
  let end: { readonly error: unknown } | null = null;
  let wake: () => void = () => undefined;
  const finish = (error: unknown): void => {
    end ??= { error };
    wake();
  };
  // With a limit every piece is paid for before the next one is read, or the system would bring them all.
  const mostWaitingBytes = limitRate === null ? WAITING_BYTES : 1;
  const watch = detectStalls(clock, (error) => body.destroy(error));
  body.on('data', (piece: Buffer) => {
    watch.count(piece.length);
    object.transferredBytes += piece.length;
    receivedBytes += piece.length;
    if (receivedBytes > lengthBytes) {
      body.destroy();
      finish(tooMany(url));
      return;
    }
    waiting.push(piece);
    waitingBytes += piece.length;
    if (waitingBytes >= mostWaitingBytes) body.pause();
    wake();
  });
  body.once('end', () => finish(null));
  body.once('error', finish);
  // Destroyed without an error, which a stream may be after its connection was lost.
  body.once('close', () => finish(new Error('the stream was closed')));
  if (body.destroyed) finish(body.errored ?? new Error('the stream was closed'));
  try {
    for (;;) {
      const piece = waiting.shift();
      if (piece !== undefined) {
        waitingBytes -= piece.length;
        // Time that the reader takes is not time that the server lets pass.
        watch.pause();
        const waitMs = limitRate?.consume(piece.length) ?? 0;
        if (waitMs > 0) await clock.sleep(waitMs, signal);
        yield piece;
        watch.release();
        if (waitingBytes < mostWaitingBytes) body.resume();
      } else if (end !== null) break;
      else {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    }
    signal.throwIfAborted();
    throwFailure(end, url);
    if (receivedBytes < lengthBytes) throw tooFew(url, lengthBytes - receivedBytes);
  } finally {
    watch.stop();
    body.destroy();
  }
}

function throwFailure({ error }: { readonly error: unknown }, url: URL): void {
  if (error === null) return;
  throw error instanceof ExpectedError ? error : transportError(error, url);
}

function tooMany(url: URL): ExpectedError {
  return new ExpectedError('INTEGRITY', `${url.host} sent more bytes than were asked for`, {
    hint: 'try again later; if it stays so, create the package again',
  });
}

function tooFew(url: URL, missingBytes: number): TransportError {
  const message = `${url.host} closed the connection ${missingBytes} bytes too early`;
  return new TransportError(message, { transient: true }, true);
}

import type { HttpResponse } from '../../http/transport.ts';
import type { RemoteObject } from '../response/remote-object.ts';
import { type BodyOptions, readBody } from '../transfer/read-body.ts';

/** So much may wait for whoever reads before the connection is made to wait. */
const WAITING_BYTES = 2 ** 20;

export interface PiecesOptions extends Pick<BodyOptions, 'limitRate' | 'clock' | 'signal'> {
  /** So many bytes are promised: no more may come, and no fewer. */
  readonly lengthBytes: number;
  /** Counts the bytes as they arrive. */
  readonly object: Pick<RemoteObject, 'transferredBytes'>;
}

/**
 * The pieces of a body for a reader who takes them one by one. What arrived before a failure is given out
 * before the failure is thrown.
 * @throws as readBody() does
 */
export async function* bodyPieces(
  response: HttpResponse,
  { lengthBytes, object, limitRate, clock, signal }: PiecesOptions,
): AsyncGenerator<Buffer, void, undefined> {
  const waiting: Buffer[] = [];
  let waitingBytes = 0;
  let end: { readonly error: unknown } | null = null;
  let wake: () => void = () => undefined;
  let resume: () => void = () => undefined;
  const finish = (error: unknown): void => {
    end = { error };
    wake();
  };
  // With a limit every piece is paid for before the next one is read, or the system would bring them all.
  const mostWaitingBytes = limitRate === null ? WAITING_BYTES : 1;
  const reading = readBody(response, {
    bodyBytes: lengthBytes,
    mostBytes: lengthBytes,
    isComplete: () => false,
    // It is held to below, before a piece is given out.
    limitRate: null,
    clock,
    signal,
    onBytes(sizeBytes) {
      object.transferredBytes += sizeBytes;
    },
    take(piece) {
      waiting.push(piece);
      waitingBytes += piece.length;
      wake();
      if (waitingBytes < mostWaitingBytes) return null;
      return new Promise<void>((resolve) => {
        resume = resolve;
      });
    },
  });
  reading.then(() => finish(null), finish);
  try {
    for (;;) {
      const piece = waiting.shift();
      if (piece !== undefined) {
        waitingBytes -= piece.length;
        const waitMs = limitRate?.consume(piece.length) ?? 0;
        if (waitMs > 0) await clock.sleep(waitMs, signal);
        yield piece;
        if (waitingBytes < mostWaitingBytes) resume();
      } else if (end !== null) break;
      else {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    }
    await reading;
  } finally {
    response.body.destroy();
  }
}

import type { Wire } from './wire.ts';

/** How to send one body. Offsets count from its first byte. */
export interface BodyPlan {
  /** The offset at which it ends early, and how. */
  readonly stopAt?: { readonly bytes: number; readonly by: 'cut' | 'reset' | 'stall' } | undefined;
  /** Sends pieces of this size, with a pause after each. */
  readonly pace?: { readonly pieceBytes: number; readonly delayMs: number } | undefined;
  /** One bit of this byte is wrong. */
  readonly flipBitAt?: number | undefined;
}

const PIECES_PER_SECOND = 20;

/** The pace for a limited speed. */
export function paceOf(bytesPerSecond: number): BodyPlan['pace'] {
  return {
    pieceBytes: Math.max(1, Math.floor(bytesPerSecond / PIECES_PER_SECOND)),
    delayMs: 1000 / PIECES_PER_SECOND,
  };
}

/** Sends the bytes of `source`. Resolves with whether all of them were sent and the connection is still open. */
export async function sendBody(
  wire: Wire,
  source: AsyncIterable<Buffer> | Iterable<Buffer>,
  { stopAt, pace, flipBitAt }: BodyPlan,
): Promise<boolean> {
  let sentBytes = 0;
  const stop = async (by: 'cut' | 'reset' | 'stall') => {
    await wire[by]();
    return false;
  };
  if (stopAt?.bytes === 0) return await stop(stopAt.by);
  for await (const whole of source) {
    const chunk = withFlippedBit(whole, flipBitAt === undefined ? -1 : flipBitAt - sentBytes);
    for (let start = 0, end = 0; start < chunk.length; start = end) {
      const untilStop = stopAt === undefined ? Infinity : stopAt.bytes - sentBytes;
      end = Math.min(chunk.length, start + Math.min(untilStop, pace?.pieceBytes ?? Infinity));
      await wire.write(chunk.subarray(start, end));
      if (wire.isClosed) return false;
      sentBytes += end - start;
      if (stopAt?.bytes === sentBytes) return await stop(stopAt.by);
      if (pace !== undefined) await wire.pause(pace.delayMs);
    }
  }
  return !wire.isClosed;
}

/** A copy with one wrong bit in the byte at `index`, or the same bytes if there is none. */
export function withFlippedBit(bytes: Buffer, index: number): Buffer {
  const byte = bytes[index];
  if (byte === undefined) return bytes;
  const changed = Buffer.from(bytes);
  changed[index] = byte ^ 1;
  return changed;
}

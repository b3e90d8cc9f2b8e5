import type { ServerResponse } from 'node:http';
import type { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';

/** How to send one body. Offsets count from its first byte. */
export interface BodyPlan {
  /** The offset at which it ends early, and how. */
  readonly stopAt?: { readonly bytes: number; readonly by: 'close' | 'reset' | 'stall' } | undefined;
  readonly bytesPerSecond?: number | undefined;
  /** One bit of this byte is wrong. */
  readonly flipBitAt?: number | undefined;
  /** Sent after the last byte. */
  readonly extraBytes?: number | undefined;
  /** Called before bytes are sent; returns how many to send before the connection is closed. */
  readonly admit?: ((bytes: number) => number) | undefined;
  /** Ends waits when the sandbox closes. */
  readonly signal: AbortSignal;
}

const WAITS_PER_SECOND = 20;
const RESET_DELAY_MS = 50;

/** Sends the bytes of `source`. Resolves when nothing more is sent, even if the client disconnects. */
export async function sendBody(response: ServerResponse, source: Readable, plan: BodyPlan): Promise<void> {
  let sentBytes = 0;
  response.flushHeaders();
  try {
    if (plan.stopAt?.bytes === 0) {
      await stop(response, plan.stopAt.by, plan.signal);
      return;
    }
    for await (const whole of source as AsyncIterable<Buffer>) {
      for (let rest = withFlippedBit(whole, sentBytes, plan.flipBitAt); rest.length > 0; ) {
        const wanted = rest.subarray(0, nextSize(plan, sentBytes));
        const piece = wanted.subarray(0, plan.admit?.(wanted.length) ?? wanted.length);
        if (!(await write(response, piece))) return;
        sentBytes += piece.length;
        rest = rest.subarray(piece.length);
        if (piece.length < wanted.length) {
          response.socket?.end();
          return;
        }
        if (sentBytes === plan.stopAt?.bytes && rest.length > 0) break;
        if (plan.bytesPerSecond !== undefined) await pause(1000 / WAITS_PER_SECOND, plan.signal);
      }
      if (sentBytes === plan.stopAt?.bytes) {
        await stop(response, plan.stopAt.by, plan.signal);
        return;
      }
    }
    if (plan.extraBytes !== undefined) await write(response, Buffer.alloc(plan.extraBytes, 'x'));
    response.end();
  } finally {
    source.destroy();
  }
}

function nextSize({ stopAt, bytesPerSecond }: BodyPlan, sentBytes: number): number {
  const untilStop = stopAt === undefined ? Infinity : stopAt.bytes - sentBytes;
  const perWait =
    bytesPerSecond === undefined ? Infinity : Math.max(1, Math.floor(bytesPerSecond / WAITS_PER_SECOND));
  return Math.min(untilStop, perWait);
}

function withFlippedBit(chunk: Buffer, offset: number, flipBitAt: number | undefined): Buffer {
  const index = (flipBitAt ?? -1) - offset;
  const byte = chunk[index];
  if (byte === undefined) return chunk;
  const changed = Buffer.from(chunk);
  changed[index] = byte ^ 1;
  return changed;
}

/** Resolves with false if the client has disconnected. */
async function write(response: ServerResponse, bytes: Buffer): Promise<boolean> {
  if (response.destroyed || bytes.length === 0) return !response.destroyed;
  await new Promise<void>((resolve) => {
    response.once('close', resolve);
    response.write(bytes, () => {
      response.off('close', resolve);
      resolve();
    });
  });
  return !response.destroyed;
}

async function stop(
  response: ServerResponse,
  by: 'close' | 'reset' | 'stall',
  signal: AbortSignal,
): Promise<void> {
  if (by === 'close') response.socket?.end();
  else if (by === 'stall') await untilGone(response, signal);
  else {
    // A reset discards data that the client has not read yet, but this part of the body should arrive.
    await pause(RESET_DELAY_MS, signal);
    response.socket?.resetAndDestroy();
  }
}

/** Resolves when the client disconnects or the sandbox closes. */
export async function untilGone(response: ServerResponse, signal: AbortSignal): Promise<void> {
  if (response.destroyed || signal.aborted) return;
  await new Promise<void>((resolve) => {
    const settle = () => {
      signal.removeEventListener('abort', settle);
      resolve();
    };
    response.once('close', settle);
    signal.addEventListener('abort', settle);
  });
}

/** Waits, unless the sandbox is closing. */
export async function pause(delayMs: number, signal: AbortSignal): Promise<void> {
  try {
    await delay(delayMs, undefined, { signal });
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

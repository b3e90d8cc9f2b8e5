import type { Clock } from '../../clock.ts';
import { ExpectedError } from '../../errors.ts';

/** No byte for so long: the connection is taken for dead. */
const IDLE_MS = 30_000;
/** Slower than this over the whole window is as good as dead (aria2's lowest-speed-limit, curl's -y/-Y). */
const SLOW_WINDOW_MS = 60_000;
const SLOW_BYTES_PER_SECOND = 1_024;
const LOOK_EVERY_MS = 5_000;

export interface StallDetector {
  /** Called for each piece. */
  count(sizeBytes: number): void;
  /** From here on it is we who do not read; that time is not held against the server. */
  pause(): void;
  release(): void;
  stop(): void;
}

/** Watches a stream of bytes and calls `onStall` once, when none came for 30 s or hardly any for 60 s. */
export function detectStalls(clock: Clock, onStall: (error: ExpectedError) => void): StallDetector {
  let bytes = 0;
  let lastByteMs = clock.monotonicMs();
  let windowStart = { timeMs: lastByteMs, bytes: 0 };
  let heldSinceMs: number | null = null;
  let cancel: () => void = () => undefined;
  const look = () => {
    const nowMs = clock.monotonicMs();
    if (heldSinceMs === null) {
      if (nowMs - lastByteMs >= IDLE_MS) return onStall(stalled());
      if (nowMs - windowStart.timeMs >= SLOW_WINDOW_MS) {
        if (bytes - windowStart.bytes < (SLOW_BYTES_PER_SECOND * SLOW_WINDOW_MS) / 1000) {
          return onStall(tooSlow());
        }
        windowStart = { timeMs: nowMs, bytes };
      }
    }
    cancel = clock.after(LOOK_EVERY_MS, look);
  };
  cancel = clock.after(LOOK_EVERY_MS, look);
  return {
    count(sizeBytes) {
      bytes += sizeBytes;
      lastByteMs = clock.monotonicMs();
    },
    pause() {
      heldSinceMs ??= clock.monotonicMs();
    },
    release() {
      if (heldSinceMs === null) return;
      lastByteMs = clock.monotonicMs();
      windowStart = { ...windowStart, timeMs: windowStart.timeMs + lastByteMs - heldSinceMs };
      heldSinceMs = null;
    },
    stop: () => cancel(),
  };
}

/** A trickle brings bytes, but no file ever: it counts as a failure without progress. */
export class TooSlowError extends ExpectedError {
  override readonly name = 'TooSlowError';
}

function stalled(): ExpectedError {
  const message = `the transfer stalled: no byte for ${IDLE_MS / 1000} s`;
  return new ExpectedError('UNAVAILABLE', message, { transient: true });
}

function tooSlow(): ExpectedError {
  const message = `the transfer stalled: slower than 1 KiB/s for ${SLOW_WINDOW_MS / 1000} s`;
  return new TooSlowError('UNAVAILABLE', message, { transient: true });
}

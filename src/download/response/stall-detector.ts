import type { Clock } from '../../clock.ts';
import { ExpectedError } from '../../errors.ts';

/** After this long without a byte, the connection is considered dead. */
const IDLE_MS = 30_000;
/** So is a slower connection over the whole window (aria2's lowest-speed-limit, curl's -y/-Y). */
const SLOW_WINDOW_MS = 60_000;
const SLOW_BYTES_PER_SECOND = 1_024;
const CHECK_EVERY_MS = 5_000;

export interface StallDetector {
  /** Called for each chunk. */
  count(sizeBytes: number): void;
  /** Called when reading pauses. That time does not count against the server. */
  pause(): void;
  release(): void;
  stop(): void;
}

/** Calls `onStall` once, if no byte arrives for 30 s or hardly any in 60 s. */
export function detectStalls(clock: Clock, onStall: (error: ExpectedError) => void): StallDetector {
  let bytes = 0;
  let lastByteMs = clock.monotonicMs();
  let windowStart = { timeMs: lastByteMs, bytes: 0 };
  let heldSinceMs: number | null = null;
  let cancel: () => void = () => undefined;
  const check = () => {
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
    cancel = clock.after(CHECK_EVERY_MS, check);
  };
  cancel = clock.after(CHECK_EVERY_MS, check);
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

/** A trickle never completes a file, so it counts as a failure without progress. */
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

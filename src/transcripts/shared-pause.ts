import type { Clock } from '../clock.ts';

/** A pause of all requests, after the service asked one of them to retry later. */
export interface SharedPause {
  /** Resolves after the pause. @throws the signal's reason when aborted */
  wait(signal: AbortSignal): Promise<void>;
  /** Pauses from now on, unless a longer pause is running. */
  extend(delayMs: number): void;
}

export function createSharedPause(clock: Clock): SharedPause {
  let endMs = Number.NEGATIVE_INFINITY;
  return {
    async wait(signal) {
      for (let leftMs = endMs - clock.monotonicMs(); leftMs > 0; leftMs = endMs - clock.monotonicMs()) {
        await clock.sleep(leftMs, signal);
      }
    },
    extend(delayMs) {
      endMs = Math.max(endMs, clock.monotonicMs() + delayMs);
    },
  };
}

import type { Clock } from '../clock.ts';

/** A pause of all requests, for a service that asked one of them to come back later. */
export interface SharedPause {
  /** Resolves when the pause is over. @throws the signal's reason when aborted */
  wait(signal: AbortSignal): Promise<void>;
  /** From now on, unless it is paused for longer already. */
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

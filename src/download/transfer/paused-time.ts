import type { Clock } from '../../clock.ts';

/** How long connections were paused, because the disk was busy or a limit was reached. */
export interface PausedTime {
  /** Called when a connection is paused. */
  pause(): void;
  release(): void;
  /** The sum over all connections, with current pauses up to now. */
  totalMs(): number;
}

export function createPausedTime(clock: Pick<Clock, 'monotonicMs'>): PausedTime {
  let totalMs = 0;
  let waiting = 0;
  let lastMs = clock.monotonicMs();
  const settle = (): void => {
    const nowMs = clock.monotonicMs();
    totalMs += waiting * (nowMs - lastMs);
    lastMs = nowMs;
  };
  return {
    pause() {
      settle();
      waiting += 1;
    },
    release() {
      settle();
      waiting -= 1;
    },
    totalMs() {
      settle();
      return totalMs;
    },
  };
}

import type { Clock } from '../../clock.ts';

/** How long connections had to wait, because the disk was busy or a limit was reached. */
export interface PausedTime {
  /** From here on one more of them waits. */
  pause(): void;
  release(): void;
  /** Of all of them together; those that wait yet count until now. */
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

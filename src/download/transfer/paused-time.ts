import type { Clock } from '../../clock.ts';

/** How long connections had to wait, because the disk was busy or a limit was reached. */
export interface HeldTime {
  /** From here on one more of them waits. */
  hold(): void;
  release(): void;
  /** Of all of them together; those that wait yet count until now. */
  totalMs(): number;
}

export function createHeldTime(clock: Pick<Clock, 'monotonicMs'>): HeldTime {
  let totalMs = 0;
  let waiting = 0;
  let lastMs = clock.monotonicMs();
  const settle = (): void => {
    const nowMs = clock.monotonicMs();
    totalMs += waiting * (nowMs - lastMs);
    lastMs = nowMs;
  };
  return {
    hold() {
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

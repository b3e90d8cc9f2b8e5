import type { createSemaphore } from '../../src/semaphore.ts';

let taken = 0;

/** The slots that semaphores of this process have given out and not got back. */
export function takenConnections(): number {
  return taken;
}

/** Wraps the program's semaphores to count slots; `vitest.config.ts` applies it where the function is defined. */
export function counted(create: typeof createSemaphore): typeof createSemaphore {
  return (total) => {
    const budget = create(total);
    return {
      ...budget,
      async acquire(signal) {
        await budget.acquire(signal);
        taken += 1;
      },
      tryAcquire() {
        const isTaken = budget.tryAcquire();
        if (isTaken) taken += 1;
        return isTaken;
      },
      release() {
        taken -= 1;
        budget.release();
      },
    };
  };
}

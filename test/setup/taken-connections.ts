import type { createSemaphore } from '../../src/semaphore.ts';

let taken = 0;

/** How many slots the semaphores of this process have given out and not got back. */
export function takenConnections(): number {
  return taken;
}

/** The semaphores of the program, counted; `vitest.config.ts` puts it around the function where that is defined. */
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

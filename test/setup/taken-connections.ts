import type { createSemaphore } from '../../src/semaphore.ts';

let taken = 0;

/** The number of acquired semaphore slots in this process that were not released. */
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

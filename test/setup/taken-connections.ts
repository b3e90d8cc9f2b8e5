import type { createConnectionBudget } from '../../src/download/transfer/connection-budget.ts';

let taken = 0;

/** Returns how many connections the budgets of this process have given out without getting them back. */
export function takenConnections(): number {
  return taken;
}

/** Wraps the program's budget to count connections; `vitest.config.ts` applies it where the function is defined. */
export function counted(create: typeof createConnectionBudget): typeof createConnectionBudget {
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

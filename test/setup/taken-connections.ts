import type { createConnectionBudget } from '../../src/download/transfer/connection-budget.ts';

let taken = 0;

/** How many connections the budgets made in this process have handed out and not got back. */
export function takenConnections(): number {
  return taken;
}

/** The budget of the program, counted; `vitest.config.ts` puts it around the function where that is defined. */
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

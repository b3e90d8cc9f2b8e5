/** Runs a few tasks at a time in the background. The first failure stops the pool. */
export interface TaskPool {
  /** Waits for a free slot, then starts the task. @throws the first failure of an earlier task */
  run(task: () => Promise<void>): Promise<void>;
  /** @throws the first failure so far */
  check(): void;
  /** Waits until all tasks have ended. @throws the first failure of a task */
  finish(): Promise<void>;
}

/** Processes all items, a few at a time. Throws the first failure after all started tasks have ended. */
export async function eachAtOnce<Item>(
  items: Iterable<Item>,
  limit: number,
  task: (item: Item) => Promise<void>,
): Promise<void> {
  const pool = createTaskPool(limit);
  try {
    for (const item of items) await pool.run(() => task(item));
  } finally {
    await pool.finish();
  }
}

export function createTaskPool(limit: number): TaskPool {
  const running = new Set<Promise<void>>();
  let failure: { readonly error: unknown } | null = null;
  const throwFailure = (): void => {
    if (failure !== null) throw failure.error;
  };
  const start = (task: () => Promise<void>): void => {
    const promise: Promise<void> = task()
      .catch((error: unknown) => {
        failure ??= { error };
      })
      .finally(() => running.delete(promise));
    running.add(promise);
  };
  return {
    run: async (task) => {
      while (running.size >= limit) await Promise.race(running);
      throwFailure();
      start(task);
    },
    check: throwFailure,
    finish: async () => {
      await Promise.all(running);
      throwFailure();
    },
  };
}

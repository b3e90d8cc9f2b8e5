/** Runs tasks beside the caller, a few at a time. The first failure ends it. */
export interface TaskPool {
  /** Waits for a free place, then starts the task. @throws the first failure of an earlier task */
  run(task: () => Promise<void>): Promise<void>;
  /** @throws the first failure so far, for those who work on meanwhile */
  check(): void;
  /** Waits until no task runs any more. @throws the first failure of a task */
  finish(): Promise<void>;
}

/** Works on all items, a few at a time. Throws the first failure, after all tasks that were started have ended. */
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

/** How many connections may be open at once, shared by all files that are under way. */
export interface ConnectionBudget {
  readonly total: number;
  /** Takes one connection; waits for one to become free. @throws the signal's reason */
  acquire(signal: AbortSignal): Promise<void>;
  /** Takes one if it is free now and nobody waits for it. */
  tryAcquire(): boolean;
  release(): void;
  /** Whether somebody waits for one. */
  isWanted(): boolean;
}

/** As many as help one file on a long line; more of them only burden the server. */
export const DEFAULT_CONNECTIONS = 8;

/** Every file gets its first connection before any gets another one. */
export function createConnectionBudget(total: number): ConnectionBudget {
  let free = total;
  const waiting: (() => void)[] = [];
  return {
    total,
    acquire: (signal) =>
      new Promise((resolve, reject) => {
        if (signal.aborted) {
          reject(signal.reason);
          return;
        }
        if (free > 0) {
          free -= 1;
          resolve();
          return;
        }
        const onAbort = () => {
          waiting.splice(waiting.indexOf(start), 1);
          reject(signal.reason);
        };
        const start = () => {
          signal.removeEventListener('abort', onAbort);
          resolve();
        };
        signal.addEventListener('abort', onAbort, { once: true });
        waiting.push(start);
      }),
    tryAcquire() {
      if (free === 0) return false;
      free -= 1;
      return true;
    },
    release() {
      const next = waiting.shift();
      if (next === undefined) free += 1;
      else next();
    },
    isWanted: () => waiting.length > 0,
  };
}

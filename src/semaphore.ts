/** Limits the concurrent use of a resource, such as connections. */
export interface Semaphore {
  readonly total: number;
  /** Acquires one. Callers wait in order until one is free. @throws the signal's reason */
  acquire(signal: AbortSignal): Promise<void>;
  /** Acquires one if it is free now. Never waits. */
  tryAcquire(): boolean;
  release(): void;
  /** Whether a caller is waiting for one. */
  isWanted(): boolean;
}

export function createSemaphore(total: number): Semaphore {
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

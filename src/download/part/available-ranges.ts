import type { ByteRanges } from './byte-ranges.ts';

/** Lets a reader wait for bytes that have not arrived yet. */
export interface AvailableRanges {
  /** Resolves when the whole range is available. @throws the signal's reason */
  wait(start: number, end: number, signal: AbortSignal): Promise<void>;
  /** Called when bytes have arrived. */
  notify(): void;
  /** Starts a new version of the object. Readers of the old one get a ReplacedError. */
  restart(): void;
  /** The number of the current version. */
  version(): number;
}

/** Thrown to a reader whose version of the object was discarded. */
export class ReplacedError extends Error {
  override readonly name = 'ReplacedError';
}

interface Waiter {
  readonly start: number;
  readonly end: number;
  readonly settle: (error?: ReplacedError) => void;
}

export function createAvailableRanges(have: ByteRanges): AvailableRanges {
  const waiters = new Set<Waiter>();
  let version = 0;
  return {
    wait: (start, end, signal) =>
      new Promise((resolve, reject) => {
        if (signal.aborted) {
          reject(signal.reason);
          return;
        }
        if (have.has(start, end)) {
          resolve();
          return;
        }
        const onAbort = () => {
          waiters.delete(waiter);
          reject(signal.reason);
        };
        const waiter: Waiter = {
          start,
          end,
          settle: (error) => {
            waiters.delete(waiter);
            signal.removeEventListener('abort', onAbort);
            if (error === undefined) resolve();
            else reject(error);
          },
        };
        waiters.add(waiter);
        signal.addEventListener('abort', onAbort, { once: true });
      }),
    notify() {
      for (const waiter of waiters) if (have.has(waiter.start, waiter.end)) waiter.settle();
    },
    restart() {
      version += 1;
      for (const waiter of waiters) waiter.settle(new ReplacedError('the bytes were discarded'));
    },
    version: () => version,
  };
}

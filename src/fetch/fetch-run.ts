import type { Clock } from '../clock.ts';
import {
  type ConnectionBudget,
  createConnectionBudget,
  DEFAULT_CONNECTIONS,
} from '../download/transfer/connection-budget.ts';
import { createRateLimit, type RateLimit } from '../download/transfer/rate-limit.ts';
import { ExpectedError } from '../errors.ts';
import type { FetchFlags } from '../flags/fetch-flags.ts';
import type { Target } from './targets.ts';

/** The state that all packages of a command share. */
export interface FetchRun {
  readonly flags: FetchFlags;
  readonly isOnlyPackage: boolean;
  readonly budget: ConnectionBudget;
  readonly limitRate: RateLimit | null;
  /** Packages whose entry names were already reported: an archive may be read remotely, then locally. */
  readonly reportedNames: Set<string>;
  /**
   * Reserves target names for a package. Names contain only the start of the ID, and the file of another
   * package must not count as already downloaded.
   * @throws ExpectedError EXISTS when another package of this command has one of them
   */
  reserveTargets(packageId: string, targets: readonly Target[]): void;
}

export function createFetchRun(
  flags: FetchFlags,
  { isOnlyPackage, clock }: { isOnlyPackage: boolean; clock: Clock },
): FetchRun {
  const rate = flags.limitRateBytesPerSecond;
  const holders = new Map<string, string>();
  return {
    flags,
    isOnlyPackage,
    budget: createConnectionBudget(flags.connections ?? DEFAULT_CONNECTIONS),
    limitRate: rate === null ? null : createRateLimit(rate, clock),
    reportedNames: new Set(),
    reserveTargets(packageId, targets) {
      const paths = targets.flatMap(({ file, folder }) => (flags.extract ? [file, folder] : [file]));
      for (const path of paths) {
        const holder = holders.get(path) ?? packageId;
        if (holder !== packageId) throw sameName(packageId, holder, path);
      }
      for (const path of paths) holders.set(path, packageId);
    },
  };
}

function sameName(id: string, holder: string, path: string): ExpectedError {
  return new ExpectedError('EXISTS', `packages ${holder} and ${id} would both be saved as ${path}`, {
    id,
    hint: `fetch ${id} separately, with -D or -o`,
  });
}

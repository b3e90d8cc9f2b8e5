import type { Clock } from '../clock.ts';
import { createRateLimit, type RateLimit } from '../download/transfer/rate-limit.ts';
import { DEFAULT_CONNECTIONS } from '../download/transfer/transfer-job.ts';
import { ExpectedError } from '../errors.ts';
import type { FetchFlags } from '../flags/fetch-flags.ts';
import type { ItemRecord } from '../record/open-record.ts';
import type { RecordLine } from '../record/record-line.ts';
import { createSemaphore, type Semaphore } from '../semaphore.ts';
import type { Target } from './targets.ts';

/** Something that was selected into a package, by the field of its ID. */
export type SelectedItem = Pick<RecordLine, 'kind'> &
  Partial<Pick<RecordLine, 'mediaId' | 'renditionId' | 'transcriptId' | 'format'>>;

/** Where the packages of a command are recorded. */
export interface Recording {
  readonly record: ItemRecord;
  /** What went into each package, as far as the command knows it. */
  readonly itemsOf: (packageId: string) => readonly SelectedItem[];
}

/** The state that all packages of a command share. */
export interface FetchRun {
  readonly flags: FetchFlags;
  readonly isOnlyPackage: boolean;
  readonly budget: Semaphore;
  readonly limitRate: RateLimit | null;
  /** Null when nothing is recorded. */
  readonly recording: Recording | null;
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
  { isOnlyPackage, recording, clock }: { isOnlyPackage: boolean; recording: Recording | null; clock: Clock },
): FetchRun {
  const rate = flags.limitRateBytesPerSecond;
  const holders = new Map<string, string>();
  return {
    flags,
    isOnlyPackage,
    recording,
    budget: createSemaphore(flags.connections ?? DEFAULT_CONNECTIONS),
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

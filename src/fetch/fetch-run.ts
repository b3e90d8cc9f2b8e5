import type { Clock } from '../clock.ts';
import { createRateLimit, type RateLimit } from '../download/transfer/rate-limit.ts';
import { DEFAULT_CONNECTIONS } from '../download/transfer/transfer-job.ts';
import { ExpectedError } from '../errors.ts';
import type { FetchFlags } from '../flags/fetch-flags.ts';
import type { ItemRecord } from '../record/open-record.ts';
import type { RecordLine } from '../record/record-line.ts';
import { createSemaphore, type Semaphore } from '../semaphore.ts';
import { createIdNames } from './generated-name.ts';
import type { Target } from './targets.ts';

/** An item selected into a package, by the field of its ID. */
export type SelectedItem = Pick<RecordLine, 'kind'> &
  Partial<Pick<RecordLine, 'mediaId' | 'renditionId' | 'transcriptId' | 'format' | 'speakers'>>;

/** Where the packages of a command are recorded. */
export interface Recording {
  readonly record: ItemRecord;
  /** The items in each package, as far as the command knows them. */
  readonly itemsOf: (packageId: string) => readonly SelectedItem[];
}

/** The state shared by all packages of a command. */
export interface FetchRun {
  readonly flags: FetchFlags;
  readonly isOnlyPackage: boolean;
  /** The part of file names that identifies a package. */
  readonly idNameOf: (packageId: string) => string;
  readonly budget: Semaphore;
  readonly limitRate: RateLimit | null;
  /** Null if nothing is recorded. */
  readonly recording: Recording | null;
  /** Packages whose entry names were already reported: an archive may be read remotely, then locally. */
  readonly reportedNames: Set<string>;
  /**
   * Reserves target names for a package. IDs may differ only in characters that names do not contain, and the file of
   * another package must not count as already downloaded.
   * @throws ExpectedError EXISTS if another package of this command has one of them
   */
  reserveTargets(packageId: string, targets: readonly Target[]): void;
}

/** Starts a command that fetches these packages. */
export function createFetchRun(
  ids: readonly string[],
  flags: FetchFlags,
  { recording, clock }: { recording: Recording | null; clock: Clock },
): FetchRun {
  const rate = flags.limitRateBytesPerSecond;
  const holders = new Map<string, string>();
  return {
    flags,
    isOnlyPackage: ids.length === 1,
    idNameOf: createIdNames(ids),
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

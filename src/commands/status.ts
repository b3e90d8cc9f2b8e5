import { type Command, Option } from 'commander';
import type { Package } from '../api/package.ts';
import type { Context } from '../context.ts';
import { ExpectedError, isExpectedError } from '../errors.ts';
import {
  addWaitFlags,
  type RawWaitFlags,
  readWaitFlags,
  refuseWaitFlags,
  type WaitFlags,
} from '../flags/wait-flags.ts';
import { batchError, type Failure, failureText } from '../output/batch-error.ts';
import { readOrPickIds } from '../picker/read-or-pick-ids.ts';
import { PROGRAM } from '../version.ts';
import { waitForPackage } from '../wait/wait-for-package.ts';
import { packageListing } from './listing/package-listing.ts';

export interface StatusOptions {
  readonly ids: readonly string[];
  /** Null checks once and reports the result. */
  readonly wait: WaitFlags | null;
  readonly exitStatus: boolean;
}

interface RawFlags extends RawWaitFlags {
  readonly exitStatus?: boolean;
  /** The name of `--wait` in other tools. */
  readonly watch?: boolean;
}

export function defineStatus(
  parent: Command,
  action: (options: StatusOptions, command: Command) => Promise<void>,
): void {
  const command = parent
    .command('status')
    .summary('Show package status')
    .description('Show the status of packages.')
    .argument('[id...]', 'Package IDs (- for standard input)')
    .optionsGroup('Waiting:')
    .option('--wait', 'Wait until the packages are ready')
    .addOption(new Option('--watch').hideHelp())
    .option('--exit-status', 'Exit 8 if a package is not ready, 5 if one failed');
  addWaitFlags(command).action((ids: string[], flags: RawFlags, self: Command) => {
    const isWaiting = flags.wait === true || flags.watch === true;
    if (!isWaiting) refuseWaitFlags(flags, '--wait');
    const wait = isWaiting ? readWaitFlags(flags) : null;
    return action({ ids, wait, exitStatus: flags.exitStatus === true }, self);
  });
}

/** Checks every package, even after a failure, and lists those that exist. */
export async function status(
  { ids: words, wait, exitStatus }: StatusOptions,
  context: Context,
): Promise<void> {
  const { io, clock } = context;
  const ids = await readOrPickIds(words, { isMultiple: true }, context);
  const failures: Failure[] = [];
  const lastSeen = new Map<string, Package>();
  const check = async (id: string): Promise<Package[]> => {
    const onChange = (item: Package) => void lastSeen.set(id, item);
    try {
      if (wait === null) return [await getPackage(id, context)];
      const next = [PROGRAM, 'status', id, '--wait'];
      return [await waitForPackage(id, { wait, isJustCreated: false, next, onChange }, context)];
    } catch (error) {
      if (!(error instanceof ExpectedError)) throw error;
      failures.push({ id, error });
      // A package that is not ready, or failed, is still listed.
      const last = lastSeen.get(id);
      const isThere =
        isExpectedError(error, 'NOT_READY') || isExpectedError(error, 'JOB_FAILED') || last?.state === 'gone';
      return last === undefined || !isThere ? [] : [last];
    }
  };
  const items = (await Promise.all(ids.map(check))).flat();
  if (exitStatus && wait === null) failures.push(...items.flatMap(unfinished));
  io.endProgress();
  const listing = packageListing(items, {
    nowMs: clock.now(),
    truncated: false,
    emptyText: 'No packages',
  });
  if (failures.length === 0) {
    io.listing(listing);
    return;
  }
  if (io.format !== 'json' && items.length > 0) io.listing(listing);
  if (ids.length > 1) for (const failure of failures) io.error(failureText(failure));
  throw batchError(failures, ids.length, listing.document);
}

async function getPackage(id: string, { api, signal }: Context): Promise<Package> {
  try {
    return await api.getDownload(id, signal);
  } catch (error) {
    if (!isExpectedError(error, 'NOT_FOUND')) throw error;
    throw new ExpectedError('NOT_FOUND', `no package with ID ${id}`, {
      ...error.details,
      cause: error,
      hint: `run '${PROGRAM} list' to see your packages`,
    });
  }
}

function unfinished(item: Package): Failure[] {
  if (item.state === 'ready') return [];
  const code = {
    failed: 'JOB_FAILED',
    gone: 'NOT_FOUND',
    preparing: 'NOT_READY',
    unknown: 'NOT_READY',
  } as const;
  const error = new ExpectedError(code[item.state], `package ${item.id} is ${item.status}`);
  return [{ id: item.id, error }];
}

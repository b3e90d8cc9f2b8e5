import type { Package } from '../api/package.ts';
import { batchError, type Failure } from '../cli/batch.ts';
import type { WaitFlags } from '../cli/wait-flags.ts';
import { waitForPackage } from '../cli/wait-for-package.ts';
import type { Context } from '../context.ts';
import { ExpectedError } from '../errors.ts';
import type { FetchFlags } from './fetch-flags.ts';
import { fetchCommand, fetchPackage } from './fetch-package.ts';
import { type FetchResult, failedResult, fetchedResult } from './fetch-result.ts';
import { fetchToStdout } from './fetch-to-stdout.ts';

export interface FetchRequest {
  readonly wait: WaitFlags;
  readonly fetch: FetchFlags;
  readonly isJustCreated: boolean;
  /** Packages that are known to be ready and need no look. */
  readonly known: readonly Package[];
}

/**
 * Waits for all packages at once and fetches each as it becomes ready, one at a time. Prints the
 * paths as they come and goes on after a failure.
 * @throws ExpectedError of batchError() when any failed; its document holds all results
 */
export async function fetchPackages(
  ids: readonly string[],
  request: FetchRequest,
  context: Context,
): Promise<readonly FetchResult[]> {
  const { io } = context;
  const failures: Failure[] = [];
  const inTurn = createQueue();
  const results = await Promise.all(
    ids.map(async (id): Promise<FetchResult> => {
      const startMs = context.clock.monotonicMs();
      const elapsedMs = () => Math.round(context.clock.monotonicMs() - startMs);
      try {
        const item = await readyPackage(id, request, context);
        return await inTurn(() =>
          fetchOne(item, request.fetch, { isOnlyPackage: ids.length === 1, elapsedMs }, context),
        );
      } catch (error) {
        if (!(error instanceof ExpectedError)) throw error;
        failures.push({ id, error });
        if (ids.length > 1) {
          io.error(error.message);
          if (error.details.hint !== undefined) io.hint(error.details.hint);
        }
        return failedResult(id, error.with({ id }), elapsedMs());
      }
    }),
  );
  io.endProgress();
  if (failures.length > 0) throw batchError(failures, ids.length, { results });
  return results;
}

async function readyPackage(id: string, request: FetchRequest, context: Context): Promise<Package> {
  const known = request.known.find((item) => item.id === id);
  if (known !== undefined) return known;
  const { wait, isJustCreated } = request;
  return await waitForPackage(id, { wait, isJustCreated, next: fetchCommand(id, request.fetch) }, context);
}

async function fetchOne(
  item: Package,
  flags: FetchFlags,
  { isOnlyPackage, elapsedMs }: { isOnlyPackage: boolean; elapsedMs: () => number },
  context: Context,
): Promise<FetchResult> {
  const { api, io, signal } = context;
  signal.throwIfAborted();
  if (flags.toStdout) {
    await fetchToStdout(item, flags, context);
    return fetchedResult(item.id, [], { durationMs: elapsedMs(), deleted: false });
  }
  const files = await fetchPackage(item, flags, { isOnlyPackage }, context);
  const result = fetchedResult(item.id, files, { durationMs: elapsedMs(), deleted: false });
  if (io.format !== 'json') for (const path of result.paths) io.line(path);
  if (!flags.removeAfterwards) return result;
  await api.deleteDownload(item.id, signal);
  return { ...result, deleted: true, durationMs: elapsedMs() };
}

/** Runs tasks one after the other, in the order in which they come. */
function createQueue(): <Result>(task: () => Promise<Result>) => Promise<Result> {
  let last: Promise<unknown> = Promise.resolve();
  return (task) => {
    const mine = last.then(task, task);
    last = mine;
    return mine;
  };
}

import { existsSync } from 'node:fs';
import type { Package } from '../api/package.ts';
import type { Context } from '../context.ts';
import { resolvePath } from '../disk/resolve-path.ts';
import { ExpectedError, isExpectedError } from '../errors.ts';
import type { FetchFlags } from '../flags/fetch-flags.ts';
import type { WaitFlags } from '../flags/wait-flags.ts';
import { batchError, type Failure, failureText } from '../output/batch-error.ts';
import { errorDocument } from '../output/error-document.ts';
import { selectsAll } from '../patterns/path-filter.ts';
import { commandLine } from '../terminal/text/shell-quote.ts';
import { PROGRAM } from '../version.ts';
import { waitForPackage } from '../wait/wait-for-package.ts';
import { fetchCommand } from './fetch-command.ts';
import { fetchPackage } from './fetch-package.ts';
import { type FetchedFile, type FetchResult, failedResult, fetchedResult } from './fetch-result.ts';
import { createFetchRun, type FetchRun, type Recording } from './fetch-run.ts';
import { fetchToStdout } from './fetch-to-stdout.ts';
import { recordPackage } from './record-package.ts';
import { findBase } from './targets.ts';
import { skippedEntriesError } from './unpack-archive.ts';

export interface FetchRequest {
  readonly wait: WaitFlags;
  readonly fetch: FetchFlags;
  readonly isJustCreated: boolean;
  /** Packages that are known to be ready and need no look. */
  readonly known: readonly Package[];
  /** Null when nothing is recorded. */
  readonly recording: Recording | null;
}

/**
 * Waits for all packages at once and fetches each as it becomes ready, at most `jobs` of them at
 * once. Prints the paths of a package together when it is done, and goes on after a failure.
 * @returns in the order of the ids
 * @throws ExpectedError of batchError() when any failed; its document holds all results; DISK at once when
 *   the current folder is where they would go, and is gone
 */
export async function fetchPackages(
  ids: readonly string[],
  request: FetchRequest,
  context: Context,
): Promise<readonly FetchResult[]> {
  const { io, world } = context;
  if (request.fetch.toStdout && world.isOutputClosed()) throw nowhereToWrite();
  findBase(request.fetch, context.cwd);
  const failures: Failure[] = [];
  const reportFailure = (id: string, error: ExpectedError) => {
    failures.push({ id, error });
    // An interruption is reported once, at the end.
    if (ids.length > 1 && error.code !== 'INTERRUPTED') io.error(failureText({ id, error }));
  };
  const run = createFetchRun(request.fetch, {
    isOnlyPackage: ids.length === 1,
    recording: request.recording,
    clock: context.clock,
  });
  const inTurn = createQueue(request.fetch.jobs);
  const results = await Promise.all(
    ids.map(async (id): Promise<FetchResult> => {
      const startMs = context.clock.monotonicMs();
      const elapsedMs = () => Math.round(context.clock.monotonicMs() - startMs);
      try {
        const item = await readyPackage(id, request, context);
        const onFailure = (error: ExpectedError) => reportFailure(id, error);
        const result = await inTurn(() => fetchOne(item, run, { elapsedMs, onFailure }, context));
        if (!request.fetch.removeAfterwards || result.error !== null) return result;
        return await removePackage(result, { elapsedMs, onFailure }, context);
      } catch (thrown) {
        // A bug that one package brings out is no reason to leave the others half done.
        const error = thrown instanceof ExpectedError ? thrown : context.toFailure(thrown);
        const failure = withNext(error, fetchCommand(id, request.fetch), context);
        reportFailure(id, failure);
        return failedResult(id, failure.with({ id }), elapsedMs());
      }
    }),
  );
  io.endProgress();
  if (failures.length > 0) throw batchError(failures, ids.length, { results });
  return results;
}

/** Before anything is waited for: the bytes would be gone, and nothing would say so. */
function nowhereToWrite(): ExpectedError {
  return new ExpectedError('DISK', 'standard output is closed, so the bytes would be lost', {
    hint: 'write them into a file with -o FILE, or into a pipe; to throw them away, redirect with > /dev/null',
  });
}

/** One that was interrupted before its turn came goes on with the same command as the others. */
function withNext(error: ExpectedError, command: readonly string[], { world }: Context): ExpectedError {
  if (error.code !== 'INTERRUPTED' || error.details.next !== undefined) return error;
  return error.with({
    hint: 'rerun the command to resume',
    rerunContinues: true,
    next: [commandLine(command, world.platform)],
  });
}

async function readyPackage(id: string, request: FetchRequest, context: Context): Promise<Package> {
  const known = request.known.find((item) => item.id === id);
  if (known !== undefined) return known;
  const { wait, isJustCreated, fetch: flags } = request;
  try {
    return await waitForPackage(id, { wait, isJustCreated, next: fetchCommand(id, flags) }, context);
  } catch (error) {
    if (!isExpectedError(error, 'NOT_FOUND') || selectsAll(flags.selection)) throw error;
    throw isNameHere(id, context.cwd) ? replacedPattern(id, error) : error;
  }
}

/** In a folder that is gone there is nothing. */
function isNameHere(name: string, cwd: () => string): boolean {
  try {
    return existsSync(resolvePath(cwd, name));
  } catch (error) {
    if (isExpectedError(error, 'DISK')) return false;
    throw error;
  }
}

/** Of `--include *.srt` the shell makes the names of files here: the first is the pattern, the others are ids. */
function replacedPattern(name: string, cause: ExpectedError): ExpectedError {
  const message = `no package with id ${name}, which is a file here: the shell has put names in the place of a pattern`;
  return new ExpectedError('NOT_FOUND', message, {
    ...cause.details,
    cause,
    hint: "put the pattern in quotes, such as --include '*.srt'",
  });
}

async function fetchOne(
  item: Package,
  run: FetchRun,
  { elapsedMs, onFailure }: { elapsedMs: () => number; onFailure: (error: ExpectedError) => void },
  context: Context,
): Promise<FetchResult> {
  const { io, signal } = context;
  signal.throwIfAborted();
  if (run.flags.toStdout) {
    await fetchToStdout(item, run, context);
    return fetchedResult(item.id, [], { durationMs: elapsedMs(), deleted: false });
  }
  const files = await fetchPackage(item, run, context);
  const result = fetchedResult(item.id, files, { durationMs: elapsedMs(), deleted: false });
  if (io.format !== 'json') for (const file of result.paths) io.line(file);
  const skippedEntries = files.flatMap(({ unpacked }) => unpacked?.skippedEntries ?? []);
  if (skippedEntries.length === 0) {
    if (run.recording === null) return result;
    return await recordOne({ item, files, result, recording: run.recording }, onFailure, context);
  }
  const isAll = files.every(({ unpacked }) => unpacked !== null && unpacked.files.length === 0);
  const error = skippedEntriesError(item.id, skippedEntries, { isAll });
  onFailure(error);
  return { ...result, error: errorDocument(error) };
}

/** A failure to record does not make the files undone that arrived; the next run fetches the package again. */
async function recordOne(
  {
    item,
    files,
    result,
    recording,
  }: { item: Package; files: readonly FetchedFile[]; result: FetchResult; recording: Recording },
  onFailure: (error: ExpectedError) => void,
  context: Context,
): Promise<FetchResult> {
  if (!isProved(result.verified)) {
    context.io.warn(`package ${item.id} is not recorded: nothing proves that its files are complete`);
    return result;
  }
  try {
    await recordPackage(item, files, recording, context);
    return result;
  } catch (thrown) {
    if (!(thrown instanceof ExpectedError)) throw thrown;
    const error = new ExpectedError(
      thrown.code,
      `package ${item.id} is in place, not recorded: ${thrown.message}`,
      {
        ...thrown.details,
        id: item.id,
        cause: thrown,
      },
    );
    onFailure(error);
    return { ...result, error: errorDocument(error) };
  }
}

/** Deletes the package at the service; a failure does not make the files that arrived undone. */
async function removePackage(
  result: FetchResult,
  { elapsedMs, onFailure }: { elapsedMs: () => number; onFailure: (error: ExpectedError) => void },
  { api, signal }: Pick<Context, 'api' | 'signal'>,
): Promise<FetchResult> {
  if (!isProved(result.verified)) {
    const error = notProved(result.id);
    onFailure(error);
    return { ...result, error: errorDocument(error), durationMs: elapsedMs() };
  }
  try {
    await api.deleteDownload(result.id, signal);
  } catch (thrown) {
    if (!(thrown instanceof ExpectedError)) throw thrown;
    // Somebody else deleted it meanwhile, or our first try did.
    if (thrown.code !== 'NOT_FOUND') {
      const error = notRemoved(result.id, thrown);
      onFailure(error);
      return { ...result, error: errorDocument(error), durationMs: elapsedMs() };
    }
  }
  return { ...result, deleted: true, durationMs: elapsedMs() };
}

/** A deleted package cannot be fetched again, so something must prove that all of it is here. */
function isProved({ size, archive, crc, checksum }: FetchResult['verified']): boolean {
  return size || archive || crc || checksum;
}

function notProved(id: string): ExpectedError {
  return new ExpectedError(
    'INTEGRITY',
    `package ${id} was not deleted: nothing proves that its files are complete`,
    {
      id,
      hint: 'check the files, then delete the package with the command below',
      next: [commandLine([PROGRAM, 'rm', '--yes', '--', id])],
    },
  );
}

function notRemoved(id: string, cause: ExpectedError): ExpectedError {
  return new ExpectedError(
    cause.code,
    `package ${id} is downloaded and verified but could not be deleted: ${cause.message}`,
    { ...cause.details, id, cause, next: [commandLine([PROGRAM, 'rm', '--yes', '--', id])] },
  );
}

/** Runs at most `limit` tasks at once; the others begin in the order in which they came. */
function createQueue(limit: number): <Result>(task: () => Promise<Result>) => Promise<Result> {
  const waiting: (() => void)[] = [];
  let running = 0;
  return async (task) => {
    if (running < limit) running += 1;
    else await new Promise<void>((begin) => waiting.push(begin));
    try {
      return await task();
    } finally {
      const next = waiting.shift();
      if (next === undefined) running -= 1;
      else next();
    }
  };
}

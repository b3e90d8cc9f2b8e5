import { existsSync } from 'node:fs';
import type { Package } from '../api/package.ts';
import type { Context } from '../context.ts';
import { resolvePath } from '../disk/resolve-path.ts';
import { ExpectedError, isExpectedError } from '../errors.ts';
import type { FetchFlags } from '../flags/fetch-flags.ts';
import type { WaitFlags } from '../flags/wait-flags.ts';
import { batchError, type Failure, failureText } from '../output/batch-error.ts';
import { errorDocument } from '../output/error-document.ts';
import { formatSize } from '../parse/size.ts';
import { selectsAll } from '../patterns/path-filter.ts';
import { createSemaphore, type Semaphore } from '../semaphore.ts';
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
  /** Packages that are already known to be ready. */
  readonly known: readonly Package[];
  /** Null if nothing is recorded. */
  readonly recording: Recording | null;
}

/**
 * Waits for all packages and fetches each as it becomes ready, at most `jobs` at the same time. Prints the
 * paths of each package when it is done, and continues after a failure.
 * @returns the results in the order of the IDs
 * @throws ExpectedError of batchError() if any failed, with all results in its document; DISK immediately if
 *   the target is the current folder and it was deleted
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
    io.progress({ event: 'done', id, status: 'failed', message: error.message, isMinor: true });
    // An interruption is summarized once.
    if (ids.length > 1 && error.code !== 'INTERRUPTED') io.error(failureText({ id, error }));
  };
  const run = createFetchRun(ids, request.fetch, { recording: request.recording, clock: context.clock });
  const jobs = createSemaphore(request.fetch.jobs);
  const results = await Promise.all(
    ids.map(async (id): Promise<FetchResult> => {
      const startMs = context.clock.monotonicMs();
      const elapsedMs = () => Math.round(context.clock.monotonicMs() - startMs);
      try {
        const item = await readyPackage(id, request, context);
        const onFailure = (error: ExpectedError) => reportFailure(id, error);
        const result = await inTurn(jobs, context.signal, () =>
          fetchOne(item, run, { elapsedMs, onFailure }, context),
        );
        if (!request.fetch.removeAfterwards || result.error !== null) return result;
        return await removePackage(result, { elapsedMs, onFailure }, context);
      } catch (thrown) {
        // A bug in one package must not stop the others.
        const error = thrown instanceof ExpectedError ? thrown : context.toFailure(thrown);
        const failure = withNext(error, fetchCommand(id, request.fetch), context);
        reportFailure(id, failure);
        return failedResult(id, failure.with({ id }), elapsedMs());
      }
    }),
  );
  io.endProgress();
  if (failures.length > 0)
    throw summarize(batchError(failures, ids.length, { results }), failures, request, ids.length);
  return results;
}

/** An interruption in one line: what is unfinished, what is saved, and how to continue. */
function summarize(
  error: ExpectedError,
  failures: readonly Failure[],
  { fetch: { toStdout, resume }, isJustCreated }: FetchRequest,
  targetCount: number,
): ExpectedError {
  if (error.code !== 'INTERRUPTED') return error;
  const savedBytes = failures.reduce((sum, { error: { details } }) => sum + (details.savedBytes ?? 0), 0);
  const facts = [
    ...(targetCount === 1 ? [] : [`${failures.length} of ${targetCount} packages unfinished`]),
    ...(savedBytes === 0 ? [] : [`${formatSize(savedBytes)} saved`]),
  ].join(', ');
  // For a new package, the same command would create another one.
  const rerunContinues = !isJustCreated && resume && !toStdout;
  const advice = facts === '' ? 'Rerun to resume' : 'rerun to resume';
  const outcome = [facts, ...(rerunContinues ? [advice] : [])].filter((part) => part !== '').join('; ');
  const reason = failures[0]?.error.message ?? error.message;
  return new ExpectedError('INTERRUPTED', outcome === '' ? reason : `${reason} ${outcome}.`, {
    ...error.details,
    hint: undefined,
    rerunContinues,
    savedBytes,
  });
}

/** Checked before waiting, because the bytes would be lost silently. */
function nowhereToWrite(): ExpectedError {
  return new ExpectedError('DISK', 'cannot write to standard output: it is closed', {
    hint: 'write to a file with -o FILE, or redirect standard output',
  });
}

/** A package that was interrupted before its turn continues with a command of its own. */
function withNext(error: ExpectedError, command: readonly string[], { world }: Context): ExpectedError {
  if (error.code !== 'INTERRUPTED' || error.details.next !== undefined) return error;
  return error.with({ next: [commandLine(command, world.platform)] });
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

/** A deleted folder contains nothing. */
function isNameHere(name: string, cwd: () => string): boolean {
  try {
    return existsSync(resolvePath(cwd, name));
  } catch (error) {
    if (isExpectedError(error, 'DISK')) return false;
    throw error;
  }
}

/** The shell expands `--include *.srt` to the names of local files: the first is the pattern, the others are IDs. */
function replacedPattern(name: string, cause: ExpectedError): ExpectedError {
  const message = `no package with ID ${name}; it is a local file, so the shell probably expanded a pattern`;
  return new ExpectedError('NOT_FOUND', message, {
    ...cause.details,
    cause,
    hint: "quote the pattern: --include '*.srt'",
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
  if (io.format !== 'json') io.lines(result.paths);
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

/** If recording fails, the files are kept, but the next run fetches the package again. */
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
  if (!isVerified(result.verified)) {
    context.io.warn(`package ${item.id} is not recorded: its files could not be verified`);
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

/** Deletes the package from the service. A failure does not affect the downloaded files. */
async function removePackage(
  result: FetchResult,
  { elapsedMs, onFailure }: { elapsedMs: () => number; onFailure: (error: ExpectedError) => void },
  { api, signal }: Pick<Context, 'api' | 'signal'>,
): Promise<FetchResult> {
  if (!isVerified(result.verified)) {
    const error = notVerified(result.id);
    onFailure(error);
    return { ...result, error: errorDocument(error), durationMs: elapsedMs() };
  }
  try {
    await api.deleteDownload(result.id, signal);
  } catch (thrown) {
    if (!(thrown instanceof ExpectedError)) throw thrown;
    // It was already deleted, perhaps by our first attempt.
    if (thrown.code !== 'NOT_FOUND') {
      const error = notRemoved(result.id, thrown);
      onFailure(error);
      return { ...result, error: errorDocument(error), durationMs: elapsedMs() };
    }
  }
  return { ...result, deleted: true, durationMs: elapsedMs() };
}

/** A deleted package cannot be fetched again, so at least one check must have passed. */
function isVerified({ size, archive, crc, checksum }: FetchResult['verified']): boolean {
  return size || archive || crc || checksum;
}

function notVerified(id: string): ExpectedError {
  return new ExpectedError('INTEGRITY', `package ${id} was not deleted: its files could not be verified`, {
    id,
    hint: 'check the files, then delete the package:',
    next: [commandLine([PROGRAM, 'rm', '--yes', '--', id])],
  });
}

function notRemoved(id: string, cause: ExpectedError): ExpectedError {
  return new ExpectedError(
    cause.code,
    `package ${id} was downloaded, but could not be deleted: ${cause.message}`,
    { ...cause.details, id, cause, next: [commandLine([PROGRAM, 'rm', '--yes', '--', id])] },
  );
}

async function inTurn<Result>(
  jobs: Semaphore,
  signal: AbortSignal,
  task: () => Promise<Result>,
): Promise<Result> {
  await jobs.acquire(signal);
  try {
    return await task();
  } finally {
    jobs.release();
  }
}

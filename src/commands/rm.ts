import type { Command } from 'commander';
import { encodeSegment } from '../api/client.ts';
import type { Context } from '../context.ts';
import { ExpectedError } from '../errors.ts';
import { forFlag } from '../flags/flag-values.ts';
import { addStatusFlag } from '../flags/status-flag.ts';
import { batchError, type Failure, failureText } from '../output/batch-error.ts';
import { dryRunDocument } from '../output/dry-run.ts';
import { errorDocument } from '../output/error-document.ts';
import { parseDuration } from '../parse/duration.ts';
import { formatSize } from '../parse/size.ts';
import { readOrPickIds } from '../picker/read-or-pick-ids.ts';
import { orCanceled } from '../terminal/prompts/or-canceled.ts';
import { PROGRAM } from '../version.ts';
import type { PackageFilter } from './listing/find-packages.ts';

export interface RmOptions {
  readonly ids: readonly string[];
  /** Instead of IDs: all packages that match; null for none. */
  readonly filter: PackageFilter | null;
  readonly yes: boolean;
  readonly ignoreNotFound: boolean;
  readonly dryRun: boolean;
}

interface RawFlags {
  readonly status?: string;
  readonly olderThan?: number;
  readonly yes?: boolean;
  readonly ignoreNotFound?: boolean;
  readonly force?: boolean;
  readonly dryRun?: boolean;
}

/** The prompt names at most this many packages. */
const MOST_NAMED = 10;
const CANCELED = 'Canceled. Nothing was deleted.';

interface RmResult {
  readonly id: string;
  readonly outcome: 'deleted' | 'not-found' | 'failed';
  readonly error: Readonly<Record<string, unknown>> | null;
}

export function defineRm(
  parent: Command,
  action: (options: RmOptions, command: Command) => Promise<void>,
): void {
  const command = parent
    .command('rm')
    .alias('delete')
    .summary('Delete packages and their files')
    .description('Delete packages and their files from the service. Prompts once for all packages.')
    .argument('[id...]', 'Package IDs (- for standard input)')
    .optionsGroup('Filters:');
  addStatusFlag(command, 'Delete all packages with this status')
    .option(
      '--older-than <duration>',
      'Delete all packages created longer ago, such as 30d; packages without a date are kept',
      forFlag('--older-than', parseAge),
    )
    .optionsGroup('Safety:')
    .option('-y, --yes', 'Skip the prompt')
    .option('--ignore-not-found', 'Treat a missing package as deleted')
    .option('-f, --force', 'Same as --yes --ignore-not-found')
    .option('-n, --dry-run', 'Print the requests without sending them')
    .action((ids: string[], flags: RawFlags, self: Command) =>
      action(
        {
          ids,
          filter: readFilter(flags),
          yes: flags.yes === true || flags.force === true,
          ignoreNotFound: flags.ignoreNotFound === true || flags.force === true,
          dryRun: flags.dryRun === true,
        },
        self,
      ),
    );
}

/** Prompts once, then deletes the packages in order. Continues after a failure. */
export async function rm(
  { ids: words, filter, yes, ignoreNotFound, dryRun }: RmOptions,
  context: Pick<Context, 'api' | 'io' | 'clock' | 'signal' | 'world'>,
): Promise<void> {
  const { api, io, signal } = context;
  if (filter !== null && words.length > 0) {
    const flag = filter.status === null ? '--older-than' : '--status';
    throw new ExpectedError('USAGE', `IDs and ${flag} cannot be combined`);
  }
  const ids =
    filter === null
      ? await readOrPickIds(words, { isMultiple: true }, context)
      : await (await import('./listing/find-packages.ts')).findPackages(filter, context);
  if (ids.length === 0) {
    if (io.format === 'json') io.json(dryRun ? dryRunDocument([]) : { results: [] });
    io.info('No package matches.');
    return;
  }
  if (dryRun) {
    const requests = ids.map((id) => ({
      ...api.describe('DELETE', `/downloads/${encodeSegment(id)}`),
      body: null,
    }));
    if (io.format === 'json') io.json(dryRunDocument(requests));
    else io.lines(requests.map(({ method, url }) => `${method} ${url}`));
    return;
  }
  if (!yes) await confirmAll(ids, context);

  const results: RmResult[] = [];
  const failures: Failure[] = [];
  for (const id of ids) {
    try {
      await api.deleteDownload(id, signal);
      results.push({ id, outcome: 'deleted', error: null });
    } catch (error) {
      if (!(error instanceof ExpectedError)) throw error;
      if (error.code === 'INTERRUPTED') {
        const unfinished = ids.slice(results.length).map((one) => failed(one, error));
        throw error.with({ document: { results: [...results, ...unfinished] } });
      }
      const isMissing = error.code === 'NOT_FOUND';
      const failure = isMissing ? notFound(id, error) : error.with({ id });
      if (isMissing && ignoreNotFound) results.push({ id, outcome: 'not-found', error: null });
      else {
        results.push(isMissing ? { ...failed(id, failure), outcome: 'not-found' } : failed(id, failure));
        failures.push({ id, error: failure });
        if (ids.length > 1) io.error(failureText({ id, error: failure }));
      }
      continue;
    }
    if (io.format !== 'json') io.line(id);
  }
  if (failures.length > 0) throw batchError(failures, ids.length, { results });
  if (io.format === 'json') io.json({ results });
  else io.info(`${results.length === 1 ? 'Package' : `${results.length} packages`} deleted.`);
}

function failed(id: string, error: ExpectedError): RmResult {
  return { id, outcome: 'failed', error: errorDocument(error.with({ id })) };
}

async function confirmAll(
  ids: readonly string[],
  { api, io, signal }: Pick<Context, 'api' | 'io' | 'signal'>,
): Promise<void> {
  if (!io.canPrompt) {
    throw new ExpectedError('USAGE', 'cannot prompt for confirmation: no terminal', {
      hint: 'use --yes to delete without a prompt',
    });
  }
  const named = await Promise.all(ids.slice(0, MOST_NAMED).map((id) => describePackage(id, api, signal)));
  const others = ids.length > MOST_NAMED ? [`and ${ids.length - MOST_NAMED} more`] : [];
  const what = ids.length === 1 ? named[0] : `${ids.length} packages: ${[...named, ...others].join(', ')}`;
  if (await orCanceled(CANCELED, signal, () => io.confirm(`Delete ${what}?`, signal))) return;
  throw new ExpectedError('INTERRUPTED', CANCELED);
}

/** Such as `"Third" (19 MiB, b4bef371)`; only the ID if the package cannot be read, which its deletion reports. */
async function describePackage(id: string, api: Context['api'], signal: AbortSignal): Promise<string> {
  try {
    const { title, sizeBytes } = await api.getDownload(id, signal, { retries: 0 });
    const size = sizeBytes === null ? '' : `${formatSize(sizeBytes)}, `;
    return title === null
      ? `package ${shortId(id)}${sizeBytes === null ? '' : ` (${formatSize(sizeBytes)})`}`
      : `"${title}" (${size}${shortId(id)})`;
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof ExpectedError)) throw error;
    return `package ${id}`;
  }
}

/** The first 8 characters of a UUID, or the complete ID. */
function shortId(id: string): string {
  return /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i.test(id) ? id.slice(0, 8) : id;
}

function readFilter({
  status = null,
  olderThan = null,
}: {
  readonly status?: string | null;
  readonly olderThan?: number | null;
}): PackageFilter | null {
  return status === null && olderThan === null ? null : { status, olderThanMs: olderThan };
}

/** Packages of any age are chosen by their IDs. */
function parseAge(text: string): number {
  const ageMs = parseDuration(text);
  if (ageMs <= 0) throw new ExpectedError('USAGE', 'the age must be more than 0');
  return ageMs;
}

function notFound(id: string, cause: ExpectedError): ExpectedError {
  return new ExpectedError('NOT_FOUND', `no package with ID ${id}`, {
    ...cause.details,
    id,
    cause,
    hint: `run '${PROGRAM} list' to see your packages, or use --ignore-not-found`,
  });
}

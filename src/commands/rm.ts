import type { Command } from 'commander';
import { encodeSegment } from '../api/client.ts';
import type { Context } from '../context.ts';
import { ExpectedError } from '../errors.ts';
import { forFlag } from '../flags/flag-values.ts';
import { batchError, type Failure, failureText } from '../output/batch-error.ts';
import { dryRunDocument } from '../output/dry-run.ts';
import { errorDocument } from '../output/error-document.ts';
import { parseDuration } from '../parse/duration.ts';
import { readOrPickIds } from '../picker/read-or-pick-ids.ts';
import { PROGRAM } from '../version.ts';

export interface RmOptions {
  readonly ids: readonly string[];
  /** Instead of IDs: all packages that were created longer ago than this; null for none. */
  readonly olderThanMs: number | null;
  readonly yes: boolean;
  readonly ignoreNotFound: boolean;
  readonly dryRun: boolean;
}

interface RawFlags {
  readonly olderThan?: number;
  readonly yes?: boolean;
  readonly ignoreNotFound?: boolean;
  readonly force?: boolean;
  readonly dryRun?: boolean;
}

interface RmResult {
  readonly id: string;
  readonly outcome: 'deleted' | 'not-found' | 'failed';
  readonly error: Readonly<Record<string, unknown>> | null;
}

export function defineRm(
  parent: Command,
  action: (options: RmOptions, command: Command) => Promise<void>,
): void {
  parent
    .command('rm')
    .alias('delete')
    .summary('delete packages and their files')
    .description('Deletes packages and their files at the service. Asks once for all of them.')
    .argument('[id...]', 'package ids, or - for standard input; asked for on a terminal')
    .optionsGroup('Which packages:')
    .option(
      '--older-than <duration>',
      'instead of IDs: all created longer ago, such as 30d; those without a date stay',
      forFlag('--older-than', parseAge),
    )
    .optionsGroup('Safety:')
    .option('-y, --yes', 'do not ask')
    .option('--ignore-not-found', 'a package that is not there counts as deleted')
    .option('-f, --force', 'the same as --yes --ignore-not-found')
    .option('-n, --dry-run', 'show what would be sent, send nothing')
    .action((ids: string[], flags: RawFlags, self: Command) =>
      action(
        {
          ids,
          olderThanMs: flags.olderThan ?? null,
          yes: flags.yes === true || flags.force === true,
          ignoreNotFound: flags.ignoreNotFound === true || flags.force === true,
          dryRun: flags.dryRun === true,
        },
        self,
      ),
    );
}

/** Asks once, then deletes one after the other and goes on after a failure. */
export async function rm(
  { ids: words, olderThanMs, yes, ignoreNotFound, dryRun }: RmOptions,
  context: Pick<Context, 'api' | 'io' | 'clock' | 'signal' | 'world'>,
): Promise<void> {
  const { api, io, signal } = context;
  if (olderThanMs !== null && words.length > 0) {
    throw new ExpectedError('USAGE', '--older-than selects packages; IDs beside it contradict it');
  }
  const ids =
    olderThanMs === null
      ? await readOrPickIds(words, { isMultiple: true }, context)
      : await (await import('./listing/old-packages.ts')).findOldPackages(olderThanMs, context);
  if (ids.length === 0) {
    if (io.format === 'json') io.json(dryRun ? dryRunDocument([]) : { results: [] });
    io.info('No package is that old.');
    return;
  }
  if (dryRun) {
    const requests = ids.map((id) => ({
      ...api.describe('DELETE', `/downloads/${encodeSegment(id)}`),
      body: null,
    }));
    if (io.format === 'json') io.json(dryRunDocument(requests));
    else for (const { method, url } of requests) io.line(`${method} ${url}`);
    return;
  }
  if (!yes) await askForAll(ids, io, signal);

  const results: RmResult[] = [];
  const failures: Failure[] = [];
  for (const id of ids) {
    try {
      await api.deleteDownload(id, signal);
      results.push({ id, outcome: 'deleted', error: null });
    } catch (error) {
      if (!(error instanceof ExpectedError)) throw error;
      if (error.code === 'INTERRUPTED') throw error.with({ document: { results } });
      const isMissing = error.code === 'NOT_FOUND';
      const told = isMissing ? notFound(id, error) : error.with({ id });
      if (isMissing && ignoreNotFound) results.push({ id, outcome: 'not-found', error: null });
      else {
        results.push({ id, outcome: isMissing ? 'not-found' : 'failed', error: errorDocument(told) });
        failures.push({ id, error: told });
        if (ids.length > 1) io.error(failureText({ id, error: told }));
      }
      continue;
    }
    if (io.format !== 'json') io.line(id);
  }
  if (failures.length > 0) throw batchError(failures, ids.length, { results });
  if (io.format === 'json') io.json({ results });
  else io.info(`${results.length === 1 ? 'Package' : `${results.length} packages`} deleted.`);
}

/** A question is to be read. */
const MOST_NAMED = 20;

async function askForAll(ids: readonly string[], io: Context['io'], signal: AbortSignal): Promise<void> {
  if (!io.canPrompt) {
    throw new ExpectedError('USAGE', 'deleting needs a confirmation and nobody is here to ask', {
      hint: 'confirm with --yes',
    });
  }
  const named = ids.length > MOST_NAMED ? [...ids.slice(0, MOST_NAMED), '…'] : ids;
  const what = ids.length === 1 ? `package ${ids[0] ?? ''}` : `${ids.length} packages (${named.join(', ')})`;
  if (await io.confirm(`Delete ${what} and all files in it?`, signal)) return;
  throw new ExpectedError('INTERRUPTED', 'nothing was deleted');
}

/** Packages of any age are chosen by their IDs. */
function parseAge(text: string): number {
  const ageMs = parseDuration(text);
  if (ageMs <= 0) throw new ExpectedError('USAGE', 'the age must be more than 0');
  return ageMs;
}

function notFound(id: string, cause: ExpectedError): ExpectedError {
  return new ExpectedError('NOT_FOUND', `no package with id ${id}`, {
    ...cause.details,
    id,
    cause,
    hint: `list the packages with: ${PROGRAM} list; or accept it with --ignore-not-found`,
  });
}

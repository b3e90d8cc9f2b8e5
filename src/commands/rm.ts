import type { Command } from 'commander';
import { encodeSegment } from '../api/client.ts';
import type { Context } from '../context.ts';
import { ExpectedError } from '../errors.ts';
import { batchError, type Failure, failureText } from '../output/batch-error.ts';
import { dryRunDocument } from '../output/dry-run.ts';
import { errorDocument } from '../output/error-document.ts';
import { readOrPickIds } from '../picker/read-or-pick-ids.ts';
import { PROGRAM } from '../version.ts';

export interface RmOptions {
  readonly ids: readonly string[];
  readonly yes: boolean;
  readonly ignoreNotFound: boolean;
  readonly dryRun: boolean;
}

interface RawFlags {
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
    .summary('Delete packages and their files')
    .description('Delete packages and their files from the service. Prompts once for all packages.')
    .argument('[id...]', 'Package IDs (- for standard input)')
    .optionsGroup('Safety:')
    .option('-y, --yes', 'Skip the prompt')
    .option('--ignore-not-found', 'Treat a missing package as deleted')
    .option('-f, --force', 'Same as --yes --ignore-not-found')
    .option('-n, --dry-run', 'Print the requests without sending them')
    .action((ids: string[], flags: RawFlags, self: Command) =>
      action(
        {
          ids,
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
  { ids: words, yes, ignoreNotFound, dryRun }: RmOptions,
  context: Pick<Context, 'api' | 'io' | 'clock' | 'signal' | 'world'>,
): Promise<void> {
  const { api, io, signal } = context;
  const ids = await readOrPickIds(words, { isMultiple: true }, context);
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
      const failure = isMissing ? notFound(id, error) : error.with({ id });
      if (isMissing && ignoreNotFound) results.push({ id, outcome: 'not-found', error: null });
      else {
        results.push({ id, outcome: isMissing ? 'not-found' : 'failed', error: errorDocument(failure) });
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

async function askForAll(ids: readonly string[], io: Context['io'], signal: AbortSignal): Promise<void> {
  if (!io.canPrompt) {
    throw new ExpectedError('USAGE', 'cannot prompt for confirmation: no terminal', {
      hint: 'use --yes to delete without a prompt',
    });
  }
  const what = ids.length === 1 ? `package ${ids[0] ?? ''}` : `${ids.length} packages (${ids.join(', ')})`;
  if (await io.confirm(`Delete ${what} and all files in it?`, signal)) return;
  throw new ExpectedError('INTERRUPTED', 'nothing was deleted');
}

function notFound(id: string, cause: ExpectedError): ExpectedError {
  return new ExpectedError('NOT_FOUND', `no package with ID ${id}`, {
    ...cause.details,
    id,
    cause,
    hint: `run '${PROGRAM} list' to see your packages, or use --ignore-not-found`,
  });
}

import type { Command } from 'commander';
import { encodeSegment } from '../api/client.ts';
import type { Context } from '../context.ts';
import { ExpectedError } from '../errors.ts';
import { addFetchFlags, type FetchFlags, type RawFetchFlags, readFetchFlags } from '../flags/fetch-flags.ts';
import { addWaitFlags, type RawWaitFlags, readWaitFlags, type WaitFlags } from '../flags/wait-flags.ts';
import { dryRunDocument } from '../output/dry-run.ts';
import { readOrPickIds } from '../picker/read-or-pick-ids.ts';

export interface FetchOptions {
  readonly ids: readonly string[];
  readonly wait: WaitFlags;
  readonly fetch: FetchFlags;
  readonly dryRun: boolean;
}

interface RawFlags extends RawWaitFlags, RawFetchFlags {
  readonly dryRun?: boolean;
}

export function defineFetch(
  parent: Command,
  action: (options: FetchOptions, connection: { retries: number }, command: Command) => Promise<void>,
): void {
  const command = parent
    .command('fetch')
    .summary('Download packages')
    .description(
      'Wait for packages, download and verify them, and print the path of each file. Rerun the command to resume an interrupted download.',
    )
    .argument('[id...]', 'Package IDs (- for standard input)');
  addFetchFlags(addWaitFlags(command))
    .optionsGroup('Safety:')
    .option('-n, --dry-run', 'Print the requests without sending them')
    .action((ids: string[], raw: RawFlags, self: Command) => {
      const fetch = readFetchFlags(raw);
      return action(
        { ids, wait: readWaitFlags(raw), fetch, dryRun: raw.dryRun === true },
        { retries: fetch.retries },
        self,
      );
    });
}

export async function fetch(
  { ids: words, wait, fetch: flags, dryRun }: FetchOptions,
  context: Context,
): Promise<void> {
  const { api, io } = context;
  const ids = await readOrPickIds(words, { isMultiple: true }, context);
  if (ids.length > 1 && (flags.output !== null || flags.toStdout || flags.checksum !== null)) {
    throw new ExpectedError('USAGE', '-o and --checksum accept one package only', {
      hint: 'use -D FOLDER',
    });
  }
  if (flags.toStdout && io.format === 'json') {
    throw new ExpectedError('USAGE', '-o - and --json both use standard output');
  }
  if (flags.toStdout && io.isOutputTerminal) {
    throw new ExpectedError('USAGE', 'refusing to write an archive to a terminal', {
      hint: 'redirect standard output, or use -o FILE',
    });
  }
  if (dryRun) {
    const requests = ids.map((id) => ({
      ...api.describe('GET', `/downloads/${encodeSegment(id)}`),
      body: null,
    }));
    if (io.format === 'json') io.json(dryRunDocument(requests));
    else for (const { method, url } of requests) io.line(`${method} ${url}`);
    return;
  }
  const { fetchPackages } = await import('../fetch/fetch-packages.ts');
  const results = await fetchPackages(ids, { wait, fetch: flags, isJustCreated: false, known: [] }, context);
  if (io.format === 'json') io.json({ results });
}

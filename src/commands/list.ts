import type { Command } from 'commander';
import { MAX_PER_PAGE } from '../api/client.ts';
import type { Package } from '../api/package.ts';
import { collectPages } from '../api/paging.ts';
import type { Context } from '../context.ts';
import { ExpectedError } from '../errors.ts';
import { forFlag, withCompletions } from '../flags/flag-values.ts';
import { addStatusFlag } from '../flags/status-flag.ts';
import { parseCount } from '../parse/count.ts';
import { packageListing } from './listing/package-listing.ts';
import { parseSort, type SortOrder, sortWords } from './listing/sort.ts';
import { sortItems } from './listing/sort-items.ts';
import { explainNoMatch, hasStatus } from './listing/status-filter.ts';

export interface ListOptions {
  /** Counted from 1; null starts with the first page. */
  readonly page: number | null;
  readonly perPage: number;
  /** Infinity with `--all`. */
  readonly limit: number;
  readonly status: string | null;
  readonly sort: SortOrder | null;
}

interface RawFlags {
  readonly page?: number;
  readonly perPage?: number;
  readonly limit?: number;
  readonly all?: boolean;
  readonly status?: string;
  readonly sort?: SortOrder;
}

const DEFAULT_LIMIT = 30;
const SORT_FIELDS = ['id', 'status', 'title', 'created', 'expires', 'sizeBytes'] as const;
/** Headings of the table that differ from their field. */
const SORT_HEADINGS = { size: 'sizeBytes' };

export function defineList(
  parent: Command,
  action: (options: ListOptions, command: Command) => Promise<void>,
): void {
  const count = (flag: string, most: number) => forFlag(flag, (text) => parseCount(text, { least: 1, most }));
  const command = parent
    .command('list')
    .alias('ls')
    .summary('List your packages')
    .description('List your packages.')
    .optionsGroup('Filters:')
    .option('--page <n>', 'Only this page, counted from 1', count('--page', 1_000_000))
    .option(
      '--per-page <n>',
      `Packages per page (default and maximum ${MAX_PER_PAGE})`,
      count('--per-page', MAX_PER_PAGE),
    )
    .option(
      '-L, --limit <n>',
      `Maximum number of packages (default ${DEFAULT_LIMIT})`,
      count('--limit', 1_000_000),
    )
    .option('--all', 'List all packages');
  addStatusFlag(command, 'Only packages with this status')
    .option(
      '--sort <field[:desc]>',
      `Sort by ${SORT_FIELDS.join(', ')}`,
      forFlag(
        '--sort',
        withCompletions(sortWords(SORT_FIELDS), (text: string) =>
          parseSort(text, SORT_FIELDS, SORT_HEADINGS),
        ),
      ),
    )
    .action((flags: RawFlags, self: Command) => {
      if (flags.all === true && flags.limit !== undefined) {
        throw new ExpectedError('USAGE', '--all and --limit cannot be combined');
      }
      if (flags.page !== undefined && flags.all === true) {
        throw new ExpectedError('USAGE', '--all and --page cannot be combined');
      }
      return action(
        {
          page: flags.page ?? null,
          perPage: flags.perPage ?? MAX_PER_PAGE,
          limit:
            flags.all === true
              ? Number.POSITIVE_INFINITY
              : (flags.limit ?? (flags.page ? MAX_PER_PAGE : DEFAULT_LIMIT)),
          status: flags.status ?? null,
          sort: flags.sort ?? null,
        },
        self,
      );
    });
}

/** Filters and sorts locally, because the service documents no such parameters. */
export async function list(
  { page, perPage, limit, status, sort }: ListOptions,
  { api, io, clock, signal }: Pick<Context, 'api' | 'io' | 'clock' | 'signal'>,
): Promise<void> {
  if (api.credential.kind === 'anonymous') {
    throw new ExpectedError('AUTH', 'listing packages needs a credential', {
      hint: "run 'streamdiver-dl login', or set STREAMDIVER_TOKEN",
    });
  }
  const isWanted = (item: Package) => status === null || hasStatus(item, status);
  // Filtering and sorting need all packages before the limit applies.
  const needsAll = sort !== null || status !== null;
  const found =
    page === null
      ? await collectPages((index) => api.listDownloads(index, perPage, signal), {
          limit: needsAll ? Number.POSITIVE_INFINITY : limit,
          pageSize: perPage,
          warn: (message) => io.warn(message),
        })
      : { items: (await api.listDownloads(page - 1, perPage, signal)).items, truncated: false };
  const wanted = sortItems(found.items.filter(isWanted), sort);
  const items = wanted.slice(0, limit);
  if (status !== null && wanted.length === 0) explainNoMatch(found.items, status, io);
  const truncated = found.truncated || wanted.length > items.length;
  io.listing(packageListing(items, { nowMs: clock.now(), truncated, emptyText: 'No packages' }));
  if (truncated) io.info(`Showing the first ${items.length}. Use --limit N or --all for more.`);
}

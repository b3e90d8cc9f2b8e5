import type { Command } from 'commander';
import { MAX_PER_PAGE } from '../api/client.ts';
import type { Package } from '../api/package.ts';
import { collectPages } from '../api/paging.ts';
import type { Context } from '../context.ts';
import { ExpectedError } from '../errors.ts';
import { forFlag, nonEmpty, withCompletions } from '../flags/flag-values.ts';
import { parseCount } from '../parse/count.ts';
import { packageListing } from './listing/package-listing.ts';
import { parseSort, type SortOrder, sortWords } from './listing/sort.ts';
import { sortItems } from './listing/sort-items.ts';

export interface ListOptions {
  /** Counted from 1; null lists from the first page on. */
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
/** The service may have others. */
const USUAL_STATUSES = ['ready', 'preparing', 'failed'];
const SORT_FIELDS = ['id', 'status', 'title', 'created', 'expires', 'sizeBytes'] as const;

export function defineList(
  parent: Command,
  action: (options: ListOptions, command: Command) => Promise<void>,
): void {
  const count = (flag: string, most: number) => forFlag(flag, (text) => parseCount(text, { least: 1, most }));
  parent
    .command('list')
    .alias('ls')
    .summary('list your packages')
    .description('List your packages.')
    .optionsGroup('Which packages:')
    .option('--page <n>', 'only this page, counted from 1', count('--page', 1_000_000))
    .option(
      '--per-page <n>',
      `packages on a page (default ${MAX_PER_PAGE}, the most)`,
      count('--per-page', MAX_PER_PAGE),
    )
    .option('-L, --limit <n>', `at most so many (default ${DEFAULT_LIMIT})`, count('--limit', 1_000_000))
    .option('--all', 'no limit')
    .option(
      '--status <status>',
      'only packages with this status',
      forFlag(
        '--status',
        withCompletions(USUAL_STATUSES, (text: string) => nonEmpty(text)),
      ),
    )
    .option(
      '--sort <field[:desc]>',
      `by ${SORT_FIELDS.join(', ')}`,
      forFlag(
        '--sort',
        withCompletions(sortWords(SORT_FIELDS), (text: string) => parseSort(text, SORT_FIELDS)),
      ),
    )
    .action((flags: RawFlags, self: Command) => {
      if (flags.all === true && flags.limit !== undefined) {
        throw new ExpectedError('USAGE', '--all and --limit contradict each other');
      }
      if (flags.page !== undefined && flags.all === true) {
        throw new ExpectedError('USAGE', '--all and --page contradict each other');
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

/** Filtering and sorting happen here: no public page says that the service can. */
export async function list(
  { page, perPage, limit, status, sort }: ListOptions,
  { api, io, clock, signal }: Pick<Context, 'api' | 'io' | 'clock' | 'signal'>,
): Promise<void> {
  if (api.credential.kind === 'anonymous') {
    throw new ExpectedError('AUTH', 'a list of your packages needs a credential', {
      hint: 'sign in with streamdiver-dl login, or set STREAMDIVER_TOKEN',
    });
  }
  const isWanted = (item: Package) => status === null || hasStatus(item, status.toLowerCase());
  // What is filtered or sorted must be known as a whole before the limit cuts it.
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
  if (status !== null && wanted.length === 0) warnOfOtherWords(found.items, status, io);
  const truncated = found.truncated || wanted.length > items.length;
  io.listing(packageListing(items, { nowMs: clock.now(), truncated, emptyText: 'no packages' }));
  if (truncated) io.info(`Showing the first ${items.length}; see more with --limit N or --all.`);
}

/** The word of the service, or ours for what its word means: `completed` is `ready`. */
function hasStatus({ status, state }: Package, wanted: string): boolean {
  return status.toLowerCase() === wanted || state === wanted;
}

/** Nothing has this status, but some may have it in words that mean nothing here. */
function warnOfOtherWords(packages: readonly Package[], wanted: string, io: Context['io']): void {
  const words = new Set(packages.flatMap(({ status, state }) => (state === 'unknown' ? [status] : [])));
  if (words.size === 0) return;
  io.warn(
    `no package is ${JSON.stringify(wanted)}, but the service also uses: ${[...words].slice(0, 10).join(', ')}`,
  );
}

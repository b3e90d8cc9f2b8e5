import { MAX_PER_PAGE } from '../../api/client.ts';
import type { Package } from '../../api/package.ts';
import { collectPages } from '../../api/paging.ts';
import type { Context } from '../../context.ts';
import { ExpectedError, isExpectedError } from '../../errors.ts';
import { commandLine } from '../../terminal/text/shell-quote.ts';
import { PROGRAM } from '../../version.ts';

/** Server clocks differ by seconds, rarely by minutes. */
const CLOCK_TOLERANCE_MS = 120_000;
/** Twenty requests at most. */
const MOST_PACKAGES = 1_000;

interface CreateAttempt {
  readonly title: string | null;
  /** When the request was sent, by the local clock. */
  readonly startedMs: number;
}

/**
 * Adds the findings from the list of packages to an AMBIGUOUS error. No finding makes the command repeatable,
 * because a package can appear in the list later. Other errors pass through.
 */
export async function explainAmbiguousCreate(
  error: unknown,
  attempt: CreateAttempt,
  { api, signal, world }: Pick<Context, 'api' | 'signal' | 'world'>,
): Promise<unknown> {
  if (!isExpectedError(error, 'AMBIGUOUS') || signal.aborted) return error;
  if (api.credential.kind === 'anonymous')
    return explained(error, 'there is no list to check without a credential', []);
  const list = commandLine([PROGRAM, 'list'], world.platform);
  let recent: readonly Package[];
  try {
    // The order is not documented: the new package can be on the last page.
    const found = await collectPages((page) => api.listDownloads(page, MAX_PER_PAGE, signal), {
      limit: MOST_PACKAGES,
      pageSize: MAX_PER_PAGE,
      stopAfter: (items) => items.some((item) => isCandidate(item, attempt)),
    });
    recent = found.items;
  } catch (listError) {
    if (!(listError instanceof ExpectedError)) throw listError;
    return explained(error, 'cannot read the list of packages either', [list]);
  }
  const candidates = recent.filter((item) => isCandidate(item, attempt));
  if (candidates.length > 0) {
    const found = candidates.map(({ id, status }) => `${id} (${status})`).join(', ');
    return explained(
      error,
      `${candidates.length === 1 ? 'a package in the list matches' : 'packages in the list match'}: ${found}`,
      candidates.map(({ id }) => commandLine([PROGRAM, 'fetch', id], world.platform)),
    );
  }
  const isInconclusive = recent.some((item) => !isIdentifiable(item, attempt));
  return explained(
    error,
    isInconclusive
      ? 'the list shows neither titles nor times, so no package can be matched'
      : 'the list has no matching package yet',
    [list],
  );
}

/** Whether the list has enough details to rule a package out. */
function isIdentifiable(item: Package, { title }: CreateAttempt): boolean {
  return item.created !== null || (title !== null && item.title !== null);
}

function isCandidate(item: Package, { title, startedMs }: CreateAttempt): boolean {
  if (title !== null && item.title !== null && item.title !== title) return false;
  if (item.created !== null) return Date.parse(item.created) >= startedMs - CLOCK_TOLERANCE_MS;
  return title !== null && item.title === title;
}

function explained(error: ExpectedError, finding: string, next: readonly string[]): ExpectedError {
  return new ExpectedError(
    'AMBIGUOUS',
    `cannot confirm that the package was created (${error.message}); ${finding}`,
    {
      ...error.details,
      next,
      hint: 'check the list before you create it again, or you may get two packages',
    },
  );
}

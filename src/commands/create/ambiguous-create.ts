import { MAX_PER_PAGE } from '../../api/client.ts';
import type { Package } from '../../api/package.ts';
import type { Context } from '../../context.ts';
import { ExpectedError, isExpectedError } from '../../errors.ts';
import { commandLine } from '../../terminal/text/shell-quote.ts';
import { PROGRAM } from '../../version.ts';

/** Clocks of services are off by seconds, rarely by minutes. */
const CLOCK_TOLERANCE_MS = 120_000;

interface CreateAttempt {
  readonly title: string | null;
  /** When the request was sent, by the clock here. */
  readonly startedMs: number;
}

/**
 * Adds to an AMBIGUOUS error what the list of packages shows. Nothing that it shows makes the command
 * repeatable: a package may appear in the list later. Other errors pass through.
 */
export async function explainAmbiguousCreate(
  error: unknown,
  attempt: CreateAttempt,
  { api, signal, world }: Pick<Context, 'api' | 'signal' | 'world'>,
): Promise<unknown> {
  if (!isExpectedError(error, 'AMBIGUOUS') || signal.aborted) return error;
  if (api.credential.kind === 'anonymous')
    return explained(error, 'without a credential there is no list to check', []);
  const list = commandLine([PROGRAM, 'list'], world.platform);
  let recent: readonly Package[];
  try {
    recent = (await api.listDownloads(0, MAX_PER_PAGE, signal)).items;
  } catch (listError) {
    if (!(listError instanceof ExpectedError)) throw listError;
    return explained(error, 'the list of packages cannot be read either', [list]);
  }
  const candidates = recent.filter((item) => isCandidate(item, attempt));
  if (candidates.length > 0) {
    const found = candidates.map(({ id, status }) => `${id} (${status})`).join(', ');
    return explained(
      error,
      `the list has ${candidates.length === 1 ? 'a package that matches' : 'packages that match'}: ${found}`,
      candidates.map(({ id }) => commandLine([PROGRAM, 'fetch', id], world.platform)),
    );
  }
  const cannotTell = recent.some((item) => !isTold(item, attempt));
  return explained(
    error,
    cannotTell
      ? 'the list shows neither titles nor times, so it cannot tell'
      : 'the list shows no matching package yet',
    [list],
  );
}

/** Whether the list says enough about a package to tell that it is another one. */
function isTold(item: Package, { title }: CreateAttempt): boolean {
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
    `it is unclear whether the package was created (${error.message}); ${finding}`,
    {
      ...error.details,
      next,
      hint: 'check the list before you create it again: a second request may make a second package',
    },
  );
}

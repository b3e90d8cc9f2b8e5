import { MAX_PER_PAGE } from '../api/client.ts';
import type { Package } from '../api/package.ts';
import type { Context } from '../context.ts';
import { ExpectedError } from '../errors.ts';
import { TransportError } from '../http/transport-error.ts';
import { commandLine } from '../terminal/shell-quote.ts';
import { PROGRAM } from '../version.ts';

/** Clocks of services are off by seconds, rarely by minutes. */
const CLOCK_TOLERANCE_MS = 120_000;

/**
 * After a POST whose outcome is unknown, says what can be found out: creating is not idempotent, so
 * it is never repeated, but the list tells whether the package is there. Other errors pass through.
 */
export async function explainUnclearCreate(
  error: unknown,
  { title, startedMs }: { title: string | null; startedMs: number },
  { api, signal, world }: Pick<Context, 'api' | 'signal' | 'world'>,
): Promise<unknown> {
  if (!isUnclear(error) || signal.aborted) return error;
  if (api.credential.kind === 'anonymous')
    return unclear(error, 'nobody can tell whether it was created', []);
  let recent: readonly Package[];
  try {
    recent = (await api.listDownloads(0, MAX_PER_PAGE, signal)).filter((item) =>
      isCandidate(item, { title, startedMs }),
    );
  } catch (listError) {
    if (!(listError instanceof ExpectedError)) throw listError;
    return unclear(error, 'and the list of packages cannot be read either', [commandLine([PROGRAM, 'list'])]);
  }
  if (recent.length === 0)
    return unclear(error, 'the list has no such package, so it was probably not created', []);
  const found = recent.map(({ id, status }) => `${id} (${status})`).join(', ');
  return unclear(
    error,
    `but the list has ${recent.length === 1 ? 'a package that fits' : 'packages that fit'}: ${found}`,
    recent.map(({ id }) => commandLine([PROGRAM, 'fetch', id], world.platform)),
  );
}

/** 429 and its like say that nothing was done; a broken connection or a 5xx says nothing at all. */
function isUnclear(error: unknown): error is ExpectedError {
  if (error instanceof TransportError) return error.mayHaveBeenSent;
  if (!(error instanceof ExpectedError)) return false;
  const status = error.details.httpStatus ?? 0;
  if (error.code === 'BAD_RESPONSE') return status < 300;
  return error.code === 'UNAVAILABLE' && status >= 500;
}

function isCandidate(
  item: Package,
  { title, startedMs }: { title: string | null; startedMs: number },
): boolean {
  if (title !== null && item.title !== null && item.title !== title) return false;
  if (item.created !== null) return Date.parse(item.created) >= startedMs - CLOCK_TOLERANCE_MS;
  return title !== null && item.title === title;
}

function unclear(error: ExpectedError, finding: string, next: readonly string[]): ExpectedError {
  const { httpStatus, requestId } = error.details;
  return new ExpectedError(
    'UNAVAILABLE',
    `it is not clear whether the package was created (${error.message}); ${finding}`,
    {
      httpStatus,
      requestId,
      cause: error,
      next,
      hint:
        next.length === 0
          ? 'run the same command again'
          : 'go on with the package that is there, or look first',
    },
  );
}

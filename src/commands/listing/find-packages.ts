import { listAllPackages } from '../../api/list-all-packages.ts';
import type { Package } from '../../api/package.ts';
import type { Context } from '../../context.ts';
import { ExpectedError } from '../../errors.ts';
import { counted } from '../../terminal/text/format.ts';
import { explainNoMatch, hasStatus } from './status-filter.ts';

export interface PackageFilter {
  /** A status of the service, or a state such as `ready`; null for any. */
  readonly status: string | null;
  /** Created longer ago than this; null for any age. */
  readonly olderThanMs: number | null;
}

/**
 * The IDs of all packages that match.
 * @throws ExpectedError USAGE for an unknown status, BAD_RESPONSE if an age is required and no package has a date
 */
export async function findPackages(
  { status, olderThanMs }: PackageFilter,
  { api, io, clock, signal }: Pick<Context, 'api' | 'io' | 'clock' | 'signal'>,
): Promise<readonly string[]> {
  const all = await listAllPackages(api, { signal, warn: (message) => io.warn(message) });
  const items = status === null ? all : all.filter((item) => hasStatus(item, status));
  if (status !== null && items.length === 0) explainNoMatch(all, status, io);
  const old = olderThanMs === null ? items : olderThan(items, clock.now() - olderThanMs, io);
  return old.map(({ id }) => id);
}

/** A package without a date is not old. A warning counts these packages. */
function olderThan(
  items: readonly Package[],
  limitMs: number,
  io: Pick<Context['io'], 'warn'>,
): readonly Package[] {
  const undatedCount = items.filter(({ created }) => created === null).length;
  if (items.length > 0 && undatedCount === items.length) {
    throw new ExpectedError('BAD_RESPONSE', '--older-than: no package has a date', {
      hint: 'list the packages with: streamdiver-dl list; then delete them by their IDs',
    });
  }
  if (undatedCount > 0) io.warn(`kept ${counted(undatedCount, 'package')} without a date`);
  return items.filter(({ created }) => created !== null && Date.parse(created) < limitMs);
}

import { listAllPackages } from '../../api/list-all-packages.ts';
import type { Context } from '../../context.ts';
import { ExpectedError } from '../../errors.ts';
import { counted } from '../../terminal/text/format.ts';

/**
 * IDs of all packages that were created longer ago than this. A package without a date is not old; a warning counts these.
 * @throws ExpectedError BAD_RESPONSE if no package has a date
 */
export async function findOldPackages(
  ageMs: number,
  { api, io, clock, signal }: Pick<Context, 'api' | 'io' | 'clock' | 'signal'>,
): Promise<readonly string[]> {
  const items = await listAllPackages(api, { signal, warn: (message) => io.warn(message) });
  const limitMs = clock.now() - ageMs;
  const dated = items.flatMap(({ id, created }) =>
    created === null ? [] : [{ id, ms: Date.parse(created) }],
  );
  const undatedCount = items.length - dated.length;
  if (items.length > 0 && dated.length === 0) {
    throw new ExpectedError('BAD_RESPONSE', '--older-than: no package has a date', {
      hint: 'list the packages with: streamdiver-dl list; then delete them by their IDs',
    });
  }
  if (undatedCount > 0) io.warn(`kept ${counted(undatedCount, 'package')} without a date`);
  return dated.filter(({ ms }) => ms < limitMs).map(({ id }) => id);
}

import type { Context } from '../context.ts';
import { ExpectedError } from '../errors.ts';
import { PROGRAM } from '../version.ts';

/**
 * The media library can be listed only with a credential.
 * @param alternative a clause for the hint, such as `, or select by ID`
 * @throws ExpectedError AUTH without one
 */
export function requireLibraryAccess({ api }: Pick<Context, 'api'>, alternative: string): void {
  if (api.credential.kind !== 'anonymous') return;
  throw new ExpectedError('AUTH', 'selecting from the media library requires a credential', {
    hint: `run '${PROGRAM} login', set STREAMDIVER_TOKEN, or ${alternative}`,
  });
}

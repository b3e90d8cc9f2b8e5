import { resolvePackageIds } from '../api/resolve-package-ids.ts';
import type { Context } from '../context.ts';
import { ExpectedError } from '../errors.ts';
import { readIds } from '../flags/ids.ts';
import { PROGRAM } from '../version.ts';
import { commandWithoutPrompts, printCommand } from './command-without-prompts.ts';

/**
 * The IDs on the command line. Without any, a person at a terminal selects from the recent packages.
 * @throws ExpectedError USAGE without IDs and without a terminal
 */
export async function readOrPickIds(
  given: readonly string[],
  { isMultiple, selecting }: { readonly isMultiple: boolean; readonly selecting?: 'contents' },
  context: Pick<Context, 'api' | 'io' | 'clock' | 'signal' | 'world'>,
): Promise<readonly string[]> {
  const { io, world } = context;
  if (given.length > 0) return await resolvePackageIds(await readIds(given, world, selecting), context);
  if (!io.canPrompt) {
    throw new ExpectedError('USAGE', 'a package ID is required', {
      hint: `pass an ID from '${PROGRAM} list', or - to read IDs from standard input`,
    });
  }
  const { pickPackages } = await import('./pick-packages.ts');
  const ids = await pickPackages(isMultiple, context);
  printCommand(commandWithoutPrompts(ids, context), io);
  return ids;
}

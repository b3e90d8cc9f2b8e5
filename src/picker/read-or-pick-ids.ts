import { resolvePackageIds } from '../api/resolve-package-ids.ts';
import type { Context } from '../context.ts';
import { ExpectedError } from '../errors.ts';
import { readIds } from '../flags/ids.ts';
import { commandLine } from '../terminal/text/shell-quote.ts';
import { PROGRAM } from '../version.ts';
import { typedWords } from './typed-words.ts';

/**
 * The ids that a command was given, or, where it was given none and a person is there, those that
 * are chosen from the recent packages.
 * @throws ExpectedError USAGE when there are none and nobody can be asked
 */
export async function readOrPickIds(
  words: readonly string[],
  { isMultiple, selecting }: { readonly isMultiple: boolean; readonly selecting?: 'contents' },
  context: Pick<Context, 'api' | 'io' | 'clock' | 'signal' | 'world'>,
): Promise<readonly string[]> {
  const { io, world } = context;
  if (words.length > 0) return await resolvePackageIds(await readIds(words, world, selecting), context);
  if (!io.canPrompt) {
    throw new ExpectedError('USAGE', 'no package id given', {
      hint: `name one, or - to read ids from standard input; list them with: ${PROGRAM} list`,
    });
  }
  const { pickPackages } = await import('./pick-packages.ts');
  const ids = await pickPackages(isMultiple, context);
  io.info('The same without questions:');
  io.info(`  ${commandLine([PROGRAM, ...typedWords(world.argv), ...ids], world.platform)}`);
  return ids;
}

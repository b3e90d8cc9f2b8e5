import type { Package } from '../../api/package.ts';
import { packageState } from '../../api/status.ts';
import type { Context } from '../../context.ts';
import { ExpectedError } from '../../errors.ts';
import { USUAL_STATUSES } from '../../flags/status-flag.ts';
import { closestWord } from '../../parse/closest-word.ts';

/** Compares with the status of the service and with the state here: `completed` is also `ready`. */
export function hasStatus({ status, state }: Package, text: string): boolean {
  const wanted = text.toLowerCase();
  return status.toLowerCase() === wanted || state === wanted;
}

/**
 * No package has this status. A package with an unknown status may still be in that state.
 * @throws ExpectedError USAGE for a status that is neither known nor in the list
 */
export function explainNoMatch(
  packages: readonly Package[],
  wanted: string,
  io: Pick<Context['io'], 'warn'>,
): void {
  const seen = [...new Set(packages.map(({ status }) => status))].slice(0, 10);
  const word = wanted.toLowerCase();
  if (packageState(word, { hasFiles: false }) === 'unknown' && word !== 'unknown' && word !== 'gone') {
    const known = [...new Set([...USUAL_STATUSES, ...seen])];
    const meant = closestWord(word, known);
    throw new ExpectedError('USAGE', `unknown status ${JSON.stringify(wanted)}`, {
      hint: meant === undefined ? `use one of ${known.join(', ')}` : `did you mean ${meant}?`,
    });
  }
  const unknown = seen.filter((status) =>
    packages.some((item) => item.status === status && item.state === 'unknown'),
  );
  if (unknown.length === 0) return;
  io.warn(`no package is ${JSON.stringify(wanted)}; the service also uses: ${unknown.join(', ')}`);
}

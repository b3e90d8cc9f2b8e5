import { ExpectedError } from '../errors.ts';

/**
 * Parses a whole number between two inclusive bounds.
 * @throws ExpectedError USAGE
 */
export function parseCount(text: string, { least, most }: { least: number; most: number }): number {
  const count = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
  if (Number.isNaN(count) || count < least || count > most) {
    throw new ExpectedError(
      'USAGE',
      `${JSON.stringify(text)} is not a whole number from ${least} to ${most}`,
    );
  }
  return count;
}

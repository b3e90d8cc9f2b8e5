import { ExpectedError } from '../errors.ts';

const EXPONENT: Readonly<Record<string, number>> = { '': 0, K: 1, M: 2, G: 3, T: 4 };

/**
 * Reads `500K`, `5M`, `2G`, `2GiB` or a plain number of bytes; units are powers of 1024.
 * @throws ExpectedError USAGE
 */
export function parseSize(text: string): number {
  const match = /^(\d+(?:\.\d+)?)\s*([KMGT]?)(?:i?B)?$/i.exec(text);
  const sizeBytes = match
    ? Math.round(Number(match[1]) * 1024 ** (EXPONENT[match[2]?.toUpperCase() ?? ''] ?? 0))
    : Number.NaN;
  if (!Number.isSafeInteger(sizeBytes)) {
    throw new ExpectedError('USAGE', `${JSON.stringify(text)} is not a size`, {
      hint: 'write it like 500K, 5M, 2G or 2GiB',
    });
  }
  return sizeBytes;
}

/** The shortest text that `parseSize` reads as exactly this size, for a command line: `5M`, `1000`. */
export function writeSize(sizeBytes: number): string {
  const [unit, exponent] =
    Object.entries(EXPONENT).findLast(([, power]) => sizeBytes > 0 && sizeBytes % 1024 ** power === 0) ?? [];
  return unit === undefined || exponent === undefined
    ? String(sizeBytes)
    : `${sizeBytes / 1024 ** exponent}${unit}`;
}

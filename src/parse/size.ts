import { ExpectedError } from '../errors.ts';

const EXPONENT: Readonly<Record<string, number>> = { '': 0, K: 1, M: 2, G: 3, T: 4 };

/**
 * Parses `500K`, `5M`, `2G`, `2GiB`, or a number of bytes; units are powers of 1024.
 * @throws ExpectedError USAGE
 */
export function parseSize(text: string): number {
  const match = /^(\d+(?:\.\d+)?)\s*([KMGT]?)(?:i?B)?$/i.exec(text);
  const sizeBytes = match
    ? Math.round(Number(match[1]) * 1024 ** (EXPONENT[match[2]?.toUpperCase() ?? ''] ?? 0))
    : Number.NaN;
  if (!Number.isSafeInteger(sizeBytes)) {
    throw new ExpectedError('USAGE', `${JSON.stringify(text)} is not a size`, {
      hint: 'use a format such as 500K, 5M, 2G, or 2GiB',
    });
  }
  return sizeBytes;
}

/** The shortest text that `parseSize` parses to exactly this size, for a command line: `5M`, `1000`. */
export function writeSize(sizeBytes: number): string {
  const [unit, exponent] =
    Object.entries(EXPONENT).findLast(([, power]) => sizeBytes > 0 && sizeBytes % 1024 ** power === 0) ?? [];
  return unit === undefined || exponent === undefined
    ? String(sizeBytes)
    : `${sizeBytes / 1024 ** exponent}${unit}`;
}

const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB', 'EiB', 'ZiB', 'YiB'] as const;

/** Without Intl, which takes 15 ms to load; libraries for sizes use it. */
export function inLargestUnit(sizeBytes: number, digits: number): readonly [amount: string, unit: string] {
  let amount = sizeBytes;
  let exponent = 0;
  while (amount >= 1024 && exponent < UNITS.length - 1) {
    amount /= 1024;
    exponent += 1;
  }
  const scale = 10 ** digits;
  return [(Math.floor(amount * scale) / scale).toFixed(digits), UNITS[exponent] ?? ''];
}

/** A size for people, 1024-based and never rounded up: `1.2 GiB`, `512 B`. */
export function formatSize(sizeBytes: number): string {
  const [amount, unit] = inLargestUnit(sizeBytes, 1);
  return `${amount.replace('.0', '')} ${unit}`;
}

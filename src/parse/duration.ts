import { ExpectedError } from '../errors.ts';

const UNIT_MS: Readonly<Record<string, number>> = {
  w: 604_800_000,
  d: 86_400_000,
  h: 3_600_000,
  m: 60_000,
  s: 1_000,
};

const SHORT =
  /^(?:(\d+(?:\.\d+)?)w)?(?:(\d+(?:\.\d+)?)d)?(?:(\d+(?:\.\d+)?)h)?(?:(\d+(?:\.\d+)?)m)?(?:(\d+(?:\.\d+)?)s)?$/;
const ISO_8601 = /^P(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?$/;

/**
 * Parses `90s`, `15m`, `1h30m`, `7d`, `2w`, or ISO 8601 `P7D`, in milliseconds. A number without a unit is
 * rejected, because other tools read it as seconds or as milliseconds; only `0` is unambiguous.
 * @throws ExpectedError USAGE
 */
export function parseDuration(text: string): number {
  if (text === '0') return 0;
  if (/^-?\d+(\.\d+)?$/.test(text)) {
    throw new ExpectedError('USAGE', `the duration ${text} has no unit`, {
      hint: `use ${text.replace('-', '')}s for seconds, or ${text.replace('-', '')}m for minutes`,
    });
  }
  refuseCapitalM(text);
  const match = SHORT.exec(text.toLowerCase()) ?? ISO_8601.exec(text.toUpperCase());
  const parts = match?.slice(1);
  if (parts?.some((part) => part !== undefined) !== true || text.toUpperCase().endsWith('T')) {
    throw new ExpectedError('USAGE', `${JSON.stringify(text)} is not a duration`, {
      hint: 'use a format such as 90s, 15m, 1h30m, 7d, or P7D',
    });
  }
  const units = ['w', 'd', 'h', 'm', 's'];
  let durationMs = 0;
  for (const [index, part] of parts.entries()) {
    durationMs += Number(part ?? 0) * (UNIT_MS[units[index] ?? ''] ?? 0);
  }
  return Math.round(durationMs);
}

/**
 * Whether an M could mean months or minutes: `1M` is a month in many tools, and `P1M` in ISO 8601, where only an
 * `M` after the `T` means minutes.
 */
export function hasAmbiguousM(text: string): boolean {
  return /^p/i.test(text) ? /^p\d[^T]*M/i.test(text) : /^\d[\dwdhms]*M/i.test(text) && text.includes('M');
}

function refuseCapitalM(text: string): void {
  if (!hasAmbiguousM(text)) return;
  throw new ExpectedError('USAGE', `M is ambiguous in the duration ${JSON.stringify(text)}`, {
    hint: 'use 30m for minutes, or 30d for a month',
  });
}

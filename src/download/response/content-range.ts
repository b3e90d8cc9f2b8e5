/** A parsed Content-Range of a 206, half-open. */
export interface ContentRange {
  readonly start: number;
  readonly end: number;
  /** Size of the whole object; null for `*`. */
  readonly totalBytes: number | null;
}

const SATISFIED = /^bytes (\d{1,16})-(\d{1,16})\/(\d{1,16}|\*)$/;
const UNSATISFIED = /^bytes \*\/(\d{1,16})$/;

/** Parses the Content-Range of a 206 (RFC 9110 14.4); null if it is missing, malformed, or impossible. */
export function parseContentRange(value: string | null): ContentRange | null {
  const match = SATISFIED.exec(value ?? '');
  if (!match) return null;
  // `end` is exclusive in this program, but inclusive in the header.
  const [start, end] = [Number(match[1]), Number(match[2]) + 1];
  const totalBytes = match[3] === '*' ? null : Number(match[3]);
  if (!Number.isSafeInteger(start) || !Number.isSafeInteger(end) || end <= start) return null;
  if (totalBytes !== null && (!Number.isSafeInteger(totalBytes) || end > totalBytes)) return null;
  return { start, end, totalBytes };
}

/** The size in the Content-Range of a 416; null if there is none. */
export function parseUnsatisfiedSize(value: string | null): number | null {
  const match = UNSATISFIED.exec(value ?? '');
  return match ? Number(match[1]) : null;
}

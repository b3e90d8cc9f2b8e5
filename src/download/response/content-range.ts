/** A parsed Content-Range of a 206, half-open. */
export interface ContentRange {
  readonly start: number;
  readonly end: number;
  /** Size of the whole object; null for `*`. */
  readonly totalBytes: number | null;
}

const SATISFIED = /^bytes (\d{1,16})-(\d{1,16})\/(\d{1,16}|\*)$/;
const UNSATISFIED = /^bytes \*\/(\d{1,16})$/;

/** Reads the Content-Range of a 206 (RFC 9110 14.4); null when it is missing, malformed or impossible. */
export function parseContentRange(value: string | null): ContentRange | null {
  const match = SATISFIED.exec(value ?? '');
  if (!match) return null;
  // `end` is exclusive in this program; on the wire the last byte is included.
  const [start, end] = [Number(match[1]), Number(match[2]) + 1];
  const totalBytes = match[3] === '*' ? null : Number(match[3]);
  if (!Number.isSafeInteger(start) || !Number.isSafeInteger(end) || end <= start) return null;
  if (totalBytes !== null && (!Number.isSafeInteger(totalBytes) || end > totalBytes)) return null;
  return { start, end, totalBytes };
}

/** The size that a 416 tells with its Content-Range; null when it tells none. */
export function parseUnsatisfiedSize(value: string | null): number | null {
  const match = UNSATISFIED.exec(value ?? '');
  return match ? Number(match[1]) : null;
}

import type { IncomingHttpHeaders } from 'node:http';

/** The response to a request: bytes `start` up to `end` (half-open), or a status without a body. */
export type RangeDecision =
  | { readonly status: 200 | 206; readonly start: number; readonly end: number }
  | { readonly status: 304 }
  | { readonly status: 412 }
  | { readonly status: 416 };

/** Content-Range of a response, or undefined for none. */
export function contentRangeOf(decision: RangeDecision, sizeBytes: number): string | undefined {
  if (decision.status === 416) return `bytes */${sizeBytes}`;
  return decision.status === 206 ? `bytes ${decision.start}-${decision.end - 1}/${sizeBytes}` : undefined;
}

/** The fault `wrong-range`: as many bytes as requested, but the first ones of the file. */
export function fromFirstByte(decision: RangeDecision): RangeDecision {
  return decision.status === 206 ? { status: 206, start: 0, end: decision.end - decision.start } : decision;
}

export interface Validators {
  readonly sizeBytes: number;
  /** With its quotes, and `W/` if weak; undefined for none. */
  readonly etag: string | undefined;
  /** Only whole seconds count; undefined for none. */
  readonly lastModified: Date | undefined;
}

/**
 * Conditions and Range of a GET or HEAD (RFC 9110, 13.2.2 and 14.2). One range is supported; multiple ranges,
 * other units, and invalid values are ignored, as the RFC allows.
 */
export function classifyRangeRequest(headers: IncomingHttpHeaders, validators: Validators): RangeDecision {
  const { sizeBytes } = validators;
  if (!passesPreconditions(headers, validators)) return { status: 412 };
  if (isNotModified(headers, validators)) return { status: 304 };
  const whole: RangeDecision = { status: 200, start: 0, end: sizeBytes };
  const { range } = headers;
  if (range === undefined || !passesIfRange(headers, validators)) return whole;
  const [, first, last] = /^bytes=(\d*)-(\d*)$/i.exec(range.trim()) ?? [];
  if (first === undefined || last === undefined || (first === '' && last === '')) return whole;
  if (first === '') {
    const suffixBytes = Number(last);
    if (suffixBytes === 0 || sizeBytes === 0) return { status: 416 };
    return { status: 206, start: Math.max(0, sizeBytes - suffixBytes), end: sizeBytes };
  }
  const start = Number(first);
  const endInclusive = last === '' ? sizeBytes - 1 : Number(last);
  if (last !== '' && endInclusive < start) return whole;
  if (start >= sizeBytes) return { status: 416 };
  return { status: 206, start, end: Math.min(endInclusive + 1, sizeBytes) };
}

function passesPreconditions(headers: IncomingHttpHeaders, { etag, lastModified }: Validators): boolean {
  const match = headers['if-match'];
  if (match !== undefined) {
    return match.trim() === '*' || tagsOf(match).some((tag) => tag === etag && !isWeak(tag));
  }
  const since = readDate(headers['if-unmodified-since']);
  return since === undefined || lastModified === undefined || wholeSeconds(lastModified) <= since;
}

function isNotModified(headers: IncomingHttpHeaders, { etag, lastModified }: Validators): boolean {
  const match = headers['if-none-match'];
  if (match !== undefined) {
    return (
      match.trim() === '*' || tagsOf(match).some((tag) => etag !== undefined && opaque(tag) === opaque(etag))
    );
  }
  const since = readDate(headers['if-modified-since']);
  return since !== undefined && lastModified !== undefined && wholeSeconds(lastModified) <= since;
}

/** RFC 9110, 13.1.5: strong comparison; dates must be identical. */
function passesIfRange(headers: IncomingHttpHeaders, { etag, lastModified }: Validators): boolean {
  const condition = singleHeader(headers['if-range']);
  if (condition === undefined) return true;
  if (/^(?:W\/)?"/.test(condition)) return condition === etag && !isWeak(condition);
  return lastModified !== undefined && readDate(condition) === wholeSeconds(lastModified);
}

function singleHeader(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value;
}

function tagsOf(list: string): string[] {
  return list.match(/(?:W\/)?"[^"]*"/g) ?? [];
}

function isWeak(tag: string): boolean {
  return tag.startsWith('W/');
}

function opaque(tag: string): string {
  return tag.replace(/^W\//, '');
}

function wholeSeconds(date: Date): number {
  return Math.floor(date.getTime() / 1000) * 1000;
}

function readDate(value: string | undefined): number | undefined {
  const timeMs = value === undefined ? Number.NaN : Date.parse(value);
  return Number.isNaN(timeMs) ? undefined : timeMs;
}

import type { ExpectedError } from '../../errors.ts';
import type { HttpResponse } from '../../http/transport.ts';
import { parseContentRange } from './content-range.ts';
import { classifyFileResponse, contentLength, refuseEncoding } from './file-response.ts';
import { readValidator, type Validator } from './validator.ts';

/** What an answer to a request for a part of an object means. */
export type RangeResponse =
  /** Bytes [start, end) of `totalBytes`; it may end earlier than asked (RFC 9110 15.3.7). */
  | {
      readonly kind: 'part';
      readonly start: number;
      readonly end: number;
      readonly totalBytes: number;
      readonly validator: Validator;
    }
  /** The whole object, range or not. */
  | {
      readonly kind: 'whole';
      readonly totalBytes: number | null;
      readonly validator: Validator;
      readonly announcesRanges: boolean;
    }
  /** A part, but not the one that was asked for, or nothing says which one. */
  | { readonly kind: 'other-part' }
  /** 416: the object has no such bytes. */
  | { readonly kind: 'unsatisfiable' }
  /** 412: If-Range's stricter sister, which some servers answer with all the same. */
  | { readonly kind: 'changed' }
  /** The URL is refused, expired or gone: the API may hand out a new one. */
  | { readonly kind: 'refused'; readonly error: ExpectedError };

export type RequestedRange =
  | { readonly start: number; readonly end: number }
  | { readonly suffixBytes: number };

/** The value of the Range field; on the wire the last byte is included. An `end` of Infinity is left open. */
export function rangeHeader(asked: RequestedRange): string {
  if ('suffixBytes' in asked) return `bytes=-${asked.suffixBytes}`;
  if (asked.end === Number.POSITIVE_INFINITY) return `bytes=${asked.start}-`;
  const endInclusive = asked.end - 1;
  return `bytes=${asked.start}-${endInclusive}`;
}

/**
 * Judges status and header of an answer to a request with a Range before its body is touched.
 * @throws ExpectedError INTEGRITY when the body is encoded, UNAVAILABLE (transient) or BAD_RESPONSE
 */
export function classifyRangeResponse(
  response: HttpResponse,
  { asked, nowMs }: { asked: RequestedRange; nowMs: number },
): RangeResponse {
  const { status, headers } = response;
  if (status === 412) return { kind: 'changed' };
  if (status === 416) return { kind: 'unsatisfiable' };
  if (status !== 200 && status !== 206) {
    const answer = classifyFileResponse(response, { range: null, haveBytes: 0, sizeBytes: null, nowMs });
    if (answer.kind === 'refused') return answer;
    throw new RangeError(`status ${status} was taken for ${answer.kind}`);
  }
  refuseEncoding(response);
  const validator = readValidator(headers);
  const bodyBytes = contentLength(response);
  if (status === 200) {
    const announcesRanges = /\bbytes\b/i.test(headers.get('accept-ranges') ?? '');
    return { kind: 'whole', totalBytes: bodyBytes, validator, announcesRanges };
  }
  const range = parseContentRange(headers.get('content-range'));
  if (range === null || range.totalBytes === null) return { kind: 'other-part' };
  const { start, end, totalBytes } = range;
  if (bodyBytes !== null && bodyBytes !== end - start) return { kind: 'other-part' };
  if (!isAsked({ start, end, totalBytes }, asked)) return { kind: 'other-part' };
  return { kind: 'part', start, end, totalBytes, validator };
}

function isAsked(part: { start: number; end: number; totalBytes: number }, asked: RequestedRange): boolean {
  if ('suffixBytes' in asked) {
    return part.start === Math.max(part.totalBytes - asked.suffixBytes, 0) && part.end === part.totalBytes;
  }
  return part.start === asked.start && part.end <= asked.end;
}

import { requestId } from '../../api/response.ts';
import { ExpectedError } from '../../errors.ts';
import { isTransientResponse, parseRetryAfter } from '../../http/retry.ts';
import type { HttpResponse } from '../../http/transport.ts';
import { parseContentRange, parseUnsatisfiedSize } from './content-range.ts';
import { readValidator, type Validator } from './validator.ts';

/** The kind of a response to a request for an object, or for a range of it. */
export type RangeResponse =
  /** Bytes [start, end) of `totalBytes`; it may end earlier than requested (RFC 9110 15.3.7). */
  | {
      readonly kind: 'part';
      readonly start: number;
      readonly end: number;
      readonly totalBytes: number;
      readonly validator: Validator;
    }
  /** The whole object, even if a range was requested. `totalBytes` is null if the response does not give it. */
  | {
      readonly kind: 'whole';
      readonly totalBytes: number | null;
      readonly validator: Validator;
      readonly announcesRanges: boolean;
    }
  /** A range, but not the requested one, or an unidentified one. */
  | { readonly kind: 'other-part'; readonly reason: string }
  /** 416: the object has no such bytes. */
  | { readonly kind: 'unsatisfiable'; readonly totalBytes: number | null }
  /** 412: wrong for If-Range, but some servers send it. */
  | { readonly kind: 'precondition-failed'; readonly error: UnexpectedResponseError }
  /** The URL is refused, expired, or gone. The API may return a new one. */
  | { readonly kind: 'refused'; readonly error: ExpectedError };

/** The response was refused before its body was read, so the existing bytes are not in doubt. */
export class UnexpectedResponseError extends ExpectedError {
  override readonly name = 'UnexpectedResponseError';
}

/** `isLast`: the object is known to end there, so the request leaves the end open, as for Infinity. */
export type RequestedRange =
  | { readonly start: number; readonly end: number; readonly isLast?: boolean }
  | { readonly suffixBytes: number };

/** The value of the Range header, where the end is inclusive. */
export function rangeHeader(range: RequestedRange): string {
  if ('suffixBytes' in range) return `bytes=-${range.suffixBytes}`;
  if (range.isLast === true || range.end === Number.POSITIVE_INFINITY) return `bytes=${range.start}-`;
  const endInclusive = range.end - 1;
  return `bytes=${range.start}-${endInclusive}`;
}

/**
 * Classifies a response by status and headers, before its body is read. The caller decides whether it matches what is
 * known about the object.
 * @param options.range null if the whole was requested
 * @throws UnexpectedResponseError (INTEGRITY when the body is encoded, BAD_RESPONSE), ExpectedError
 *   UNAVAILABLE (transient)
 */
export function classifyResponse(
  response: HttpResponse,
  { range, nowMs }: { range: RequestedRange | null; nowMs: number },
): RangeResponse {
  const { status, headers, url } = response;
  if (status === 200 || status === 206) {
    refuseEncoding(response);
    return status === 200 ? wholeOf(response) : partOf(response, range);
  }
  if (status === 416) {
    return { kind: 'unsatisfiable', totalBytes: parseUnsatisfiedSize(headers.get('content-range')) };
  }
  const details = { httpStatus: status, requestId: requestId(headers) };
  if (isTransientResponse(response)) {
    throw new ExpectedError('UNAVAILABLE', `${url.host} cannot serve the file now (HTTP ${status})`, {
      ...details,
      transient: true,
      retryAfterMs: parseRetryAfter(headers, nowMs) ?? undefined,
    });
  }
  if (status === 401 || status === 403 || status === 400 || status === 404 || status === 410) {
    return { kind: 'refused', error: refusal(status, url, details) };
  }
  const message = `${url.host} answered HTTP ${status} when asked for the file`;
  const error = new UnexpectedResponseError('BAD_RESPONSE', message, details);
  if (status === 412) return { kind: 'precondition-failed', error };
  throw error;
}

function wholeOf(response: HttpResponse): Extract<RangeResponse, { kind: 'whole' }> {
  const { headers } = response;
  return {
    kind: 'whole',
    totalBytes: contentLength(response),
    validator: readValidator(headers),
    announcesRanges: /\bbytes\b/i.test(headers.get('accept-ranges') ?? ''),
  };
}

function partOf(response: HttpResponse, requested: RequestedRange | null): RangeResponse {
  const range = parseContentRange(response.headers.get('content-range'));
  if (range === null || range.totalBytes === null || !isRequested(range, range.totalBytes, requested)) {
    return { kind: 'other-part', reason: 'the server answered with another range than the one asked for' };
  }
  const { start, end, totalBytes } = range;
  const bodyBytes = contentLength(response);
  if (bodyBytes !== null && bodyBytes !== end - start) {
    return { kind: 'other-part', reason: 'the server contradicts itself about the length of the range' };
  }
  if (requested === null) return { ...wholeOf(response), totalBytes };
  return { kind: 'part', start, end, totalBytes, validator: readValidator(response.headers) };
}

function isRequested(
  { start, end }: { start: number; end: number },
  totalBytes: number,
  requested: RequestedRange | null,
): boolean {
  // Some servers send the whole object as a range of all its bytes.
  if (requested === null) return start === 0 && end === totalBytes;
  if ('suffixBytes' in requested) {
    return start === Math.max(totalBytes - requested.suffixBytes, 0) && end === totalBytes;
  }
  return start === requested.start && end <= requested.end;
}

function refusal(
  status: number,
  url: URL,
  details: { httpStatus: number; requestId: string | undefined },
): ExpectedError {
  if (status === 404 || status === 410) {
    return new ExpectedError('NOT_FOUND', `the file is gone (HTTP ${status} of ${url.host})`, {
      ...details,
      hint: 'the package was deleted or has expired; create it again',
    });
  }
  return new ExpectedError('AUTH', `${url.host} refused to hand out the file (HTTP ${status})`, {
    ...details,
    hint: 'check the credential; `streamdiver-dl status ID` tells whether it works',
  });
}

/**
 * We request identity, because encoded bytes have other lengths and offsets than the file.
 * @throws UnexpectedResponseError INTEGRITY
 */
function refuseEncoding({ headers, url }: HttpResponse): void {
  const encoding = headers.get('content-encoding')?.trim().toLowerCase() ?? 'identity';
  if (encoding !== 'identity' && encoding !== '') {
    throw new UnexpectedResponseError(
      'INTEGRITY',
      `${url.host} sent the file encoded as ${encoding} although nobody asked`,
      {
        hint: 'a proxy in between may do this; nothing was kept',
      },
    );
  }
  const transfer = headers.get('transfer-encoding')?.trim().toLowerCase() ?? 'chunked';
  if (transfer !== 'chunked') {
    throw new UnexpectedResponseError(
      'INTEGRITY',
      `${url.host} sent the file with transfer encoding ${transfer}`,
    );
  }
}

/** In bytes; null if the header is missing or invalid. */
function contentLength({ headers }: HttpResponse): number | null {
  const value = headers.get('content-length');
  if (value === null || !/^\d{1,16}$/.test(value)) return null;
  const length = Number(value);
  return Number.isSafeInteger(length) ? length : null;
}

/** The hint of every size mismatch. */
export const ACCEPT_SIZE_HINT = 'if you trust what the server sends, accept its size with --ignore-size';

/** The error if the API and the file server disagree about the size. */
export function sizeMismatch(actualBytes: number, expectedBytes: number): UnexpectedResponseError {
  return new UnexpectedResponseError(
    'INTEGRITY',
    `size mismatch: the package lists ${expectedBytes} bytes, the server sends ${actualBytes}`,
    { hint: ACCEPT_SIZE_HINT },
  );
}

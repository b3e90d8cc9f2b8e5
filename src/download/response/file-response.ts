import { requestId } from '../../api/response.ts';
import { ExpectedError } from '../../errors.ts';
import { isTransientStatus, parseRetryAfter } from '../../http/retry.ts';
import type { HttpResponse } from '../../http/transport.ts';
import { parseContentRange, parseUnsatisfiedSize } from './content-range.ts';
import { readValidator, type Validator } from './validator.ts';

/** What an answer to a request for a file, or for the rest of one, means. */
export type FileResponse =
  /** Bytes from `start` on. `totalBytes` and `bodyBytes` are null when the answer does not tell. */
  | {
      readonly kind: 'bytes';
      readonly isWhole: boolean;
      readonly start: number;
      readonly totalBytes: number | null;
      readonly bodyBytes: number | null;
      readonly validator: Validator;
    }
  /** The part is already as long as the object. */
  | { readonly kind: 'complete' }
  /** The answer does not continue what was asked for: begin again without a range. */
  | {
      readonly kind: 'restart';
      readonly reason: string;
      /** The error if restarting does not help either. */
      readonly error?: UnexpectedResponseError;
    }
  /** Not as long as the file; a look at its first bytes may tell what it is instead. */
  | { readonly kind: 'misfit'; readonly error: UnexpectedResponseError }
  /** The URL is refused, expired or gone: the API may hand out a new one. */
  | { readonly kind: 'refused'; readonly error: ExpectedError };

/** The answer was refused before any of its body was taken: the bytes that are there are not in doubt. */
export class UnexpectedResponseError extends ExpectedError {
  override readonly name = 'UnexpectedResponseError';
}

export interface RequestedFile {
  /** The asked range; `end` is Infinity where it was left open. Null when the whole object was asked for. */
  readonly range: { readonly start: number; readonly end: number } | null;
  /** How many bytes from the start are already there; the range may begin before that, for an overlap. */
  readonly haveBytes: number;
  readonly sizeBytes: number | null;
  readonly nowMs: number;
}

/**
 * Judges status and header of an answer before its body is touched. Sizes must agree with what is
 * known from elsewhere.
 * @throws UnexpectedResponseError (INTEGRITY, BAD_RESPONSE), ExpectedError UNAVAILABLE (transient)
 */
export function classifyFileResponse(response: HttpResponse, question: RequestedFile): FileResponse {
  const { status, headers, url } = response;
  const { range: asked, haveBytes, sizeBytes, nowMs } = question;
  if (status === 200 || status === 206) refuseEncoding(response);
  if (status === 200) {
    const bodyBytes = contentLength(response);
    if (bodyBytes !== null && sizeBytes !== null && bodyBytes !== sizeBytes)
      return { kind: 'misfit', error: sizeMismatch(bodyBytes, sizeBytes) };
    return {
      kind: 'bytes',
      isWhole: true,
      start: 0,
      totalBytes: bodyBytes,
      bodyBytes,
      validator: readValidator(headers),
    };
  }
  if (status === 206) {
    const range = parseContentRange(headers.get('content-range'));
    const isAsked = asked !== null && range?.start === asked.start && range.end <= asked.end;
    if (!isAsked || range.totalBytes === null) {
      return { kind: 'restart', reason: 'the server answered with another range than the one asked for' };
    }
    const bodyBytes = contentLength(response);
    if (bodyBytes !== null && bodyBytes !== range.end - range.start) {
      return { kind: 'restart', reason: 'the server contradicts itself about the length of the range' };
    }
    if (sizeBytes !== null && range.totalBytes !== sizeBytes) {
      return {
        kind: 'restart',
        reason: `the file now has ${range.totalBytes} bytes instead of ${sizeBytes}`,
        error: sizeMismatch(range.totalBytes, sizeBytes),
      };
    }
    const validator = readValidator(headers);
    return {
      kind: 'bytes',
      isWhole: false,
      start: range.start,
      totalBytes: range.totalBytes,
      bodyBytes: range.end - range.start,
      validator,
    };
  }
  if (status === 416) {
    const total = parseUnsatisfiedSize(headers.get('content-range')) ?? sizeBytes;
    if (total !== null && total === haveBytes && (sizeBytes === null || sizeBytes === total))
      return { kind: 'complete' };
    return { kind: 'restart', reason: 'the server does not have the part of the file that was asked for' };
  }
  const details = { httpStatus: status, requestId: requestId(headers) };
  if (isTransientStatus(status)) {
    throw new ExpectedError('UNAVAILABLE', `${url.host} cannot serve the file now (HTTP ${status})`, {
      ...details,
      transient: true,
      retryAfterMs: parseRetryAfter(headers, nowMs) ?? undefined,
    });
  }
  if (status === 401 || status === 403 || status === 400 || status === 404 || status === 410) {
    return { kind: 'refused', error: refusal(status, url, details) };
  }
  throw new UnexpectedResponseError(
    'BAD_RESPONSE',
    `${url.host} answered HTTP ${status} when asked for the file`,
    details,
  );
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
 * We ask for identity; encoded bytes have other lengths and offsets than the file.
 * @throws UnexpectedResponseError INTEGRITY
 */
export function refuseEncoding({ headers, url }: HttpResponse): void {
  const encoding = headers.get('content-encoding')?.trim().toLowerCase() ?? 'identity';
  if (encoding !== 'identity' && encoding !== '') {
    throw new UnexpectedResponseError(
      'INTEGRITY',
      `${url.host} sent the file encoded as ${encoding} although nobody asked`,
      {
        hint: 'a proxy in between may do this; nothing of it was kept',
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

/** In bytes; null when the answer does not tell, or not in a way that can be relied on. */
export function contentLength({ headers }: HttpResponse): number | null {
  const value = headers.get('content-length');
  if (value === null || !/^\d{1,16}$/.test(value)) return null;
  const length = Number(value);
  return Number.isSafeInteger(length) ? length : null;
}

/** Whose hint every disagreement about the size has. */
export const ACCEPT_SIZE_HINT = 'if you trust what the server sends, accept its size with --ignore-size';

/** What the API says of the size and what the server of the file says are not the same. */
export function sizeMismatch(actualBytes: number, expectedBytes: number): UnexpectedResponseError {
  return new UnexpectedResponseError(
    'INTEGRITY',
    `size mismatch: the package lists ${expectedBytes} bytes, the server sends ${actualBytes}`,
    { hint: ACCEPT_SIZE_HINT },
  );
}

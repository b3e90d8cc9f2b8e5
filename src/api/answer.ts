import { type ErrorDetails, ExpectedError } from '../errors.ts';
import { withoutQuery } from '../http/origin.ts';
import { isTransientStatus, parseRetryAfter } from '../http/retry.ts';
import type { HttpResponse } from '../http/transport.ts';
import { isObject, parseJson, textOrNull } from '../values/json.ts';

/** Header fields under which services hand out an id that their support can look up. */
const REQUEST_ID_FIELDS = ['x-request-id', 'request-id', 'x-amzn-requestid', 'x-correlation-id', 'cf-ray'];

/**
 * Takes the `data` out of a JSend answer (api.md, Protocol). The HTTP status and the envelope must
 * both say success; the outer `status` may be missing. Null when the answer is empty (204).
 * @throws ExpectedError by the kind of failure; its message holds the service's own words and the HTTP status
 */
export function parseAnswer(response: HttpResponse, body: Buffer, nowMs: number): unknown {
  const { status, url, headers } = response;
  const isSuccess = status >= 200 && status < 300;
  if (isSuccess && (status === 204 || status === 205 || body.length === 0)) return null;
  if (looksLikeHtml(body)) throw statusError(response, htmlTitle(body), nowMs, isSuccess);
  if (!isSuccess) {
    const envelope = isJson(body) ? parseJson(body, 'the answer') : null;
    throw statusError(response, errorText(envelope), nowMs, false);
  }
  const envelope = parseJson(body, `the answer of ${withoutQuery(url)}`);
  if (!isObject(envelope)) {
    throw new ExpectedError('BAD_RESPONSE', `the answer of ${withoutQuery(url)} is not a JSON object`);
  }
  const outer = typeof envelope.status === 'string' ? envelope.status.toLowerCase() : null;
  if (outer === 'fail' || outer === 'error') {
    throw new ExpectedError(
      'BAD_RESPONSE',
      `the service answered HTTP ${status} but reports ${outer}: ${errorText(envelope) ?? 'no reason given'}`,
      { httpStatus: status, requestId: requestId(headers) },
    );
  }
  return envelope.data;
}

/** The service's own words about a failure: `message`, else the `data` map, else OAuth's fields. */
export function errorText(envelope: unknown): string | null {
  if (!isObject(envelope)) return null;
  return (
    textOrNull(envelope.message) ??
    flattenMessages(envelope.data) ??
    textOrNull(envelope.error_description) ??
    textOrNull(envelope.error)
  );
}

export function requestId(headers: HttpResponse['headers']): string | undefined {
  for (const name of REQUEST_ID_FIELDS) {
    const value = headers.get(name);
    if (value !== null) return value.slice(0, 200);
  }
  return undefined;
}

/** An error for an answer whose HTTP status is a failure, or for a page of HTML instead of an answer. */
function statusError(
  response: HttpResponse,
  text: string | null,
  nowMs: number,
  isHtmlSuccess: boolean,
): ExpectedError {
  const { status, headers, url } = response;
  const said = text === null ? '' : `: ${text.slice(0, 500)}`;
  const details: ErrorDetails = { httpStatus: status, requestId: requestId(headers) };
  if (isHtmlSuccess) {
    return new ExpectedError('BAD_RESPONSE', `${url.host} answered with a web page instead of data${said}`, {
      ...details,
      hint: 'check --api-url, and whether a proxy or a sign-in page is in the way',
    });
  }
  if (isTransientStatus(status)) {
    return new ExpectedError('UNAVAILABLE', `the service is not available (HTTP ${status}${said})`, {
      ...details,
      transient: true,
      retryAfterMs: parseRetryAfter(headers.get('retry-after'), nowMs) ?? undefined,
    });
  }
  if (status === 401 || status === 403) {
    const what = status === 401 ? 'the credential was refused' : 'that is not allowed';
    return new ExpectedError('AUTH', `${what} (HTTP ${status}${said})`, {
      ...details,
      hint:
        status === 401
          ? 'sign in with streamdiver-dl login, or set STREAMDIVER_TOKEN; streamdiver-dl whoami shows what is used'
          : 'ask the administrator of the tenant for access',
    });
  }
  if (status === 404 || status === 410) {
    return new ExpectedError('NOT_FOUND', `not found (HTTP ${status}${said})`, details);
  }
  return new ExpectedError(
    'BAD_RESPONSE',
    `the service refused the request (HTTP ${status}${said})`,
    details,
  );
}

/** JSend `fail` puts its reasons into a map of field to message. */
function flattenMessages(data: unknown): string | null {
  if (typeof data === 'string') return textOrNull(data);
  if (!isObject(data)) return null;
  const parts = Object.entries(data)
    .filter(([, value]) => typeof value === 'string' || Array.isArray(value))
    .map(
      ([field, value]) => `${field}: ${Array.isArray(value) ? value.map(String).join(', ') : String(value)}`,
    );
  return parts.length === 0 ? null : parts.join('; ');
}

function isJson(body: Buffer): boolean {
  try {
    parseJson(body, 'the answer');
    return true;
  } catch (error) {
    if (!(error instanceof ExpectedError)) throw error;
    return false;
  }
}

export function looksLikeHtml(body: Uint8Array): boolean {
  return /^\s*(<!doctype html|<html|<head|<body|<!--)/i.test(
    Buffer.from(body.subarray(0, 512)).toString('latin1'),
  );
}

function htmlTitle(body: Buffer): string | null {
  const match = /<title[^>]*>([^<]{1,200})/i.exec(body.subarray(0, 16_384).toString('utf8'));
  return match?.[1] === undefined ? null : `“${match[1].replaceAll(/\s+/g, ' ').trim()}”`;
}

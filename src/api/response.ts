import { type ErrorDetails, ExpectedError } from '../errors.ts';
import { withoutQuery } from '../http/origin.ts';
import { isTransientResponse, parseRetryAfter } from '../http/retry.ts';
import type { HttpResponse } from '../http/transport.ts';
import { readBoolean, readFirst, readText } from '../parse/fields.ts';
import { isObject, type JsonObject, objectOrNull, parseJson, withoutByteOrderMark } from '../parse/json.ts';

/** Headers with a request ID for the service's support. */
const REQUEST_ID_HEADERS = ['x-request-id', 'request-id', 'x-amzn-requestid', 'x-correlation-id', 'cf-ray'];

/** A successful response: both its HTTP status and its envelope report success. */
export interface ApiResponse {
  /** Null for an empty body (204). */
  readonly data: unknown;
  /** The document around the data, or the data itself; null for an empty body. */
  readonly envelope: unknown;
  readonly status: number;
  readonly headers: HttpResponse['headers'];
  readonly url: URL;
  readonly retryAfterMs: number | null;
}

/**
 * Reads a JSend response. The HTTP status and the envelope must both report success. The outer `status` is optional.
 * Without an envelope, the document itself is the data.
 * @throws ExpectedError for each kind of failure, with the service's message and the HTTP status
 */
export function parseResponse(response: HttpResponse, bytes: Buffer, nowMs: number): ApiResponse {
  const { status, url, headers } = response;
  const body = withoutByteOrderMark(bytes);
  const isSuccess = status >= 200 && status < 300;
  const common = { status, headers, url, retryAfterMs: parseRetryAfter(headers, nowMs) };
  if (isSuccess && (status === 204 || status === 205 || isBlank(body)))
    return { ...common, data: null, envelope: null };
  if (looksLikeHtml(body)) throw statusError(response, htmlTitle(body), nowMs, isSuccess);
  if (!isSuccess) {
    const envelope = isJson(body) ? parseJson(body, 'the response') : null;
    const text =
      (typeof envelope === 'string' ? readText(envelope) : errorText(envelope)) ??
      xmlMessage(body) ??
      plainText(response, body) ??
      challengeText(headers);
    throw statusError(response, text, nowMs, false);
  }
  const envelope = parseEnvelope(response, body);
  if (!isObject(envelope)) return { ...common, data: envelope, envelope };
  const outer = reportedFailure(envelope) ?? (isErrorDocument(envelope) ? 'error' : null);
  if (outer !== null) {
    const code = REPORTED_CODES.get(reportedCode(envelope));
    throw new ExpectedError(
      code ?? 'BAD_RESPONSE',
      `the service reports ${outer} (HTTP ${status}): ${errorText(envelope) ?? 'no reason given'}`,
      {
        httpStatus: status,
        requestId: requestId(headers),
        nothingDone: outer === 'fail' || code !== undefined,
      },
    );
  }
  const dataKey = Object.keys(envelope).find((key) => key.toLowerCase() === 'data');
  return { ...common, data: dataKey === undefined ? envelope : envelope[dataKey], envelope };
}

/**
 * Reads the response to a DELETE. Any body of a success is accepted (RFC 9110 9.3.5), unless the envelope reports a
 * failure or the body is a web page from a proxy.
 * @throws ExpectedError as parseResponse does
 */
export function parseDeletion(response: HttpResponse, bytes: Buffer, nowMs: number): ApiResponse {
  const { status, url, headers } = response;
  const body = withoutByteOrderMark(bytes);
  const isSuccess = status >= 200 && status < 300;
  if (!isSuccess || looksLikeHtml(body) || (isJson(body) && isObject(parseJson(body, 'the response')))) {
    return parseResponse(response, bytes, nowMs);
  }
  return { data: null, envelope: null, status, headers, url, retryAfterMs: parseRetryAfter(headers, nowMs) };
}

/** `fail` or `error` if the envelope reports it (JSend) or denies success. */
export function reportedFailure(envelope: JsonObject): 'fail' | 'error' | null {
  const word = readFirst(envelope, ['status'], readText)?.toLowerCase();
  if (word === 'fail' || word === 'error') return word;
  const isSuccess = readFirst(envelope, ['success'], readBoolean);
  if (isSuccess === false) return 'error';
  if (isSuccess === true || word === 'success') return null;
  const isEmpty = readFirst(envelope, ['data'], (data) => (data === null ? true : null)) !== null;
  return isEmpty && reportsErrors(envelope) ? 'error' : null;
}

/** Whether an object reports errors. */
export function reportsErrors(object: JsonObject): boolean {
  return (
    readFirst(object, ['errors', 'error'], (value) => (value === 0 ? null : flattenMessages(value))) !== null
  );
}

/** Keys of a document that has nothing but errors. */
const ERROR_KEYS =
  /^(errors?|message|code|status([-_]?code)?|timestamp|path|(trace|request|correlation)[-_]?id)$/i;

/** Whether a document has errors and nothing else. */
function isErrorDocument(envelope: JsonObject): boolean {
  return reportsErrors(envelope) && Object.keys(envelope).every((key) => ERROR_KEYS.test(key));
}

/** Codes in the envelope with the meaning of the HTTP status. */
const REPORTED_CODES: ReadonlyMap<number | null, 'AUTH' | 'NOT_FOUND'> = new Map([
  [401, 'AUTH'],
  [403, 'AUTH'],
  [404, 'NOT_FOUND'],
  [410, 'NOT_FOUND'],
]);

const CODE_KEYS = ['code', 'statusCode', 'httpStatus', 'status'];

/** The actual status of a failure that was sent as a success: in the envelope, its `error`, or its `data`. */
function reportedCode(envelope: JsonObject): number | null {
  const nested = ['error', 'data'].map((key) => readFirst(envelope, [key], objectOrNull));
  for (const object of [envelope, ...nested]) {
    if (object === null) continue;
    const code = readFirst(object, CODE_KEYS, (value) => {
      const text = readText(value);
      return text !== null && /^[45]\d\d$/.test(text) ? Number(text) : null;
    });
    if (code !== null) return code;
  }
  return null;
}

function parseEnvelope({ url, status, headers }: HttpResponse, body: Buffer): unknown {
  const details = { httpStatus: status, requestId: requestId(headers) };
  let envelope: unknown;
  try {
    envelope = parseJson(body, `the response of ${withoutQuery(url)}`);
  } catch (error) {
    throw error instanceof ExpectedError ? error.with(details) : error;
  }
  // Some servers send `null` for an empty list.
  if (typeof envelope === 'object') return envelope;
  throw new ExpectedError(
    'BAD_RESPONSE',
    `the response of ${withoutQuery(url)} is not a JSON object`,
    details,
  );
}

function isBlank(body: Buffer): boolean {
  return body.every((byte) => byte === 0x20 || byte === 0x09 || byte === 0x0a || byte === 0x0d);
}

/** Keys of error messages: JSend, OAuth, problem documents (RFC 9457), Hydra. */
const MESSAGE_KEYS = ['message', 'data', 'error_description', 'error', 'detail', 'hydra:description'];
/** Keys of machine-readable values beside a message. */
const NO_MESSAGE = /^([@$].*|status|type|timestamp|path|instance|(trace|request|correlation)[-_]?id)$/i;

/**
 * The service's error message, under keys in any letter case: the message or the title, with the list of errors.
 * Without a message or a list, each field counts as an invalid input and its message.
 */
export function errorText(envelope: unknown): string | null {
  if (Array.isArray(envelope)) return flattenMessages(envelope);
  if (!isObject(envelope)) return null;
  const message = readFirst(envelope, MESSAGE_KEYS, flattenMessages);
  const title = readFirst(envelope, ['title', 'hydra:title'], readText);
  const list =
    readFirst(envelope, ['errors', 'details'], flattenMessages) ??
    (message === null ? flattenMessages(fieldMessages(envelope, title)) : null);
  const own = message ?? title;
  if (own === null || list === null) return own ?? list;
  return own.includes(list) ? own : `${own} (${list})`;
}

function fieldMessages(envelope: JsonObject, title: string | null): JsonObject {
  return Object.fromEntries(
    Object.entries(envelope).filter(
      ([field, value]) =>
        !NO_MESSAGE.test(field) &&
        value !== title &&
        (typeof value === 'string' || typeof value === 'object'),
    ),
  );
}

const MAX_MESSAGE_DEPTH = 5;

/** The texts, numbers, and booleans in a tree of messages, each after the name of its field. */
function flattenMessages(value: unknown, depth = 0): string | null {
  if (typeof value === 'boolean') return depth === 0 ? null : String(value);
  if (typeof value !== 'object' || value === null) return readText(value);
  if (depth >= MAX_MESSAGE_DEPTH) return null;
  if (Array.isArray(value)) {
    const texts = value.flatMap((item: unknown) => flattenMessages(item, depth + 1) ?? []);
    return texts.length === 0 ? null : texts.join(', ');
  }
  const parts = Object.entries(value).flatMap(([field, item]) => {
    const text = flattenMessages(item, depth + 1);
    return text === null ? [] : [field.toLowerCase() === 'message' ? text : `${field}: ${text}`];
  });
  return parts.length === 0 ? null : parts.join('; ');
}

/** A short plain text. Other bodies without JSON are not messages. */
function plainText({ headers }: HttpResponse, body: Buffer): string | null {
  if (!/^text\/plain\b/i.test(headers.get('content-type') ?? '')) return null;
  return readText(body.subarray(0, 500).toString('utf8').trim());
}

/** The message of an XML error, as storage services and SOAP send it. */
function xmlMessage(body: Buffer): string | null {
  const match = /^\s*<[^>]*>.*?<(message|faultstring|detail)>([^<]{1,500})</is.exec(
    body.subarray(0, 16_384).toString('utf8'),
  );
  return readText(match?.[2]?.trim());
}

/** The reason in WWW-Authenticate (RFC 6750 3). */
function challengeText(headers: HttpResponse['headers']): string | null {
  const match = /\berror_description="([^"]{1,500})"/i.exec(headers.get('www-authenticate') ?? '');
  return readText(match?.[1]);
}

export function requestId(headers: HttpResponse['headers']): string | undefined {
  for (const name of REQUEST_ID_HEADERS) {
    const value = headers.get(name);
    if (value !== null) return value.slice(0, 200);
  }
  return undefined;
}

/** An error for an HTTP failure, or for an HTML page with a successful status. */
function statusError(
  response: HttpResponse,
  text: string | null,
  nowMs: number,
  isHtmlSuccess: boolean,
): ExpectedError {
  const { status, headers, url } = response;
  const detail = text === null ? '' : `: ${text.slice(0, 500)}`;
  const details: ErrorDetails = { httpStatus: status, requestId: requestId(headers) };
  if (isHtmlSuccess) {
    return new ExpectedError('BAD_RESPONSE', `unexpected web page from ${url.host}${detail}`, {
      ...details,
      hint: 'check --api-url, your proxy, and any network sign-in page',
    });
  }
  if (isTransientResponse(response)) {
    return new ExpectedError('UNAVAILABLE', `service unavailable (HTTP ${status}${detail})`, {
      ...details,
      transient: true,
      retryAfterMs: parseRetryAfter(headers, nowMs) ?? undefined,
    });
  }
  if (status === 401 || status === 403) {
    const what = status === 401 ? 'the credential was rejected' : 'permission denied';
    return new ExpectedError('AUTH', `${what} (HTTP ${status}${detail})`, {
      ...details,
      hint:
        status === 401
          ? "run 'streamdiver-dl whoami' to check the credential"
          : 'ask your tenant administrator for access',
    });
  }
  if (status === 404 || status === 410) {
    return new ExpectedError('NOT_FOUND', `not found (HTTP ${status}${detail})`, details);
  }
  const what = status === 407 ? 'a proxy requires authentication' : 'the service refused the request';
  return new ExpectedError('BAD_RESPONSE', `${what} (HTTP ${status}${detail})`, details);
}

function isJson(body: Buffer): boolean {
  try {
    parseJson(body, 'the response');
    return true;
  } catch (error) {
    if (!(error instanceof ExpectedError)) throw error;
    return false;
  }
}

export function looksLikeHtml(body: Uint8Array): boolean {
  return /^\s*(?:<\?xml[^>]*>\s*)?(?:<!doctype html|<html|<head|<body|<!--)/i.test(
    Buffer.from(body.subarray(0, 512)).toString('latin1'),
  );
}

function htmlTitle(body: Buffer): string | null {
  const match = /<title[^>]*>([^<]{1,200})/i.exec(body.subarray(0, 16_384).toString('utf8'));
  return match?.[1] === undefined ? null : `“${match[1].replaceAll(/\s+/g, ' ').trim()}”`;
}

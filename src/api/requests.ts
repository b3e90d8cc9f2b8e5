import type { Credential } from '../auth/credential.ts';
import type { Clock } from '../clock.ts';
import { ExpectedError } from '../errors.ts';
import { readBody } from '../http/body.ts';
import { mayCarryCredential } from '../http/origin.ts';
import { followRedirects } from '../http/redirect.ts';
import { type RetryPolicy, withRetries } from '../http/retry.ts';
import type { HttpRequest, HttpResponse, Transport } from '../http/transport.ts';
import { createSemaphore } from '../semaphore.ts';
import { explainApiUrl } from './likely-url.ts';
import { type ApiResponse, parseDeletion, parseResponse } from './response.ts';
import { createResponseBudget, type ResponseBudget } from './response-budget.ts';

export interface ApiRequestsOptions {
  readonly transport: Transport;
  readonly credential: Credential;
  /** Base URL such as https://api.streamdiver.com/v2. */
  readonly apiUrl: URL;
  readonly clock: Clock;
  readonly random: () => number;
  readonly retries: number;
  /** Per response; default 6 MiB. */
  readonly responseLimitBytes?: number;
  /** Called with one line per request, for `-v`. */
  readonly onExchange?: (line: string) => void;
  readonly onRetry?: (retry: { error: ExpectedError; attempt: number; delayMs: number }) => void;
}

export interface CallOptions {
  readonly body?: string;
  readonly signal: AbortSignal;
  readonly retries?: number;
  /** For all pages of one list; by default shared by all lists of the command. */
  readonly budget?: ResponseBudget;
}

/** Sends requests to the API, with credential, redirects, retries, and limits. */
export interface ApiRequests {
  urlOf(pathAndQuery: string): URL;
  /** Calls an endpoint and reads its response. @throws ExpectedError by kind of failure */
  call(method: HttpRequest['method'], pathAndQuery: string, options: CallOptions): Promise<ApiResponse>;
  /** Opens a URL without reading the body. Does not retry. */
  open(url: URL, headers: Readonly<Record<string, string>>, signal: AbortSignal): Promise<HttpResponse>;
  /** Reads an opened response like the response to a call. @throws ExpectedError by kind of failure */
  read(response: HttpResponse, signal: AbortSignal): Promise<ApiResponse>;
  /** How requests are sent again. */
  retryPolicy(retries: number, signal: AbortSignal): RetryPolicy;
}

/** Fifty items of 120 KiB. Escaped text needs several times its size in memory. */
const RESPONSE_LIMIT_BYTES = 6 * 1_048_576;
const HEADERS_TIMEOUT_MS = 30_000;
/** More calls wait here, where their timeouts do not run yet. Half of the connections stay free for files. */
const PARALLEL_CALLS = 8;
const RESPONSE_TIMEOUT_MS = 60_000;

export function createApiRequests(options: ApiRequestsOptions): ApiRequests {
  const { transport, credential, apiUrl, clock, random, onExchange, onRetry } = options;
  const pageBudget = createResponseBudget();
  const calls = createSemaphore(PARALLEL_CALLS);
  const base = apiUrl.href.replace(/\/+$/, '');
  const retryPolicy = (retries: number, signal: AbortSignal): RetryPolicy => ({
    retries,
    clock,
    random,
    signal,
    ...(onRetry ? { onRetry } : {}),
  });

  /** Sends one request. Its URL determines the credential. A 401 from the API's own origin renews it once. */
  const send = async (
    request: Omit<HttpRequest, 'headersTimeoutMs'>,
    mayAuthenticate = true,
  ): Promise<HttpResponse> => {
    const isOwn = mayAuthenticate && mayCarryCredential(request.url, apiUrl.origin);
    const attempt = async (authorization: string | null) => {
      const startMs = clock.monotonicMs();
      const headers = { ...request.headers, ...(authorization === null ? {} : { authorization }) };
      const response = await transport.send({ ...request, headers, headersTimeoutMs: HEADERS_TIMEOUT_MS });
      const tookMs = Math.round(clock.monotonicMs() - startMs);
      onExchange?.(
        `${request.method} ${request.url.origin}${request.url.pathname} ${response.status} ${tookMs} ms`,
      );
      return response;
    };
    if (!isOwn) return await attempt(null);
    const authorization = await beforeSending(credential.authorization(request.signal));
    const response = await attempt(authorization);
    if (response.status !== 401) return response;
    if (!(await beforeSending(credential.renew(authorization, request.signal)))) return response;
    response.body.destroy();
    return await attempt(await beforeSending(credential.authorization(request.signal)));
  };

  const readBytes = (response: HttpResponse, signal: AbortSignal): Promise<Buffer> =>
    readBody(response, {
      limitBytes: options.responseLimitBytes ?? RESPONSE_LIMIT_BYTES,
      timeoutMs: RESPONSE_TIMEOUT_MS,
      clock,
      signal,
    });

  return {
    urlOf: (pathAndQuery) => new URL(base + pathAndQuery),
    retryPolicy,
    async call(method, pathAndQuery, { body, signal, retries = options.retries, budget = pageBudget }) {
      const url = new URL(base + pathAndQuery);
      const headers = {
        accept: 'application/json',
        'accept-encoding': 'identity',
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      };
      const isPage = url.searchParams.has('page');
      const exchange = async () => {
        const sendTo = (target: URL, mayAuthenticate?: boolean) =>
          send(
            { method, url: target, headers, signal, ...(body === undefined ? {} : { body }) },
            mayAuthenticate,
          );
        const response = method === 'GET' ? await followRedirects(url, sendTo) : await sendTo(url);
        const bytes = await readBytes(response, signal);
        if (isPage) budget.spend(bytes.length);
        if (method === 'POST' && isRedirectToResult(response)) {
          return {
            data: null,
            envelope: null,
            status: response.status,
            headers: response.headers,
            url,
            retryAfterMs: null,
          };
        }
        return (method === 'DELETE' ? parseDeletion : parseResponse)(response, bytes, clock.now());
      };
      const exchangeInTurn = async () => {
        await calls.acquire(signal);
        try {
          return await exchange();
        } finally {
          calls.release();
        }
      };
      try {
        return await withRetries(exchangeInTurn, retryPolicy(retries, signal));
      } catch (error) {
        throw explainApiUrl(error, apiUrl);
      }
    },
    open: async (url, headers, signal) =>
      await followRedirects(url, (target, mayAuthenticate) =>
        send({ method: 'GET', url: target, headers, signal }, mayAuthenticate),
      ),
    read: async (response, signal) => parseResponse(response, await readBytes(response, signal), clock.now()),
  };
}

/** 303 (RFC 9110 15.4.4), or 302 with the URL of a package, which older servers send instead. */
function isRedirectToResult({ status, headers }: HttpResponse): boolean {
  return status === 303 || (status === 302 && /\/downloads\/[^/?#]+/.test(headers.get('location') ?? ''));
}

/** If acquiring a credential fails, the request was not sent or was refused. */
async function beforeSending<Result>(acquired: Promise<Result>): Promise<Result> {
  try {
    return await acquired;
  } catch (error) {
    throw error instanceof ExpectedError ? error.with({ nothingDone: true }) : error;
  }
}

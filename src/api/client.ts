import type { Credential } from '../auth/credential.ts';
import type { Clock } from '../clock.ts';
import { ExpectedError } from '../errors.ts';
import { readBody } from '../http/body.ts';
import { mayCarryCredential } from '../http/origin.ts';
import { isPrivateHost } from '../http/private-address.ts';
import { followRedirects } from '../http/redirect.ts';
import { parseRetryAfter, withRetries } from '../http/retry.ts';
import type { HttpRequest, HttpResponse, Transport } from '../http/transport.ts';
import { isObject } from '../values/json.ts';
import { parseAnswer } from './answer.ts';
import { type Medium, type MediumTranscript, parseMedium, parseTranscript } from './media.ts';
import { type Package, parsePackage } from './package.ts';
import type { CreateDownloadBody } from './wire.ts';

export interface MediaQuery {
  /** Counted from 0. */
  readonly page: number;
  readonly text?: string | undefined;
  readonly type?: string | undefined;
  readonly tag?: string | undefined;
  /** `name` or `name:desc`. */
  readonly sort?: string | undefined;
}

/** The Streamdiver API, one function per endpoint (api.md). All throw ExpectedError by kind of failure. */
export interface Api {
  readonly url: URL;
  readonly credential: Credential;
  /** `POST /v2/downloads`. Sent once and never repeated: it is not idempotent. */
  createDownload(body: CreateDownloadBody, signal: AbortSignal): Promise<Package>;
  getDownload(id: string, signal: AbortSignal, options?: { retries?: number }): Promise<Package>;
  /** One page of packages, counted from 0. */
  listDownloads(page: number, perPage: number, signal: AbortSignal): Promise<readonly Package[]>;
  deleteDownload(id: string, signal: AbortSignal): Promise<void>;
  listMedia(query: MediaQuery, signal: AbortSignal): Promise<readonly Medium[]>;
  getMedium(id: string, signal: AbortSignal): Promise<Medium>;
  listTranscripts(mediumId: string, signal: AbortSignal): Promise<readonly MediumTranscript[]>;
  /** The request that a call would make, for `--dry-run`. */
  describe(method: string, path: string): { method: string; url: string };
  /**
   * Opens a file that the service handed out: redirects are followed by hand, and the credential is
   * sent to the API's own origin only. Retries are the caller's; a 401 renews the credential once.
   */
  openFile(url: URL, headers: Readonly<Record<string, string>>, signal: AbortSignal): Promise<HttpResponse>;
}

export interface ApiOptions {
  readonly transport: Transport;
  readonly credential: Credential;
  /** Base such as https://api.streamdiver.com/v2. */
  readonly apiUrl: URL;
  readonly clock: Clock;
  readonly random: () => number;
  readonly retries: number;
  /** Told for `-v`: one line per request. */
  readonly onExchange?: (line: string) => void;
  readonly onRetry?: (retry: { error: ExpectedError; attempt: number; delayMs: number }) => void;
}

export const MAX_PER_PAGE = 50;
const ANSWER_LIMIT_BYTES = 16 * 1_048_576;
const HEADERS_TIMEOUT_MS = 30_000;
const ANSWER_TIMEOUT_MS = 60_000;

export function createApi(options: ApiOptions): Api {
  const { transport, credential, apiUrl, clock, random, onExchange, onRetry } = options;
  const base = apiUrl.href.replace(/\/+$/, '');
  const path = (strings: TemplateStringsArray, ...ids: string[]) =>
    String.raw({ raw: strings }, ...ids.map((id) => encodeSegment(id)));

  /** One request whose credential is decided by its URL; a 401 of our own origin is answered by one renewal. */
  const send = async (request: Omit<HttpRequest, 'headersTimeoutMs'>): Promise<HttpResponse> => {
    const isOwn = mayCarryCredential(request.url, apiUrl.origin);
    if (isPrivateHost(request.url) && !isPrivateHost(apiUrl)) {
      throw new ExpectedError(
        'UNSAFE',
        `the service sent us to the private address ${request.url.host}; refused`,
        {
          hint: 'report this to the service: it must not reach into networks of its users',
        },
      );
    }
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
    const authorization = await credential.authorization(request.signal);
    const response = await attempt(authorization);
    if (response.status !== 401 || !(await credential.renew(authorization, request.signal))) return response;
    response.body.destroy();
    return await attempt(await credential.authorization(request.signal));
  };

  const call = async (
    method: HttpRequest['method'],
    pathAndQuery: string,
    { body, signal, retries = options.retries }: { body?: string; signal: AbortSignal; retries?: number },
  ): Promise<{ data: unknown; retryAfterMs: number | null }> => {
    const url = new URL(base + pathAndQuery);
    const headers = {
      accept: 'application/json',
      'accept-encoding': 'identity',
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    };
    const exchange = async () => {
      const sendTo = (target: URL) =>
        send({ method, url: target, headers, signal, ...(body === undefined ? {} : { body }) });
      const response = method === 'GET' ? await followRedirects(url, sendTo) : await sendTo(url);
      const bytes = await readBody(response, {
        limitBytes: ANSWER_LIMIT_BYTES,
        timeoutMs: ANSWER_TIMEOUT_MS,
        clock,
        signal,
      });
      return {
        data: parseAnswer(response, bytes, clock.now()),
        retryAfterMs: parseRetryAfter(response.headers.get('retry-after'), clock.now()),
      };
    };
    const isIdempotent = method !== 'POST';
    return await withRetries(exchange, {
      retries: isIdempotent ? retries : 0,
      clock,
      random,
      signal,
      ...(onRetry ? { onRetry } : {}),
    });
  };

  return {
    url: apiUrl,
    credential,
    async createDownload(body, signal) {
      return parsePackage((await call('POST', '/downloads', { body: JSON.stringify(body), signal })).data);
    },
    async getDownload(id, signal, callOptions) {
      const { data, retryAfterMs } = await call('GET', path`/downloads/${id}`, { signal, ...callOptions });
      return parsePackage(data, retryAfterMs);
    },
    async listDownloads(page, perPage, signal) {
      const { data } = await call('GET', `/downloads?perPage=${perPage}&page=${page}`, { signal });
      return parseList(data, (item) => parsePackage(item));
    },
    async deleteDownload(id, signal) {
      await call('DELETE', path`/downloads/${id}`, { signal });
    },
    async listMedia(query, signal) {
      return parseList((await call('GET', mediaPath(query), { signal })).data, parseMedium);
    },
    async getMedium(id, signal) {
      return parseMedium((await call('GET', path`/media/${id}`, { signal })).data);
    },
    async listTranscripts(mediumId, signal) {
      const { data } = await call('GET', path`/media/${mediumId}/metadata/transcripts`, { signal });
      return parseList(data, parseTranscript);
    },
    describe: (method, pathAndQuery) => ({ method, url: base + pathAndQuery }),
    openFile: async (url, headers, signal) =>
      await followRedirects(url, (target) => send({ method: 'GET', url: target, headers, signal })),
  };
}

/** An id as exactly one path segment; `.` and `..` would be taken for folders by URL parsers. */
export function encodeSegment(id: string): string {
  if (id === '.' || id === '..') throw new ExpectedError('NOT_FOUND', `no such id: ${id}`, { id });
  return encodeURIComponent(id);
}

/** Search where there is a text, else the list with its filters (api.md, Media). */
function mediaPath({ page, text, type, tag, sort }: MediaQuery): string {
  const query = new URLSearchParams();
  if (text !== undefined) {
    query.set('type', 'mediaasset');
    query.set('text', text);
  } else {
    const filter = [
      type === undefined ? [] : [`type=${type}`],
      tag === undefined ? [] : [`tags=${tag}`],
    ].flat();
    if (filter.length > 0) query.set('filter', filter.join('+'));
  }
  if (sort !== undefined) query.set('sort', sort);
  query.set('page', String(page));
  query.set('perpage', String(MAX_PER_PAGE));
  return `${text === undefined ? '/media' : '/search'}?${query.toString()}`;
}

/** A list may come as an array or as an object that holds one (api.md, rule 4). */
function parseList<Item>(data: unknown, parseItem: (value: unknown) => Item): readonly Item[] {
  if (data === null || data === undefined)
    throw new ExpectedError('BAD_RESPONSE', 'the service answered without a list');
  if (Array.isArray(data)) return data.map(parseItem);
  const arrays = isObject(data) ? Object.values(data).filter((value) => Array.isArray(value)) : [];
  const [only] = arrays;
  if (only === undefined || arrays.length > 1) {
    throw new ExpectedError('BAD_RESPONSE', 'the service answered with something that is not a list');
  }
  return only.map(parseItem);
}

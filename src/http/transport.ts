import type { Readable } from 'node:stream';
import type { Dispatcher } from 'undici';
import type { Clock } from '../clock.ts';
import { ExpectedError } from '../errors.ts';
import { type HttpHeaders, toHttpHeaders } from './headers.ts';
import { linkController } from './linked-controller.ts';
import { formatRequestHeaders, formatResponseHeaders } from './log-headers.ts';
import { isExemptFromProxy } from './no-proxy.ts';
import { withoutEarlyOptimizing } from './parser-tiering.ts';
import { guardPrivateNetworks, type OwnServices, type PrivateNetworkGuard } from './public-lookup.ts';
import { withoutDebugLog } from './quiet-import.ts';
import { createReadPool, type ReadPool } from './read-pool.ts';
import { addressSpaceError, ambiguousLengthError, timeoutError, transportError } from './transport-error.ts';

export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly signal: AbortSignal;
  /** How long the answer's header may take. */
  readonly headersTimeoutMs: number;
}

export interface HttpResponse {
  readonly url: URL;
  readonly status: number;
  readonly headers: HttpHeaders;
  /** Must be read to its end or destroyed. Its end does not prove that the answer was complete. */
  readonly body: Readable;
  /** May be given each piece of the body that is not needed any more: its memory is used again. */
  readonly release: (piece: Buffer) => void;
}

export interface Transport {
  /**
   * One request, one answer; redirects and retries are the callers' business.
   * @throws TransportError when no answer came; ExpectedError UNSAFE when a public service sent us into a private network,
   *   BAD_RESPONSE for a transfer coding that nobody asked for; the signal's reason when it was aborted
   */
  send(request: HttpRequest): Promise<HttpResponse>;
  /** Closes idle connections so that the process can end. */
  close(): Promise<void>;
}

export interface Proxy {
  /** Without user info. */
  readonly url: string;
  /** The value of Proxy-Authorization; null without user info. */
  readonly authorization: string | null;
  /** Empty without one. */
  readonly password: string;
}

export interface ProxySettings {
  readonly http: Proxy | null;
  readonly https: Proxy | null;
  readonly noProxy: string;
}

export interface TransportOptions {
  readonly clock: Clock;
  /** PEM certificates to trust instead of the default ones; null for the default. Read at the first request. */
  readonly certificates: () => Promise<readonly string[]> | null;
  readonly proxy: ProxySettings;
  readonly services: OwnServices;
  readonly userAgent: string;
  /** As `process.version` tells it. */
  readonly nodeVersion: string;
  /** Told the heads of requests and answers, line by line and without secrets. */
  readonly onHeadLine?: (line: string) => void;
}

const CONNECT_TIMEOUT_MS = 15_000;
/**
 * How long one address of a host is tried before the next one (RFC 8305). Node's 250 ms are less than a satellite needs,
 * and what it gives up it closes.
 */
const ADDRESS_TIMEOUT_MS = 1_500;
/** To one origin; further requests wait their turn. */
const MAX_CONNECTIONS = 16;
/** Twice what Node allows by default; a header flood ends as a TransportError. */
const MAX_HEADER_BYTES = 32_768;

/** The HTTP client; undici is loaded and connections are made at the first request. */
export function createTransport(options: TransportOptions): Transport {
  const pool = createReadPool();
  const guard = guardPrivateNetworks(options.services);
  let connected: Promise<Dispatchers> | undefined;
  let memoryError: ExpectedError | null = null;
  const connect = () =>
    (connected ??= makeDispatchers(options, pool, guard, (error) => {
      memoryError = error;
    }));
  let isFirst = true;
  return {
    async send({ method, url, headers, body, signal, headersTimeoutMs }) {
      signal.throwIfAborted();
      if (memoryError !== null) throw memoryError;
      guard.check(url);
      const { onHeadLine, userAgent } = options;
      const dispatcher = (await connect()).of(url);
      const sentHeaders = { 'user-agent': userAgent, ...headers };
      if (onHeadLine) formatRequestHeaders({ method, url, headers: sentHeaders }).forEach(onHeadLine);
      const stop = linkController(signal);
      const stopTimer = options.clock.after(headersTimeoutMs, () =>
        stop.abort(timeoutError(url, `did not answer within ${headersTimeoutMs / 1000} s`)),
      );
      try {
        const ask = () =>
          dispatcher.request({
            origin: url.origin,
            path: `${url.pathname}${url.search}`,
            method,
            headers: sentHeaders,
            body: body ?? null,
            signal: stop.signal,
          });
        const isParserLoaded = !isFirst;
        isFirst = false;
        const answer = await (isParserLoaded ? ask() : withoutEarlyOptimizing(options.nodeVersion, ask));
        // A body that is destroyed unread says so with an error that nobody waits for; whoever reads it is told
        // all the same.
        answer.body.on('error', () => undefined);
        answer.body.once('close', stop.release);
        const response = {
          url,
          status: answer.statusCode,
          headers: toHttpHeaders(answer.headers),
          body: answer.body,
          release: (piece: Buffer) => pool.release(piece),
        };
        if (onHeadLine) formatResponseHeaders(response).forEach(onHeadLine);
        refuseTransferCodings(response);
        return response;
      } catch (error) {
        stop.release();
        signal.throwIfAborted();
        if (stop.signal.aborted) throw stop.signal.reason;
        if (error instanceof ExpectedError) throw error;
        throw addressSpaceError(error) ?? ambiguousLengthError(error, url) ?? transportError(error, url);
      } finally {
        stopTimer();
      }
    },
    async close() {
      if (connected === undefined) return;
      await (await connected).destroy();
    },
  };
}

interface Dispatchers {
  /** Direct, or through the proxy for that URL. */
  of(url: URL): Dispatcher;
  destroy(): Promise<unknown>;
}

async function makeDispatchers(
  { certificates: read, proxy }: TransportOptions,
  { onread }: ReadPool,
  { lookup }: PrivateNetworkGuard,
  onMemoryError: (error: ExpectedError) => void,
): Promise<Dispatchers> {
  const certificates = await read();
  const { createAgent, createProxyAgent } = await withoutDebugLog(() => import('./undici.ts'));
  const ca = certificates ? { ca: [...certificates] } : {};
  const timing = { timeout: CONNECT_TIMEOUT_MS, autoSelectFamilyAttemptTimeout: ADDRESS_TIMEOUT_MS };
  const settings = {
    // undici's part for HTTP/2 is not in the bundle.
    allowH2: false,
    // Time limits are kept by the callers on the clock of the context.
    headersTimeout: 0,
    bodyTimeout: 0,
    maxHeaderSize: MAX_HEADER_BYTES,
    connections: MAX_CONNECTIONS,
  };
  const direct = createAgent({ ...settings, connect: { ...timing, onread, lookup, ...ca } });
  // Each further connection would spend a part of a second on the same failure.
  direct.on('connectionError', (_origin, targets, cause) => {
    const error = addressSpaceError(cause);
    if (error === null) return;
    onMemoryError(error);
    for (const target of targets) void target.destroy(error);
  });
  const throughProxy = async ({ url, authorization }: Proxy) =>
    await createProxyAgent({
      ...settings,
      uri: url,
      proxyTls: timing,
      ...(authorization === null ? {} : { token: authorization }),
      ...(certificates ? { requestTls: ca } : {}),
    });
  const http = proxy.http === null ? direct : await throughProxy(proxy.http);
  const https = proxy.https === null ? direct : await throughProxy(proxy.https);
  return {
    of(url) {
      if (isExemptFromProxy(url, proxy.noProxy)) return direct;
      return url.protocol === 'https:' ? https : http;
    },
    destroy: () => Promise.all(Array.from(new Set([direct, http, https]), (each) => each.destroy())),
  };
}

/**
 * The parser undoes `chunked` and nothing before it: what is left would be taken for the content. No TE header was sent,
 * so nothing else may come (RFC 9112 6.1 and 7).
 */
function refuseTransferCodings({ url, headers, body }: HttpResponse): void {
  const codings = Array.from(headers.entries())
    .filter(([name]) => name.toLowerCase() === 'transfer-encoding')
    .flatMap(([, value]) => value.split(','))
    .map((coding) => coding.trim().toLowerCase())
    .filter((coding) => coding !== '' && coding !== 'identity');
  if (codings.every((coding) => coding === 'chunked') && codings.length <= 1) return;
  body.destroy();
  throw new ExpectedError(
    'BAD_RESPONSE',
    `${url.host} sent its response with the transfer coding ${codings.join(', ').slice(0, 100)} although nobody asked`,
  );
}

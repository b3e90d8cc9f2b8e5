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
  /** The timeout for the response headers. */
  readonly headersTimeoutMs: number;
}

export interface HttpResponse {
  readonly url: URL;
  readonly status: number;
  readonly headers: HttpHeaders;
  /** Must be read to its end or destroyed. Its end does not prove that the response is complete. */
  readonly body: Readable;
  /** Releases a chunk of the body after its use, so that its memory can be reused. */
  readonly release: (chunk: Buffer) => void;
}

export interface Transport {
  /**
   * Sends one request. Does not follow redirects or retry.
   * @throws TransportError without a response; ExpectedError UNSAFE for a private network behind a public service,
   *   BAD_RESPONSE for an unexpected transfer coding; the signal's reason when it was aborted
   */
  send(request: HttpRequest): Promise<HttpResponse>;
  /** Closes all connections so that the process can exit. */
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
  /** PEM certificates to trust instead of the default; null for the default. Read at the first request. */
  readonly certificates: () => Promise<readonly string[]> | null;
  readonly proxy: ProxySettings;
  readonly services: OwnServices;
  readonly userAgent: string;
  /** As in `process.version`. */
  readonly nodeVersion: string;
  /** Called with request and response headers, line by line and without secrets. */
  readonly onHeaderLine?: (line: string) => void;
}

const CONNECT_TIMEOUT_MS = 15_000;
/**
 * How long to try one address of a host before the next (RFC 8305). Node's default of 250 ms is too short for satellite
 * connections, because Node closes the slow connection.
 */
const ADDRESS_TIMEOUT_MS = 1_500;
/** Per origin; further requests are queued. */
const MAX_CONNECTIONS = 16;
/** Twice Node's default. More ends with a TransportError. */
const MAX_HEADER_BYTES = 32_768;

/** The HTTP client. Loads undici and connects at the first request. */
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
      const { onHeaderLine, userAgent } = options;
      const dispatcher = (await connect()).of(url);
      const sentHeaders = { 'user-agent': userAgent, ...headers };
      if (onHeaderLine) formatRequestHeaders({ method, url, headers: sentHeaders }).forEach(onHeaderLine);
      const stop = linkController(signal);
      const stopTimer = options.clock.after(headersTimeoutMs, () =>
        stop.abort(timeoutError(url, `did not respond within ${headersTimeoutMs / 1000} s`)),
      );
      try {
        const request = () =>
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
        const received = await (isParserLoaded
          ? request()
          : withoutEarlyOptimizing(options.nodeVersion, request));
        // A body that is destroyed unread emits an error without a listener. Readers still get the error.
        received.body.on('error', () => undefined);
        received.body.once('close', stop.release);
        const response = {
          url,
          status: received.statusCode,
          headers: toHttpHeaders(received.headers),
          body: received.body,
          release: (chunk: Buffer) => pool.release(chunk),
        };
        if (onHeaderLine) formatResponseHeaders(response).forEach(onHeaderLine);
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
  // Shared, because each connection would parse all certificates again.
  const trust = certificates
    ? { secureContext: (await import('node:tls')).createSecureContext({ ca: [...certificates] }) }
    : {};
  const timing = { timeout: CONNECT_TIMEOUT_MS, autoSelectFamilyAttemptTimeout: ADDRESS_TIMEOUT_MS };
  const settings = {
    // The bundle does not contain undici's HTTP/2 support.
    allowH2: false,
    // Callers enforce timeouts with the clock of the context.
    headersTimeout: 0,
    bodyTimeout: 0,
    maxHeaderSize: MAX_HEADER_BYTES,
    connections: MAX_CONNECTIONS,
  };
  const direct = createAgent({ ...settings, connect: { ...timing, onread, lookup, ...trust } });
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
      ...(certificates ? { requestTls: trust } : {}),
    });
  const http = proxy.http === null ? direct : await throughProxy(proxy.http);
  const https = proxy.https === null ? direct : await throughProxy(proxy.https);
  const byOrigin = new Map<string, Dispatcher>();
  return {
    of(url) {
      const known = byOrigin.get(url.origin);
      if (known !== undefined) return known;
      const proxied = url.protocol === 'https:' ? https : http;
      const found = isExemptFromProxy(url, proxy.noProxy) ? direct : proxied;
      byOrigin.set(url.origin, found);
      return found;
    },
    destroy: () => Promise.all(Array.from(new Set([direct, http, https]), (each) => each.destroy())),
  };
}

/**
 * The parser decodes only `chunked`. Other codings would end up in the content. No TE header was sent, so the server must
 * not use them (RFC 9112 6.1 and 7).
 */
function refuseTransferCodings({ url, headers, body }: HttpResponse): void {
  const codings = headers
    .all('transfer-encoding')
    .flatMap((value) => value.split(','))
    .map((coding) => coding.trim().toLowerCase())
    .filter((coding) => coding !== '' && coding !== 'identity');
  if (codings.every((coding) => coding === 'chunked') && codings.length <= 1) return;
  body.destroy();
  throw new ExpectedError(
    'BAD_RESPONSE',
    `unexpected transfer coding from ${url.host}: ${codings.join(', ').slice(0, 100)}`,
  );
}

import type { Readable } from 'node:stream';
import type { Dispatcher } from 'undici';
import type { Clock } from '../clock.ts';
import { type HeaderFields, headerFields } from './headers.ts';
import { formatRequestHead, formatResponseHead } from './heads.ts';
import { linkController } from './linked-controller.ts';
import { withoutEarlyOptimizing } from './parser-tiering.ts';
import { withoutDebugLog } from './quiet-import.ts';
import { createReadPool, type ReadPool } from './read-pool.ts';
import { timeoutError, transportError } from './transport-error.ts';

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
  readonly headers: HeaderFields;
  /** Must be read to its end or destroyed. Its end does not prove that the answer was complete. */
  readonly body: Readable;
  /** May be given each piece of the body that is not needed any more: its memory is used again. */
  readonly release: (piece: Buffer) => void;
}

export interface Transport {
  /**
   * One request, one answer; redirects and retries are the callers' business.
   * @throws TransportError when no answer came; the signal's reason when it was aborted
   */
  send(request: HttpRequest): Promise<HttpResponse>;
  /** Closes idle connections so that the process can end. */
  close(): Promise<void>;
}

export interface ProxySettings {
  readonly http: string | null;
  readonly https: string | null;
  readonly noProxy: string;
}

export interface TransportOptions {
  readonly clock: Clock;
  /** PEM certificates to trust instead of the default ones; null for the default. Read at the first request. */
  readonly certificates: () => Promise<readonly string[]> | null;
  readonly proxy: ProxySettings;
  readonly userAgent: string;
  /** As `process.version` tells it. */
  readonly nodeVersion: string;
  /** Told the heads of requests and answers, line by line and without secrets. */
  readonly onHeadLine?: (line: string) => void;
}

const CONNECT_TIMEOUT_MS = 15_000;
/** To one origin; further requests wait their turn. */
const MAX_CONNECTIONS = 16;
/** Twice what Node allows by default; a header flood ends as a TransportError. */
const MAX_HEADER_BYTES = 32_768;

/** The HTTP client; undici is loaded and connections are made at the first request. */
export function createTransport(options: TransportOptions): Transport {
  const pool = createReadPool();
  let connected: Promise<Dispatcher> | undefined;
  const connect = () => (connected ??= makeDispatcher(options, pool));
  let isFirst = true;
  return {
    async send({ method, url, headers, body, signal, headersTimeoutMs }) {
      signal.throwIfAborted();
      const { onHeadLine, userAgent } = options;
      const dispatcher = await connect();
      const sentHeaders = { 'user-agent': userAgent, ...headers };
      if (onHeadLine) formatRequestHead({ method, url, headers: sentHeaders }).forEach(onHeadLine);
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
          headers: headerFields(answer.headers),
          body: answer.body,
          release: (piece: Buffer) => pool.release(piece),
        };
        if (onHeadLine) formatResponseHead(response).forEach(onHeadLine);
        return response;
      } catch (error) {
        stop.release();
        signal.throwIfAborted();
        if (stop.signal.aborted) throw stop.signal.reason;
        throw transportError(error, url);
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

async function makeDispatcher(
  { certificates: read, proxy }: TransportOptions,
  { onread }: ReadPool,
): Promise<Dispatcher> {
  const certificates = await read();
  const { createAgent, createProxyAgent } = await withoutDebugLog(() => import('./undici.ts'));
  const settings = {
    // undici's part for HTTP/2 is not in the bundle.
    allowH2: false,
    // Time limits are kept by the callers on the clock of the context.
    headersTimeout: 0,
    bodyTimeout: 0,
    maxHeaderSize: MAX_HEADER_BYTES,
    connections: MAX_CONNECTIONS,
    connect: { timeout: CONNECT_TIMEOUT_MS, onread, ...(certificates ? { ca: [...certificates] } : {}) },
  };
  if (proxy.http === null && proxy.https === null) return createAgent(settings);
  return createProxyAgent({
    ...settings,
    // Given explicitly, because its own reading of the environment knows no ALL_PROXY and lets an
    // empty https_proxy hide HTTPS_PROXY.
    httpProxy: proxy.http ?? '',
    httpsProxy: proxy.https ?? '',
    noProxy: proxy.noProxy,
    ...(certificates ? { requestTls: { ca: [...certificates] } } : {}),
  });
}

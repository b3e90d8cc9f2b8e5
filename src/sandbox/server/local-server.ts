import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { Refusal } from './refusal.ts';

export type Listener = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

export interface LocalServer {
  readonly port: number;
  /** http://127.0.0.1:PORT */
  readonly origin: string;
  close(): Promise<void>;
}

const HEADER_LIMIT_BYTES = 16 * 1024;
const HEADERS_TIMEOUT_MS = 10_000;
const REQUEST_TIMEOUT_MS = 60_000;
const SILENCE_TIMEOUT_MS = 300_000;
const KEEP_ALIVE_MS = 5000;
/** So that a response can be read before the connection closes. */
const LINGER_MS = 500;
const CONNECTION_LIMIT = 512;

/**
 * An HTTP server for this machine only: bound to 127.0.0.1, with limits for clients. Every response has an
 * `x-request-id`. If the listener rejects, the connection is closed.
 * @param port 0 for a free one
 */
export async function startLocalServer(port: number, listener: Listener): Promise<LocalServer> {
  const server = createServer(
    {
      maxHeaderSize: HEADER_LIMIT_BYTES,
      headersTimeout: HEADERS_TIMEOUT_MS,
      requestTimeout: REQUEST_TIMEOUT_MS,
      keepAliveTimeout: KEEP_ALIVE_MS,
      connectionsCheckingInterval: 2000,
    },
    (request, response) => {
      response.setHeader('x-request-id', newRequestId());
      response.on('error', () => response.destroy());
      // An error in a listener must not end the process of the sandbox.
      listener(request, response).catch(() => response.destroy());
    },
  );
  server.timeout = SILENCE_TIMEOUT_MS;
  server.maxConnections = CONNECTION_LIMIT;
  server.on('clientError', answerBadRequest);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ port, host: '127.0.0.1' }, () => {
      server.off('error', reject);
      resolve();
    });
  });
  const address = server.address();
  const actualPort = typeof address === 'object' ? (address?.port ?? port) : port;
  return {
    port: actualPort,
    origin: `http://127.0.0.1:${actualPort}`,
    close: () => closeServer(server),
  };
}

/**
 * Web pages must not reach this server, neither directly nor through a name that resolves to 127.0.0.1.
 * @throws Refusal 421 for another Host, 403 for the Origin of another site
 */
export function guardAgainstBrowsers(request: IncomingMessage, port: number): void {
  const hosts = ['127.0.0.1', 'localhost', '[::1]'].map((name) => `${name}:${port}`);
  if (!hosts.includes(request.headers.host?.toLowerCase() ?? '')) {
    throw new Refusal(421, 'the Host must be 127.0.0.1 or localhost with the port of the sandbox');
  }
  const { origin } = request.headers;
  if (origin !== undefined && !hosts.some((host) => origin.toLowerCase() === `http://${host}`)) {
    throw new Refusal(403, 'web pages cannot use the sandbox');
  }
}

function newRequestId(): string {
  return `sandbox-${randomUUID()}`;
}

const CLIENT_ERROR_STATUS: Readonly<Record<string, string>> = {
  HPE_HEADER_OVERFLOW: '431 Request Header Fields Too Large',
  ERR_HTTP_REQUEST_TIMEOUT: '408 Request Timeout',
};

/** Input that Node cannot parse never becomes a request, so the response is written directly. */
function answerBadRequest(error: NodeJS.ErrnoException, socket: Duplex): void {
  if (!socket.writable || error.code === 'ECONNRESET') {
    socket.destroy();
    return;
  }
  const status = CLIENT_ERROR_STATUS[error.code ?? ''] ?? '400 Bad Request';
  const body = JSON.stringify({ status: 'fail', data: null, message: status.slice(4) });
  // A client that keeps its side open must not keep the connection open.
  socket.once('finish', () => setTimeout(() => socket.destroy(), LINGER_MS).unref());
  socket.end(
    `HTTP/1.1 ${status}\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n` +
      `X-Request-Id: ${newRequestId()}\r\nConnection: close\r\n\r\n${body}`,
  );
}

async function closeServer(server: Server): Promise<void> {
  await new Promise<void>((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

import { createServer, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { TLSSocket } from 'node:tls';
import { afterThisTest } from '../after-this-test.ts';
import { type ParsedRequest, takeRequest } from '../api/request-parser.ts';
import { createReply, type FaultReply } from './fault-response.ts';

export interface FaultRequest extends ParsedRequest {
  /** The target without its query, as sent: an encoded slash stays encoded. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** Index of the connection on this listener, from 0. */
  readonly connectionId: number;
  /** Index of the request on this listener, from 0. */
  readonly requestIndex: number;
}

export type FaultHandler = (request: FaultRequest, reply: FaultReply) => void | Promise<void>;

export interface FaultServerOptions {
  /** A loopback address; 127.0.0.2 is a different origin from 127.0.0.1. */
  readonly host?: string;
  readonly port?: number;
  /** Makes it an https server. */
  readonly tls?: { readonly keyPem: string; readonly certPem: string };
}

export interface FaultServer {
  /** Such as `http://127.0.0.1:41234`. */
  readonly origin: string;
  readonly port: number;
  /** In order of arrival, over all connections. */
  readonly requests: readonly FaultRequest[];
  /** Connections accepted so far. */
  readonly connectionCount: number;
  /** All bytes received, decrypted, one buffer per connection. */
  rawLog(): readonly Buffer[];
  /** Uses another handler for all later requests. */
  use(handler: FaultHandler): void;
  /** Cuts all open connections. */
  dropConnections(): void;
  /** Stops listening and closes all connections; rejects if a handler threw or a client did not send HTTP. */
  close(): Promise<void>;
}

/**
 * Starts an HTTP/1.1 server on a raw socket that sends whatever the handler writes, valid or not.
 * Closes when the test that started it ends.
 */
export async function startFaultServer(
  handler: FaultHandler,
  options: FaultServerOptions = {},
): Promise<FaultServer> {
  const host = options.host ?? '127.0.0.1';
  const requests: FaultRequest[] = [];
  const received: Buffer[][] = [];
  const sockets = new Set<Socket>();
  const failures: Error[] = [];
  let currentHandler = handler;

  const listener = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
    const connectionId = received.length;
    const chunks: Buffer[] = [];
    received.push(chunks);
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    // Clients that disconnect midway are the purpose of these tests.
    socket.on('error', () => socket.destroy());
    const stream = options.tls === undefined ? socket : secure(socket, options.tls);
    serveConnection(stream, chunks, async (parsed) => {
      const [path = '', query = ''] = splitOnce(parsed.target, '?');
      const request: FaultRequest = {
        ...parsed,
        path,
        query: new URLSearchParams(query),
        connectionId,
        requestIndex: requests.length,
      };
      requests.push(request);
      await currentHandler(request, createReply(stream, socket, parsed));
    }).catch((error: unknown) => {
      failures.push(error instanceof Error ? error : new Error(JSON.stringify(error)));
      socket.destroy();
    });
  });

  await new Promise<void>((resolve, reject) => {
    listener.once('error', reject);
    listener.listen(options.port ?? 0, host, resolve);
  });
  const address = listener.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  let stopped: Promise<void> | undefined;

  const server: FaultServer = {
    origin: `${options.tls === undefined ? 'http' : 'https'}://${host}:${address.port}`,
    port: address.port,
    requests,
    get connectionCount() {
      return received.length;
    },
    rawLog: () => received.map((chunks) => Buffer.concat(chunks)),
    use(next) {
      currentHandler = next;
    },
    dropConnections() {
      for (const socket of sockets) socket.destroy();
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      stopped ??= new Promise((resolve) => {
        listener.close(() => resolve());
      });
      await stopped;
      // Reported once: a test that expects the failure closes the server itself, and the cleanup is silent.
      const [first, ...others] = failures.splice(0);
      if (first === undefined) return;
      throw new AggregateError([first, ...others], `the fault server failed: ${first.message}`);
    },
  };
  afterThisTest(() => server.close());
  return server;
}

function splitOnce(text: string, separator: string): string[] {
  const index = text.indexOf(separator);
  return index === -1 ? [text] : [text.slice(0, index), text.slice(index + separator.length)];
}

function secure(socket: Socket, tls: { readonly keyPem: string; readonly certPem: string }): TLSSocket {
  const stream = new TLSSocket(socket, { isServer: true, key: tls.keyPem, cert: tls.certPem });
  stream.on('error', () => stream.destroy());
  return stream;
}

/** Passes the requests of a connection to `answer` in sequence, until the client disconnects. */
async function serveConnection(
  stream: Duplex,
  log: Buffer[],
  answer: (request: ParsedRequest) => Promise<void>,
): Promise<void> {
  let pending: Buffer = Buffer.alloc(0);
  let wake: () => void = () => {};
  let isOver = false;
  const stop = () => {
    isOver = true;
    wake();
  };
  stream.on('data', (chunk: Buffer) => {
    log.push(chunk);
    pending = Buffer.concat([pending, chunk]);
    wake();
  });
  stream.on('close', stop);
  stream.on('end', () => {
    stop();
    // Not destroyed: a client may half-close after its request and still read the response.
    if (!stream.destroyed && pending.length === 0) stream.end();
  });
  for (;;) {
    // A TLS hello on a plain server: hang up, as real servers do.
    if (pending[0] === 0x16) stream.destroy();
    const taken = stream.destroyed ? undefined : takeRequest(pending);
    if (taken !== undefined) {
      pending = taken.rest;
      await answer(taken.request);
    } else if (isOver) {
      stream.destroy();
      return;
    } else {
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  }
}

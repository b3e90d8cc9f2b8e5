import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { judgeRange, type ServedObject } from './served-object.ts';

export type HeaderList = readonly (readonly [name: string, value: string | number])[];
export type Headers = Readonly<Record<string, string | number>> | HeaderList;

/** Functions to answer a request. Each call writes; the connection stays open unless stated. */
export interface FaultReply {
  /** True once either side has closed the connection. */
  readonly isClosed: boolean;
  /** Writes raw bytes. Resolves when the socket has accepted them, or immediately after a close. */
  raw(bytes: string | Uint8Array): Promise<void>;
  /** Status line and headers, without additions. */
  head(status: number, headers?: Headers, reason?: string): Promise<void>;
  /** A complete response with its Content-Length. */
  send(status: number, headers: Headers, body: string | Uint8Array): Promise<void>;
  json(status: number, body: unknown, headers?: Headers): Promise<void>;
  redirect(status: number, location: string): Promise<void>;
  /** The object, with support for HEAD, Range, If-Range, and If-Match. */
  file(object: ServedObject, options?: FileOptions): Promise<void>;
  /** `chunkSizeBytes` at a time with a pause after each. */
  slowly(bytes: string | Uint8Array, chunkSizeBytes: number, delayMs: number): Promise<void>;
  /** Closes the sending half (FIN). */
  end(): Promise<void>;
  /** Resets the connection (RST). */
  reset(): Promise<void>;
  /** Sends nothing more until the client disconnects. */
  stall(): Promise<void>;
}

export interface FileOptions {
  /** Adds or replaces headers; an undefined value removes one. */
  readonly headers?: Readonly<Record<string, string | number | undefined>>;
  /** Ignores Range and does not announce it. */
  readonly withoutRanges?: boolean;
  /** Never sends the bytes of the object from this offset on, despite its headers. */
  readonly cutAtByte?: number;
  /** What happens at the cut; `end` by default. */
  readonly cutBy?: 'end' | 'reset' | 'stall';
}

export function formatHead(status: number, headers: Headers = [], reason = 'Reason'): string {
  const pairs: HeaderList = isHeaderList(headers) ? headers : Object.entries(headers);
  const lines = pairs.map(([name, value]) => `${name}: ${value}\r\n`);
  return `HTTP/1.1 ${status} ${reason}\r\n${lines.join('')}\r\n`;
}

function isHeaderList(headers: Headers): headers is HeaderList {
  return Array.isArray(headers);
}

export function createReply(
  stream: Duplex,
  tcpSocket: Socket,
  request: { readonly method: string; readonly headers: ReadonlyMap<string, string> },
): FaultReply {
  const isClosed = () => stream.destroyed || !stream.writable;

  async function raw(bytes: string | Uint8Array): Promise<void> {
    if (isClosed()) return;
    const chunk = typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes;
    await new Promise<void>((resolve) => {
      stream.once('close', resolve);
      stream.write(chunk, () => {
        stream.off('close', resolve);
        resolve();
      });
    });
  }

  async function end(): Promise<void> {
    if (isClosed()) return;
    await new Promise<void>((resolve) => {
      stream.once('close', resolve);
      stream.end(resolve);
    });
  }

  async function send(status: number, headers: Headers, body: string | Uint8Array): Promise<void> {
    const bytes = typeof body === 'string' ? Buffer.from(body, 'utf8') : body;
    const pairs: HeaderList = isHeaderList(headers) ? headers : Object.entries(headers);
    await raw(formatHead(status, [...pairs, ['Content-Length', bytes.length]]));
    if (request.method !== 'HEAD') await raw(bytes);
  }

  const reply: FaultReply = {
    get isClosed() {
      return isClosed();
    },
    raw,
    end,
    send,
    head: (status, headers, reason) => raw(formatHead(status, headers, reason)),
    json: (status, body, headers = []) =>
      send(
        status,
        [
          ['Content-Type', 'application/json'],
          ...(isHeaderList(headers) ? headers : Object.entries(headers)),
        ],
        JSON.stringify(body),
      ),
    redirect: (status, location) => send(status, [['Location', location]], ''),
    file: (object, options = {}) => sendObject(reply, request, object, options),
    async slowly(bytes, chunkSizeBytes, delayMs) {
      const whole = typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes;
      for (let start = 0; start < whole.length && !isClosed(); start += chunkSizeBytes) {
        await raw(whole.subarray(start, start + chunkSizeBytes));
        await delay(delayMs);
      }
    },
    async reset() {
      if (isClosed()) return;
      // A reset discards undelivered bytes in the kernel, so let written bytes arrive first. If bytes and a reset
      // arrive together, libuv reports an end instead of a reset.
      await delay(20);
      tcpSocket.resetAndDestroy();
      stream.destroy();
    },
    async stall() {
      if (stream.destroyed) return;
      await new Promise<void>((resolve) => {
        stream.once('close', resolve);
      });
    },
  };
  return reply;
}

/** The headers that a correct storage server sends with an object. */
export function objectHeaders(object: ServedObject): Record<string, string | number | undefined> {
  return {
    'Content-Type': object.contentType,
    'Accept-Ranges': 'bytes',
    ETag: object.etag,
    'Last-Modified': object.lastModified,
    'Repr-Digest': object.reprDigest,
  };
}

async function sendObject(
  reply: FaultReply,
  request: { readonly method: string; readonly headers: ReadonlyMap<string, string> },
  object: ServedObject,
  options: FileOptions,
): Promise<void> {
  const verdict = options.withoutRanges ? ({ kind: 'whole' } as const) : judgeRange(request.headers, object);
  const sizeBytes = object.bytes.length;
  if (verdict.kind === 'precondition-failed') return reply.send(412, [], '');
  if (verdict.kind === 'unsatisfiable')
    return reply.send(416, [['Content-Range', `bytes */${sizeBytes}`]], '');
  const { start, end } = verdict.kind === 'part' ? verdict : { start: 0, end: sizeBytes };
  const body = object.bytes.subarray(start, end);
  const headers = {
    ...objectHeaders(object),
    ...(options.withoutRanges ? { 'Accept-Ranges': 'none' } : {}),
    'Content-Length': body.length,
    ...(verdict.kind === 'part' ? { 'Content-Range': `bytes ${start}-${end - 1}/${sizeBytes}` } : {}),
    ...options.headers,
  };
  await reply.head(verdict.kind === 'part' ? 206 : 200, definedPairs(headers));
  if (request.method === 'HEAD') return undefined;
  const { cutAtByte } = options;
  if (cutAtByte === undefined || cutAtByte >= end) return reply.raw(body);
  await reply.raw(body.subarray(0, Math.max(0, cutAtByte - start)));
  return reply[options.cutBy ?? 'end']();
}

export function definedPairs(headers: Readonly<Record<string, string | number | undefined>>): HeaderList {
  return Object.entries(headers).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]]));
}

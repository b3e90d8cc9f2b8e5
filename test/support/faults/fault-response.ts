import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { judgeRange, type ServedObject } from './served-object.ts';

export type HeaderList = readonly (readonly [name: string, value: string | number])[];
export type Headers = Readonly<Record<string, string | number>> | HeaderList;

/** How a handler answers one request. Each call writes; the connection stays open unless it says otherwise. */
export interface FaultReply {
  /** True once either side has closed the connection. */
  readonly isClosed: boolean;
  /** Writes bytes as they are; resolves when the socket took them, or at once after a close. */
  raw(bytes: string | Uint8Array): Promise<void>;
  /** Status line and headers, nothing added. */
  head(status: number, headers?: Headers, reason?: string): Promise<void>;
  /** A whole answer with its Content-Length. */
  send(status: number, headers: Headers, body: string | Uint8Array): Promise<void>;
  json(status: number, body: unknown, headers?: Headers): Promise<void>;
  redirect(status: number, location: string): Promise<void>;
  /** The object, honouring HEAD, Range, If-Range and If-Match. */
  file(object: ServedObject, options?: FileOptions): Promise<void>;
  /** `chunkSizeBytes` at a time with a pause after each. */
  slowly(bytes: string | Uint8Array, chunkSizeBytes: number, delayMs: number): Promise<void>;
  /** Closes the sending half (FIN). */
  end(): Promise<void>;
  /** Cuts the connection (RST). */
  reset(): Promise<void>;
  /** Nothing more until the client goes away. */
  stall(): Promise<void>;
}

export interface FileOptions {
  /** Added to, or replacing, the usual headers; an undefined value removes one. */
  readonly headers?: Readonly<Record<string, string | number | undefined>>;
  /** Takes no notice of Range and does not announce it. */
  readonly withoutRanges?: boolean;
  /** Never sends the bytes of the object from this offset on, although it promises them. */
  readonly cutAtByte?: number;
  /** What happens at the cut; `end` unless given. */
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
      // A reset throws away what the kernel has not delivered yet: let written bytes arrive first. And libuv
      // tells a reader who finds bytes and reset together of an end, not of a reset.
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

/** The headers a well-behaved storage server sends with an object. */
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

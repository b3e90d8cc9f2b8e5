import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { type BodyPlan, sendBody } from '../../../src/sandbox/faults/send-body.ts';
import { createWire } from '../../../src/sandbox/faults/wire.ts';
import { contentRangeOf } from '../../../src/sandbox/files/range-request.ts';
import { rangeFor, type ServedObject } from './served-object.ts';

export type HeaderList = readonly (readonly [name: string, value: string | number])[];
export type Headers = Readonly<Record<string, string | number>> | HeaderList;

/** Functions to respond to a request. Each call writes; the connection stays open unless stated. */
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
  /** Unchanged bytes, sent according to the plan. */
  body(bytes: string | Uint8Array, plan: BodyPlan): Promise<void>;
  /** `pieceBytes` at a time with a pause after each. */
  slowly(bytes: string | Uint8Array, pieceBytes: number, delayMs: number): Promise<void>;
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
  /** What happens at the cut; `cut` by default. */
  readonly cutBy?: NonNullable<BodyPlan['stopAt']>['by'];
  readonly pace?: BodyPlan['pace'];
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
  const wire = createWire({ body: stream, connection: stream, socket: tcpSocket });
  const bytesOf = (bytes: string | Uint8Array) =>
    typeof bytes === 'string'
      ? Buffer.from(bytes, 'latin1')
      : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const raw = (bytes: string | Uint8Array) => wire.write(bytesOf(bytes));

  async function send(status: number, headers: Headers, body: string | Uint8Array): Promise<void> {
    const bytes = typeof body === 'string' ? Buffer.from(body, 'utf8') : body;
    const pairs: HeaderList = isHeaderList(headers) ? headers : Object.entries(headers);
    await raw(formatHead(status, [...pairs, ['Content-Length', bytes.length]]));
    if (request.method !== 'HEAD') await raw(bytes);
  }

  const reply: FaultReply = {
    get isClosed() {
      return wire.isClosed;
    },
    raw,
    end: () => wire.cut(),
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
    async body(bytes, plan) {
      await sendBody(wire, [bytesOf(bytes)], plan);
    },
    file: (object, options = {}) => sendObject(reply, request, object, options),
    slowly: (bytes, pieceBytes, delayMs) => reply.body(bytes, { pace: { pieceBytes, delayMs } }),
    reset: () => wire.reset(),
    stall: () => wire.stall(),
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
  const sizeBytes = object.bytes.length;
  const whole = { status: 200, start: 0, end: sizeBytes } as const;
  const decision = options.withoutRanges ? whole : rangeFor(request.headers, object);
  const contentRange = contentRangeOf(decision, sizeBytes);
  if (!('start' in decision)) {
    return reply.send(decision.status, definedPairs({ 'Content-Range': contentRange }), '');
  }
  const { status, start, end } = decision;
  const headers = {
    ...objectHeaders(object),
    ...(options.withoutRanges ? { 'Accept-Ranges': 'none' } : {}),
    'Content-Length': end - start,
    'Content-Range': contentRange,
    ...options.headers,
  };
  await reply.head(status, definedPairs(headers));
  if (request.method === 'HEAD') return undefined;
  const { cutAtByte = end, cutBy = 'cut', pace } = options;
  const stopAt = cutAtByte < end ? { bytes: Math.max(0, cutAtByte - start), by: cutBy } : undefined;
  return reply.body(object.bytes.subarray(start, end), { stopAt, pace });
}

export function definedPairs(headers: Readonly<Record<string, string | number | undefined>>): HeaderList {
  return Object.entries(headers).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]]));
}

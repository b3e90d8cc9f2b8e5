import { existsSync, readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { contentRangeOf } from '../../src/sandbox/files/range-request.ts';
import { type ApiServer, startApi } from '../support/api/api-server.ts';
import { definedPairs, type FaultReply, objectHeaders } from '../support/faults/fault-response.ts';
import { createSentBytes } from '../support/faults/sent-bytes.ts';
import { rangeFor, type ServedObject } from '../support/faults/served-object.ts';

/** Small, so that socket buffers hold little when the reader is killed. */
const PIECE_BYTES = 131_072;

export interface PacedApi extends ApiServer {
  /** Forgets which bytes were sent, for a new download. */
  forget(): void;
  /** Waits for all responses to end, then resolves with the bytes sent more than once since the last call. */
  takeRepeatedBytes(): Promise<number>;
  /** Bytes in the socket buffers of the system: sent, but not yet read by the client. */
  unreadBytes(): number;
}

const SOCKETS = '/proc/net/tcp';

/** For all connections to this port, the bytes that the server has not sent and the client has not read. */
function queuedBytes(port: number): number {
  if (!existsSync(SOCKETS)) return 0;
  const suffix = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  let bytes = 0;
  for (const line of readFileSync(SOCKETS, 'utf8').split('\n')) {
    const [, local = '', remote = '', , queues = ''] = line.trim().split(/\s+/);
    const [unsent = '0', unread = '0'] = queues.split(':');
    if (local.endsWith(suffix)) bytes += Number.parseInt(unsent, 16);
    if (remote.endsWith(suffix)) bytes += Number.parseInt(unread, 16);
  }
  return bytes;
}

/** Serves one package with one object, at this rate for all connections together. */
export async function startPacedApi(object: ServedObject, bytesPerSecond: number): Promise<PacedApi> {
  let sent = createSentBytes();
  let repeatedBytes = 0;
  const bodies = new Set<Promise<void>>();
  let nextTurnMs = 0;

  async function turn(sizeBytes: number): Promise<void> {
    const nowMs = performance.now();
    const turnMs = Math.max(nextTurnMs, nowMs);
    nextTurnMs = turnMs + (sizeBytes * 1_000) / bytesPerSecond;
    // Timers have a resolution of 1 ms.
    if (turnMs - nowMs >= 1) await delay(turnMs - nowMs);
  }

  async function sendBody(reply: FaultReply, start: number, end: number): Promise<void> {
    for (let offset = start; offset < end && !reply.isClosed; offset += PIECE_BYTES) {
      const piece = object.bytes.subarray(offset, Math.min(offset + PIECE_BYTES, end));
      await turn(piece.length);
      if (reply.isClosed) return;
      await reply.raw(piece);
      repeatedBytes += sent.add(offset, offset + piece.length);
    }
  }

  const api = await startApi({ files: { one: object } });
  api.script('GET /v2/downloads/file/{id}', async (request, reply) => {
    const decision = rangeFor(request.headers, object);
    if (request.method === 'HEAD' || !('start' in decision)) return reply.file(object);
    const { status, start, end } = decision;
    const range = contentRangeOf(decision, object.bytes.length);
    const headers = { ...objectHeaders(object), 'Content-Length': end - start, 'Content-Range': range };
    await reply.head(status, definedPairs(headers));
    const body = sendBody(reply, start, end);
    bodies.add(body);
    await body;
    bodies.delete(body);
  });
  return Object.assign(api, {
    forget() {
      sent = createSentBytes();
      repeatedBytes = 0;
    },
    unreadBytes: () => queuedBytes(Number(new URL(api.origin).port)),
    async takeRepeatedBytes() {
      await Promise.all(bodies);
      const taken = repeatedBytes;
      repeatedBytes = 0;
      return taken;
    },
  });
}

import { existsSync, readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { contentRangeOf } from '../../src/sandbox/files/range-request.ts';
import { type ApiServer, startApi } from '../support/api/api-server.ts';
import { definedPairs, type FaultReply, objectHeaders } from '../support/faults/fault-response.ts';
import { createSentBytes } from '../support/faults/sent-bytes.ts';
import { rangeFor, type ServedObject } from '../support/faults/served-object.ts';

/** Small, so that little waits in socket buffers when the reader is killed. */
const PIECE_BYTES = 131_072;

export interface PacedApi extends ApiServer {
  /** Forgets what was sent: a new download begins. */
  forget(): void;
  /** Resolves once no answer is under way, with the bytes sent again since the last time. */
  takeRepeatedBytes(): Promise<number>;
  /** What was sent and waits in the system's buffers, where a client that is killed now has not seen it. */
  unreadBytes(): number;
}

const SOCKETS = '/proc/net/tcp';

/** Of all connections with this port: what the server's side has not got rid of and what the client's has not read. */
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

/** One package with one object, which travels at such a rate over all connections together. */
export async function startPacedApi(object: ServedObject, bytesPerSecond: number): Promise<PacedApi> {
  let sent = createSentBytes();
  let repeatedBytes = 0;
  const bodies = new Set<Promise<void>>();
  let nextTurnMs = 0;

  async function turn(sizeBytes: number): Promise<void> {
    const nowMs = performance.now();
    const turnMs = Math.max(nextTurnMs, nowMs);
    nextTurnMs = turnMs + (sizeBytes * 1_000) / bytesPerSecond;
    // Timers are no finer than this.
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

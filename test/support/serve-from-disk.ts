import { statSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { contentRangeOf } from '../../src/sandbox/files/range-request.ts';
import { PACKAGE_ID } from './api/api-packages.ts';
import { type ApiServer, startApi } from './api/api-server.ts';
import { definedPairs, type FaultReply } from './faults/fault-response.ts';
import type { FaultRequest } from './faults/fault-server.ts';
import { rangeFor } from './faults/served-object.ts';

const ETAG = '"on-disk"';
const CHUNK_BYTES = 2 ** 20;

/** A server with one package of one archive, which can be larger than memory. */
export async function serveFromDisk(path: string): Promise<ApiServer> {
  const sizeBytes = statSync(path).size;
  const api = await startApi({
    packages: [{}],
    script: { 'GET /v2/downloads/file/{id}': (request, reply) => answer(path, sizeBytes, request, reply) },
  });
  for (const made of api.packages.values()) {
    const url = `${api.origin}/v2/downloads/file/archive`;
    api.packages.set(PACKAGE_ID, { ...made, files: [{ url, size: sizeBytes, mimeType: 'application/zip' }] });
  }
  return api;
}

async function answer(
  path: string,
  sizeBytes: number,
  request: FaultRequest,
  reply: FaultReply,
): Promise<void> {
  const decision = rangeFor(request.headers, { bytes: { length: sizeBytes }, etag: ETAG });
  const range = definedPairs({ 'Content-Range': contentRangeOf(decision, sizeBytes) });
  if (!('start' in decision)) return reply.send(decision.status, range, '');
  const { status, start, end } = decision;
  await reply.head(status, [
    ['Content-Type', 'application/zip'],
    ['Accept-Ranges', 'bytes'],
    ['ETag', ETAG],
    ['Content-Length', end - start],
    ...range,
  ]);
  if (end === start) return undefined;
  for (let position = start; position < end && !reply.isClosed; position += CHUNK_BYTES)
    await reply.raw(await readChunk(path, position, Math.min(CHUNK_BYTES, end - position)));
}

/** Opens the file only for this read: after a client disconnects, the last write never settles. */
async function readChunk(path: string, position: number, sizeBytes: number): Promise<Buffer> {
  const file = await open(path);
  try {
    const { buffer } = await file.read(Buffer.alloc(sizeBytes), 0, sizeBytes, position);
    return buffer;
  } finally {
    await file.close();
  }
}

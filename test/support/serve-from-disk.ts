import { statSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { PACKAGE_ID } from './api/api-packages.ts';
import { type ApiServer, startApi } from './api/api-server.ts';
import type { FaultReply } from './faults/fault-response.ts';
import type { FaultRequest } from './faults/fault-server.ts';
import { judgeRange } from './faults/served-object.ts';

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
  const verdict = judgeRange(request.headers, { bytes: { length: sizeBytes }, etag: ETAG });
  if (verdict.kind === 'precondition-failed') return reply.send(412, [], '');
  if (verdict.kind === 'unsatisfiable')
    return reply.send(416, [['Content-Range', `bytes */${sizeBytes}`]], '');
  const { start, end } = verdict.kind === 'part' ? verdict : { start: 0, end: sizeBytes };
  await reply.head(verdict.kind === 'part' ? 206 : 200, [
    ['Content-Type', 'application/zip'],
    ['Accept-Ranges', 'bytes'],
    ['ETag', ETAG],
    ['Content-Length', end - start],
    ...(verdict.kind === 'part'
      ? ([['Content-Range', `bytes ${start}-${end - 1}/${sizeBytes}`]] as const)
      : []),
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

import type { FaultReply } from './faults/fault-response.ts';
import type { FaultRequest } from './faults/fault-server.ts';
import { bytesFor, rangeFor, type ServedObject } from './faults/served-object.ts';

/** Sends the headers of a 206 or 200 response to the request, and returns its range. The caller sends the body. */
export async function beginPart(
  request: FaultRequest,
  reply: FaultReply,
  object: ServedObject,
): Promise<{ start: number; end: number }> {
  const isPart = rangeFor(request.headers, object).status === 206;
  const { start, end } = bytesFor(request.headers, object);
  await reply.head(isPart ? 206 : 200, {
    'Content-Type': 'application/zip',
    'Content-Length': end - start,
    ETag: object.etag ?? '""',
    ...(isPart ? { 'Content-Range': `bytes ${start}-${end - 1}/${object.bytes.length}` } : {}),
  });
  return { start, end };
}

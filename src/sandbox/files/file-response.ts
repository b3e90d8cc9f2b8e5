import type { FileHandle } from 'node:fs/promises';
import type { IncomingMessage, OutgoingHttpHeader, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { dialectMimeType } from '../dialect/shape-file.ts';
import type { Traits } from '../dialect/traits.ts';
import type { ActiveFaults } from '../faults/active-faults.ts';
import { type BodyPlan, paceOf, sendBody } from '../faults/send-body.ts';
import { createWire } from '../faults/wire.ts';
import type { ServedFile } from '../packages/package-store.ts';
import { openRegularFile } from '../server/open-regular-file.ts';
import { Refusal } from '../server/refusal.ts';
import { contentDisposition, validatorsOf } from './file-headers.ts';
import { classifyRangeRequest, contentRangeOf, fromFirstByte } from './range-request.ts';

export interface FileResponseOptions {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly file: ServedFile;
  readonly faults: ActiveFaults;
  readonly traits: Traits;
}

/** Responds to GET or HEAD with a file or a range of it; faults change the response. */
export async function sendFile(options: FileResponseOptions): Promise<void> {
  const { request, response, file, faults, traits } = options;
  const handle = await openServed(file);
  try {
    const validators = validatorsOf(file, await handle.stat(), traits);
    const { sizeBytes, etag, lastModified } = validators;
    const hasRanges = traits.ranges === 'bytes';
    const range = hasRanges ? request.headers.range : undefined;
    const asked = classifyRangeRequest({ ...request.headers, range }, validators);
    const decision = faults.find('wrong-range') === undefined ? asked : fromFirstByte(asked);

    const contentRange = contentRangeOf(decision, sizeBytes);
    const headers = defined({
      'content-type': dialectMimeType(file.mimeType, traits),
      'accept-ranges': hasRanges ? 'bytes' : undefined,
      etag,
      'last-modified': lastModified?.toUTCString(),
      'content-disposition': contentDisposition(file.name, traits.disposition),
      'content-range': contentRange,
    });
    if (decision.status === 416) {
      throw new Refusal(416, `the range starts after the ${sizeBytes} bytes of the file`, {
        headers: { 'content-range': contentRange ?? '' },
      });
    }
    if (decision.status === 412) {
      throw new Refusal(412, 'the file does not match If-Match or If-Unmodified-Since');
    }
    if (decision.status === 304) {
      response.writeHead(304, headers).end();
      return;
    }
    const { status, start, end } = decision;
    if (traits.length === 'known') headers['content-length'] = end - start;
    response.writeHead(status, headers);
    if (request.method === 'HEAD') {
      response.end();
      return;
    }
    response.flushHeaders();
    const wire = createWire({ body: response, connection: request.socket, socket: request.socket });
    const source = readRange(handle, start, end);
    if (await sendBody(wire, source, planBody(options, { start, end }))) response.end();
  } finally {
    await handle.close();
  }
}

function defined(headers: Record<string, OutgoingHttpHeader | undefined>): OutgoingHttpHeaders {
  return Object.fromEntries(Object.entries(headers).filter(([, value]) => value !== undefined));
}

/** @throws Refusal 404 when a file of the user no longer exists */
async function openServed(file: ServedFile): Promise<FileHandle> {
  try {
    return await openRegularFile(file.path);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code !== 'ENOENT' && code !== 'ELOOP') throw error;
    throw new Refusal(404, 'the file no longer exists in the library');
  }
}

/** Opens nothing until the first byte is wanted. */
async function* readRange(handle: FileHandle, start: number, end: number): AsyncGenerator<Buffer> {
  if (end === start) return;
  const options = { start, end: end - 1, highWaterMark: 256 * 1024, autoClose: false };
  yield* handle.createReadStream(options) as AsyncIterable<Buffer>;
}

/** The faults of this body. A fault at an offset is due only if the body includes it. */
function planBody(
  { file, faults }: FileResponseOptions,
  { start, end }: { readonly start: number; readonly end: number },
): BodyPlan {
  const stopAt = (by: 'cut' | 'stall'): BodyPlan['stopAt'] => {
    const fault = faults.find(by);
    if (fault === undefined || end - start <= fault.amount) return undefined;
    return faults.take(by, file.id) === undefined ? undefined : { bytes: fault.amount, by };
  };
  const flip = faults.find('flip-bit');
  const reachesFlip = flip !== undefined && flip.amount >= start && flip.amount < end;
  const slow = faults.find('slow');
  return {
    stopAt: stopAt('cut') ?? stopAt('stall'),
    pace: slow === undefined ? undefined : paceOf(slow.amount),
    flipBitAt: reachesFlip && faults.take('flip-bit', file.id) ? flip.amount - start : undefined,
  };
}

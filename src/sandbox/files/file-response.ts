import type { FileHandle } from 'node:fs/promises';
import type { IncomingMessage, OutgoingHttpHeader, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { createGzip } from 'node:zlib';
import { dialectMimeType } from '../dialect/shape-file.ts';
import type { Traits } from '../dialect/traits.ts';
import type { ActiveFaults } from '../faults/active-faults.ts';
import type { FaultName } from '../faults/fault-table.ts';
import type { ServedFile } from '../packages/package-store.ts';
import { openRegularFile } from '../server/open-regular-file.ts';
import { Refusal } from '../server/refusal.ts';
import { type BodyPlan, sendBody } from '../server/send-body.ts';
import { contentDisposition, contentRange, currentFile, currentPath, reprDigest } from './file-headers.ts';
import { classifyRangeRequest } from './range-request.ts';

export interface FileResponseOptions {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly file: ServedFile;
  readonly faults: ActiveFaults;
  readonly traits: Traits;
  /** Aborted when the sandbox closes. */
  readonly signal: AbortSignal;
}

type HeaderMap = Record<string, OutgoingHttpHeader>;

/** Responds to GET or HEAD with a file or a range of it; faults change the response. */
export async function sendFile(options: FileResponseOptions): Promise<void> {
  const { request, response, file, faults, traits } = options;
  const handle = await openServed(file);
  try {
    const current = currentFile(file, await handle.stat(), faults);
    const { sizeBytes, etag, lastModified } = current;
    const hasRanges = faults.find('no-range') === undefined && faults.find('gzip-encoding') === undefined;
    const { range, ...conditions } = request.headers;
    const judgement = classifyRangeRequest(
      hasRanges && range !== undefined ? { ...conditions, range } : conditions,
      current,
    );

    const headers: HeaderMap = {};
    const mimeType = dialectMimeType(file.mimeType, traits);
    if (mimeType !== undefined) headers['content-type'] = mimeType;
    if (hasRanges) headers['accept-ranges'] = 'bytes';
    if (etag !== undefined) headers.etag = etag;
    if (lastModified !== undefined) headers['last-modified'] = lastModified.toUTCString();
    const name = faults.find('file-name')?.text ?? file.name;
    const disposition = contentDisposition(name, traits.disposition);
    if (disposition !== undefined) headers['content-disposition'] = disposition;
    const digest = faults.find('digest');
    if (digest !== undefined) headers['repr-digest'] = await reprDigest(current.path, digest.text);

    const isRefused = judgement.status === 206 && faults.take('range-416', file.id) !== undefined;
    if (isRefused || judgement.status === 416) return refuseRange(sizeBytes);
    if (judgement.status === 412) {
      throw new Refusal(412, 'the file does not match If-Match or If-Unmodified-Since');
    }
    if (judgement.status === 304) {
      response.writeHead(304, headers).end();
      return;
    }
    let { start, end } = judgement;
    if (judgement.status === 206) {
      const length = end - start;
      if (faults.find('range-wrong-start') !== undefined) [start, end] = [0, length];
      if (faults.find('range-wrong-end') !== undefined) end = Math.max(start + 1, end - 1);
      const value = contentRange({ start, end, sizeBytes }, faults);
      if (value !== undefined) headers['content-range'] = value;
    }
    const source =
      end > start
        ? handle.createReadStream({ start, end: end - 1, highWaterMark: 256 * 1024, autoClose: false })
        : Readable.from([]);
    await send(options, { status: judgement.status, headers, source, start, end });
  } finally {
    await handle.close();
  }
}

/** @throws Refusal 404 when a file of the user no longer exists */
async function openServed(file: ServedFile): Promise<FileHandle> {
  try {
    return await openRegularFile(currentPath(file));
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code !== 'ENOENT' && code !== 'ELOOP') throw error;
    throw new Refusal(404, 'the file no longer exists in the library');
  }
}

function refuseRange(sizeBytes: number): never {
  throw new Refusal(416, `the range starts after the ${sizeBytes} bytes of the file`, {
    headers: { 'content-range': `bytes */${sizeBytes}` },
  });
}

interface Selected {
  readonly status: 200 | 206;
  readonly headers: HeaderMap;
  readonly source: Readable;
  readonly start: number;
  readonly end: number;
}

async function send(options: FileResponseOptions, selected: Selected): Promise<void> {
  const { request, response, faults } = options;
  const { status, headers } = selected;
  const isHead = request.method === 'HEAD';
  const plan = isHead ? { signal: options.signal } : planBody(options, selected);
  let { source } = selected;
  let lengthBytes = selected.end - selected.start;
  if (status === 206 && faults.find('range-multipart') !== undefined) {
    const boundary = 'sandbox-boundary';
    const part = `--${boundary}\r\nContent-Type: ${String(headers['content-type'])}\r\nContent-Range: ${String(headers['content-range'])}\r\n\r\n`;
    const close = `\r\n--${boundary}--\r\n`;
    lengthBytes += part.length + close.length;
    source = Readable.from(wrapped(part, source, close));
    headers['content-type'] = `multipart/byteranges; boundary=${boundary}`;
    delete headers['content-range'];
  }
  if (faults.find('gzip-encoding') !== undefined) {
    headers['content-encoding'] = 'gzip';
    source = isHead ? source : source.pipe(createGzip());
  }
  const isChunked =
    headers['content-encoding'] !== undefined ||
    faults.find('chunked') !== undefined ||
    faults.find('chunked-cut') !== undefined;
  if (faults.find('no-length') !== undefined) {
    // Node then closes the connection after the body instead of using chunks.
    response.removeHeader('transfer-encoding');
  } else if (!isChunked) headers['content-length'] = lengthBytes;
  if (faults.find('double-length') !== undefined) headers['content-length'] = [String(lengthBytes), '10'];
  if (faults.find('length-and-chunked') !== undefined) {
    headers['content-length'] = lengthBytes;
    headers['transfer-encoding'] = 'chunked';
  }
  response.writeHead(status, headers);
  if (isHead) response.end();
  else await sendBody(response, source, plan);
}

async function* wrapped(before: string, source: Readable, after: string): AsyncGenerator<Buffer> {
  yield Buffer.from(before);
  yield* source as AsyncIterable<Buffer>;
  yield Buffer.from(after);
}

/** The faults of this body. A fault at an offset is due only if the body includes it. */
function planBody({ file, faults, signal }: FileResponseOptions, { start, end }: Selected): BodyPlan {
  const lengthBytes = end - start;
  const stopAt = (name: FaultName, by: 'close' | 'reset' | 'stall') => {
    const fault = faults.find(name);
    if (fault === undefined || lengthBytes <= fault.amount) return undefined;
    return faults.take(name, file.id) === undefined ? undefined : { bytes: fault.amount, by };
  };
  const flip = faults.find('flip-bit');
  const reachesFlip = flip !== undefined && flip.amount >= start && flip.amount < end;
  return {
    stopAt:
      stopAt('cut', 'close') ??
      stopAt('chunked-cut', 'close') ??
      stopAt('reset', 'reset') ??
      stopAt('stall', 'stall'),
    bytesPerSecond: faults.find('slow')?.amount,
    flipBitAt: reachesFlip && faults.take('flip-bit', file.id) ? flip.amount - start : undefined,
    extraBytes: faults.find('extra-bytes')?.amount,
    admit: admitUntilChange(file, faults),
    signal,
  };
}

/** Counts the bytes of the first file in all responses. At the limit, the response is cut and the file replaced. */
function admitUntilChange(file: ServedFile, faults: ActiveFaults): BodyPlan['admit'] {
  const change = faults.find('change-after');
  if (change === undefined || file.isReplaced || file.replacementPath === undefined) return undefined;
  return (bytes) => {
    if (file.isReplaced) return bytes;
    const admitted = Math.min(bytes, change.amount - file.sentBytes);
    file.sentBytes += admitted;
    if (admitted < bytes) file.isReplaced = true;
    return admitted;
  };
}

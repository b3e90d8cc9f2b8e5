import { pipeline } from 'node:stream/promises';
import { crc32, createInflateRaw, inflateRawSync, type ZlibOptions } from 'node:zlib';
import { errorCode } from '../../disk/disk-error.ts';
import type { ByteStream } from './byte-stream.ts';
import type { ArchiveEntry } from './entry.ts';
import { DEFLATED, FLAG, STORED } from './layout.ts';
import { damaged, showName } from './refusal.ts';

/** Receives unpacked bytes in order. Its promise is awaited before the next piece. */
export type ByteSink = (bytes: Buffer) => Promise<void> | undefined;

/** Entries up to these sizes are unpacked in one call, which costs a tenth of a stream. */
const AT_ONCE_COMPRESSED_BYTES = 256 * 2 ** 10;
const AT_ONCE_BYTES = 2 ** 20;
const CHUNK_BYTES = 256 * 2 ** 10;

/** The reason why an entry cannot be unpacked, or null if it can. */
export function unsupportedReason(entry: ArchiveEntry): string | null {
  if (entry.isEncrypted) return 'encrypted';
  if ((entry.flags & FLAG.patched) !== 0) return 'a patch, not a file';
  if (entry.methodNumber === STORED || entry.methodNumber === DEFLATED) return null;
  return `compressed as ${entry.method}`;
}

/**
 * Unpacks a supported entry from the first byte of its data, and leaves the stream after the last one.
 * The sink never receives more than the declared size. The content is verified only when the promise
 * resolves.
 * @throws ExpectedError INTEGRITY if size or CRC differ; errors of the sink and the source
 */
export async function readContent(
  stream: ByteStream,
  entry: ArchiveEntry,
  sink: ByteSink,
  signal?: AbortSignal,
): Promise<void> {
  const checked = createCheckedSink(entry, sink);
  if (entry.methodNumber === STORED) {
    for (let left = entry.compressedBytes; left > 0; ) {
      const bytes = await stream.next(left);
      left -= bytes.length;
      await checked.take(bytes);
    }
  } else if (entry.compressedBytes <= AT_ONCE_COMPRESSED_BYTES && entry.sizeBytes <= AT_ONCE_BYTES) {
    const content = inflateAtOnce(await stream.read(entry.compressedBytes), entry);
    if (content.length > 0) await checked.take(content);
  } else {
    await inflateStreamed(stream, entry, checked.take, signal);
  }
  checked.finish();
}

function createCheckedSink(entry: ArchiveEntry, sink: ByteSink) {
  let sizeBytes = 0;
  let checksum = 0;
  return {
    take: (bytes: Buffer): Promise<void> | undefined => {
      sizeBytes += bytes.length;
      if (sizeBytes > entry.sizeBytes) throw tooLong(entry);
      checksum = crc32(bytes, checksum);
      return sink(bytes);
    },
    finish: (): void => {
      if (sizeBytes !== entry.sizeBytes) {
        const name = showName(entry.path);
        throw damaged(`entry ${name} unpacks to ${sizeBytes} bytes instead of ${entry.sizeBytes}`);
      }
      assertChecksum(entry, checksum);
    },
  };
}

/** @throws ExpectedError INTEGRITY */
export function assertChecksum(entry: ArchiveEntry, checksum: number): void {
  if (checksum === entry.crc32) return;
  throw damaged(`the checksum (CRC-32) of entry ${showName(entry.path)} is wrong`);
}

function tooLong(entry: ArchiveEntry): Error {
  return damaged(`entry ${showName(entry.path)} unpacks to more than its ${entry.sizeBytes} bytes`);
}

function notDeflated(entry: ArchiveEntry, cause?: unknown): Error {
  return damaged(`the compressed data of entry ${showName(entry.path)} is broken`, cause);
}

function inflateAtOnce(compressed: Buffer, entry: ArchiveEntry): Buffer {
  // Some writers mark folders and empty files as deflated and write no data.
  if (compressed.length === 0 && entry.sizeBytes === 0) return compressed;
  const options: ZlibOptions = {
    // One byte more than declared, so that an oversized entry is detected and zlib need not grow its buffer.
    maxOutputLength: entry.sizeBytes + 1,
    chunkSize: Math.max(64, entry.sizeBytes + 1),
    info: true,
  };
  let result: unknown;
  try {
    result = inflateRawSync(compressed, options);
  } catch (error) {
    if (errorCode(error) === 'ERR_BUFFER_TOO_LARGE') throw tooLong(entry);
    throw notDeflated(entry, error);
  }
  if (!isInflated(result) || result.engine.bytesWritten !== compressed.length) throw notDeflated(entry);
  return result.buffer;
}

interface Inflated {
  readonly buffer: Buffer;
  /** `bytesWritten` is the number of bytes consumed: fewer if something follows the compressed data. */
  readonly engine: { readonly bytesWritten: number };
}

/** The result of `inflateRawSync` with the option `info`, which its types do not describe. */
function isInflated(result: unknown): result is Inflated {
  return typeof result === 'object' && result !== null && 'buffer' in result && 'engine' in result;
}

async function inflateStreamed(
  stream: ByteStream,
  entry: ArchiveEntry,
  take: ByteSink,
  signal: AbortSignal | undefined,
): Promise<void> {
  const inflate = createInflateRaw({ chunkSize: CHUNK_BYTES });
  const compressed = async function* () {
    for (let left = entry.compressedBytes; left > 0; ) {
      const bytes = await stream.next(Math.min(left, CHUNK_BYTES));
      left -= bytes.length;
      yield bytes;
    }
  };
  const consume = async (chunks: AsyncIterable<Buffer>): Promise<void> => {
    for await (const bytes of chunks) await take(bytes);
  };
  try {
    await pipeline(compressed, inflate, consume, signal === undefined ? {} : { signal });
  } catch (error) {
    signal?.throwIfAborted();
    // zlib's own errors have a code Z_…; if it ends before its input does, pipeline aborts the rest. All
    // other errors come from the source or the sink.
    const code = errorCode(error) ?? '';
    const isCutShort = code === 'ABORT_ERR' && inflate.readableEnded;
    throw code.startsWith('Z_') || isCutShort ? notDeflated(entry, error) : error;
  }
  if (inflate.bytesWritten !== entry.compressedBytes) {
    throw notDeflated(entry);
  }
}

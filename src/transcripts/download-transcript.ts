import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { crc32 } from 'node:zlib';
import type { Api, TranscriptRequest } from '../api/client.ts';
import type { Clock } from '../clock.ts';
import { diskError } from '../disk/disk-error.ts';
import { ExpectedError } from '../errors.ts';
import { consumeBody } from '../http/body.ts';
import { type RetryPolicy, withRetries } from '../http/retry.ts';
import type { FileFormat } from '../media-selection/transcript-words.ts';
import { openFileSource } from '../range/file-source.ts';
import type { Place } from '../target-folder/folder.ts';
import { createTemporaryFile, type TemporaryFile } from '../target-folder/temporary-file.ts';
import { verifyArchive } from '../zip/read/verify.ts';
import { classifyTranscript } from './classify-transcript.ts';
import type { SharedPause } from './shared-pause.ts';

/** A complete transcript, in memory or in a temporary file. */
export interface TranscriptContent {
  readonly sizeBytes: number;
  /** Lower-case hexadecimal. */
  readonly sha256: string;
  readonly crc32: number;
  /** Null if it is in `file`. */
  readonly bytes: Buffer | null;
  readonly file: TemporaryFile | null;
}

export interface DownloadTranscriptOptions {
  readonly api: Pick<Api, 'openTranscript'>;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly retry: RetryPolicy;
  readonly pause: SharedPause;
  /** For large transcripts; null keeps them in memory. */
  readonly temporaryPlace: (() => Place) | null;
}

/** Larger transcripts are written to disk. */
const MEMORY_BYTES = 1_048_576;
const START_BYTES = 4_096;
const LIMIT_BYTES = 256 * 1_048_576;
const STALL_MS = 60_000;
/** The first empty response can come from a service that is not finished. */
const MOST_EMPTY = 2;
const ARROW = '-->';

/**
 * Downloads one transcript and verifies its format. A response without a marked end is requested twice.
 * @returns null if it is empty
 * @throws ExpectedError BAD_RESPONSE for other content, INTEGRITY if two downloads differ, by kind of failure
 */
export async function downloadTranscript(
  request: TranscriptRequest & { readonly format: FileFormat },
  options: DownloadTranscriptOptions,
): Promise<TranscriptContent | null> {
  const { retry, pause, signal } = options;
  const onRetry: RetryPolicy['onRetry'] = (event) => {
    if (event.error.details.retryAfterMs !== undefined) pause.extend(event.delayMs);
    retry.onRetry?.(event);
  };
  const download = () =>
    withRetries(
      async () => {
        await pause.wait(signal);
        return await receive(request, options);
      },
      { ...retry, onRetry },
    );
  for (let count = 1; count <= MOST_EMPTY; count += 1) {
    const received = await download();
    if (received === null) continue;
    const { content, isEndMarked } = received;
    if (isEndMarked) return content;
    try {
      const again = await download();
      await again?.content.file?.discard();
      if (again?.content.sha256 === content.sha256) return content;
      throw new ExpectedError('INTEGRITY', 'two downloads of the transcript differ', {
        hint: 'rerun the command',
      });
    } catch (error) {
      await content.file?.discard();
      throw error;
    }
  }
  return null;
}

interface Received {
  readonly content: TranscriptContent;
  /** Whether the response declared its end, so that nothing can be missing. */
  readonly isEndMarked: boolean;
}

/** @returns null if it is empty */
async function receive(
  request: TranscriptRequest & { readonly format: FileFormat },
  { api, clock, signal, temporaryPlace }: DownloadTranscriptOptions,
): Promise<Received | null> {
  const response = await api.openTranscript(request, signal);
  const hash = createHash('sha256');
  let pieces: Buffer[] = [];
  // Set in a callback, which the compiler does not track.
  let stored = null as { readonly file: TemporaryFile; readonly place: Place } | null;
  let start: Buffer = Buffer.alloc(0);
  let sizeBytes = 0;
  let checksum = 0;
  const arrow = createFinder(ARROW);
  try {
    await consumeBody(
      response,
      async (chunk) => {
        sizeBytes += chunk.length;
        hash.update(chunk);
        checksum = crc32(chunk, checksum);
        arrow.add(chunk);
        if (start.length < START_BYTES) start = Buffer.concat([start, chunk]).subarray(0, START_BYTES);
        if (stored !== null) return await stored.file.append(chunk);
        pieces.push(chunk);
        if (sizeBytes <= MEMORY_BYTES || temporaryPlace === null) return;
        const place = temporaryPlace();
        stored = { file: createTemporaryFile(place), place };
        for (const piece of pieces) await stored.file.append(piece);
        pieces = [];
      },
      { limitBytes: LIMIT_BYTES, timeoutMs: STALL_MS, isTimeoutPerPiece: true, clock, signal },
    );
    await stored?.file.flush();
    const received = stored?.place ?? Buffer.concat(pieces);
    const kind = await classifyTranscript(
      {
        start,
        sizeBytes,
        hasArrow: arrow.isFound(),
        read: () => readBack(received),
        verifyArchive: () => checkArchive(received, signal),
      },
      request.format,
    );
    if (kind === 'empty') {
      await stored?.file.discard();
      return null;
    }
    const { headers } = response;
    return {
      content: {
        sizeBytes,
        sha256: hash.digest('hex'),
        crc32: checksum,
        bytes: Buffer.isBuffer(received) ? received : null,
        file: stored?.file ?? null,
      },
      isEndMarked:
        headers.get('content-length') !== null || /\bchunked\b/i.test(headers.get('transfer-encoding') ?? ''),
    };
  } catch (error) {
    await stored?.file.discard();
    throw error;
  }
}

async function readBack(received: Buffer | Place): Promise<Buffer> {
  if (Buffer.isBuffer(received)) return received;
  try {
    return await readFile(received.path);
  } catch (error) {
    throw diskError(error, received.shownPath, 'read');
  }
}

async function checkArchive(received: Buffer | Place, signal: AbortSignal): Promise<void> {
  if (Buffer.isBuffer(received)) {
    const read = async (start: number, end: number) => Buffer.from(received.subarray(start, end));
    await verifyArchive({ sizeBytes: received.length, read }, { signal });
    return;
  }
  const source = await openFileSource(received.path, received.shownPath);
  try {
    await verifyArchive(source, { signal });
  } finally {
    await source.close();
  }
}

/** Finds a short text in a stream of pieces, even across two pieces. */
function createFinder(text: string): { add(piece: Buffer): void; isFound(): boolean } {
  let isFound = false;
  let tail = '';
  return {
    add(piece) {
      if (isFound) return;
      const start = tail + piece.subarray(0, text.length).toString('latin1');
      isFound = piece.includes(text) || start.includes(text);
      tail = (tail + piece.subarray(-(text.length - 1)).toString('latin1')).slice(-(text.length - 1));
    },
    isFound: () => isFound,
  };
}

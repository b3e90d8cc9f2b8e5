import type { Readable } from 'node:stream';
import type { Clock } from '../clock.ts';
import { ExpectedError } from '../errors.ts';
import type { HttpResponse } from '../http/transport.ts';
import { TransportError, transportError } from '../http/transport-error.ts';
import type { Destination } from './destination.ts';
import { watchForStalls } from './patience.ts';

/** Few large writes are what makes it fast: the kernel's copy dominates (docs/benchmarks.md). */
const WRITE_BYTES = 4 * 1_048_576;
/** So much is collected while a write is under way before the connection is made to wait. */
const PENDING_BYTES = 2 * WRITE_BYTES;
const WRITE_MS = 100;
const CHECKPOINT_BYTES = 8 * 1_048_576;
const CHECKPOINT_MS = 5_000;

export interface ReceiveOptions {
  readonly response: HttpResponse;
  readonly destination: Destination;
  /** True when the body starts with the first byte of the file. */
  readonly isFromStart: boolean;
  /** Bytes that were asked for again and must be equal to what is there; empty at the start of a file. */
  readonly overlap: Buffer;
  /** Body bytes that the answer promised; null when it did not say. */
  readonly bodyBytes: number | null;
  /** No more than this may come, the overlap included; null for no limit. */
  readonly mostBytes: number | null;
  /** Sees the first bytes of the file before they are written; throws to refuse them. */
  readonly inspectHead: (head: Buffer) => void;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly onBytes: (sizeBytes: number) => void;
}

/** Thrown when the server's bytes are not the ones that are there already. */
export class ChangedBytesError extends Error {
  override readonly name = 'ChangedBytesError';
}

/**
 * Brings one body to its destination. Resolves when exactly what was promised has come; where
 * nothing was promised, at the end of the stream, which proves nothing. What came before a failure
 * is kept.
 * @throws TransportError (transient) when less came, ExpectedError INTEGRITY when more came,
 *   ChangedBytesError when the overlap differs, DISK
 */
export async function receive(options: ReceiveOptions): Promise<void> {
  const { response, bodyBytes, clock, signal, onBytes } = options;
  const { body, url } = response;
  const watch = watchForStalls(clock, (error) => body.destroy(error));
  const writer = coalesce(options.destination, clock);
  const accept = overlapThenHead(options);
  let receivedBytes = 0;
  const take = (chunk: Buffer): Promise<void> | null => {
    watch.count(chunk.length);
    receivedBytes += chunk.length;
    onBytes(chunk.length);
    refuseExcess(receivedBytes, options);
    return writer.write(accept(chunk));
  };
  try {
    await drain(body, take);
  } catch (error) {
    await writer.end();
    signal.throwIfAborted();
    if (error instanceof ExpectedError || error instanceof ChangedBytesError) throw error;
    throw transportError(error, url);
  } finally {
    watch.stop();
    body.destroy();
  }
  await writer.end();
  if (bodyBytes !== null && receivedBytes < bodyBytes) {
    throw new TransportError(
      `${url.host} closed the connection ${bodyBytes - receivedBytes} bytes too early`,
      { transient: true },
      true,
    );
  }
}

/**
 * Gives every piece to `take` as it comes and waits where that returns a promise. Iterating the
 * stream instead would drop what it holds when the connection breaks.
 */
function drain(body: Readable, take: (chunk: Buffer) => Promise<void> | null): Promise<void> {
  return new Promise((resolve, reject) => {
    // The connection may have been lost while the header was looked at; then no event comes any more.
    if (body.destroyed) reject(body.errored ?? new Error('the stream was closed'));
    const fail = (error: unknown) => {
      reject(error);
      body.destroy();
    };
    body.on('data', (chunk: Buffer) => {
      try {
        const full = take(chunk);
        if (full === null) return;
        body.pause();
        full.then(() => body.resume(), fail);
      } catch (error) {
        fail(error);
      }
    });
    body.once('end', resolve);
    body.once('error', reject);
    // Destroyed without an error, which a stream may be after its connection was lost.
    body.once('close', () => reject(new Error('the stream was closed')));
  });
}

/** Compares what was asked for again, then shows the first bytes of a file to `inspectHead`. */
function overlapThenHead({ isFromStart, overlap, inspectHead }: ReceiveOptions): (chunk: Buffer) => Buffer {
  let comparedBytes = 0;
  let isFirst = isFromStart;
  return (chunk) => {
    if (isFirst) {
      inspectHead(chunk);
      isFirst = false;
    }
    if (comparedBytes >= overlap.length) return chunk;
    const end = Math.min(overlap.length - comparedBytes, chunk.length);
    if (!chunk.subarray(0, end).equals(overlap.subarray(comparedBytes, comparedBytes + end)))
      throw new ChangedBytesError();
    comparedBytes += end;
    return chunk.subarray(end);
  };
}

function refuseExcess(receivedBytes: number, { mostBytes, response }: ReceiveOptions): void {
  if (mostBytes === null || receivedBytes <= mostBytes) return;
  throw new ExpectedError('INTEGRITY', `${response.url.host} sent more bytes than the file has`, {
    hint: 'try again later; if it stays so, create the package again',
  });
}

/**
 * Collects pieces into large writes, one of them under way while the next is collected, and brings
 * them to the disk in the background at least every 8 MiB or 5 s. On a slow line pieces are written
 * ten times a second all the same, so that a crash costs no more than that.
 */
function coalesce(destination: Destination, clock: Clock) {
  let batch: Buffer[] = [];
  let batchBytes = 0;
  let batchStartMs = clock.monotonicMs();
  let writing: Promise<void> | null = null;
  let checkpoint: Promise<void> | null = null;
  let checkpointAt = { bytes: destination.haveBytes(), timeMs: clock.monotonicMs() };
  let failure: unknown;

  const fail = (error: unknown) => {
    failure ??= error;
  };
  const startWriting = () => {
    const chunks = batch;
    batch = [];
    batchBytes = 0;
    writing = destination
      .append(chunks)
      .catch(fail)
      .finally(() => {
        writing = null;
        if (batchBytes >= WRITE_BYTES && failure === undefined) startWriting();
      });
    startCheckpoint();
  };
  const startCheckpoint = () => {
    const isDue =
      destination.haveBytes() - checkpointAt.bytes >= CHECKPOINT_BYTES ||
      clock.monotonicMs() - checkpointAt.timeMs >= CHECKPOINT_MS;
    if (!isDue || checkpoint !== null) return;
    checkpointAt = { bytes: destination.haveBytes(), timeMs: clock.monotonicMs() };
    checkpoint = destination
      .checkpoint()
      .catch(fail)
      .finally(() => {
        checkpoint = null;
      });
  };
  /** One write may start the next one when it ends, and two at once would get the same position. */
  const noWriting = async (): Promise<void> => {
    if (writing === null) return;
    await writing;
    await noWriting();
  };
  const flush = async () => {
    await noWriting();
    if (failure !== undefined) throw failure;
    if (batchBytes > 0) startWriting();
  };
  return {
    /** Takes a piece; a promise when it must be waited for before the next one may come. */
    write(chunk: Buffer): Promise<void> | null {
      if (failure !== undefined) throw failure;
      if (chunk.length === 0) return null;
      if (batchBytes === 0) batchStartMs = clock.monotonicMs();
      batch.push(chunk);
      batchBytes += chunk.length;
      const isDue = batchBytes >= WRITE_BYTES || clock.monotonicMs() - batchStartMs >= WRITE_MS;
      if (!isDue) return null;
      if (writing === null) startWriting();
      return batchBytes >= PENDING_BYTES ? flush() : null;
    },
    /** All that was collected is written and nothing runs in the background any more. */
    async end() {
      try {
        await flush();
        await noWriting();
      } finally {
        await checkpoint;
      }
      if (failure !== undefined) throw failure;
    },
  };
}

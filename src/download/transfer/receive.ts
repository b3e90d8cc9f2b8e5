import type { HttpResponse } from '../../http/transport.ts';
import { coalesceWrites } from './coalesce-writes.ts';
import type { PausedTime } from './paused-time.ts';
import { type BodyOptions, readBody } from './read-body.ts';
import type { Chunk } from './scheduler.ts';

export interface ReceiveOptions extends Omit<BodyOptions, 'take' | 'isComplete'> {
  readonly response: HttpResponse;
  /** Its `position` advances with every byte that is taken. */
  readonly chunk: Chunk;
  readonly write: (chunks: readonly Buffer[], position: number) => Promise<void>;
  readonly writeBytes: number;
  /** Bytes that were asked for again and must be equal to what is there; empty where nothing was. */
  readonly overlap: Buffer;
  /** Sees the first bytes of the file before they are written; throws to refuse them. */
  readonly inspectStart: (head: Buffer) => void;
  readonly pausedTime: PausedTime;
}

/** Thrown when the server's bytes are not the ones that are there already. */
export class ChangedBytesError extends Error {
  override readonly name = 'ChangedBytesError';
}

/**
 * Brings one body to its place. Resolves when the chunk is complete; where its end is not known, at
 * the end of the stream, which proves nothing. What came before a failure is written.
 * @throws as readBody() does, ChangedBytesError when the overlap differs, DISK
 */
export async function receive(options: ReceiveOptions): Promise<void> {
  const { response, chunk } = options;
  const writer = coalesceWrites(chunk.position, options);
  const accept = overlapThenHead(options);
  const reading = readBody(response, {
    ...options,
    take(piece) {
      const wanted = accept(piece).subarray(0, Math.max(chunk.end - chunk.position, 0));
      chunk.position += wanted.length;
      return writer.take(wanted);
    },
    isComplete: () => chunk.position >= chunk.end,
  });
  await reading.catch(async (error: unknown) => {
    await writer.end();
    throw error;
  });
  await writer.end();
}

/** Compares what was asked for again, then shows the first bytes of a file to `inspectStart`. */
function overlapThenHead({ chunk, overlap, inspectStart }: ReceiveOptions): (piece: Buffer) => Buffer {
  let comparedBytes = 0;
  let isFirst = chunk.position === 0;
  return (piece) => {
    if (isFirst) {
      inspectStart(piece);
      isFirst = false;
    }
    if (comparedBytes >= overlap.length) return piece;
    const end = Math.min(overlap.length - comparedBytes, piece.length);
    if (!piece.subarray(0, end).equals(overlap.subarray(comparedBytes, comparedBytes + end)))
      throw new ChangedBytesError();
    comparedBytes += end;
    return piece.subarray(end);
  };
}

import type { OutputStream } from '../world.ts';

/** A standard stream that never throws; `failure` reports the problem. */
export interface Sink {
  /** Resolves when the stream has accepted the chunk or failed. */
  write(chunk: string | Uint8Array): Promise<void>;
  /** Resolves when the stream has accepted all chunks so far, or failed. */
  settled(): Promise<void>;
  /** The first failure. */
  readonly failure: NodeJS.ErrnoException | undefined;
}

/** Codes for a reader that has closed the pipe (`| head`, a closed terminal). Windows uses EOF. */
const READER_GONE: ReadonlySet<string> = new Set(['EPIPE', 'EOF', 'ECONNRESET', 'ERR_STREAM_DESTROYED']);

/** Handles all errors of the stream from here on. */
export function createSink(stream: OutputStream): Sink {
  let failure: NodeJS.ErrnoException | undefined;
  let last: Promise<void> = Promise.resolve();
  const fail = (error: Error) => {
    failure ??= error;
  };
  stream.on('error', fail);
  return {
    write(chunk) {
      if (failure !== undefined) return Promise.resolve();
      last = new Promise((resolve) => {
        stream.write(chunk, (error) => {
          if (error) fail(error);
          resolve();
        });
      });
      // settled() reports the failure; until then it must not count as unhandled.
      last.catch(() => undefined);
      return last;
    },
    settled: () => last,
    get failure() {
      return failure;
    },
  };
}

/** Whether the reader has closed the stream, as opposed to a full disk. */
export function isReaderGone(error: NodeJS.ErrnoException, stream: OutputStream): boolean {
  if (error.code === 'EIO') return stream.isTTY === true;
  return error.code !== undefined && READER_GONE.has(error.code);
}

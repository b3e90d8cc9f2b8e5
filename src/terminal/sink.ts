import type { OutputStream } from '../world.ts';

/** A standard stream that never throws at the writer: what went wrong is asked for. */
export interface Sink {
  /** Resolves when the stream took the chunk or failed. */
  write(chunk: string | Uint8Array): Promise<void>;
  /** Resolves when all that was written so far was taken, or the stream failed. */
  settled(): Promise<void>;
  /** The first thing that went wrong. */
  readonly failure: NodeJS.ErrnoException | undefined;
}

/** Codes that mean that the reader left (`| head`, a closed terminal); EOF is Windows' word for it. */
const READER_GONE: ReadonlySet<string> = new Set(['EPIPE', 'EOF', 'ECONNRESET', 'ERR_STREAM_DESTROYED']);

/** Takes over a stream's errors: from here on none of them is unhandled. */
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
      return last;
    },
    settled: () => last,
    get failure() {
      return failure;
    },
  };
}

/** Whether nobody reads the stream any more, as opposed to a disk that is full. */
export function isReaderGone(error: NodeJS.ErrnoException, stream: OutputStream): boolean {
  if (error.code === 'EIO') return stream.isTTY === true;
  return error.code !== undefined && READER_GONE.has(error.code);
}

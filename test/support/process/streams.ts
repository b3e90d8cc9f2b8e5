import { clearLine, cursorTo, moveCursor } from 'node:readline';
import { PassThrough, Writable } from 'node:stream';
import type { InputStream, OutputStream } from '../../../src/world.ts';

export interface CapturedStream {
  readonly stream: OutputStream;
  /** Everything written so far. */
  text(): string;
  bytes(): Buffer;
}

export interface StreamOptions {
  readonly isTTY?: boolean;
  readonly columns?: number;
}

/** A standard output or error that stores its bytes. A terminal supports the cursor methods of Node's. */
export function captureStream({ isTTY = false, columns = 80 }: StreamOptions = {}): CapturedStream {
  const chunks: Buffer[] = [];
  const stream = new Writable({
    write(chunk: Buffer, _encoding, callback) {
      chunks.push(Buffer.from(chunk));
      callback();
    },
  });
  const asTerminal = {
    isTTY: true,
    columns,
    cursorTo: (x: number) => cursorTo(stream, x),
    moveCursor: (dx: number, dy: number) => moveCursor(stream, dx, dy),
    clearLine: (direction: -1 | 0 | 1) => clearLine(stream, direction),
    // Like the streams of Node: the prompt library ends any other stream after its first prompt.
    _isStdio: true,
  };
  const bytes = () => Buffer.concat(chunks);
  return {
    stream: isTTY ? Object.assign(stream, asTerminal) : stream,
    bytes,
    text: () => bytes().toString(),
  };
}

/** A standard output on which every write fails, as with a full disk or a closed pipe. */
export function failingStream(code: string, { isTTY = false }: StreamOptions = {}): OutputStream {
  const stream = new Writable({
    write(_chunk, _encoding, callback) {
      callback(Object.assign(new Error(`write ${code}`), { code }));
    },
  });
  return Object.assign(stream, { isTTY });
}

/** A standard input that tests can write to; it stays open until ended. */
export function openInput({ isTTY = false }: Pick<StreamOptions, 'isTTY'> = {}): InputStream & PassThrough {
  return Object.assign(new PassThrough(), { isTTY });
}

import type { Socket } from 'node:net';
import type { Writable } from 'node:stream';

/** One response on its way to the client, for sending it wrong on purpose. */
export interface Wire {
  /** True once either side has closed the connection. */
  readonly isClosed: boolean;
  /** Resolves when the socket has taken the bytes, or the client has disconnected. */
  write(bytes: Uint8Array): Promise<void>;
  /** Closes the connection (FIN), even in the middle of a body. */
  cut(): Promise<void>;
  /** Resets the connection (RST). */
  reset(): Promise<void>;
  /** Sends nothing more until the client disconnects. */
  stall(): Promise<void>;
  /** Waits, unless the client disconnects. */
  pause(delayMs: number): Promise<void>;
}

export interface WireStreams {
  /** Takes the bytes of the body, such as a response of Node. */
  readonly body: Writable;
  /** The stream to the client below it; the same for a server without an HTTP library. */
  readonly connection: Writable;
  readonly socket: Socket;
}

/** A reset discards data that the client has not read yet, and hides itself behind data that arrives with it. */
const RESET_DELAY_MS = 50;

export function createWire({ body, connection, socket }: WireStreams): Wire {
  const isClosed = () => body.destroyed || !body.writable || socket.destroyed;

  /** Resolves when `start` calls back, or when the client disconnects. */
  const unlessClosed = async (start: (done: () => void) => void): Promise<void> => {
    if (body.destroyed || socket.destroyed) return;
    await new Promise<void>((resolve) => {
      const done = () => {
        body.off('close', done);
        resolve();
      };
      body.once('close', done);
      start(done);
    });
  };

  const pause = async (delayMs: number): Promise<void> => {
    let timer: NodeJS.Timeout | undefined;
    await unlessClosed((done) => {
      timer = setTimeout(done, delayMs);
    });
    clearTimeout(timer);
  };

  return {
    get isClosed() {
      return isClosed();
    },
    async write(bytes) {
      if (!isClosed()) await unlessClosed((done) => body.write(bytes, () => done()));
    },
    async cut() {
      if (!isClosed()) await unlessClosed((done) => connection.end(done));
    },
    async reset() {
      if (isClosed()) return;
      await pause(RESET_DELAY_MS);
      socket.resetAndDestroy();
      body.destroy();
    },
    stall: () => unlessClosed(() => undefined),
    pause,
  };
}

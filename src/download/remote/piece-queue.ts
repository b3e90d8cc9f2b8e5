/** Passes chunks from a sender that does not wait to a reader that pulls them one by one. */
export interface PieceQueue {
  /** Returns a promise if the reader is behind; it resolves when there is room again. */
  readonly put: (chunk: Buffer) => Promise<void> | null;
  /** Ends the queue. The reader gets `error` after the last chunk. */
  readonly end: (error?: unknown) => void;
  /** For one reader. @throws the error that ended the queue */
  pieces(): AsyncGenerator<Buffer, void, undefined>;
}

/** The queued size from which the sender must wait. */
const WAITING_BYTES = 2 ** 20;

export function createPieceQueue(): PieceQueue {
  const waiting: Buffer[] = [];
  let waitingBytes = 0;
  let ended: { readonly error: unknown } | null = null;
  let wake: () => void = () => undefined;
  let resume: () => void = () => undefined;
  return {
    put: (chunk) => {
      waiting.push(chunk);
      waitingBytes += chunk.length;
      wake();
      if (waitingBytes < WAITING_BYTES) return null;
      return new Promise((resolve) => {
        resume = resolve;
      });
    },
    end: (error) => {
      ended ??= { error };
      wake();
    },
    async *pieces() {
      for (;;) {
        const chunk = waiting.shift();
        if (chunk !== undefined) {
          waitingBytes -= chunk.length;
          yield chunk;
          if (waitingBytes < WAITING_BYTES) resume();
        } else if (ended !== null) {
          if (ended.error !== undefined) throw ended.error;
          return;
        } else {
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
        }
      }
    },
  };
}

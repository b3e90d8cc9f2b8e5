/** Passes pieces from a sender that does not wait to a reader that takes one by one. */
export interface PieceQueue {
  /** A promise when the reader is behind; it resolves when there is room again. */
  readonly put: (piece: Buffer) => Promise<void> | null;
  /** No more pieces follow. The reader gets `error` after the pieces. */
  readonly end: (error?: unknown) => void;
  /** For one reader. @throws the error that ended the queue */
  pieces(): AsyncGenerator<Buffer, void, undefined>;
}

/** The size from which the sender is asked to wait. */
const WAITING_BYTES = 2 ** 20;

export function createPieceQueue(): PieceQueue {
  const waiting: Buffer[] = [];
  let waitingBytes = 0;
  let ended: { readonly error: unknown } | null = null;
  let wake: () => void = () => undefined;
  let resume: () => void = () => undefined;
  return {
    put: (piece) => {
      waiting.push(piece);
      waitingBytes += piece.length;
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
        const piece = waiting.shift();
        if (piece !== undefined) {
          waitingBytes -= piece.length;
          yield piece;
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

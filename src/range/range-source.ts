/**
 * Bytes that can be read at any offset: a local file, or an object behind HTTP Range. Ranges are half-open, in bytes:
 * `start` is included, `end` is not.
 */
export interface RangeSource {
  readonly sizeBytes: number;
  /**
   * Reads exactly `end - start` bytes.
   * @throws ExpectedError if fewer are available
   */
  read(start: number, end: number): Promise<Buffer>;
  /** Reads into the caller's buffer, which avoids an allocation for each read. */
  readonly readInto?: (target: Buffer, start: number) => Promise<void>;
  /**
   * Reads a range in order, in chunks as they arrive; for sources where each read is a request, but a whole range is
   * only one. A reader that stops early must call `return`.
   */
  readonly stream?: (start: number, end: number) => AsyncGenerator<Buffer, void, undefined>;
  /** The CRC-32 of a range, for sources that know it without rereading all of it. */
  readonly crc32?: (start: number, end: number, onBytes?: (sizeBytes: number) => void) => Promise<number>;
  /** Passes all bytes in order, without rereading bytes in memory. A buffer is valid only during the call. */
  readonly inOrder?: (take: (bytes: Buffer) => void) => Promise<void>;
  /** How many ranges to read concurrently; 1 by default. */
  readonly parallelReads?: number;
  /** Fetches a range into a file that a later run can resume; for sources where every byte is expensive. */
  readonly save?: (start: number, end: number, options: SaveOptions) => Promise<SavedRange>;
}

/** The location of a range's file, in a folder of this process. */
export interface SavePlace {
  readonly path: string;
  /** The path for messages. */
  readonly shownPath: string;
  readonly journalPath: string;
  /** A temporary name in the same folder. */
  aside(): string;
}

export interface SaveOptions {
  readonly place: SavePlace;
  /** Identifies the bytes across runs. A file with other bytes is not resumed. */
  readonly key: string;
  /** If bytes of an earlier run do not match it, all of them are fetched again once. */
  readonly crc32: number;
  readonly signal: AbortSignal | undefined;
  /** Called with the number of bytes so far, including those of an earlier run. @throws to stop */
  readonly onProgress: (haveBytes: number) => void;
}

/** A range that is complete, synced, and closed under its `SavePlace`. */
export interface SavedRange {
  readonly crc32: number;
  /** Removes the file and its journal, even if the file was already renamed. */
  remove(): Promise<void>;
}

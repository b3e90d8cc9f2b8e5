/**
 * Bytes that can be read at any place: a local file, or an object behind HTTP Range.
 * Ranges are half-open, `start` included and `end` not, in bytes.
 */
export interface RangeSource {
  readonly sizeBytes: number;
  /**
   * Reads exactly `end - start` bytes.
   * @throws ExpectedError when fewer can be had.
   */
  read(start: number, end: number): Promise<Buffer>;
  /** The same into memory of the caller, which saves a new buffer for every read. */
  readonly readInto?: (target: Buffer, start: number) => Promise<void>;
  /**
   * The same in order, in pieces as they arrive; for sources where every read costs a request, and a whole range only
   * one. A reader that stops early must call `return`.
   */
  readonly stream?: (start: number, end: number) => AsyncGenerator<Buffer, void, undefined>;
  /** The CRC-32 of a range, for sources that know it without reading all of it again. */
  readonly crc32?: (start: number, end: number, onBytes?: (sizeBytes: number) => void) => Promise<number>;
  /** Passes all bytes in order, without reading again what is in memory; a piece is valid during the call only. */
  readonly inOrder?: (take: (bytes: Buffer) => void) => Promise<void>;
  /** How many ranges are worth reading at once; 1 unless given. */
  readonly parallelReads?: number;
  /** Fetches a range into a file that a later run can continue; for sources where every byte costs. */
  readonly save?: (start: number, end: number, options: SaveOptions) => Promise<SavedRange>;
}

/** Where the file of a range lies, in a folder of this process. */
export interface SavePlace {
  readonly path: string;
  /** What messages call it. */
  readonly shownPath: string;
  readonly journalPath: string;
  /** A name in the same folder for a moment. */
  aside(): string;
}

export interface SaveOptions {
  readonly place: SavePlace;
  /** Identifies the bytes across runs; a file of others is not continued. */
  readonly key: string;
  /** If bytes of an earlier run do not match it, all of them are fetched again once. */
  readonly crc32: number;
  readonly signal: AbortSignal | undefined;
  /** Called with the bytes that are there, including those of an earlier run. @throws to stop */
  readonly onProgress: (haveBytes: number) => void;
}

/** A range that is complete, synced, and closed under its `SavePlace`. */
export interface SavedRange {
  readonly crc32: number;
  /** Removes the file and its journal, whether or not the file has another name by now. */
  remove(): Promise<void>;
}

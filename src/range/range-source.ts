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
  /** The same into memory of the caller, which saves making and dropping a buffer for every read. */
  readonly readInto?: (target: Buffer, start: number) => Promise<void>;
  /**
   * The same in order, as pieces that come as they arrive; for sources where every read costs a request
   * and a whole range only one. Whoever stops early must call `return`.
   */
  readonly stream?: (start: number, end: number) => AsyncGenerator<Buffer, void, undefined>;
  /** How many ranges are worth reading at once; 1 unless given. */
  readonly parallelReads?: number;
}

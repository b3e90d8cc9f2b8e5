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
  /** The CRC-32 of a range, for sources that know it without reading all of it again. */
  readonly crc32?: (start: number, end: number, onBytes?: (sizeBytes: number) => void) => Promise<number>;
  /** Gives all bytes in order, without reading again what is in memory; a piece is lent for the call only. */
  readonly inOrder?: (take: (bytes: Buffer) => void) => Promise<void>;
  /** How many ranges are worth reading at once; 1 unless given. */
  readonly parallelReads?: number;
}

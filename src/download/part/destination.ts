import type { Validator } from '../response/validator.ts';
import type { ByteRanges } from './byte-ranges.ts';

/** Where the bytes of a download go: a part file, or standard output. */
export interface Destination {
  /** False if bytes can only be appended. */
  readonly acceptsAnyOrder: boolean;
  /**
   * Whether the next run can use noted bytes. If the system does not identify its boots, as on Windows, it can use
   * only those of a checkpoint.
   */
  readonly keepsNotes: boolean;
  /** The written bytes. */
  readonly have: ByteRanges;
  /** The object, as the service has described it so far. */
  object(): ObjectDescription;
  describeObject(description: ObjectDescription): Promise<void>;
  /** Writes at `position`. Resolves when the system has accepted all bytes. */
  write(chunks: readonly Buffer[], position: number): Promise<void>;
  /** Reads written bytes, to compare them with what the server sends again. */
  readBack(start: number, end: number): Promise<Buffer>;
  /** Discards all bytes. @throws ExpectedError if they cannot be taken back */
  restart(): Promise<void>;
  /** Records which bytes are written, so that they survive the end of this process. */
  note(): Promise<void>;
  /** Makes the written bytes survive a crash of the machine, too. */
  checkpoint(): Promise<void>;
}

export interface ObjectDescription {
  readonly sizeBytes: number | null;
  readonly validator: Validator;
}

export const NO_VALIDATOR: Validator = { etag: null, lastModified: null };

/** The bytes to request again on resume, to check that the file is still the same. */
export const OVERLAP_BYTES = 65_536;

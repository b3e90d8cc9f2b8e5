import type { Validator } from '../response/validator.ts';
import type { ByteRanges } from './byte-ranges.ts';

/** Where the bytes of a download go: a part file, or standard output. */
export interface Destination {
  /** False where bytes can only be appended. */
  readonly acceptsAnyOrder: boolean;
  /**
   * Whether noted bytes count for the next run. Where the system does not tell its restarts apart, as on Windows, only
   * those of a checkpoint do.
   */
  readonly keepsNotes: boolean;
  /** Which bytes are there. */
  readonly have: ByteRanges;
  /** The object that the bytes belong to, as the service described it so far. */
  object(): ObjectDescription;
  describeObject(description: ObjectDescription): Promise<void>;
  /** Writes at `position` and resolves when the system took all bytes. */
  write(chunks: readonly Buffer[], position: number): Promise<void>;
  /** Reads bytes that were written, to compare them with what the server sends again. */
  readBack(start: number, end: number): Promise<Buffer>;
  /** Throws all bytes away. @throws ExpectedError when they are out of our hands */
  restart(): Promise<void>;
  /** Notes which bytes are there, so that they survive the end of this process. */
  note(): Promise<void>;
  /** Makes what is there survive a crash of the machine, too. */
  checkpoint(): Promise<void>;
}

export interface ObjectDescription {
  readonly sizeBytes: number | null;
  readonly validator: Validator;
}

export const NO_VALIDATOR: Validator = { etag: null, lastModified: null };

/** How much is asked for again when a download continues, to see whether it is still the same file. */
export const OVERLAP_BYTES = 65_536;

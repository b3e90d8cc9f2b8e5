import type { Validator } from './validator.ts';

/** Where the bytes of a download go, in order: a part file, or standard output. */
export interface Destination {
  /** So many bytes from the start are there. */
  haveBytes(): number;
  /** The object that the bytes belong to, as the service described it so far. */
  object(): ObjectDescription;
  describeObject(description: ObjectDescription): Promise<void>;
  /** Appends and resolves when the system took all bytes. */
  append(chunks: readonly Buffer[]): Promise<void>;
  /** Reads bytes that were appended, to compare them with what the server sends again. */
  readBack(start: number, end: number): Promise<Buffer>;
  /** Throws all bytes away and starts at 0. @throws ExpectedError when they are out of our hands */
  restart(): Promise<void>;
  /** Makes what is there survive a crash. */
  checkpoint(): Promise<void>;
}

export interface ObjectDescription {
  readonly sizeBytes: number | null;
  readonly validator: Validator;
}

export const NO_VALIDATOR: Validator = { etag: null, lastModified: null };

/** How much is asked for again when a download continues, to see whether it is still the same file. */
export const OVERLAP_BYTES = 65_536;

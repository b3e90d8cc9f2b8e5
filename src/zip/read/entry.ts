import type { NameReading } from './entry-name.ts';

/** An entry according to the directory of the archive. Local headers must match it. */
export interface ArchiveEntry {
  /** The path that the name represents (see entry-path.ts), not normalized. Folders end in `/`. */
  readonly path: string;
  readonly name: string;
  readonly nameReading: NameReading;
  /** The bytes of the name, one character each (latin1). */
  readonly rawName: string;
  /** Unpacked. */
  readonly sizeBytes: number;
  readonly compressedBytes: number;
  /** `stored`, `deflated`, or the name of an unsupported method. */
  readonly method: string;
  readonly methodNumber: number;
  /** General purpose bits, see FLAG in layout.ts. */
  readonly flags: number;
  readonly crc32: number;
  /** Milliseconds since the epoch (see entry-time.ts); null if unknown. */
  readonly modifiedMs: number | null;
  readonly kind: EntryKind;
  readonly isEncrypted: boolean;
  /** Offset of the local header, and of the next entry or the directory. */
  readonly headerOffset: number;
  readonly endOffset: number;
}

/** Compares entries by their offset in the file, which may differ from the order of the directory. */
export function inFileOrder(
  one: Pick<ArchiveEntry, 'headerOffset'>,
  other: Pick<ArchiveEntry, 'headerOffset'>,
): number {
  return one.headerOffset - other.headerOffset;
}

/** `special` is a device, a socket, or an entry marked as both file and folder. It is listed but never unpacked. */
export type EntryKind = 'file' | 'directory' | 'link' | 'special';

export interface Archive {
  /** In the order of the directory. */
  readonly entries: readonly ArchiveEntry[];
  readonly sizeBytes: number;
  readonly directoryStart: number;
}

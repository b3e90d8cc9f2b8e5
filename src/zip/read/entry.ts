import type { NameReading } from './entry-name.ts';

/** What an archive's directory says about one entry. The directory is the reading; local headers must agree. */
export interface ArchiveEntry {
  /** What the name means (see entry-path.ts), otherwise as in the archive: nothing is normalised. Folders end in `/`. */
  readonly path: string;
  /** The name, decoded. */
  readonly name: string;
  readonly nameReading: NameReading;
  /** The bytes of the name, each as one character (latin1). */
  readonly rawName: string;
  /** Unpacked. */
  readonly sizeBytes: number;
  readonly compressedBytes: number;
  /** `stored`, `deflated`, or the name of a method that is not unpacked here. */
  readonly method: string;
  readonly methodNumber: number;
  /** General purpose bits, see FLAG in layout.ts. */
  readonly flags: number;
  readonly crc32: number;
  /** Since the epoch (see entry-time.ts), null when unknown. */
  readonly modifiedMs: number | null;
  readonly kind: EntryKind;
  readonly isEncrypted: boolean;
  /** First byte of the local header, and the place where the next entry or the directory begins. */
  readonly headerOffset: number;
  readonly endOffset: number;
}

/** For sorting: by the place in the file, which need not be that in the directory. */
export function inFileOrder(
  one: Pick<ArchiveEntry, 'headerOffset'>,
  other: Pick<ArchiveEntry, 'headerOffset'>,
): number {
  return one.headerOffset - other.headerOffset;
}

/** `special` is a device, a socket, or both a file and a folder by what it says; it is listed, never unpacked. */
export type EntryKind = 'file' | 'directory' | 'link' | 'special';

export interface Archive {
  /** In the order of the directory. */
  readonly entries: readonly ArchiveEntry[];
  readonly sizeBytes: number;
  readonly directoryStart: number;
}

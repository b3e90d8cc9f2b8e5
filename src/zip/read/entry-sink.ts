import type { Archive, ArchiveEntry } from './entry.ts';
import type { ByteSink } from './entry-content.ts';

/** Takes the content of one entry. */
export interface EntrySink {
  readonly write: ByteSink;
  /** All of it came and was right. */
  finish(): Promise<void>;
  /** Throws away what came; never throws. */
  discard(): Promise<void>;
}

/** Takes the entries that it wants while an archive is verified. */
export interface EntryReceiver {
  /** The directory as it was read for this; null when it could not be read. */
  readonly archive: Archive | null;
  wants(entry: ArchiveEntry): boolean;
  /** A sink that keeps its failures to itself: they say nothing of the archive. */
  open(entry: ArchiveEntry): EntrySink;
}

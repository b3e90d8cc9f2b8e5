import type { Archive, ArchiveEntry } from './entry.ts';
import type { ByteSink } from './entry-content.ts';

/** Receives the content of one entry. */
export interface EntrySink {
  readonly write: ByteSink;
  /** Called when the content is complete and verified. */
  finish(): Promise<void>;
  /** Discards the received bytes; never throws. */
  discard(): Promise<void>;
}

/** Receives entries of its choice while an archive is verified. */
export interface EntryReceiver {
  /** The directory, already read; null if it could not be read. */
  readonly archive: Archive | null;
  wants(entry: ArchiveEntry): boolean;
  /** Returns a sink that never throws: its failures do not mean that the archive is damaged. */
  open(entry: ArchiveEntry): EntrySink;
}

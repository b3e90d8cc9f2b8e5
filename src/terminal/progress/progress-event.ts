/**
 * The source of the bar, the plain lines, and `--progress json`. The keys of the latter are fixed: `label`,
 * `connections`, `files`, `totalFiles`, and `isMinor` are for people only.
 */
export interface ProgressEvent {
  readonly event: 'state' | 'wait' | 'progress' | 'retry' | 'verify' | 'done';
  readonly id: string | null;
  /** A name for people: a title or a file name. */
  readonly label?: string;
  readonly status?: string | null;
  readonly bytes?: number | null;
  readonly totalBytes?: number | null;
  readonly bytesPerSecond?: number | null;
  readonly etaSeconds?: number | null;
  /** Number of active connections. */
  readonly connections?: number | null;
  /** Number of finished files, while an archive is unpacked or many files are downloaded. */
  readonly files?: number | undefined;
  readonly totalFiles?: number | undefined;
  readonly attempt?: number | null;
  readonly message?: string | null;
  /** True for one of thousands of small items, which only `--progress json` reports individually. */
  readonly isMinor?: boolean;
}

/**
 * What the bar and the plain lines are drawn from, and what a line of `--progress json` says, whose
 * keys are fixed: `label`, `connections`, `files`, `totalFiles` and `isMinor` are for people only.
 */
export interface ProgressEvent {
  readonly event: 'state' | 'wait' | 'progress' | 'retry' | 'verify' | 'done';
  readonly id: string | null;
  /** What the person calls it: a title or a file name. */
  readonly label?: string;
  readonly status?: string | null;
  readonly bytes?: number | null;
  readonly totalBytes?: number | null;
  readonly bytesPerSecond?: number | null;
  readonly etaSeconds?: number | null;
  /** How many the bytes come over now. */
  readonly connections?: number | null;
  /** While an archive is unpacked, or many files are downloaded: how many are done, and of how many. */
  readonly files?: number | undefined;
  readonly totalFiles?: number | undefined;
  readonly attempt?: number | null;
  readonly message?: string | null;
  /** True for one of thousands of small things, of which only `--progress json` tells each. */
  readonly isMinor?: boolean;
}

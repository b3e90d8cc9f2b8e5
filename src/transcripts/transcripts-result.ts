import type { ExpectedError } from '../errors.ts';
import { errorDocument } from '../output/error-document.ts';
import type { PlannedTranscript } from './plan-transcripts.ts';

/** One transcript in the `--json` document of `transcripts`. */
export interface TranscriptResult {
  readonly mediaId: string;
  readonly transcriptId: string;
  readonly language: string | null;
  readonly format: string;
  readonly outcome: TranscriptOutcome;
  /** Absolute; null on standard output, and where there is no file. */
  readonly path: string | null;
  readonly sizeBytes: number | null;
  readonly sha256: string | null;
  readonly error: Readonly<Record<string, unknown>> | null;
}

/** The last three are those of a dry run. */
export type TranscriptOutcome =
  | 'downloaded'
  | 'unchanged'
  | 'skipped'
  | 'empty'
  | 'gone'
  | 'failed'
  | 'download'
  | 'skip'
  | 'conflict';

/** Counted beside the results. */
export interface TranscriptCounts {
  readonly media: number;
  /** Transcripts that the record lists already. */
  readonly known: number;
  /** Media whose transcription is still running. */
  readonly waiting: number;
  /** Media without a transcript that was asked for. */
  readonly withoutTranscript: number;
}

export function transcriptResult(
  { mediaId, transcriptId, language, format }: PlannedTranscript,
  outcome: TranscriptOutcome,
  known: Partial<Pick<TranscriptResult, 'path' | 'sizeBytes' | 'sha256'>> & {
    readonly error?: ExpectedError;
  } = {},
): TranscriptResult {
  const { path = null, sizeBytes = null, sha256 = null, error } = known;
  return {
    mediaId,
    transcriptId,
    language,
    format,
    outcome,
    path,
    sizeBytes,
    sha256,
    error: error === undefined ? null : errorDocument(error),
  };
}

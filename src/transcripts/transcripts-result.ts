import type { ExpectedError } from '../errors.ts';
import { errorDocument } from '../output/error-document.ts';

/** What a row of the results is about: a transcript in one format, or a media item whose transcripts are unknown. */
export interface TranscriptSubject {
  /** Null for a transcript ID that none of the selected media has. */
  readonly mediaId: string | null;
  /** Null for a media item as a whole; so are the next two. */
  readonly transcriptId: string | null;
  readonly language: string | null;
  readonly format: string | null;
}

/** One row in the `--json` document of `transcripts`. */
export interface TranscriptResult extends TranscriptSubject {
  readonly outcome: TranscriptOutcome;
  /** Absolute; null on standard output, and if there is no file. */
  readonly path: string | null;
  readonly sizeBytes: number | null;
  readonly sha256: string | null;
  readonly error: Readonly<Record<string, unknown>> | null;
}

/** The last three belong to a dry run. */
export type TranscriptOutcome =
  | 'downloaded'
  | 'unchanged'
  | 'skipped'
  | 'empty'
  | 'gone'
  | 'waiting'
  | 'untried'
  | 'failed'
  | 'download'
  | 'skip'
  | 'conflict';

export interface TranscriptCounts {
  readonly media: number;
  /** Transcripts that are already in the record. */
  readonly known: number;
  /** Media whose transcription is still running. */
  readonly waiting: number;
  /** Media without a requested transcript. */
  readonly withoutTranscript: number;
}

/** The subject of a row about a media item. */
export function wholeMediaItem(mediaId: string): TranscriptSubject {
  return { mediaId, transcriptId: null, language: null, format: null };
}

/** A row with null for everything that is unknown. */
export function transcriptResult(
  { mediaId, transcriptId, language, format }: TranscriptSubject,
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

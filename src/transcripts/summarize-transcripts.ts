import type { Context } from '../context.ts';
import { ExpectedError } from '../errors.ts';
import type { TranscriptsFlags } from '../flags/transcripts-flags.ts';
import { nothingNewText } from '../output/nothing-new.ts';
import { formatSize } from '../parse/size.ts';
import { counted, formatCount } from '../terminal/text/format.ts';
import type { SelectedMediaItem } from './list-transcripts.ts';
import type { TranscriptRecord } from './transcript-record.ts';
import type { TranscriptCounts, TranscriptResult } from './transcripts-result.ts';

interface Outcome {
  readonly results: readonly TranscriptResult[];
  readonly counts: TranscriptCounts;
  /** Null unless what it lists was left out. */
  readonly skippedBy: TranscriptRecord | null;
}

/** Prints the result for people: what was saved, what was already there, and what has no transcript. */
export function printSummary({ results, counts, skippedBy }: Outcome, io: Context['io']): void {
  const of = (...outcomes: readonly TranscriptResult['outcome'][]) =>
    results.filter(({ outcome }) => outcomes.includes(outcome));
  const downloaded = of('downloaded');
  const existing = of('unchanged', 'skipped').length;
  const sizeBytes = downloaded.reduce((sum, result) => sum + (result.sizeBytes ?? 0), 0);
  const parts = [
    ...(downloaded.length === 0
      ? []
      : [`${number(downloaded.length, 'transcript')}, ${formatSize(sizeBytes)}`]),
    ...(existing === 0 ? [] : [`${formatCount(existing)} already ${existing === 1 ? 'exists' : 'exist'}`]),
  ];
  if (parts.length > 0) io.info(parts.join('; '));
  if (results.length === 0 && skippedBy !== null) io.info(nothingNewText(skippedBy));
  if (counts.withoutTranscript > 0) {
    io.info(`${number(counts.withoutTranscript, 'media item')} without a matching transcript`);
  }
}

/**
 * Reports that the selected media have no matching transcript.
 * @throws ExpectedError NOT_FOUND if the media were named; a query may find nothing
 */
export function reportNoMatch(
  media: readonly SelectedMediaItem[],
  languages: ReadonlySet<string>,
  { flags, skippedBy }: { flags: TranscriptsFlags; skippedBy: TranscriptRecord | null },
  io: Context['io'],
): void {
  if (media.length === 0) return;
  const message = noMatch(media, languages, flags);
  const hint = languages.size === 0 ? undefined : `available languages: ${[...languages].join(', ')}`;
  if (flags.query === null) {
    throw new ExpectedError('NOT_FOUND', message, {
      hint: hint ?? 'run the same command later, or wait for a transcription with --wait-transcripts 1h',
    });
  }
  if (skippedBy !== null && languages.size === 0) io.info(nothingNewText(skippedBy));
  else if (hint === undefined) io.info(`${message.replace(/^./, (letter) => letter.toUpperCase())}.`);
  else io.warn(`${message}; ${hint}`);
}

function noMatch(
  media: readonly SelectedMediaItem[],
  seenLanguages: ReadonlySet<string>,
  { languages }: TranscriptsFlags,
): string {
  // A media item with transcripts has no match only in another language; a missing ID is a failure of its own.
  if (seenLanguages.size > 0) return `no transcript in language ${languages.join(', ')}`;
  return media.length === 1
    ? `media item ${media[0]?.id ?? ''} has no transcript`
    : 'no media item has a transcript';
}

function number(count: number, unit: string): string {
  return counted(count, unit).replace(/^\d+/, formatCount(count));
}

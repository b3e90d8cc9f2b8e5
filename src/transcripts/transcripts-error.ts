import { ExpectedError } from '../errors.ts';
import { batchError, type Failure } from '../output/batch-error.ts';
import { formatCount } from '../terminal/text/format.ts';
import type { TranscriptResult, TranscriptSubject } from './transcripts-result.ts';

export interface TranscriptFailure extends Failure {
  readonly what: 'media item' | 'transcript';
}

interface EndedRun {
  readonly failures: readonly TranscriptFailure[];
  readonly rows: readonly TranscriptResult[];
  readonly mediaCount: number;
  /** Whether each failure has already been reported. */
  readonly isBatch: boolean;
  /** The failure that stopped the run; null if everything was tried. */
  readonly stopReason: ExpectedError | null;
}

/** One error for all failures of a run; null without one. */
export function transcriptsError(
  { failures, rows, mediaCount, isBatch, stopReason }: EndedRun,
  document: Readonly<Record<string, unknown>>,
): ExpectedError | null {
  const [first] = failures;
  if (first === undefined) return null;
  const untriedCount = rows.filter(({ outcome }) => outcome === 'untried').length;
  if (stopReason !== null && untriedCount > 0) {
    return new ExpectedError(
      stopReason.code,
      `stopped with ${formatCount(untriedCount)} not tried: ${stopReason.message}`,
      { ...stopReason.details, document, hint: stopReason.details.hint ?? 'rerun the command to continue' },
    );
  }
  if (failures.length === 1 && (first.error.code === 'NOT_READY' || !isBatch)) {
    return first.error.with({ document });
  }
  if (failures.every(({ what }) => what === 'media item'))
    return batchError(failures, mediaCount, document, 'media item');
  if (failures.some(({ what }) => what === 'media item'))
    return batchError(failures, rows.length, document, 'item');
  const count = rows.filter(({ transcriptId }) => transcriptId !== null).length;
  return batchError(failures, count, document, 'transcript');
}

const MOST_NAMED = 10;

/** One error for all media items that are still being transcribed. @param subjects at least one */
export function stillTranscribing(subjects: readonly TranscriptSubject[]): ExpectedError {
  const ids = subjects.map(({ mediaId }) => mediaId ?? '');
  const more = ids.length > MOST_NAMED ? ` and ${ids.length - MOST_NAMED} more` : '';
  return new ExpectedError(
    'NOT_READY',
    `still being transcribed: ${ids.slice(0, MOST_NAMED).join(', ')}${more}`,
    {
      id: ids.length === 1 ? ids[0] : undefined,
      hint: 'run the same command later to download their transcripts',
    },
  );
}

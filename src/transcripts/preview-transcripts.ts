import { lstatSync } from 'node:fs';
import path from 'node:path';
import type { Context } from '../context.ts';
import type { TranscriptsFlags } from '../flags/transcripts-flags.ts';
import type { PlannedTranscript } from './name-plan.ts';
import { type TranscriptResult, transcriptResult } from './transcripts-result.ts';

/** What a run without `--dry-run` would do, as far as it is known without the content of the transcript. */
export function previewTranscript(
  transcript: PlannedTranscript,
  { directory, flags }: { directory: string | null; flags: TranscriptsFlags },
): TranscriptResult {
  const file = path.join(directory ?? '', ...transcript.components);
  const row = (outcome: 'download' | 'skip' | 'conflict') =>
    transcriptResult(transcript, outcome, { path: file });
  const stat = lstatSync(file, { throwIfNoEntry: false });
  if (stat === undefined) return row('download');
  if (stat.isFile()) return row(flags.ifExists === 'skip' ? 'skip' : 'download');
  return row(stat.isSymbolicLink() && flags.ifExists === 'overwrite' ? 'download' : 'conflict');
}

/** Prints the rows of a dry run. */
export function printPreview(items: readonly TranscriptResult[], io: Context['io']): void {
  io.listing({
    items,
    columns: [
      { key: 'outcome', heading: 'WHAT', text: ({ outcome }) => outcome },
      {
        key: 'path',
        heading: 'PATH',
        text: ({ path: file, mediaId }) => file ?? mediaId ?? '',
        isPath: true,
      },
    ],
    document: { items, count: items.length, truncated: false },
    itemDocument: (item) => ({ ...item }),
    emptyText: 'nothing to download',
  });
}

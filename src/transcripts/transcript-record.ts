import type { Clock } from '../clock.ts';
import type { ItemRecord } from '../record/open-record.ts';
import { keyOf, recordLine } from '../record/record-line.ts';
import { recordedPath } from '../record/recorded-path.ts';
import type { PlannedTranscript } from './name-plan.ts';

/** Records saved transcripts for later runs. */
export interface TranscriptRecord {
  /** Absolute. */
  readonly path: string;
  /** The number of recorded items. */
  itemCount(): number;
  has(transcript: PlannedTranscript): boolean;
  /** Records a file that is in place and synced. Several lines are written together. */
  append(
    transcript: PlannedTranscript,
    file: { readonly path: string; readonly sizeBytes: number; readonly sha256: string },
  ): void;
  /** Waits until everything is written. @throws the failure of an append */
  settle(): Promise<void>;
  /** The first failure of an append; null without one. */
  failure(): unknown;
}

export function recordTranscripts(record: ItemRecord, clock: Clock): TranscriptRecord {
  const appending = new Set<Promise<void>>();
  let failure: { readonly error: unknown } | null = null;
  const keyed = (transcript: PlannedTranscript) => {
    const { transcriptId, format, speakers } = transcript;
    return { kind: 'transcript' as const, transcriptId, format, speakers };
  };
  return {
    path: record.path,
    itemCount: () => record.itemCount(),
    has: (transcript) => record.has(keyOf(keyed(transcript))),
    append(transcript, { path, sizeBytes, sha256 }) {
      const { kind, ...key } = keyed(transcript);
      const { mediaId, title, language } = transcript;
      const line = recordLine(kind, clock.now(), {
        ...key,
        mediaId,
        title,
        language,
        path: recordedPath(record.path, path),
        sizeBytes,
        sha256,
      });
      const promise: Promise<void> = record
        .append([line], { mayWait: true })
        .catch((error: unknown) => {
          failure ??= { error };
        })
        .finally(() => appending.delete(promise));
      appending.add(promise);
    },
    failure: () => failure?.error ?? null,
    async settle() {
      await record.close();
      await Promise.all(appending);
      if (failure !== null) throw failure.error;
    },
  };
}

import type { Context } from '../context.ts';
import { untilFree } from '../disk/busy-file.ts';
import { ExpectedError, isExpectedError } from '../errors.ts';
import type { TranscriptsFlags } from '../flags/transcripts-flags.ts';
import { fetchOneTranscript } from './fetch-one-transcript.ts';
import type { PlannedTranscript } from './name-plan.ts';
import type { SharedPause } from './shared-pause.ts';
import { openTranscriptFolder } from './transcript-folder.ts';
import { reportDownloads } from './transcript-progress.ts';
import type { TranscriptRecord } from './transcript-record.ts';
import type { TranscriptRun } from './transcript-run.ts';
import { transcriptResult } from './transcripts-result.ts';

interface SaveOptions {
  readonly flags: TranscriptsFlags;
  /** Absolute; null for standard output. */
  readonly directory: string | null;
  readonly record: TranscriptRecord | null;
  readonly pause: SharedPause;
  readonly run: TranscriptRun;
}

/**
 * Downloads transcripts, a few at a time. Each gets a row.
 * @throws the failure of the record; ExpectedError DISK or EXISTS if the folder is unusable
 */
export async function saveTranscripts(
  planned: readonly PlannedTranscript[],
  { flags, directory, record, pause, run }: SaveOptions,
  context: Context,
): Promise<void> {
  if (planned.length === 0) return;
  const { clock, io, signal, world } = context;
  const attempt = untilFree({ platform: world.platform, clock });
  const folder =
    directory === null
      ? null
      : openTranscriptFolder(directory, { process: world, attempt, signal, isSynced: record !== null });
  const progress = reportDownloads(io, { clock, total: planned.length });
  try {
    await run.each(
      planned,
      (transcript) => transcript,
      async (transcript) => {
        try {
          const result = await fetchOneTranscript(transcript, { flags, folder, record, pause }, context);
          progress.done(result.sizeBytes ?? 0);
          return result;
        } catch (error) {
          const { transcriptId: id } = transcript;
          // A transcript that was deleted after it was listed is a failure only if it was named.
          if (!isExpectedError(error, 'NOT_FOUND') || flags.transcriptIds.includes(id)) throw error;
          if (await isListed(transcript, context)) throw unavailable(transcript, error);
          io.warn(`transcript ${id} was deleted during the run`);
          return transcriptResult(transcript, 'gone');
        }
      },
    );
  } finally {
    folder?.close();
  }
}

/** Whether the service still lists the transcript. If this is unknown, it may not count as deleted. */
async function isListed(
  { mediaId, transcriptId }: PlannedTranscript,
  { api, signal }: Pick<Context, 'api' | 'signal'>,
): Promise<boolean> {
  try {
    const listed = await api.listTranscripts(mediaId, signal);
    return listed?.some(({ id }) => id === transcriptId) === true;
  } catch (error) {
    if (signal.aborted || !isExpectedError(error)) throw error;
    return true;
  }
}

function unavailable({ format }: PlannedTranscript, error: ExpectedError): ExpectedError {
  return new ExpectedError('NOT_FOUND', `listed, but not available as ${format}: ${error.message}`, {
    ...error.details,
    cause: error,
    hint: 'try another format with --as',
  });
}

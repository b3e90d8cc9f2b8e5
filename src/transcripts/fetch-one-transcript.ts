import type { Context } from '../context.ts';
import type { TranscriptsFlags } from '../flags/transcripts-flags.ts';
import { downloadTranscript } from './download-transcript.ts';
import type { PlannedTranscript } from './name-plan.ts';
import type { SharedPause } from './shared-pause.ts';
import type { TranscriptFolder } from './transcript-folder.ts';
import type { TranscriptRecord } from './transcript-record.ts';
import { type TranscriptResult, transcriptResult } from './transcripts-result.ts';

export interface OneTranscriptOptions {
  readonly flags: TranscriptsFlags;
  /** Null for standard output. */
  readonly folder: TranscriptFolder | null;
  readonly record: TranscriptRecord | null;
  readonly pause: SharedPause;
}

/**
 * Downloads one transcript, verifies it, saves the file, and records it, in this order.
 * @throws ExpectedError by kind of failure
 */
export async function fetchOneTranscript(
  transcript: PlannedTranscript,
  { flags, folder, record, pause }: OneTranscriptOptions,
  context: Pick<Context, 'api' | 'clock' | 'io' | 'random' | 'signal'>,
): Promise<TranscriptResult> {
  const { api, clock, io, random, signal } = context;
  const { components, transcriptId: id } = transcript;
  const mayReplace = flags.ifExists === 'overwrite';
  const path = folder?.pathOf(components) ?? null;
  const present = folder?.sizeOf(components, { mayReplaceLinks: mayReplace }) ?? null;
  if (present !== null && flags.ifExists === 'skip') {
    return finish(transcriptResult(transcript, 'skipped', { path, sizeBytes: present }), io);
  }
  const content = await downloadTranscript(transcript, {
    api,
    clock,
    signal,
    pause,
    temporaryPlace: folder === null ? null : () => folder.temporaryPlace(),
    retry: {
      retries: flags.retries,
      clock,
      random,
      signal,
      onRetry: ({ error, attempt, delayMs }) =>
        io.progress({
          event: 'retry',
          id,
          attempt,
          message: `${error.message}; trying again in ${Math.ceil(delayMs / 1000)} s`,
        }),
    },
  });
  if (content === null) {
    io.warn(`transcript ${id} is empty as ${transcript.format}; no file is written`);
    return transcriptResult(transcript, 'empty');
  }
  const { sizeBytes, sha256 } = content;
  if (folder === null || path === null) {
    await print(content.bytes ?? Buffer.alloc(0), io);
    return transcriptResult(transcript, 'downloaded', { sizeBytes, sha256 });
  }
  const isNew = await folder.save(components, content, mayReplace);
  const result = finish(
    transcriptResult(transcript, isNew ? 'downloaded' : 'unchanged', { path, sizeBytes, sha256 }),
    io,
  );
  if (record !== null) {
    await folder.sync(components, { isNew });
    record.append(transcript, { path, sizeBytes, sha256 });
  }
  return result;
}

/** Prints the path as soon as the file is in place, whatever happens later. */
function finish(result: TranscriptResult, io: Context['io']): TranscriptResult {
  const { path, outcome, transcriptId: id, sizeBytes } = result;
  if (path !== null && io.format !== 'json') io.line(path);
  io.progress({ event: 'done', id, status: outcome, bytes: sizeBytes, message: path, isMinor: true });
  return result;
}

/** On a terminal, prints escaped lines, so that the text cannot control the terminal. */
async function print(bytes: Buffer, io: Context['io']): Promise<void> {
  if (!io.isOutputTerminal) return await io.bytes(bytes);
  for (const line of bytes
    .toString('utf8')
    .replace(/\r?\n$/, '')
    .split(/\r?\n/))
    io.line(line);
}

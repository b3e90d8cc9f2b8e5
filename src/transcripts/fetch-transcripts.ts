import type { Context } from '../context.ts';
import { ExpectedError, isExpectedError } from '../errors.ts';
import type { TranscriptsFlags } from '../flags/transcripts-flags.ts';
import { listAllTranscripts, type SeenTranscripts, type SelectedMediaItem } from './list-transcripts.ts';
import { createNamePlan, type NamePlan, type PlannedTranscript } from './name-plan.ts';
import { previewTranscript, printPreview } from './preview-transcripts.ts';
import { saveTranscripts } from './save-transcripts.ts';
import { createSharedPause, type SharedPause } from './shared-pause.ts';
import { printSummary, reportNoMatch } from './summarize-transcripts.ts';
import type { NameTemplate } from './transcript-name.ts';
import type { TranscriptRecord } from './transcript-record.ts';
import { createTranscriptRun, type TranscriptRun } from './transcript-run.ts';
import { type TranscriptCounts, type TranscriptResult, wholeMediaItem } from './transcripts-result.ts';
import { watchTranscriptions } from './wait-for-transcriptions.ts';

export interface TranscriptsRequest {
  readonly media: readonly SelectedMediaItem[];
  readonly flags: TranscriptsFlags;
  readonly template: NameTemplate;
  /** Absolute; null for standard output. */
  readonly directory: string | null;
  /** The name of the only file; null to use the template. */
  readonly fileName: string | null;
  readonly record: TranscriptRecord | null;
  /** Leaves out what is in the record. */
  readonly onlyNew: boolean;
}

/** The `--json` document of `transcripts`. */
export interface TranscriptsDocument extends Readonly<Record<string, unknown>> {
  readonly dryRun?: true;
  readonly results: readonly TranscriptResult[];
  readonly counts: TranscriptCounts;
  readonly record: string | null;
}

/** What the rounds of one command share. */
interface Progress {
  readonly run: TranscriptRun;
  readonly seen: SeenTranscripts;
  readonly plan: NamePlan;
  readonly pause: SharedPause;
  knownCount: number;
  running: readonly SelectedMediaItem[];
}

/**
 * Downloads the transcripts of media, a few at a time, and prints the path of each file when it is complete. A failure
 * ends only its own item, unless all others would fail as well.
 * @throws ExpectedError of batchError() if any item failed; NOT_FOUND if the media were named and have no matching
 *   transcript; USAGE if -o would receive several transcripts. The document of each has all results.
 */
export async function fetchTranscripts(
  request: TranscriptsRequest,
  context: Context,
): Promise<TranscriptsDocument> {
  const { media, flags, template, record } = request;
  const { io, clock, signal } = context;
  const run = createTranscriptRun({ mediaCount: media.length, jobs: flags.jobs, record, io, signal });
  const progress: Progress = {
    run,
    seen: { languages: new Set(), transcriptIds: new Set(), matching: 0, mediaWithoutMatch: 0 },
    plan: createNamePlan(template, flags),
    pause: createSharedPause(clock),
    knownCount: 0,
    running: [],
  };
  try {
    await runRounds(request, progress, context);
    if (!signal.aborted) reportUnfinished(flags, progress);
    io.endProgress();
    await record?.settle();
    if (signal.aborted && isExpectedError(signal.reason)) throw signal.reason;
    finish(request, progress, io);
  } catch (error) {
    // Files that are complete are recorded, but the first failure is the one to report.
    await record?.settle().catch(() => undefined);
    throw error instanceof ExpectedError ? error.with({ document: documentOf(request, progress) }) : error;
  }
  return documentOf(request, progress);
}

function documentOf(
  { media, flags, record }: TranscriptsRequest,
  { run, seen, knownCount, running }: Progress,
): TranscriptsDocument {
  return {
    ...(flags.dryRun ? { dryRun: true as const } : {}),
    results: run.results(),
    counts: {
      media: media.length,
      known: knownCount,
      waiting: running.length,
      withoutTranscript: seen.mediaWithoutMatch,
    },
    record: record?.path ?? null,
  };
}

/** Media whose transcription has ended do not wait for the others, unless all names must be known together. */
async function runRounds(request: TranscriptsRequest, progress: Progress, context: Context): Promise<void> {
  const { media, flags, template, fileName } = request;
  const round = (selected: readonly SelectedMediaItem[]) => runRound(selected, request, progress, context);
  if (flags.waitMs === null) return await round(media);
  const watch = watchTranscriptions(flags.waitMs, flags.jobs, context);
  const { ended, running } = await watch.check(media);
  const needsAll = fileName !== null || flags.toStdout || !template.hasId;
  if (!needsAll) await round(ended);
  const late = await watch.wait(running);
  progress.running = late.running;
  await round(needsAll ? [...ended, ...late.ended] : late.ended);
}

/** Lists the transcripts of some media, names the files, then downloads them. */
async function runRound(
  selected: readonly SelectedMediaItem[],
  request: TranscriptsRequest,
  progress: Progress,
  context: Context,
): Promise<void> {
  const { flags, fileName, record, onlyNew } = request;
  const { run, plan, seen } = progress;
  run.expect(selected.length);
  const listed = await listAllTranscripts(selected, { flags, run, seen }, context);
  const isKnown = (transcript: PlannedTranscript) => onlyNew && record?.has(transcript) === true;
  const { planned: wanted, unplanned, knownCount } = plan.add(listed, isKnown);
  progress.knownCount += knownCount;
  if ((fileName !== null || flags.toStdout) && wanted.length > 1) {
    throw new ExpectedError('USAGE', `${wanted.length} transcripts match, but -o accepts one`, {
      hint: 'narrow them with -t, --language, or --as, or use -D FOLDER',
    });
  }
  run.expect(wanted.length + unplanned.length);
  for (const { transcript, error } of unplanned) run.fail(transcript, error);
  const planned =
    fileName === null ? wanted : wanted.map((transcript) => ({ ...transcript, components: [fileName] }));
  if (flags.dryRun) run.add(planned.map((transcript) => previewTranscript(transcript, request)));
  else await saveTranscripts(planned, { ...request, ...progress }, context);
}

/** Adds rows for media that are still being transcribed, and for named transcripts that do not exist. */
function reportUnfinished({ transcriptIds }: TranscriptsFlags, { run, seen, running }: Progress): void {
  // Only if all media are listed, it is certain that a transcript does not exist.
  const isComplete = running.length === 0 && run.isEachListed();
  const missing = isComplete ? transcriptIds.filter((id) => !seen.transcriptIds.has(id)) : [];
  run.expect(missing.length);
  for (const id of missing) {
    const error = new ExpectedError('NOT_FOUND', `no transcript with ID ${id} among the selected media`, {
      id,
      hint: 'list the transcripts of a media item with: streamdiver-dl media show ID',
    });
    run.fail({ mediaId: null, transcriptId: id, language: null, format: null }, error);
  }
  run.giveUpWaiting(running.map(({ id }) => wholeMediaItem(id)));
}

/** Prints the summary. @throws ExpectedError for all failures */
function finish(request: TranscriptsRequest, progress: Progress, io: Context['io']): void {
  const { media, flags, record, onlyNew } = request;
  const { run, seen } = progress;
  const document = documentOf(request, progress);
  const skippedBy = onlyNew ? record : null;
  if (flags.dryRun && io.format !== 'json') printPreview(document.results, io);
  const failure = run.failure(document);
  if (failure === null && seen.matching === 0) reportNoMatch(media, seen.languages, { flags, skippedBy }, io);
  else printSummary({ ...document, skippedBy }, io);
  if (failure !== null) throw failure;
}

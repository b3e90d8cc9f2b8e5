import { lstatSync } from 'node:fs';
import path from 'node:path';
import type { Context } from '../context.ts';
import { untilFree } from '../disk/busy-file.ts';
import { ExpectedError, isExpectedError } from '../errors.ts';
import type { TranscriptsFlags } from '../flags/transcripts-flags.ts';
import { matchLanguages } from '../media-selection/find-transcripts.ts';
import { batchError, type Failure, failureText } from '../output/batch-error.ts';
import { nothingNewText } from '../output/nothing-new.ts';
import { formatSize } from '../parse/size.ts';
import { eachAtOnce } from '../task-pool.ts';
import { counted, formatCount } from '../terminal/text/format.ts';
import { fetchOneTranscript, isGone } from './fetch-one-transcript.ts';
import { listMediaTranscripts, type SelectedMediaItem } from './list-media-transcripts.ts';
import { createNamePlan, type ListedMediaItem, type PlannedTranscript } from './plan-transcripts.ts';
import { createSharedPause } from './shared-pause.ts';
import { createStopRule } from './stop-rule.ts';
import { openTranscriptFolder } from './transcript-folder.ts';
import type { NameTemplate } from './transcript-name.ts';
import { reportTranscripts } from './transcript-progress.ts';
import type { TranscriptRecord } from './transcript-record.ts';
import { type TranscriptCounts, type TranscriptResult, transcriptResult } from './transcripts-result.ts';
import { watchTranscriptions } from './wait-for-transcriptions.ts';

export interface TranscriptsRequest {
  readonly media: readonly SelectedMediaItem[];
  readonly flags: TranscriptsFlags;
  readonly template: NameTemplate;
  /** Absolute; null for standard output. */
  readonly directory: string | null;
  /** The name of the only file, in place of the template's; null for that. */
  readonly fileName: string | null;
  readonly record: TranscriptRecord | null;
  /** Leaves out what the record lists. */
  readonly onlyNew: boolean;
}

/** The `--json` document of `transcripts`. */
export interface TranscriptsDocument extends Readonly<Record<string, unknown>> {
  readonly dryRun?: true;
  readonly results: readonly TranscriptResult[];
  readonly counts: TranscriptCounts;
  readonly record: string | null;
}

/**
 * Downloads the transcripts of media, a few at once, and prints the path of each file when it has its name. A failure
 * ends nothing but its own transcript, unless all others would fail as well.
 * @throws ExpectedError of batchError() when any failed, its document holds all results; NOT_FOUND when media were
 *   named and have no such transcript; USAGE when one file is to hold several transcripts
 */
export async function fetchTranscripts(
  request: TranscriptsRequest,
  context: Context,
): Promise<TranscriptsDocument> {
  const { media, flags, template, record } = request;
  const { io, clock, signal } = context;
  const results: TranscriptResult[] = [];
  const failures: Failure[] = [];
  const seen = { languages: new Set<string>(), transcriptIds: new Set<string>(), matching: 0 };
  const counts = { media: media.length, known: 0, waiting: 0, withoutTranscript: 0 };
  const plan = createNamePlan(template, flags);
  const pause = createSharedPause(clock);
  const stop = createStopRule();
  let untried = 0;
  let targets = 0;

  const fail = (failure: Failure, what: string): void => {
    failures.push(failure);
    stop.failed(failure.error);
    if (targets > 1 && !signal.aborted) io.error(failureText(failure, what));
  };
  /** Runs some work for each thing, a few at once, until it is no use any more. */
  const each = async <Thing>(
    things: readonly Thing[],
    work: (thing: Thing, index: number) => Promise<void>,
    onFailure: (thing: Thing, error: ExpectedError, index: number) => void,
  ): Promise<void> =>
    await eachAtOnce(things.entries(), flags.jobs, async ([index, thing]) => {
      if (stop.reason() !== null) {
        untried += 1;
        return;
      }
      const recordFailure = record?.failure() ?? null;
      if (recordFailure !== null) throw recordFailure;
      try {
        signal.throwIfAborted();
        await work(thing, index);
        stop.succeeded();
      } catch (error) {
        if (!(error instanceof ExpectedError)) throw error;
        onFailure(thing, error, index);
      }
    });

  const list = async (selected: readonly SelectedMediaItem[]): Promise<readonly ListedMediaItem[]> => {
    const listed: (ListedMediaItem | undefined)[] = selected.map(() => undefined);
    const progress = reportTranscripts(io, { clock, total: selected.length, message: 'listing transcripts' });
    const matches = matchLanguages(flags.languages);
    await each(
      selected,
      async (one, index) => {
        const found = await listMediaTranscripts(one, context);
        for (const { id, languageCode } of found.transcripts) {
          seen.languages.add(languageCode ?? 'none');
          seen.transcriptIds.add(id);
        }
        const transcripts = found.transcripts.filter(
          (transcript) =>
            matches(transcript) &&
            (flags.transcriptIds.length === 0 || flags.transcriptIds.includes(transcript.id)),
        );
        seen.matching += transcripts.length;
        if (transcripts.length === 0) counts.withoutTranscript += 1;
        listed[index] = { ...found, transcripts };
        progress.done(0);
      },
      ({ id }, error) => fail({ id, error }, 'media item'),
    );
    return listed.filter((item) => item !== undefined);
  };

  const download = async (planned: readonly PlannedTranscript[]): Promise<void> => {
    if (planned.length === 0) return;
    const { directory } = request;
    const folder =
      directory === null
        ? null
        : openTranscriptFolder(directory, {
            process: context.world,
            attempt: untilFree({ platform: context.world.platform, clock }),
            signal,
            isSynced: record !== null,
          });
    const first = results.length;
    const progress = reportTranscripts(io, { clock, total: planned.length, message: 'downloading' });
    try {
      await each(
        planned,
        async (transcript, index) => {
          const result = await fetchOneTranscript(transcript, { flags, folder, record, pause }, context);
          results[first + index] = result;
          progress.done(result.sizeBytes ?? 0);
        },
        (transcript, error, index) => {
          const { transcriptId: id } = transcript;
          if (isGone(error, transcript, flags)) {
            io.warn(`transcript ${id} was deleted meanwhile`);
            results[first + index] = transcriptResult(transcript, 'gone');
            return;
          }
          const failure = error.with({ id });
          results[first + index] = transcriptResult(transcript, 'failed', { error: failure });
          fail({ id, error: failure }, 'transcript');
        },
      );
    } finally {
      folder?.close();
    }
  };

  const round = async (selected: readonly SelectedMediaItem[]): Promise<void> => {
    targets += selected.length > 1 ? selected.length : 0;
    const listed = await list(selected);
    const isKnown = (transcript: PlannedTranscript) => request.onlyNew && record?.has(transcript) === true;
    const { planned: wanted, unplanned, knownCount } = plan.add(listed, isKnown);
    counts.known += knownCount;
    if ((request.fileName !== null || flags.toStdout) && wanted.length > 1) {
      throw new ExpectedError('USAGE', `${wanted.length} transcripts match, -o takes one`, {
        hint: 'narrow them with -t, --language or --as, or name a folder with -D',
      });
    }
    targets = Math.max(targets, wanted.length + unplanned.length);
    for (const { transcript, error } of unplanned) {
      results.push(transcriptResult(transcript, 'failed', { error }));
      fail({ id: transcript.transcriptId, error }, 'transcript');
    }
    const named =
      request.fileName === null
        ? wanted
        : wanted.map((transcript) => ({ ...transcript, components: [request.fileName ?? ''] }));
    if (flags.dryRun) results.push(...named.map((transcript) => preview(transcript, request)));
    else await download(named);
  };

  /** What is still running when the time is up; the others are done by then. */
  const runRounds = async (): Promise<readonly SelectedMediaItem[]> => {
    if (flags.waitMs === null) {
      await round(media);
      return [];
    }
    const watch = watchTranscriptions(flags.waitMs, flags.jobs, context);
    const { ended, running } = await watch.check(media);
    // One name for all, or names that must differ without an ID, need all transcripts to be known.
    const needsAll = request.fileName !== null || flags.toStdout || !template.hasId;
    if (!needsAll) await round(ended);
    const late = await watch.wait(running);
    await round(needsAll ? [...ended, ...late.ended] : late.ended);
    return late.running;
  };

  const running = await runRounds().catch(async (error: unknown) => {
    // What has its name is recorded all the same; this failure came first.
    await record?.settle().catch(() => undefined);
    throw error;
  });
  io.endProgress();
  counts.waiting = running.length;
  const document: TranscriptsDocument = {
    ...(flags.dryRun ? { dryRun: true as const } : {}),
    // A run that was stopped leaves some without a result.
    results: results.filter((result) => result !== undefined),
    counts,
    record: record?.path ?? null,
  };
  await record?.settle().catch((error: unknown) => {
    throw error instanceof ExpectedError ? error.with({ document }) : error;
  });
  if (signal.aborted && isExpectedError(signal.reason)) throw signal.reason.with({ document });
  for (const id of flags.transcriptIds.filter((one) => !seen.transcriptIds.has(one))) {
    const error = new ExpectedError('NOT_FOUND', `no transcript with ID ${id} among the selected media`, {
      id,
      hint: 'list the transcripts of a media item with: streamdiver-dl media show ID',
    });
    fail({ id, error }, 'transcript');
  }
  if (running.length > 0) fail(stillRunning(running), 'media item');
  if (flags.dryRun && io.format !== 'json') showPreview(document.results, io);
  if (failures.length === 0 && seen.matching === 0) reportNothing(request, seen, document, context);
  else describe(document, request, io);
  if (failures.length === 0) return document;
  const reason = stop.reason();
  const error = batchError(failures, Math.max(targets, failures.length), document, 'transcript');
  if (reason === null || untried === 0) throw error;
  throw new ExpectedError(reason.code, `stopped, as nothing succeeds any more: ${reason.message}`, {
    ...reason.details,
    document,
    hint: reason.details.hint ?? `the same command continues; ${formatCount(untried)} were not tried`,
  });
}

/** What would become of a transcript; whether an existing file has the same content is not known before. */
function preview(transcript: PlannedTranscript, { directory, flags }: TranscriptsRequest): TranscriptResult {
  const file = path.join(directory ?? '', ...transcript.components);
  const stat = lstatSync(file, { throwIfNoEntry: false });
  const isReplaceable =
    stat?.isFile() === true || (stat?.isSymbolicLink() === true && flags.ifExists === 'overwrite');
  const outcome =
    stat === undefined
      ? 'download'
      : isReplaceable
        ? stat.isFile() && flags.ifExists === 'skip'
          ? 'skip'
          : 'download'
        : 'conflict';
  return transcriptResult(transcript, outcome, { path: file });
}

function showPreview(items: readonly TranscriptResult[], io: Context['io']): void {
  io.listing({
    items,
    columns: [
      { key: 'outcome', heading: 'WHAT', text: ({ outcome }) => outcome },
      { key: 'path', heading: 'PATH', text: ({ path: file }) => file ?? '' },
    ],
    document: { items, count: items.length, truncated: false },
    itemDocument: (item) => ({ ...item }),
    emptyText: 'nothing to download',
  });
}

function stillRunning(running: readonly SelectedMediaItem[]): Failure {
  const ids = running.map(({ id }) => id);
  const named = ids.slice(0, 10).join(', ');
  const more = ids.length > 10 ? ` and ${ids.length - 10} more` : '';
  const error = new ExpectedError('NOT_READY', `still being transcribed: ${named}${more}`, {
    hint: 'the same command later takes them, too',
  });
  return { id: ids[0] ?? '', error };
}

/** Media were found, but no transcript: an error for media that were named, no news for a query. */
function reportNothing(
  { media, flags, onlyNew, record }: TranscriptsRequest,
  { languages }: { readonly languages: ReadonlySet<string> },
  document: TranscriptsDocument,
  { io }: Pick<Context, 'io'>,
): void {
  if (media.length === 0) return;
  const what =
    flags.languages.length === 0 || languages.size === 0
      ? media.length === 1
        ? `media item ${media[0]?.id ?? ''} has no transcript`
        : 'no media item has a transcript'
      : `no transcript in language ${flags.languages.join(', ')}`;
  const hint = languages.size === 0 ? undefined : `languages that are there: ${[...languages].join(', ')}`;
  if (flags.query === null && media.length > 0) {
    throw new ExpectedError('NOT_FOUND', what, {
      document,
      hint:
        hint ?? 'transcripts may come later: run the same command again, or wait with --wait-transcripts 1h',
    });
  }
  if (onlyNew && record !== null && languages.size === 0) io.info(nothingNewText(record));
  else if (hint === undefined) io.info(`${what.replace(/^./, (letter) => letter.toUpperCase())}.`);
  else io.warn(`${what}; ${hint}`);
}

/** One line for all of it. */
function describe(
  { results, counts }: TranscriptsDocument,
  request: TranscriptsRequest,
  io: Context['io'],
): void {
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
  if (results.length === 0 && request.onlyNew && request.record !== null) {
    io.info(nothingNewText(request.record));
  }
  if (counts.withoutTranscript > 0) {
    io.info(`${number(counts.withoutTranscript, 'media item')} without a matching transcript`);
  }
}

function number(count: number, unit: string): string {
  return counted(count, unit).replace(/^\d+/, formatCount(count));
}

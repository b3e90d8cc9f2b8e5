import type { Context } from '../context.ts';
import { ExpectedError } from '../errors.ts';
import { failureText } from '../output/batch-error.ts';
import { eachAtOnce } from '../task-pool.ts';
import { createStopRule } from './stop-rule.ts';
import type { TranscriptRecord } from './transcript-record.ts';
import { stillTranscribing, type TranscriptFailure, transcriptsError } from './transcripts-error.ts';
import { type TranscriptResult, type TranscriptSubject, transcriptResult } from './transcripts-result.ts';

/** The rows and failures of one command. Every failed, stopped, or unfinished item has a row. */
export interface TranscriptRun {
  /** Expects this number of items at the same time. With more than one, each failure is printed immediately. */
  expect(count: number): void;
  /**
   * Works on items, a few at a time, until the others would fail as well. A failed or untried item gets a row.
   * @param work returns the row of its item, or null if the item needs none
   * @throws the failure of the record, or anything that is not an ExpectedError
   */
  each<Item>(
    items: readonly Item[],
    subjectOf: (item: Item) => TranscriptSubject,
    work: (item: Item, index: number) => Promise<TranscriptResult | null>,
  ): Promise<void>;
  add(rows: readonly TranscriptResult[]): void;
  /** Adds a failed row. */
  fail(subject: TranscriptSubject, error: ExpectedError): void;
  /** Adds a row for each media item that is still being transcribed, with one error for all of them. */
  giveUpWaiting(subjects: readonly TranscriptSubject[]): void;
  results(): readonly TranscriptResult[];
  /** Whether the transcripts of every media item are known. */
  isEachListed(): boolean;
  /** One error for all failures; null without one. */
  failure(document: Readonly<Record<string, unknown>>): ExpectedError | null;
}

interface TranscriptRunOptions {
  readonly mediaCount: number;
  readonly jobs: number;
  readonly record: TranscriptRecord | null;
  readonly io: Context['io'];
  readonly signal: AbortSignal;
}

/** Starts the rows and failures of one command. */
export function createTranscriptRun({
  mediaCount,
  jobs,
  record,
  io,
  signal,
}: TranscriptRunOptions): TranscriptRun {
  const batches: (TranscriptResult | null)[][] = [];
  const failures: TranscriptFailure[] = [];
  const stop = createStopRule();
  let isBatch = false;

  const failedRow = (subject: TranscriptSubject, reason: ExpectedError): TranscriptResult => {
    const id = subject.transcriptId ?? subject.mediaId ?? '';
    const error = reason.with({ id });
    const what = subject.transcriptId === null ? 'media item' : 'transcript';
    failures.push({ id, error, what });
    stop.failed(error);
    if (isBatch && !signal.aborted) io.error(failureText({ id, error }, what));
    io.progress({ event: 'done', id, status: 'failed', message: error.message, isMinor: true });
    return transcriptResult(subject, 'failed', { error });
  };
  const results = () => batches.flat().filter((row) => row !== null);

  return {
    expect(count) {
      isBatch ||= count > 1;
    },
    async each(items, subjectOf, work) {
      const rows: (TranscriptResult | null)[] = items.map(() => null);
      batches.push(rows);
      await eachAtOnce(items.entries(), jobs, async ([index, item]) => {
        if (stop.reason() !== null) {
          rows[index] = transcriptResult(subjectOf(item), 'untried');
          return;
        }
        const recordFailure = record?.failure() ?? null;
        if (recordFailure !== null) throw recordFailure;
        try {
          signal.throwIfAborted();
          rows[index] = await work(item, index);
          stop.succeeded();
        } catch (error) {
          if (!(error instanceof ExpectedError)) throw error;
          rows[index] = failedRow(subjectOf(item), error);
        }
      });
    },
    add(rows) {
      batches.push([...rows]);
    },
    fail(subject, error) {
      batches.push([failedRow(subject, error)]);
    },
    giveUpWaiting(subjects) {
      if (subjects.length === 0) return;
      batches.push(subjects.map((subject) => transcriptResult(subject, 'waiting')));
      const error = stillTranscribing(subjects);
      if (failures.length > 0) io.error(error.message);
      failures.push({ id: error.details.id ?? '', error, what: 'media item' });
    },
    results,
    isEachListed: () => results().every(({ transcriptId }) => transcriptId !== null),
    failure: (document) =>
      transcriptsError(
        { failures, rows: results(), mediaCount, isBatch, stopReason: stop.reason() },
        document,
      ),
  };
}

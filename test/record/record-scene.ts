import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { createClock } from '../../src/clock.ts';
import { openRecord, type RecordOptions } from '../../src/record/open-record.ts';
import { keyOf, type RecordLine, recordLine } from '../../src/record/record-line.ts';

export const TIME_MS = Date.UTC(2026, 10, 29, 12);

/** The line of a transcript, with defaults for other fields. */
export function transcriptLine(id: string, known: Partial<RecordLine> = {}): RecordLine {
  return recordLine('transcript', TIME_MS, {
    transcriptId: id,
    format: 'vtt',
    speakers: true,
    mediaId: 'media-1',
    title: 'Sitzung {öffentlich}, "live"',
    language: 'de-v2',
    path: `t/${id}.vtt`,
    sizeBytes: 6213,
    sha256: 'ab'.repeat(32),
    ...known,
  });
}

export const transcriptKey = (id: string) => keyOf(transcriptLine(id));

export interface OpenedRecord extends Awaited<ReturnType<typeof openRecord>> {
  readonly warnings: readonly string[];
}

/** Opens a record as this process and collects its warnings. */
export async function open(file: string, options: Partial<RecordOptions> = {}): Promise<OpenedRecord> {
  const warnings: string[] = [];
  const record = await openRecord(file, {
    owner: {
      pid: process.pid,
      hostname: hostname(),
      isProcessAlive: () => true,
      processStartedAt: () => 'now',
      uptimeMs: () => 3_600_000,
    },
    clock: createClock(),
    random: Math.random,
    signal: new AbortController().signal,
    warn: (text) => void warnings.push(text),
    ...options,
  });
  return { ...record, warnings };
}

/** The parsed lines of a file. */
export function linesOf(file: string): readonly Record<string, unknown>[] {
  const text = readFileSync(file, 'utf8');
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));
}

import path from 'node:path';
import type { Command } from 'commander';
import { ExpectedError } from '../errors.ts';
import { forFlag } from './flag-values.ts';

/** The record of fetched items. */
export interface RecordFlags {
  /** The path as written; null if not specified. */
  readonly file: string | null;
  /** Skips recorded items. */
  readonly onlyNew: boolean;
}

export interface RawRecordFlags {
  readonly record?: string;
  readonly onlyNew?: boolean;
}

export function addRecordFlags(command: Command): Command {
  return command
    .optionsGroup('Record:')
    .option('--record <file>', 'Append a line for each verified item', forFlag('--record', parseRecordFile))
    .option('--only-new', 'Skip items in the record (default: record.ndjson in the target folder)');
}

export function readRecordFlags({ record, onlyNew }: RawRecordFlags): RecordFlags {
  return { file: record ?? null, onlyNew: onlyNew === true };
}

export function isRecording({ file, onlyNew }: RecordFlags): boolean {
  return file !== null || onlyNew;
}

/** The path of the record. With --only-new, defaults to a file in the target folder; null for no record. */
export function recordFileIn(folder: string, { file, onlyNew }: RecordFlags): string | null {
  return file ?? (onlyNew ? path.join(folder, 'record.ndjson') : null);
}

/** The flags as words of a command line. */
export function recordWords({ file, onlyNew }: RecordFlags): readonly string[] {
  return [...(file === null ? [] : ['--record', file]), ...(onlyNew ? ['--only-new'] : [])];
}

/** @throws ExpectedError USAGE */
export function parseRecordFile(text: string): string {
  if (text.trim() === '') throw new ExpectedError('USAGE', 'the value is empty');
  if (text !== '-' && !/[/\\]$/.test(text)) return text;
  throw new ExpectedError('USAGE', `${text} is not a file`);
}

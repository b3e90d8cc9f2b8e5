import path from 'node:path';
import type { Command } from 'commander';
import { ExpectedError } from '../errors.ts';
import { forFlag } from './flag-values.ts';

/** What a command remembers of the items that arrived. */
export interface RecordFlags {
  /** The file as it was named; null when it was not. */
  readonly file: string | null;
  /** Leaves out what is recorded already. */
  readonly onlyNew: boolean;
}

export interface RawRecordFlags {
  readonly record?: string;
  readonly onlyNew?: boolean;
}

export function addRecordFlags(command: Command): Command {
  return command
    .optionsGroup('What is new:')
    .option(
      '--record <file>',
      'append a line for each item that is verified and in place',
      forFlag('--record', parseRecordFile),
    )
    .option(
      '--only-new',
      'leave out what the record lists (default record: record.ndjson in the target folder)',
    );
}

export function readRecordFlags({ record, onlyNew }: RawRecordFlags): RecordFlags {
  return { file: record ?? null, onlyNew: onlyNew === true };
}

/** Whether anything is recorded at all. */
export function isRecording({ file, onlyNew }: RecordFlags): boolean {
  return file !== null || onlyNew;
}

/** The file of the record, where none is named with --only-new one in the target folder; null for no record. */
export function recordFileIn(folder: string, { file, onlyNew }: RecordFlags): string | null {
  return file ?? (onlyNew ? path.join(folder, 'record.ndjson') : null);
}

/** The words that ask for the same again. */
export function recordWords({ file, onlyNew }: RecordFlags): readonly string[] {
  return [...(file === null ? [] : ['--record', file]), ...(onlyNew ? ['--only-new'] : [])];
}

/** @throws ExpectedError USAGE */
export function parseRecordFile(text: string): string {
  if (text.trim() === '') throw new ExpectedError('USAGE', 'the value is empty');
  if (text !== '-' && !/[/\\]$/.test(text)) return text;
  throw new ExpectedError('USAGE', `${text} is not a file: a record is read and appended to`);
}

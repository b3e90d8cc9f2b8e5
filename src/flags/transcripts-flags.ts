import { type Command, Option } from 'commander';
import { FILE_FORMATS, type FileFormat, parseFileFormats } from '../media-selection/transcript-words.ts';
import { parseCount } from '../parse/count.ts';
import { parseDuration } from '../parse/duration.ts';
import { DEFAULT_RETRIES } from './fetch-flags.ts';
import { forFlag, nonEmpty, repeatable, withCompletions } from './flag-values.ts';
import { addQueryFlags, type QueryFlags, type RawQueryFlags } from './query-flags.ts';
import { addRecordFlags, type RawRecordFlags, type RecordFlags } from './record-flags.ts';
import { addSummaryFlag } from './summary-flag.ts';

export interface TranscriptsFlags {
  /** `-` for standard input. */
  readonly mediaIds: readonly string[];
  readonly query: QueryFlags | null;
  /** Empty for all transcripts of the media. */
  readonly transcriptIds: readonly string[];
  readonly formats: readonly FileFormat[];
  /** Whether `--as` names the formats. */
  readonly isFormatGiven: boolean;
  /** Empty for all languages. */
  readonly languages: readonly string[];
  readonly speakers: boolean;
  /** Null for the current one. */
  readonly folder: string | null;
  /** The file for a single transcript. */
  readonly output: string | null;
  readonly toStdout: boolean;
  /** A template with placeholders; null for the default names. */
  readonly name: string | null;
  /** How many are downloaded in parallel. */
  readonly jobs: number;
  readonly retries: number;
  readonly ifExists: 'refuse' | 'overwrite' | 'skip';
  /** How long to wait for transcriptions in progress; null to not check. */
  readonly waitMs: number | null;
  readonly record: RecordFlags;
  readonly dryRun: boolean;
}

export interface RawTranscriptsFlags extends RawQueryFlags, RawRecordFlags {
  readonly media?: readonly string[];
  readonly medium?: readonly string[];
  readonly transcript?: readonly string[];
  readonly as?: readonly FileFormat[];
  readonly language?: readonly string[];
  readonly speakers?: boolean;
  readonly dir?: string;
  readonly outputDir?: string;
  readonly output?: string;
  readonly name?: string;
  readonly jobs?: number;
  readonly retries?: number;
  readonly overwrite?: boolean;
  readonly clobber?: boolean;
  readonly skipExisting?: boolean;
  readonly waitTranscripts?: number;
  readonly dryRun?: boolean;
}

export const DEFAULT_JOBS = 8;
/** Suggested by completion; users can combine the placeholders freely. */
const USUAL_NAMES = ['{title}-{id8}.{language}', '{created}/{title}-{id8}.{language}', '{id}.{language}'];

export function addTranscriptsFlags(command: Command): Command {
  command
    .optionsGroup('Transcripts:')
    .option('-m, --media <id>', 'Media item (- for standard input); repeatable', repeatable('-m'))
    .addOption(new Option('--medium <id>').argParser(repeatable('--medium')).hideHelp());
  addQueryFlags(command, { all: 'Select all media' })
    .option('-t, --transcript <id>', 'Only this transcript of the media; repeatable', repeatable('-t'))
    .option('--language <code>', 'Only this language; repeatable', repeatable('--language'))
    .option(
      '--wait-transcripts <duration>',
      'Maximum time to wait for running transcriptions',
      forFlag('--wait-transcripts', parseDuration),
    )
    .optionsGroup('Format:')
    .option(
      '--as <format,...>',
      `Comma-separated formats: ${FILE_FORMATS.join(', ')} (default srt)`,
      forFlag('--as', withCompletions(FILE_FORMATS, parseFileFormats, { isList: true })),
    )
    .option('--no-speakers', 'Omit the names of the speakers')
    .optionsGroup('Destination:')
    .option('-D, --dir <folder>', 'Write to this folder (created if missing)', forFlag('-D', nonEmpty))
    .addOption(new Option('--output-dir <folder>').argParser(forFlag('--output-dir', nonEmpty)).hideHelp())
    .option(
      '-o, --output <file>',
      'Write the only transcript to this file (- for standard output)',
      forFlag('-o', nonEmpty),
    )
    .option(
      '--name <template>',
      'File names from {title} {id} {id8} {language} {format} {created} {type}; / creates folders',
      forFlag(
        '--name',
        withCompletions(USUAL_NAMES, (text: string) => nonEmpty(text)),
      ),
    )
    .option('--overwrite', 'Replace an existing file after the new one is verified')
    .addOption(new Option('--clobber').hideHelp())
    .option('--skip-existing', 'Keep an existing file and skip its download')
    .addOption(new Option('--no-clobber').hideHelp())
    .optionsGroup('Transfer:')
    .option(
      '-j, --jobs <n>',
      `Number of transcripts to download in parallel (default ${DEFAULT_JOBS})`,
      forFlag('--jobs', (text) => parseCount(text, { least: 1, most: 16 })),
    )
    .option(
      '--retries <n>',
      `Retries of each request (default ${DEFAULT_RETRIES})`,
      forFlag('--retries', (text) => parseCount(text, { least: 0, most: 1000 })),
    );
  addRecordFlags(command)
    .optionsGroup('Safety:')
    .option('-n, --dry-run', 'Print the files without writing them');
  return addSummaryFlag(command);
}

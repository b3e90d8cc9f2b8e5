import { statSync } from 'node:fs';
import path from 'node:path';
import type { Command } from 'commander';
import type { Context } from '../context.ts';
import { resolvePath } from '../disk/resolve-path.ts';
import { ExpectedError } from '../errors.ts';
import { readMediaIds } from '../flags/ids.ts';
import { checkOutputNames } from '../flags/output-names.ts';
import { recordFileIn } from '../flags/record-flags.ts';
import { resolveQuery } from '../flags/resolve-query.ts';
import {
  addTranscriptsFlags,
  type RawTranscriptsFlags,
  type TranscriptsFlags,
} from '../flags/transcripts-flags.ts';
import { findMedia } from '../media-selection/find-media.ts';
import { printCommand } from '../picker/command-without-prompts.ts';
import { countMedia } from '../terminal/text/format.ts';
import { fetchTranscripts, type TranscriptsDocument } from '../transcripts/fetch-transcripts.ts';
import { type SelectedMediaItem, slimItem } from '../transcripts/list-transcripts.ts';
import { parseNameTemplate } from '../transcripts/transcript-name.ts';
import { recordTranscripts, type TranscriptRecord } from '../transcripts/transcript-record.ts';

export function defineTranscripts(
  parent: Command,
  action: (options: TranscriptsFlags, connection: { retries: number }, command: Command) => Promise<void>,
): void {
  const command = parent
    .command('transcripts')
    .summary('Download transcripts without a package')
    .description(
      'Download the transcripts of media without a package, and print the path of each file. In a terminal, prompts for the media if no flag selects any.',
    )
    .argument('[media-id...]', 'Media IDs (- for standard input)');
  addTranscriptsFlags(command).action(async (ids: string[], raw: RawTranscriptsFlags, self: Command) => {
    const { readTranscriptsFlags } = await import('../flags/read-transcripts-flags.ts');
    const flags = readTranscriptsFlags(ids, raw);
    return action(flags, { retries: flags.retries }, self);
  });
}

/** Finds the media, then downloads their transcripts. Returns the `--json` document. */
export async function transcripts(given: TranscriptsFlags, context: Context): Promise<TranscriptsDocument> {
  const { io } = context;
  checkOutputNames(given, context.world.platform);
  const isPicking = given.query === null && given.mediaIds.length === 0;
  if (isPicking && !io.canPrompt) throw nothingSelected();
  const picked = isPicking ? await pick(given, context) : null;
  const flags = picked === null ? given : { ...given, formats: picked.formats };
  if (flags.toStdout) checkStdout(flags, io);
  const template = parseNameTemplate(flags.name ?? undefined);
  const place = findPlace(flags, context);
  // Before any request, because an unusable record is an error.
  const record = await openTranscriptRecord(flags, place.directory, context);
  const media = picked?.media ?? (await selectMedia(flags, context));
  const request = { ...place, media, flags, template, record, onlyNew: flags.record.onlyNew };
  const document = await fetchTranscripts(request, context);
  if (io.format === 'json') io.json(document);
  return document;
}

/** Asks for the media, and prints the command that selects the same ones. */
async function pick(flags: TranscriptsFlags, context: Context) {
  const { pickTranscripts } = await import('../picker/pick-transcripts.ts');
  const { media, formats, command } = await pickTranscripts(flags, context);
  printCommand(command, context.io);
  return { media: media.map((item) => ({ id: item.id, item: slimItem(item) })), formats };
}

async function selectMedia(flags: TranscriptsFlags, context: Context): Promise<readonly SelectedMediaItem[]> {
  const { api, io, clock, signal, world } = context;
  if (flags.query === null) {
    return (await readMediaIds(flags.mediaIds, world)).map((id) => ({ id, item: null }));
  }
  const query = resolveQuery(flags.query, clock.now(), (message) => io.info(message));
  const { items } = await findMedia(query, {
    api,
    signal,
    warn: (message) => io.warn(message),
    maxMedia: flags.query.maxMedia,
  });
  io.info(items.length === 0 ? 'No media item matches.' : `${countMedia(items.length)} selected.`);
  return items.map((item) => ({ id: item.id, item: slimItem(item) }));
}

/** Null if the flags name no record. */
async function openTranscriptRecord(
  { record: flags }: TranscriptsFlags,
  directory: string | null,
  { cwd, io, world, clock, random, signal }: Context,
): Promise<TranscriptRecord | null> {
  const file = directory === null ? null : recordFileIn(directory, flags);
  if (file === null) return null;
  const { openRecord } = await import('../record/open-record.ts');
  const record = await openRecord(resolvePath(cwd, file), {
    owner: world,
    clock,
    random,
    signal,
    warn: (text) => io.warn(text),
  });
  return recordTranscripts(record, clock);
}

/** An `-o` that names an existing folder means `-D`. */
function findPlace(
  { output, folder, toStdout }: TranscriptsFlags,
  { cwd }: Context,
): { readonly directory: string | null; readonly fileName: string | null } {
  if (toStdout) return { directory: null, fileName: null };
  if (output === null) return { directory: resolvePath(cwd, folder ?? '.'), fileName: null };
  const file = resolvePath(cwd, output);
  const isFolder = statSync(file, { throwIfNoEntry: false })?.isDirectory() === true;
  return isFolder
    ? { directory: file, fileName: null }
    : { directory: path.dirname(file), fileName: path.basename(file) };
}

function checkStdout({ formats }: TranscriptsFlags, io: Context['io']): void {
  if (io.format === 'json') throw new ExpectedError('USAGE', '-o - and --json cannot be combined');
  if (formats.length > 1) {
    throw new ExpectedError('USAGE', `-o takes one transcript, and --as names ${formats.length} formats`);
  }
  if (!io.isOutputTerminal || !formats.includes('docx')) return;
  throw new ExpectedError('USAGE', 'refusing to write docx to a terminal', {
    hint: 'redirect standard output, or use -o FILE',
  });
}

function nothingSelected(): ExpectedError {
  return new ExpectedError('USAGE', 'no media selected', {
    hint: 'select media by ID, or with --all, --search, --tag, or --since',
  });
}

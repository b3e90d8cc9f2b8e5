import type { MediaItem } from '../api/media.ts';
import type { Context } from '../context.ts';
import { ExpectedError, isExpectedError } from '../errors.ts';
import { FILE_FORMATS, type FileFormat } from '../media-selection/transcript-words.ts';
import type { Prompts } from '../terminal/prompts/prompts.ts';
import { chooseSeveral } from './choices.ts';
import { commandWithoutPrompts } from './command-without-prompts.ts';
import { requireLibraryAccess } from './library-access.ts';
import { askForMedia } from './media-steps.ts';

/** The selection, and the lines of a command that makes the same one without prompts. */
export interface PickedTranscripts {
  readonly media: readonly MediaItem[];
  readonly formats: readonly FileFormat[];
  readonly command: readonly string[];
}

const FORMAT_DETAILS: Readonly<Record<FileFormat, string>> = {
  srt: 'subtitles',
  txt: 'plain text',
  json: 'for programs, with timestamps',
  vtt: 'subtitles for the web',
  docx: 'Word document',
};

/**
 * Asks for the media, and for the formats unless `--as` names them.
 * @throws ExpectedError AUTH without a credential, INTERRUPTED if the user cancels
 */
export async function pickTranscripts(
  {
    formats: given,
    isFormatGiven,
  }: { readonly formats: readonly FileFormat[]; readonly isFormatGiven: boolean },
  { api, io, clock, signal, world }: Pick<Context, 'api' | 'io' | 'clock' | 'signal' | 'world'>,
): Promise<PickedTranscripts> {
  requireLibraryAccess({ api }, 'select media by ID');
  try {
    return await io.withPrompts(signal, async (prompts) => {
      let media: readonly MediaItem[] = [];
      let formats: readonly FileFormat[] | null = null;
      do {
        media = (await askForMedia(media, { prompts, api, nowMs: () => clock.now() })) ?? [];
        formats = isFormatGiven ? given : await chooseFormats(given, prompts);
      } while (formats === null);
      const words = [
        ...media.flatMap(({ id }) => ['-m', id]),
        ...(isFormatGiven ? [] : ['--as', formats.join(',')]),
      ];
      return { media, formats, command: commandWithoutPrompts(words, { io, world }) };
    });
  } catch (error) {
    // A signal has its own message.
    if (!isExpectedError(error, 'INTERRUPTED') || signal.aborted) throw error;
    throw new ExpectedError('INTERRUPTED', 'Canceled. Nothing was downloaded.', { cause: error });
  }
}

async function chooseFormats(
  chosen: readonly FileFormat[],
  prompts: Prompts,
): Promise<readonly FileFormat[] | null> {
  return await chooseSeveral(prompts, {
    message: 'Transcript formats',
    choices: FILE_FORMATS.map((format) => ({
      label: format,
      detail: FORMAT_DETAILS[format],
      value: format,
    })),
    chosen,
    isRequired: true,
  });
}

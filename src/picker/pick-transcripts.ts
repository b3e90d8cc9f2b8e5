import type { MediaItem } from '../api/media.ts';
import type { Context } from '../context.ts';
import { FILE_FORMATS, type FileFormat } from '../media-selection/transcript-words.ts';
import { orCanceled } from '../terminal/prompts/or-canceled.ts';
import { chooseFormats } from './choose-formats.ts';
import { commandWithoutPrompts } from './command-without-prompts.ts';
import { requireLibraryAccess } from './library-access.ts';
import { askForMedia } from './media-steps.ts';

/** The selection, and the lines of a command that makes the same one without prompts. */
export interface PickedTranscripts {
  readonly media: readonly MediaItem[];
  readonly formats: readonly FileFormat[];
  readonly command: readonly string[];
}

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
  return await orCanceled('Canceled. Nothing was downloaded.', signal, () =>
    io.withPrompts(signal, async (prompts) => {
      let media: readonly MediaItem[] = [];
      let formats: readonly FileFormat[] | null = null;
      do {
        media = (await askForMedia(media, { prompts, api, nowMs: () => clock.now() })) ?? [];
        formats = isFormatGiven ? given : await chooseFormats(prompts, FILE_FORMATS, given);
      } while (formats === null);
      const words = [
        ...media.flatMap(({ id }) => ['-m', id]),
        ...(isFormatGiven ? [] : ['--as', formats.join(',')]),
      ];
      return { media, formats, command: commandWithoutPrompts(words, { io, world }) };
    }),
  );
}

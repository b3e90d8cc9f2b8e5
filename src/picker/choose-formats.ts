import type { FileFormat } from '../media-selection/transcript-words.ts';
import type { Prompts } from '../terminal/prompts/prompts.ts';
import { chooseSeveral } from './choices.ts';

const DETAILS: Readonly<Record<FileFormat, string>> = {
  srt: 'subtitles',
  txt: 'plain text',
  json: 'for programs, with timestamps',
  vtt: 'subtitles for the web',
  docx: 'Word document',
};

/** Asks for at least one of these transcript formats; null to go back. */
export async function chooseFormats<Format extends FileFormat>(
  prompts: Prompts,
  formats: readonly Format[],
  chosen: readonly Format[],
): Promise<readonly Format[] | null> {
  return await chooseSeveral(prompts, {
    message: 'Transcript formats',
    choices: formats.map((format) => ({ label: format, detail: DETAILS[format], value: format })),
    chosen,
    isRequired: true,
  });
}

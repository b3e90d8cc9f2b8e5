import type { TranscriptFormat, TranscriptSelection } from '../api/wire.ts';
import { ExpectedError } from '../errors.ts';

export const TRANSCRIPT_FORMATS: readonly TranscriptFormat[] = ['txt', 'srt', 'json'];
/** Formats of single transcripts. Packages cannot contain the last two. */
export const FILE_FORMATS = ['srt', 'txt', 'json', 'vtt', 'docx'] as const;
export type FileFormat = (typeof FILE_FORMATS)[number];
/** The default format of `-t ID`, which players and editors read. */
const DEFAULT_FORMAT: TranscriptFormat = 'srt';
/** Formats that are available for single transcripts but not in packages; see docs/openapi.yaml. */
const ONLY_SINGLE: ReadonlySet<string> = new Set<FileFormat>(['vtt', 'docx']);

/**
 * Parses `ID` or `ID:FORMAT`. IDs are opaque and may contain colons, so only a known format counts.
 * @throws ExpectedError USAGE for a format that packages cannot contain
 */
export function parseTranscript(text: string): TranscriptSelection {
  const colon = text.lastIndexOf(':');
  const suffix = colon >= 0 ? text.slice(colon + 1).toLowerCase() : '';
  if (ONLY_SINGLE.has(suffix)) throw notInPackages(suffix, ' -t TRANSCRIPT_ID');
  const format = TRANSCRIPT_FORMATS.find((candidate) => candidate === suffix);
  const id = format === undefined ? text : text.slice(0, colon);
  if (id.trim() === '') throw new ExpectedError('USAGE', 'the transcript ID is empty');
  return { id, format: format ?? DEFAULT_FORMAT };
}

/**
 * Parses a list of formats for single transcripts, such as `vtt,docx`.
 * @throws ExpectedError USAGE that lists the formats
 */
export function parseFileFormats(text: string): readonly FileFormat[] {
  const formats = text.split(',').map((word) => {
    const name = word.trim().toLowerCase();
    const format = FILE_FORMATS.find((candidate) => candidate === name);
    if (format === undefined) throw noFormat(word, FILE_FORMATS);
    return format;
  });
  return [...new Set(formats)];
}

/**
 * Parses a list of formats such as `srt,txt`.
 * @throws ExpectedError USAGE that lists the formats
 */
export function parseFormats(text: string): readonly TranscriptFormat[] {
  const formats = text.split(',').map((word) => {
    const name = word.trim().toLowerCase();
    if (ONLY_SINGLE.has(name)) throw notInPackages(name);
    const format = TRANSCRIPT_FORMATS.find((candidate) => candidate === name);
    if (format !== undefined) return format;
    throw noFormat(word, TRANSCRIPT_FORMATS);
  });
  return [...new Set(formats)];
}

function noFormat(word: string, formats: readonly string[]): ExpectedError {
  return new ExpectedError('USAGE', `${JSON.stringify(word)} is not a transcript format`, {
    hint: `formats: ${formats.join(', ')}`,
  });
}

function notInPackages(format: string, only = ''): ExpectedError {
  return new ExpectedError('USAGE', `packages cannot contain ${format} transcripts`, {
    hint: `download single transcripts with: streamdiver-dl transcripts MEDIA_ID${only} --as ${format}`,
  });
}

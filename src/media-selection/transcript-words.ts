import type { TranscriptFormat, TranscriptSelection } from '../api/wire.ts';
import { ExpectedError } from '../errors.ts';

export const TRANSCRIPT_FORMATS: readonly TranscriptFormat[] = ['txt', 'srt', 'json'];
/** The format of `-t ID`: players and editors support it. */
const DEFAULT_FORMAT: TranscriptFormat = 'srt';
/** Formats that the service supports for single transcripts but not in packages; see docs/openapi.yaml. */
const ONLY_SINGLE = new Set(['vtt', 'docx']);

/**
 * Parses `ID` or `ID:FORMAT`. IDs are opaque and may contain colons, so only a known format counts.
 * @throws ExpectedError USAGE for a format that packages cannot contain
 */
export function parseTranscript(text: string): TranscriptSelection {
  const colon = text.lastIndexOf(':');
  const suffix = colon >= 0 ? text.slice(colon + 1).toLowerCase() : '';
  if (ONLY_SINGLE.has(suffix)) throw notInPackages(suffix);
  const format = TRANSCRIPT_FORMATS.find((candidate) => candidate === suffix);
  const id = format === undefined ? text : text.slice(0, colon);
  if (id.trim() === '') throw new ExpectedError('USAGE', 'the transcript ID is empty');
  return { id, format: format ?? DEFAULT_FORMAT };
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
    throw new ExpectedError('USAGE', `${JSON.stringify(word)} is not a transcript format`, {
      hint: `formats: ${TRANSCRIPT_FORMATS.join(', ')}`,
    });
  });
  return [...new Set(formats)];
}

function notInPackages(format: string): ExpectedError {
  return new ExpectedError('USAGE', `packages cannot contain ${format} transcripts`, {
    hint: `formats: ${TRANSCRIPT_FORMATS.join(', ')}`,
  });
}

import { errorText, looksLikeHtml, reportedFailure } from '../api/response.ts';
import { ExpectedError } from '../errors.ts';
import type { FileFormat } from '../media-selection/transcript-words.ts';
import { isObject, type JsonObject } from '../parse/json.ts';

/** Received content that is not yet known to be a transcript. */
export interface ReceivedContent {
  /** The first bytes. */
  readonly start: Buffer;
  readonly sizeBytes: number;
  /** Whether it contains `-->`, which separates the two times of a cue. */
  readonly hasArrow: boolean;
  /** Reads all bytes. */
  readonly read: () => Promise<Buffer>;
  /** @throws ExpectedError INTEGRITY or UNSAFE if it is not a complete zip archive */
  readonly verifyArchive: () => Promise<void>;
}

/** Errors are shorter. */
const ERROR_BYTES = 1_048_576;
const MESSAGE_CHARACTERS = 200;

/**
 * Classifies content as a transcript or an empty transcript.
 * @throws ExpectedError BAD_RESPONSE for anything else: a web page, an error, another format
 */
export async function classifyTranscript(
  content: ReceivedContent,
  format: FileFormat,
): Promise<'transcript' | 'empty'> {
  const { start, sizeBytes, hasArrow } = content;
  const text = start.toString('utf8').replace(/^\uFEFF/, '');
  if (sizeBytes === start.length && text.trim() === '') return 'empty';
  if (looksLikeHtml(Buffer.from(text))) throw refusal('a web page', format);
  if (format === 'docx') {
    try {
      await content.verifyArchive();
      return 'transcript';
    } catch (error) {
      if (!(error instanceof ExpectedError)) throw error;
      await refuseJson(content, format);
      throw refusal('no whole document', format, error.message);
    }
  }
  if (format === 'json') return await classifyJson(content);
  await refuseJson(content, format);
  if (format === 'vtt') {
    if (!/^WEBVTT(?:[ \t\r\n]|$)/.test(text)) throw refusal('no WebVTT', format);
    return hasArrow ? 'transcript' : 'empty';
  }
  if (format === 'srt' && !hasArrow) throw refusal('no SubRip', format);
  return 'transcript';
}

async function classifyJson(content: ReceivedContent): Promise<'transcript' | 'empty'> {
  const bytes = await content.read();
  let value: unknown;
  try {
    value = JSON.parse(bytes.toString('utf8').replace(/^\uFEFF/, ''));
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw refusal('no valid JSON', 'json');
  }
  if (isObject(value)) refuseError(value, 'json');
  const isNothing = value === null || (typeof value === 'object' && Object.keys(value).length === 0);
  return isNothing ? 'empty' : 'transcript';
}

/** A transcript in another format can start with a brace or bracket, but is not valid JSON. */
async function refuseJson(content: ReceivedContent, format: FileFormat): Promise<void> {
  if (content.sizeBytes > ERROR_BYTES || !/^\uFEFF?\s*[{[]/.test(content.start.toString('utf8'))) return;
  let value: unknown;
  try {
    value = JSON.parse((await content.read()).toString('utf8').replace(/^\uFEFF/, ''));
  } catch (error) {
    if (error instanceof SyntaxError) return;
    throw error;
  }
  if (isObject(value)) refuseError(value, format);
  throw refusal('JSON', format);
}

/** JSend, or a problem document (RFC 9457). */
function refuseError(value: JsonObject, format: FileFormat): void {
  const isProblem =
    typeof value['title'] === 'string' && typeof value['status'] === 'number' && value['status'] >= 400;
  if (reportedFailure(value) === null && !isProblem) return;
  throw refusal('an error', format, errorText(value) ?? 'no reason given');
}

function refusal(what: string, format: FileFormat, reason?: string): ExpectedError {
  const words = reason === undefined ? '' : `: ${reason.slice(0, MESSAGE_CHARACTERS)}`;
  return new ExpectedError(
    'BAD_RESPONSE',
    `the service sent ${what} instead of a transcript as ${format}${words}`,
    {
      hint: 'try another format with --as; -v shows the request and the response',
    },
  );
}

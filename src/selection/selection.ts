import type { CreateDownloadBody, TranscriptSelection } from '../api/wire.ts';
import { ExpectedError } from '../errors.ts';
import { isObject, type JsonObject } from '../values/json.ts';
import { TRANSCRIPT_FORMATS } from './transcript-words.ts';

/** What goes into a package, as flags, a file or the picker say it. */
export interface Selection {
  readonly mediaIds: readonly string[];
  readonly renditionIds: readonly string[];
  readonly transcripts: readonly TranscriptSelection[];
}

/**
 * Reads the API's own body from a file. Known fields must have the right types; unknown ones pass.
 * @throws ExpectedError USAGE naming the field
 */
export function parseBody(value: unknown, source: string): CreateDownloadBody & JsonObject {
  if (!isObject(value)) throw new ExpectedError('USAGE', `${source} does not hold a JSON object`);
  const wrong = (field: string, what: string) =>
    new ExpectedError('USAGE', `${source}: ${field} must be ${what}`);
  for (const field of ['title', 'description', 'expires']) {
    if (value[field] !== undefined && typeof value[field] !== 'string') throw wrong(field, 'a string');
  }
  for (const field of ['selectedMediaIds', 'selectedRenditionIds']) {
    const list = value[field];
    if (list === undefined) continue;
    if (!Array.isArray(list) || list.some((id) => typeof id !== 'string'))
      throw wrong(field, 'a list of strings');
  }
  const transcripts = value.selectedTranscripts ?? [];
  const isSelection = (item: unknown) =>
    isObject(item) &&
    typeof item.id === 'string' &&
    TRANSCRIPT_FORMATS.some((format) => format === item.format);
  if (!Array.isArray(transcripts) || !transcripts.every(isSelection)) {
    throw wrong(
      'selectedTranscripts',
      `a list of {"id", "format"} with format ${TRANSCRIPT_FORMATS.join(', ')}`,
    );
  }
  return value;
}

/** The body to send: what the file says, its lists extended and its scalars overridden by the flags. */
export function mergeBody(
  fromFile: CreateDownloadBody & JsonObject,
  selection: Selection,
  scalars: {
    readonly title: string | null;
    readonly description: string | null;
    readonly expires: string | null;
  },
): CreateDownloadBody {
  const merged: Record<string, unknown> = { ...fromFile };
  for (const [name, value] of Object.entries(scalars)) if (value !== null) merged[name] = value;
  const lists = {
    selectedMediaIds: [...new Set([...(fromFile.selectedMediaIds ?? []), ...selection.mediaIds])],
    selectedRenditionIds: [...new Set([...(fromFile.selectedRenditionIds ?? []), ...selection.renditionIds])],
    selectedTranscripts: uniqueTranscripts([
      ...(fromFile.selectedTranscripts ?? []),
      ...selection.transcripts,
    ]),
  };
  for (const [name, list] of Object.entries(lists)) {
    if (list.length > 0) merged[name] = list;
    else delete merged[name];
  }
  return merged;
}

export function isEmptyBody({
  selectedMediaIds,
  selectedRenditionIds,
  selectedTranscripts,
}: CreateDownloadBody): boolean {
  return [selectedMediaIds, selectedRenditionIds, selectedTranscripts].every(
    (list) => (list?.length ?? 0) === 0,
  );
}

/**
 * Anonymous users may have one single rendition per package (api.md); anything else would be
 * refused, so it is refused before it is sent.
 * @throws ExpectedError AUTH
 */
export function checkAnonymous(body: CreateDownloadBody): void {
  const renditions = body.selectedRenditionIds?.length ?? 0;
  const others = (body.selectedMediaIds?.length ?? 0) + (body.selectedTranscripts?.length ?? 0);
  if (renditions === 1 && others === 0) return;
  throw notForAnonymous();
}

export function notForAnonymous(): ExpectedError {
  return new ExpectedError(
    'AUTH',
    'without a credential a package holds exactly one rendition and nothing else',
    {
      hint: 'choose one with -r ID, or sign in with streamdiver-dl login',
    },
  );
}

function uniqueTranscripts(transcripts: readonly TranscriptSelection[]): TranscriptSelection[] {
  return [...new Map(transcripts.map((item) => [JSON.stringify([item.id, item.format]), item])).values()];
}

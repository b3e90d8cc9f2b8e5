import type { CreateDownloadBody, TranscriptSelection } from '../api/wire.ts';
import { ExpectedError } from '../errors.ts';
import { isObject, type JsonObject } from '../parse/json.ts';
import { TRANSCRIPT_FORMATS } from './transcript-words.ts';

/** The content of a package, from flags, a file, or the picker. */
export interface Selection {
  readonly mediaIds: readonly string[];
  readonly renditionIds: readonly string[];
  readonly transcripts: readonly TranscriptSelection[];
}

/**
 * Parses a request body of the API from a file. Only the lists that flags extend must be lists; the service
 * validates the rest.
 * @param warn called for values that the service does not document
 * @throws ExpectedError USAGE naming the field
 */
export function parseBody(
  value: unknown,
  source: string,
  warn: (message: string) => void,
): CreateDownloadBody & JsonObject {
  if (!isObject(value)) throw new ExpectedError('USAGE', `${source} does not contain a JSON object`);
  const undocumented = (field: string, what: string) =>
    warn(`${source}: ${field} should be ${what}; sent unchanged`);
  for (const field of ['title', 'description', 'expires']) {
    if (value[field] !== undefined && typeof value[field] !== 'string') undocumented(field, 'a string');
  }
  for (const field of ['selectedMediaIds', 'selectedRenditionIds', 'selectedTranscripts']) {
    const list = value[field] ?? [];
    if (!Array.isArray(list)) throw new ExpectedError('USAGE', `${source}: ${field} must be a list`);
    const isDocumented = field === 'selectedTranscripts' ? isTranscriptSelection : isText;
    if (value[field] === null || !list.every(isDocumented)) undocumented(field, LIST_CONTENT[field] ?? '');
  }
  return value;
}

const FORMATS = TRANSCRIPT_FORMATS.join(', ');
const LIST_CONTENT: Readonly<Record<string, string>> = {
  selectedMediaIds: 'a list of strings',
  selectedRenditionIds: 'a list of strings',
  selectedTranscripts: `a list of {"id", "format"} with format ${FORMATS}`,
};

function isText(value: unknown): boolean {
  return typeof value === 'string';
}

function isTranscriptSelection(value: unknown): boolean {
  return isObject(value) && isText(value.id) && TRANSCRIPT_FORMATS.some((format) => format === value.format);
}

/** The request body: flags extend the lists of the file and override its scalars. */
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
    else if (merged[name] !== null) delete merged[name];
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
 * Anonymous users can select a single rendition and no whole media. This is documented, so other requests are
 * not sent. The service checks everything else.
 * @throws ExpectedError AUTH
 */
export function checkAnonymous(body: CreateDownloadBody): void {
  const renditions = body.selectedRenditionIds?.length ?? 0;
  const media = body.selectedMediaIds?.length ?? 0;
  if (renditions <= 1 && media === 0) return;
  throw new ExpectedError(
    'AUTH',
    'without a credential, a package can contain one rendition and no whole media',
    {
      hint: "select one with -r ID, or run 'streamdiver-dl login'",
    },
  );
}

function uniqueTranscripts(transcripts: readonly TranscriptSelection[]): TranscriptSelection[] {
  return [...new Map(transcripts.map((item) => [JSON.stringify(item), item])).values()];
}

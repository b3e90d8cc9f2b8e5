import type { CreateDownloadBody, TranscriptFormat, TranscriptSelection } from '../../api/wire.ts';
import type { Library } from '../library/library.ts';
import { Refusal, refuseFields } from '../server/refusal.ts';

const FORMATS: readonly TranscriptFormat[] = ['txt', 'srt', 'json'];
const SELECTION_LIMIT = 1000;

/** Collects the errors of the fields; the first error of each field is kept. */
type Complain = (field: string, message: string) => void;

/**
 * Checks the body of `POST /v2/downloads` against docs/openapi.yaml and the library.
 * @throws Refusal 400 that lists all invalid fields, 403 for selections that require a credential
 */
export function checkCreateBody(
  value: unknown,
  options: { readonly library: Library; readonly isAnonymous: boolean; readonly nowMs: number },
): CreateDownloadBody {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new Refusal(400, 'the body must be a JSON object');
  }
  const fields: Record<string, string> = {};
  const complain: Complain = (field, message) => {
    if (!Object.hasOwn(fields, field)) fields[field] = message;
  };
  const source = new Map<string, unknown>(Object.entries(value));
  const body: CreateDownloadBody = {};

  for (const name of ['title', 'description'] as const) {
    const text = source.get(name) ?? undefined;
    if (typeof text === 'string') body[name] = text;
    else if (text !== undefined) complain(name, 'must be a string');
  }
  const { library, isAnonymous, nowMs } = options;
  body.selectedMediaIds = checkIds('selectedMediaIds', source, library.mediaById, complain);
  body.selectedRenditionIds = checkIds('selectedRenditionIds', source, library.renditionsById, complain);
  body.selectedTranscripts = checkTranscripts(source.get('selectedTranscripts'), library, complain);
  const expires = checkExpires(source.get('expires'), nowMs, complain);
  if (expires !== undefined) body.expires = expires;
  refuseFields(fields);
  if (isAnonymous) refuseAnonymous(body, complain);
  if (Object.keys(fields).length > 0) throw new Refusal(403, 'not for anonymous users', { fields });
  if (countSelected(body) === 0) {
    complain('selectedMediaIds', 'select at least one media item, rendition, or transcript');
  }
  if (countSelected(body) > SELECTION_LIMIT) {
    complain(
      'selectedMediaIds',
      `select at most ${SELECTION_LIMIT} media items, renditions, and transcripts`,
    );
  }
  refuseFields(fields);
  return body;
}

function countSelected(body: CreateDownloadBody): number {
  const { selectedMediaIds = [], selectedRenditionIds = [], selectedTranscripts = [] } = body;
  return selectedMediaIds.length + selectedRenditionIds.length + selectedTranscripts.length;
}

/** Anonymous users: one single rendition per package, no `selectedMediaIds`. */
function refuseAnonymous(body: CreateDownloadBody, complain: Complain): void {
  const { selectedMediaIds = [], selectedRenditionIds = [], selectedTranscripts = [] } = body;
  if (selectedMediaIds.length > 0) complain('selectedMediaIds', 'only for authenticated users');
  if (selectedTranscripts.length > 0) complain('selectedTranscripts', 'only for authenticated users');
  if (selectedRenditionIds.length > 1) {
    complain('selectedRenditionIds', 'anonymous users may select one rendition per package');
  }
}

function checkIds(
  field: string,
  source: ReadonlyMap<string, unknown>,
  known: ReadonlyMap<string, unknown>,
  complain: Complain,
): string[] {
  const value = source.get(field) ?? [];
  if (!Array.isArray(value) || !value.every((id) => typeof id === 'string')) {
    complain(field, 'must be an array of IDs');
    return [];
  }
  const unknown = value.filter((id) => !known.has(id));
  if (unknown.length > 0) complain(field, `unknown: ${unknown.map(shorten).join(', ')}`);
  return [...new Set(value)];
}

function checkTranscripts(value: unknown, library: Library, complain: Complain): TranscriptSelection[] {
  const field = 'selectedTranscripts';
  const items: unknown = value ?? [];
  if (!Array.isArray(items)) {
    complain(field, 'must be an array of {id, format}');
    return [];
  }
  const chosen = new Map<string, TranscriptSelection>();
  for (const item of items) {
    const { id, format } = readSelection(item);
    if (typeof id !== 'string') complain(field, 'each item requires an ID');
    else if (!library.transcriptsById.has(id)) complain(field, `unknown: ${shorten(id)}`);
    else if (!isFormat(format)) complain(field, `format must be one of ${FORMATS.join(', ')}`);
    else chosen.set(`${id} ${format}`, { id, format });
  }
  return [...chosen.values()];
}

function readSelection(item: unknown): { readonly id?: unknown; readonly format?: unknown } {
  return typeof item === 'object' && item !== null ? item : {};
}

function isFormat(format: unknown): format is TranscriptFormat {
  return FORMATS.some((known) => known === format);
}

function checkExpires(value: unknown, nowMs: number, complain: Complain): string | undefined {
  if (value === undefined || value === null) return undefined;
  const isUtc = typeof value === 'string' && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?Z$/.test(value);
  const timeMs = isUtc ? Date.parse(value) : Number.NaN;
  // Date.parse reads 2025-02-30 as 2025-03-02.
  if (!isUtc || Number.isNaN(timeMs) || !new Date(timeMs).toISOString().startsWith(value.slice(0, 10))) {
    complain('expires', 'must be a UTC date-time such as 2025-12-31T23:59:59Z');
    return undefined;
  }
  if (timeMs <= nowMs) complain('expires', 'must be in the future');
  return value;
}

function shorten(id: string): string {
  return id.length > 60 ? `${id.slice(0, 60)}…` : id;
}

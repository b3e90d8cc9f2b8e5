import type { Api } from '../api/client.ts';
import type { MediaTranscript } from '../api/media.ts';
import type { TranscriptFormat, TranscriptSelection } from '../api/wire.ts';
import { ExpectedError, isExpectedError } from '../errors.ts';
import { eachAtOnce } from '../task-pool.ts';

type TranscriptApi = Pick<Api, 'getMediaItem' | 'listTranscripts'>;

export interface TranscriptQuery {
  readonly mediaIds: readonly string[];
  readonly formats: readonly TranscriptFormat[];
  /** Empty for all languages. Codes depend on the tenant; case does not matter. */
  readonly languages: readonly string[];
}

const PARALLEL_REQUESTS = 8;

/**
 * Finds all transcripts of the selected media items, in all requested formats.
 * @param onMissing called for each media item without transcripts
 * @returns by media ID, in the order of the media; a media item without a transcript has an empty list
 * @throws ExpectedError NOT_FOUND if no media item has one
 */
export async function findTranscripts(
  { mediaIds, formats, languages }: TranscriptQuery,
  {
    api,
    signal,
    onMissing,
  }: { api: TranscriptApi; signal: AbortSignal; onMissing: (mediumId: string) => void },
): Promise<ReadonlyMap<string, readonly TranscriptSelection[]>> {
  const isWanted = matchLanguages(languages);
  const seen = new Set<string>();
  const found = new Map<string, readonly MediaTranscript[]>(mediaIds.map((id) => [id, []]));
  await eachAtOnce(mediaIds, PARALLEL_REQUESTS, async (id) => {
    found.set(id, await listTranscripts(id, api, signal));
  });
  const selected = new Map<string, readonly TranscriptSelection[]>();
  for (const [id, transcripts] of found) {
    for (const { languageCode } of transcripts) seen.add(languageCode ?? 'none');
    const matching = transcripts.filter(isWanted);
    if (matching.length === 0) onMissing(id);
    selected.set(
      id,
      matching.flatMap((transcript) => formats.map((format) => ({ id: transcript.id, format }))),
    );
  }
  if ([...selected.values()].some((list) => list.length > 0)) return selected;
  throw new ExpectedError('NOT_FOUND', 'the selected media have no matching transcripts', {
    hint:
      seen.size === 0
        ? 'to include only the media, omit --transcripts'
        : `available languages: ${[...seen].join(', ')}`,
  });
}

/** Codes are compared without case; without any all transcripts match. */
export function matchLanguages(
  languages: readonly string[],
): (transcript: Pick<MediaTranscript, 'languageCode'>) => boolean {
  const wanted = new Set(languages.map((code) => code.toLowerCase()));
  return ({ languageCode }) => wanted.size === 0 || wanted.has(languageCode?.toLowerCase() ?? '');
}

/** @throws ExpectedError NOT_FOUND for an unknown media item, as opposed to one without transcripts */
async function listTranscripts(mediumId: string, api: TranscriptApi, signal: AbortSignal) {
  const transcripts = await api.listTranscripts(mediumId, signal);
  if (transcripts !== null) return transcripts;
  try {
    await api.getMediaItem(mediumId, signal);
  } catch (error) {
    throw isExpectedError(error, 'NOT_FOUND') ? noMediaItem(mediumId, error) : error;
  }
  return [];
}

/** The error for an ID of a media item that does not exist. */
export function noMediaItem(id: string, cause: ExpectedError): ExpectedError {
  return new ExpectedError('NOT_FOUND', `no media item with ID ${id}`, {
    ...cause.details,
    id,
    cause,
    hint: "run 'streamdiver-dl media list TEXT' to find media",
  });
}

import type { Api } from '../api/client.ts';
import type { TranscriptFormat, TranscriptSelection } from '../api/wire.ts';
import { ExpectedError, isExpectedError } from '../errors.ts';

type TranscriptApi = Pick<Api, 'getMediaItem' | 'listTranscripts'>;

export interface TranscriptQuery {
  readonly mediaIds: readonly string[];
  readonly formats: readonly TranscriptFormat[];
  /** Empty for all languages. Codes depend on the tenant; case does not matter. */
  readonly languages: readonly string[];
}

/**
 * Finds all transcripts of the selected media items, in all requested formats.
 * @param onMissing called for each media item without transcripts
 * @throws ExpectedError NOT_FOUND when no media item has one
 */
export async function findTranscripts(
  { mediaIds, formats, languages }: TranscriptQuery,
  {
    api,
    signal,
    onMissing,
  }: { api: TranscriptApi; signal: AbortSignal; onMissing: (mediumId: string) => void },
): Promise<readonly TranscriptSelection[]> {
  const wanted = new Set(languages.map((code) => code.toLowerCase()));
  const seen = new Set<string>();
  const found: TranscriptSelection[] = [];
  for (const mediumId of mediaIds) {
    const transcripts = await listTranscripts(mediumId, api, signal);
    const matching = transcripts.filter(({ languageCode }) => {
      seen.add(languageCode ?? 'none');
      return wanted.size === 0 || wanted.has(languageCode?.toLowerCase() ?? '');
    });
    if (matching.length === 0) onMissing(mediumId);
    for (const { id } of matching) for (const format of formats) found.push({ id, format });
  }
  if (found.length > 0) return found;
  throw new ExpectedError('NOT_FOUND', 'the selected media have no matching transcripts', {
    hint:
      seen.size === 0
        ? 'to include only the media, omit --transcripts'
        : `available languages: ${[...seen].join(', ')}`,
  });
}

/** @throws ExpectedError NOT_FOUND for an unknown media item, as opposed to one without transcripts */
async function listTranscripts(mediumId: string, api: TranscriptApi, signal: AbortSignal) {
  const transcripts = await api.listTranscripts(mediumId, signal);
  if (transcripts !== null) return transcripts;
  try {
    await api.getMediaItem(mediumId, signal);
  } catch (error) {
    if (!isExpectedError(error, 'NOT_FOUND')) throw error;
    throw new ExpectedError('NOT_FOUND', `no media item with ID ${mediumId}`, {
      ...error.details,
      id: mediumId,
      cause: error,
    });
  }
  return [];
}

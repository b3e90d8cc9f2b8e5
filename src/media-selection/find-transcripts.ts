import type { Api } from '../api/client.ts';
import type { TranscriptFormat, TranscriptSelection } from '../api/wire.ts';
import { ExpectedError, isExpectedError } from '../errors.ts';

type TranscriptApi = Pick<Api, 'getMediaItem' | 'listTranscripts'>;

export interface TranscriptQuery {
  readonly mediaIds: readonly string[];
  readonly formats: readonly TranscriptFormat[];
  /** Empty takes every language. Codes are the tenant's own and compared without case. */
  readonly languages: readonly string[];
}

/**
 * Looks up every transcript of the chosen media, in every asked format.
 * @param onMissing is told of a medium that has none
 * @throws ExpectedError NOT_FOUND when nothing at all is found
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
  throw new ExpectedError('NOT_FOUND', 'none of the chosen media has a transcript that fits', {
    hint:
      seen.size === 0
        ? 'take the media themselves with -m'
        : `languages that are there: ${[...seen].join(', ')}`,
  });
}

/** @throws ExpectedError NOT_FOUND when there is no such media item, which is not the same as one without transcripts */
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

import type { Api } from '../api/client.ts';
import type { MediaItem } from '../api/media.ts';
import { ExpectedError, isExpectedError } from '../errors.ts';
import { noMediaItem } from '../media-selection/find-transcripts.ts';
import type { ListedMediaItem } from './plan-transcripts.ts';

/** A media item that was selected. */
export interface SelectedMediaItem {
  readonly id: string;
  /** Null where only the ID was given. */
  readonly item: ListedMediaItem['item'];
}

/**
 * Looks up one media item with all of its transcripts. One that is missing under its own URL, but has transcripts, is
 * no failure: it has no title then.
 * @throws ExpectedError NOT_FOUND when there is no such media item
 */
export async function listMediaTranscripts(
  { id, item: known }: SelectedMediaItem,
  {
    api,
    signal,
  }: { readonly api: Pick<Api, 'getMediaItem' | 'listTranscripts'>; readonly signal: AbortSignal },
): Promise<ListedMediaItem> {
  const [found, transcripts] = await Promise.all([
    known ?? findItem(id, api, signal),
    api.listTranscripts(id, signal),
  ]);
  if (found instanceof ExpectedError && (transcripts ?? []).length === 0) throw noMediaItem(id, found);
  return {
    id,
    item: found instanceof ExpectedError ? null : slimItem(found),
    // Of thousands of media only this is kept.
    transcripts: (transcripts ?? []).map(({ id: transcriptId, languageCode }) => ({
      id: transcriptId,
      languageCode,
    })),
  };
}

/** What names are made of. */
export function slimItem({
  name,
  created,
  type,
}: NonNullable<ListedMediaItem['item']>): ListedMediaItem['item'] {
  return { name, created, type };
}

async function findItem(
  id: string,
  api: Pick<Api, 'getMediaItem'>,
  signal: AbortSignal,
): Promise<MediaItem | ExpectedError> {
  try {
    return await api.getMediaItem(id, signal);
  } catch (error) {
    if (isExpectedError(error, 'NOT_FOUND')) return error;
    throw error;
  }
}

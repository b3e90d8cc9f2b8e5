import type { Api } from '../api/client.ts';
import type { MediaItem } from '../api/media.ts';
import { eachAtOnce } from '../task-pool.ts';
import type { FoundTranscript } from './draft.ts';
import type { StepContext } from './step.ts';

/** Concurrent requests for the transcripts of many media items. */
const AT_A_TIME = 4;

/** Requests each media item once, even if the user goes back. An item that is unknown to the service has none. */
export function createTranscriptLookup(
  api: Pick<Api, 'listTranscripts'>,
  signal: AbortSignal,
): StepContext['findTranscripts'] {
  const known = new Map<string, readonly FoundTranscript[]>();
  const lookUp = async (medium: MediaItem) => {
    const transcripts = (await api.listTranscripts(medium.id, signal)) ?? [];
    known.set(
      medium.id,
      transcripts.map(({ id, languageCode }) => ({ id, languageCode, medium })),
    );
  };
  return async (media) => {
    const unknown = media.filter(({ id }) => !known.has(id));
    await eachAtOnce(unknown, AT_A_TIME, lookUp);
    return media.flatMap(({ id }) => known.get(id) ?? []);
  };
}

import type { Api } from '../api/client.ts';
import type { MediaItem } from '../api/media.ts';
import type { Context } from '../context.ts';
import { ExpectedError, isExpectedError } from '../errors.ts';
import type { TranscriptsFlags } from '../flags/transcripts-flags.ts';
import { matchLanguages, noMediaItem } from '../media-selection/find-transcripts.ts';
import type { ListedMediaItem } from './name-plan.ts';
import { reportListing } from './transcript-progress.ts';
import type { TranscriptRun } from './transcript-run.ts';
import { wholeMediaItem } from './transcripts-result.ts';

/** A media item that was selected. */
export interface SelectedMediaItem {
  readonly id: string;
  /** Null if only the ID was given. */
  readonly item: ListedMediaItem['item'];
}

/** What the lists contained, including transcripts that nobody asked for. */
export interface SeenTranscripts {
  readonly languages: Set<string>;
  readonly transcriptIds: Set<string>;
  /** The number of requested transcripts. */
  matching: number;
  mediaWithoutMatch: number;
}

/**
 * Lists the requested transcripts of media, in the order of the media. A media item that cannot be listed becomes a
 * failed row.
 */
export async function listAllTranscripts(
  selected: readonly SelectedMediaItem[],
  { flags, run, seen }: { flags: TranscriptsFlags; run: TranscriptRun; seen: SeenTranscripts },
  context: Pick<Context, 'api' | 'clock' | 'io' | 'signal'>,
): Promise<readonly ListedMediaItem[]> {
  const { clock, io } = context;
  const listed: (ListedMediaItem | null)[] = selected.map(() => null);
  const progress = reportListing(io, { clock, total: selected.length });
  const isInLanguage = matchLanguages(flags.languages);
  const isNamed = (id: string) => flags.transcriptIds.length === 0 || flags.transcriptIds.includes(id);
  await run.each(
    selected,
    ({ id }) => wholeMediaItem(id),
    async (one, index) => {
      const found = await listMediaTranscripts(one, context);
      for (const { id, languageCode } of found.transcripts) {
        seen.languages.add(languageCode ?? 'none');
        seen.transcriptIds.add(id);
      }
      const transcripts = found.transcripts.filter((one) => isInLanguage(one) && isNamed(one.id));
      seen.matching += transcripts.length;
      if (transcripts.length === 0) seen.mediaWithoutMatch += 1;
      listed[index] = { ...found, transcripts };
      progress.done();
      return null;
    },
  );
  return listed.filter((item) => item !== null);
}

/**
 * Looks up a media item and all its transcripts. An item that is missing but has transcripts gets no title.
 * @throws ExpectedError NOT_FOUND if the media item does not exist
 */
async function listMediaTranscripts(
  { id, item: known }: SelectedMediaItem,
  { api, signal }: Pick<Context, 'api' | 'signal'>,
): Promise<ListedMediaItem> {
  const [found, transcripts] = await Promise.all([
    known ?? findItem(id, api, signal),
    api.listTranscripts(id, signal),
  ]);
  if (found instanceof ExpectedError && (transcripts ?? []).length === 0) throw noMediaItem(id, found);
  return {
    id,
    item: found instanceof ExpectedError ? null : slimItem(found),
    // With thousands of media, keep only what is needed.
    transcripts: (transcripts ?? []).map(({ id: transcriptId, languageCode }) => ({
      id: transcriptId,
      languageCode,
    })),
  };
}

/** The fields that file names use. */
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

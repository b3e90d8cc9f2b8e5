import type { MediaItem } from '../api/media.ts';
import type { Column } from '../terminal/listing/listing.ts';
import { formatDuration, formatRelativeTime } from '../terminal/text/format.ts';
import { chooseSeveral } from './choices.ts';
import type { Draft } from './draft.ts';
import type { Step, StepContext } from './step.ts';

/**
 * Shows the library, page by page as the user scrolls; the service searches.
 * @returns null to go back, which the first question does not offer
 */
export async function askForMedia(
  chosen: readonly MediaItem[],
  { prompts, api, nowMs }: Pick<StepContext, 'prompts' | 'api' | 'nowMs'>,
): Promise<readonly MediaItem[] | null> {
  return await prompts.chooseFrom<MediaItem>({
    message: 'Media',
    columns: mediaColumns(nowMs()),
    idOf: ({ id }) => id,
    items: null,
    load: async (text, page, signal) =>
      (await api.listMedia({ page, text: text.trim() === '' ? undefined : text.trim() }, signal)).items,
    hasSearch: true,
    isMultiple: true,
    chosen,
    isRequired: true,
    canGoBack: false,
    notes: [],
    emptyText: 'No media',
  });
}

/** Asks for the media of a package. */
export const chooseMedia: Step = async (draft, context) => {
  const media = await askForMedia(draft.media, context);
  return media === null ? 'back' : withMedia(draft, media);
};

/** Media items with more to select than the original. */
export function withRenditions(media: readonly MediaItem[]): readonly MediaItem[] {
  return media.filter(({ renditions }) => renditions.length > 1);
}

/** Asks for renditions to include instead of the entire media item. */
export const chooseRenditions: Step = async (draft, { prompts }) => {
  const choices = withRenditions(draft.media).flatMap((medium) =>
    medium.renditions.map((rendition) => ({
      label: nameOf(medium),
      detail: rendition.name ?? rendition.id,
      value: rendition.id,
    })),
  );
  if (choices.length === 0) return 'skip';
  const renditionIds = await chooseSeveral(prompts, {
    message: 'Renditions (Enter for the whole media)',
    choices,
    chosen: draft.renditionIds,
    isRequired: false,
  });
  return renditionIds === null ? 'back' : { ...draft, renditionIds };
};

/** The name that is shown to a person. */
export function nameOf({ id, name }: MediaItem): string {
  return name ?? id;
}

function mediaColumns(nowMs: number): readonly Column<MediaItem>[] {
  return [
    { key: 'type', heading: 'TYPE', text: ({ type }) => type ?? '' },
    { key: 'name', heading: 'NAME', text: nameOf, shrinks: true },
    {
      key: 'duration',
      heading: 'LENGTH',
      align: 'right',
      isOptional: true,
      text: ({ durationSeconds }) => (durationSeconds === null ? '' : formatDuration(durationSeconds * 1000)),
    },
    {
      key: 'created',
      heading: 'AGE',
      isOptional: true,
      text: ({ created }) => (created === null ? '' : formatRelativeTime(Date.parse(created), nowMs)),
    },
  ];
}

/** The draft with these media items, without selections from others. */
function withMedia(draft: Draft, media: readonly MediaItem[]): Draft {
  const renditionIds = new Set(media.flatMap(({ renditions }) => renditions.map(({ id }) => id)));
  return {
    ...draft,
    media,
    renditionIds: draft.renditionIds.filter((id) => renditionIds.has(id)),
    found: draft.found.filter(({ medium }) => media.some(({ id }) => id === medium.id)),
  };
}

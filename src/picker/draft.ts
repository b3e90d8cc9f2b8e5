import type { MediaItem } from '../api/media.ts';
import type { TranscriptFormat } from '../api/wire.ts';
import type { CreateFlags } from '../flags/create-flags.ts';

/** A transcript and its media item. */
export interface FoundTranscript {
  readonly id: string;
  readonly languageCode: string | null;
  readonly medium: MediaItem;
}

/** The responses so far. Every question starts from it, so that going back loses nothing. */
export interface Draft {
  readonly media: readonly MediaItem[];
  readonly renditionIds: readonly string[];
  /** All transcripts of the media. */
  readonly found: readonly FoundTranscript[];
  readonly transcripts: 'none' | 'all' | 'languages' | 'single';
  readonly languages: readonly string[];
  readonly transcriptIds: readonly string[];
  readonly formats: readonly TranscriptFormat[];
  readonly transcriptsOnly: boolean;
  /** Empty for the service default; null before the question was asked. */
  readonly title: string | null;
  readonly description: string;
  readonly expires: string;
}

/** The selection as the flags of `create` express it. */
export type PickedSelection = Omit<CreateFlags, 'fromFile' | 'query' | 'split' | 'dryRun' | 'wait' | 'fetch'>;

export const EMPTY_DRAFT: Draft = {
  media: [],
  renditionIds: [],
  found: [],
  transcripts: 'none',
  languages: [],
  transcriptIds: [],
  formats: ['srt'],
  transcriptsOnly: false,
  title: null,
  description: '',
  expires: '',
};

/** The selected transcripts, however they were selected. */
export function chosenTranscripts(draft: Draft): readonly FoundTranscript[] {
  switch (draft.transcripts) {
    case 'none':
      return [];
    case 'all':
      return draft.found;
    case 'languages':
      return draft.found.filter(({ languageCode }) => draft.languages.includes(languageCode ?? ''));
    case 'single':
      return draft.found.filter(({ id }) => draft.transcriptIds.includes(id));
  }
}

/**
 * The draft as flags. Selected renditions replace their media item. `--transcripts` applies to entire media
 * items only; in other cases each transcript has a flag of its own.
 */
export function selectionOf(draft: Draft): PickedSelection {
  const { media, formats } = draft;
  const hasTranscripts = chosenTranscripts(draft).length > 0;
  const transcriptsOnly = hasTranscripts && draft.transcriptsOnly;
  const renditionIds = transcriptsOnly ? [] : draft.renditionIds;
  const whole = media.filter(({ renditions }) => !renditions.some(({ id }) => renditionIds.includes(id)));
  const isByFormat = hasTranscripts && draft.transcripts !== 'single' && whole.length === media.length;
  return {
    mediaIds: transcriptsOnly && !isByFormat ? [] : whole.map(({ id }) => id),
    renditionIds,
    transcripts: isByFormat
      ? []
      : chosenTranscripts(draft).flatMap(({ id }) => formats.map((format) => ({ id, format }))),
    transcriptFormats: isByFormat ? formats : [],
    languages: isByFormat && draft.transcripts === 'languages' ? draft.languages : [],
    transcriptsOnly: transcriptsOnly && isByFormat,
    title: draft.title || null,
    description: draft.description || null,
    expires: draft.expires || null,
  };
}

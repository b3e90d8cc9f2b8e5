import type { MediaItem } from '../api/media.ts';
import { ExpectedError } from '../errors.ts';
import type { FileFormat } from '../media-selection/transcript-words.ts';
import { foldName } from '../target-folder/fold-name.ts';
import type { NameTemplate } from './transcript-name.ts';

/** A media item with its requested transcripts. */
export interface ListedMediaItem {
  readonly id: string;
  /** Null if the service does not have it under its own URL. */
  readonly item: Pick<MediaItem, 'name' | 'created' | 'type'> | null;
  readonly transcripts: readonly { readonly id: string; readonly languageCode: string | null }[];
}

/** One transcript in one format, and its target. */
export interface PlannedTranscript {
  readonly mediaId: string;
  readonly title: string | null;
  readonly transcriptId: string;
  readonly language: string | null;
  readonly format: FileFormat;
  readonly speakers: boolean;
  /** The components of the path below the target folder. */
  readonly components: readonly string[];
}

/** Why a transcript cannot have its name. */
export interface UnplannedTranscript {
  readonly transcript: PlannedTranscript;
  readonly error: ExpectedError;
}

/** The file names of one run. No two transcripts share a name on any file system. */
export interface NamePlan {
  /**
   * Names all transcripts of some media, each once.
   * @param isKnown whether to leave a transcript out; if names can be equal, its name stays reserved
   * @throws ExpectedError USAGE if the template has no ID and two names are equal
   */
  add(
    media: readonly ListedMediaItem[],
    isKnown: (transcript: PlannedTranscript) => boolean,
  ): {
    readonly planned: readonly PlannedTranscript[];
    readonly unplanned: readonly UnplannedTranscript[];
    readonly knownCount: number;
  };
}

export function createNamePlan(
  template: NameTemplate,
  { formats, speakers }: { readonly formats: readonly FileFormat[]; readonly speakers: boolean },
): NamePlan {
  const keys = new Set<string>();
  /** The transcript ID by file name, folded as file systems compare names. */
  const taken = new Map<string, string>();
  const nameOf = (transcript: PlannedTranscript, item: ListedMediaItem['item']): PlannedTranscript => {
    const { transcriptId: id, title, language, format } = transcript;
    const components = template.nameOf({
      id,
      title,
      language,
      format,
      created: item?.created ?? null,
      type: item?.type ?? null,
    });
    const path = components.join('/');
    const other = taken.get(foldName(path));
    if (other === undefined) {
      taken.set(foldName(path), id);
      return { ...transcript, components };
    }
    if (!template.hasId) {
      throw new ExpectedError('USAGE', `--name needs {id} or {id8}: 2 files would be ${path}`, { id });
    }
    throw new ExpectedError('EXISTS', `transcripts ${other} and ${id} would both be saved as ${path}`, {
      id,
      hint: 'use {id} in --name, or download one of them with -t to another folder',
    });
  };
  return {
    add(media, isKnown) {
      const planned: PlannedTranscript[] = [];
      const unplanned: UnplannedTranscript[] = [];
      let knownCount = 0;
      for (const { id: mediaId, item, transcripts } of media) {
        for (const { id: transcriptId, languageCode: language } of transcripts) {
          for (const format of formats) {
            const key = `${format} ${transcriptId}`;
            if (keys.has(key)) continue;
            keys.add(key);
            const title = item?.name ?? null;
            const transcript = {
              mediaId,
              title,
              transcriptId,
              language,
              format,
              speakers,
              components: [],
            };
            const isLeftOut = isKnown(transcript);
            if (isLeftOut) knownCount += 1;
            if (isLeftOut && template.hasId) continue;
            try {
              const named = nameOf(transcript, item);
              if (!isLeftOut) planned.push(named);
            } catch (error) {
              if (!(error instanceof ExpectedError) || error.code === 'USAGE') throw error;
              unplanned.push({ transcript, error });
            }
          }
        }
      }
      return { planned, unplanned, knownCount };
    },
  };
}

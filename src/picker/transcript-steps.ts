import { TRANSCRIPT_FORMATS } from '../media-selection/transcript-words.ts';
import { counted } from '../terminal/text/format.ts';
import { chooseOne, chooseSeveral } from './choices.ts';
import { chooseFormats } from './choose-formats.ts';
import { chosenTranscripts, type Draft, type FoundTranscript } from './draft.ts';
import { nameOf } from './media-steps.ts';
import type { Step } from './step.ts';

/** Asks whether to include transcripts, and how to select them. */
export const chooseTranscripts: Step = async (draft, { prompts, findTranscripts }) => {
  const found = await prompts.during(
    `Loading transcripts of ${counted(draft.media.length, 'media item')}`,
    () => findTranscripts(draft.media),
  );
  if (found.length === 0) return 'skip';
  const transcripts = await chooseOne<Draft['transcripts']>(prompts, {
    message: 'Transcripts',
    choices: [
      { label: 'None', value: 'none' },
      { label: 'All', detail: countLanguages(found), value: 'all' },
      { label: 'By language', value: 'languages' },
      { label: 'Individually', value: 'single' },
    ],
    chosen: [draft.transcripts],
  });
  return transcripts === null ? 'back' : { ...draft, found, transcripts };
};

export const chooseLanguages: Step = async (draft, { prompts }) => {
  if (draft.transcripts !== 'languages') return 'skip';
  const codes = [...countByLanguage(draft.found)].filter(([code]) => code !== '');
  const languages = await chooseSeveral(prompts, {
    message: 'Languages',
    choices: codes.map(([code, count]) => ({
      label: code,
      detail: counted(count, 'transcript'),
      value: code,
    })),
    chosen: draft.languages,
    isRequired: true,
  });
  return languages === null ? 'back' : { ...draft, languages };
};

export const chooseSingleTranscripts: Step = async (draft, { prompts }) => {
  if (draft.transcripts !== 'single') return 'skip';
  const transcriptIds = await chooseSeveral(prompts, {
    message: 'Select transcripts',
    choices: draft.found.map(({ id, languageCode, medium }) => ({
      label: nameOf(medium),
      detail: languageCode ?? id,
      value: id,
    })),
    chosen: draft.transcriptIds,
    isRequired: true,
  });
  return transcriptIds === null ? 'back' : { ...draft, transcriptIds };
};

export const choosePackageFormats: Step = async (draft, { prompts }) => {
  if (chosenTranscripts(draft).length === 0) return 'skip';
  const formats = await chooseFormats(prompts, TRANSCRIPT_FORMATS, draft.formats);
  return formats === null ? 'back' : { ...draft, formats };
};

/** Asks whether to include the media items with their transcripts. */
export const chooseExtent: Step = async (draft, { prompts }) => {
  if (chosenTranscripts(draft).length === 0) return 'skip';
  const transcriptsOnly = await chooseOne(prompts, {
    message: 'Package content',
    choices: [
      { label: 'Media and transcripts', value: false },
      { label: 'Transcripts only', value: true },
    ],
    chosen: [draft.transcriptsOnly],
  });
  return transcriptsOnly === null ? 'back' : { ...draft, transcriptsOnly };
};

/** `4 in de-v2, en-v2`, the most frequent language first. */
function countLanguages(found: readonly FoundTranscript[]): string {
  const codes = [...countByLanguage(found)].toSorted(([, one], [, other]) => other - one);
  return `${found.length} in ${codes.map(([code]) => code || 'no language').join(', ')}`;
}

function countByLanguage(found: readonly FoundTranscript[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { languageCode } of found) {
    const code = languageCode ?? '';
    counts.set(code, (counts.get(code) ?? 0) + 1);
  }
  return counts;
}

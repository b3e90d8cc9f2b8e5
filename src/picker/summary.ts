import { type Choice, chooseOne } from './choices.ts';
import { chosenTranscripts, type Draft } from './draft.ts';
import { nameOf, withRenditions } from './media-steps.ts';
import type { StepContext } from './step.ts';

/** The parts that can be changed at the end. */
export type Part = 'media' | 'renditions' | 'transcripts' | 'title' | 'description' | 'expires';

/** Shows the draft and its command, and asks whether to create it, change a part, go back, or cancel. */
export async function reviewDraft(
  draft: Draft,
  command: readonly string[],
  { prompts, given }: Pick<StepContext, 'prompts' | 'given'>,
): Promise<'create' | 'cancel' | 'back' | Part> {
  const part = (value: Part, label: string, detail: string): Choice<Part> => ({ label, detail, value });
  const answer = await chooseOne<'create' | 'cancel' | Part>(prompts, {
    message: 'Review',
    choices: [
      { label: 'Create', value: 'create' },
      part('media', 'Media', mediaText(draft)),
      ...(withRenditions(draft.media).length > 0
        ? [part('renditions', 'Renditions', renditionsText(draft))]
        : []),
      ...(draft.found.length > 0 ? [part('transcripts', 'Transcripts', transcriptsText(draft))] : []),
      ...(given.has('title') ? [] : [part('title', 'Title', draft.title || 'none')]),
      ...(given.has('description') ? [] : [part('description', 'Description', draft.description || 'none')]),
      ...(given.has('expires') ? [] : [part('expires', 'Expires', expiresText(draft))]),
      { label: 'Cancel', value: 'cancel' },
    ],
    chosen: [],
    notes: ['', 'To run this without prompts:', ...command],
  });
  return answer ?? 'back';
}

function mediaText({ media }: Draft): string {
  const names = media.map(nameOf).join(', ');
  return media.length === 1 ? names : `${media.length}: ${names}`;
}

function renditionsText({ media, renditionIds }: Draft): string {
  const names = media
    .flatMap(({ renditions }) => renditions)
    .filter(({ id }) => renditionIds.includes(id))
    .map(({ id, name }) => name ?? id);
  return names.length === 0 ? 'the whole media' : `${names.length}: ${names.join(', ')}`;
}

function transcriptsText(draft: Draft): string {
  const { length } = chosenTranscripts(draft);
  if (length === 0) return 'none';
  const only = draft.transcriptsOnly ? ' only' : '';
  return `${length} as ${draft.formats.join(', ')}${only}`;
}

function expiresText({ expires }: Draft): string {
  if (expires === '') return 'service default';
  return /^\d+d$/.test(expires) ? `in ${expires}` : expires;
}

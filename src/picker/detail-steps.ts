import { ExpectedError } from '../errors.ts';
import { parseTime } from '../parse/time.ts';
import { visiblePart } from '../terminal/text/escape.ts';
import { chooseOne } from './choices.ts';
import type { Draft } from './draft.ts';
import { nameOf } from './media-steps.ts';
import type { Step } from './step.ts';

export const askTitle: Step = async (draft, { prompts, given }) => {
  if (given.has('title')) return 'skip';
  const title = await prompts.askText({
    message: 'Title',
    suggestion: draft.title ?? suggestTitle(draft),
    explanation: 'Optional. The name of the package, also used for the file name.',
    check: () => null,
  });
  return title === null ? 'back' : { ...draft, title };
};

export const askDescription: Step = async (draft, { prompts, given }) => {
  if (given.has('description')) return 'skip';
  const description = await prompts.askText({
    message: 'Description',
    suggestion: draft.description,
    explanation: 'Optional.',
    check: () => null,
  });
  return description === null ? 'back' : { ...draft, description };
};

const PRESETS: readonly { readonly label: string; readonly value: string }[] = [
  { label: 'Service default', value: '' },
  { label: 'In 1 day', value: '1d' },
  { label: 'In 7 days', value: '7d' },
  { label: 'In 30 days', value: '30d' },
];
const OTHER = 'other';

export const chooseExpiry: Step = async (draft, { prompts, given, nowMs }) => {
  if (given.has('expires')) return 'skip';
  const isPreset = PRESETS.some(({ value }) => value === draft.expires);
  for (;;) {
    const chosen = await chooseOne(prompts, {
      message: 'Expires',
      choices: [...PRESETS, { label: 'Other', detail: isPreset ? '' : draft.expires, value: OTHER }],
      chosen: [isPreset ? draft.expires : OTHER],
    });
    if (chosen === null) return 'back';
    if (chosen !== OTHER) return { ...draft, expires: chosen };
    const expires = await prompts.askText({
      message: 'Expires',
      suggestion: isPreset ? '' : draft.expires,
      explanation: 'Examples: 7d, 2026-12-31, 2026-12-31T23:59:59Z. Empty for the service default.',
      check: (text) => (text === '' ? null : complaintAbout(text, nowMs())),
    });
    if (expires !== null) return { ...draft, expires };
  }
};

/** `Interview`, or `Interview and 2 more`, without characters that cannot be typed. */
function suggestTitle({ media }: Draft): string {
  const [first = '', ...others] = media.map(nameOf);
  const name = visiblePart(first).trim();
  return others.length === 0 ? name : `${name} and ${others.length} more`;
}

function complaintAbout(text: string, nowMs: number): string | null {
  try {
    parseTime(text, nowMs);
    return null;
  } catch (error) {
    if (!(error instanceof ExpectedError)) throw error;
    return [error.message, error.details.hint ?? ''].filter((part) => part !== '').join('; ');
  }
}

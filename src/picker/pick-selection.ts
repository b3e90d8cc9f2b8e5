import type { Context } from '../context.ts';
import { ExpectedError } from '../errors.ts';
import { orCanceled } from '../terminal/prompts/or-canceled.ts';
import { commandWithoutPrompts } from './command-without-prompts.ts';
import { askDescription, askTitle, chooseExpiry } from './detail-steps.ts';
import { type Draft, EMPTY_DRAFT, type PickedSelection, selectionOf } from './draft.ts';
import { requireLibraryAccess } from './library-access.ts';
import { chooseMedia, chooseRenditions } from './media-steps.ts';
import { selectionWords } from './selection-words.ts';
import { askSteps, type Step, type StepContext } from './step.ts';
import { type Part, reviewDraft } from './summary.ts';
import { createTranscriptLookup } from './transcript-lookup.ts';
import {
  chooseExtent,
  chooseLanguages,
  choosePackageFormats,
  chooseSingleTranscripts,
  chooseTranscripts,
} from './transcript-steps.ts';

const CANCELED = 'Canceled. Nothing was created.';

const TRANSCRIPT_STEPS = [
  chooseTranscripts,
  chooseLanguages,
  chooseSingleTranscripts,
  choosePackageFormats,
  chooseExtent,
];
const STEPS = [chooseMedia, chooseRenditions, ...TRANSCRIPT_STEPS, askTitle, askDescription, chooseExpiry];

/** The questions to repeat when a part changes; other media items affect everything that depends on them. */
const STEPS_OF: Readonly<Record<Part, readonly Step[]>> = {
  media: [chooseMedia, chooseRenditions, ...TRANSCRIPT_STEPS],
  renditions: [chooseRenditions],
  transcripts: TRANSCRIPT_STEPS,
  title: [askTitle],
  description: [askDescription],
  expires: [chooseExpiry],
};

/** The selection, and the lines of a command that makes the same one without prompts. */
export interface Picked {
  readonly selection: PickedSelection;
  readonly command: readonly string[];
}

/**
 * Asks for everything that `create` needs.
 * @param given values from flags, which are not prompted for
 * @throws ExpectedError AUTH without a credential, INTERRUPTED if the user cancels
 */
export async function pickSelection(
  given: {
    readonly title: string | null;
    readonly description: string | null;
    readonly expires: string | null;
  },
  { api, io, clock, signal, world }: Pick<Context, 'api' | 'io' | 'clock' | 'signal' | 'world'>,
): Promise<Picked> {
  requireLibraryAccess({ api }, 'select one rendition with -r ID');
  const commandOf = (draft: Draft) =>
    commandWithoutPrompts(selectionWords(selectionOf(draft)), { io, world });
  return await orCanceled(CANCELED, signal, () =>
    io.withPrompts(signal, async (prompts) => {
      const context: StepContext = {
        prompts,
        api,
        findTranscripts: createTranscriptLookup(api, signal),
        nowMs: () => clock.now(),
        given: new Set((['title', 'description', 'expires'] as const).filter((key) => given[key] !== null)),
      };
      const draft = await askAll(context, commandOf);
      const picked = selectionOf(draft);
      const selection = {
        ...picked,
        title: given.title ?? picked.title,
        description: given.description ?? picked.description,
        expires: given.expires ?? picked.expires,
      };
      return { selection, command: commandOf(draft) };
    }),
  );
}

async function askAll(context: StepContext, commandOf: (draft: Draft) => readonly string[]): Promise<Draft> {
  // The first question does not offer to go back, so the result is never null.
  let draft = (await askSteps(STEPS, EMPTY_DRAFT, context)) ?? EMPTY_DRAFT;
  for (;;) {
    const review = await reviewDraft(draft, commandOf(draft), context);
    if (review === 'create') return draft;
    if (review === 'cancel') throw new ExpectedError('INTERRUPTED', CANCELED);
    const changed =
      review === 'back'
        ? await askSteps(STEPS, draft, context, { start: STEPS.length - 1, direction: -1 })
        : await askSteps(STEPS_OF[review], draft, context);
    draft = changed ?? draft;
  }
}

import type { Context } from '../context.ts';
import { ExpectedError, isExpectedError } from '../errors.ts';
import { commandLine } from '../terminal/text/shell-quote.ts';
import { PROGRAM } from '../version.ts';
import { askDescription, askTitle, chooseExpiry } from './detail-steps.ts';
import { type Draft, EMPTY_DRAFT, type PickedSelection, selectionOf } from './draft.ts';
import { chooseMedia, chooseRenditions } from './media-steps.ts';
import { selectionWords } from './selection-words.ts';
import { askSteps, type Step, type StepContext } from './step.ts';
import { type Part, reviewDraft } from './summary.ts';
import { createTranscriptLookup } from './transcript-lookup.ts';
import {
  chooseExtent,
  chooseFormats,
  chooseLanguages,
  chooseSingleTranscripts,
  chooseTranscripts,
} from './transcript-steps.ts';
import { typedWords } from './typed-words.ts';

const TRANSCRIPT_STEPS = [
  chooseTranscripts,
  chooseLanguages,
  chooseSingleTranscripts,
  chooseFormats,
  chooseExtent,
];
const STEPS = [chooseMedia, chooseRenditions, ...TRANSCRIPT_STEPS, askTitle, askDescription, chooseExpiry];

/** What is asked again when a part is changed: with other media, also what depends on them. */
const STEPS_OF: Readonly<Record<Part, readonly Step[]>> = {
  media: [chooseMedia, chooseRenditions, ...TRANSCRIPT_STEPS],
  renditions: [chooseRenditions],
  transcripts: TRANSCRIPT_STEPS,
  title: [askTitle],
  description: [askDescription],
  expires: [chooseExpiry],
};

/** What was picked, and the command line that says the same without questions. */
export interface Picked {
  readonly selection: PickedSelection;
  readonly command: string;
}

/**
 * Asks for all that `create` needs.
 * @param given what flags have said; it is not asked
 * @throws ExpectedError AUTH without a credential, INTERRUPTED when it was left
 */
export async function pickSelection(
  given: {
    readonly title: string | null;
    readonly description: string | null;
    readonly expires: string | null;
  },
  { api, io, clock, signal, world }: Pick<Context, 'api' | 'io' | 'clock' | 'signal' | 'world'>,
): Promise<Picked> {
  if (api.credential.kind === 'anonymous') {
    throw new ExpectedError('AUTH', 'choosing from the media library needs a credential', {
      hint: 'set STREAMDIVER_TOKEN, or choose one rendition with -r ID',
    });
  }
  const commandOf = (draft: Draft) =>
    commandLine([PROGRAM, ...typedWords(world.argv), ...selectionWords(selectionOf(draft))], world.platform);
  try {
    return await io.withPrompts(signal, async (prompts) => {
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
    });
  } catch (error) {
    // A signal has its own words.
    if (!isExpectedError(error, 'INTERRUPTED') || signal.aborted) throw error;
    throw new ExpectedError('INTERRUPTED', 'Canceled. Nothing was created.', { cause: error });
  }
}

async function askAll(context: StepContext, commandOf: (draft: Draft) => string): Promise<Draft> {
  // The first question cannot be left to go back, so that there is an answer to it in any case.
  let draft = (await askSteps(STEPS, EMPTY_DRAFT, context)) ?? EMPTY_DRAFT;
  for (;;) {
    const review = await reviewDraft(draft, commandOf(draft), context);
    if (review === 'create') return draft;
    if (review === 'cancel') throw new ExpectedError('INTERRUPTED', 'Canceled. Nothing was created.');
    const changed =
      review === 'back'
        ? await askSteps(STEPS, draft, context, { start: STEPS.length - 1, direction: -1 })
        : await askSteps(STEPS_OF[review], draft, context);
    draft = changed ?? draft;
  }
}

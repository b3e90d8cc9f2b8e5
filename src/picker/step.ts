import type { Api } from '../api/client.ts';
import type { MediaItem } from '../api/media.ts';
import type { Prompts } from '../terminal/prompts/prompts.ts';
import type { Draft, FoundTranscript } from './draft.ts';

/** What a step may touch. */
export interface StepContext {
  readonly prompts: Prompts;
  readonly api: Pick<Api, 'listMedia'>;
  /** All transcripts of these media, in their order. */
  readonly findTranscripts: (media: readonly MediaItem[]) => Promise<readonly FoundTranscript[]>;
  readonly nowMs: () => number;
  /** What flags have said already is not asked. */
  readonly given: ReadonlySet<'title' | 'description' | 'expires'>;
}

/** One question. It has nothing to ask (`skip`), was left to go back (`back`), or changed the draft. */
export type Step = (draft: Draft, context: StepContext) => Promise<Draft | 'skip' | 'back'>;

/**
 * Asks one step after the other; going back goes to the one before that has something to ask.
 * @param direction where to go on from the first step if that has nothing to ask
 * @returns null when it went back beyond the first step
 */
export async function askSteps(
  steps: readonly Step[],
  draft: Draft,
  context: StepContext,
  { start = 0, direction = 1 }: { readonly start?: number; readonly direction?: 1 | -1 } = {},
): Promise<Draft | null> {
  let now = draft;
  let ahead = direction;
  let index = start;
  for (let step = steps[index]; step !== undefined; step = steps[index]) {
    const result = await step(now, context);
    if (result === 'back') ahead = -1;
    else if (result !== 'skip') {
      ahead = 1;
      now = result;
    }
    index += ahead;
  }
  return index < 0 ? null : now;
}

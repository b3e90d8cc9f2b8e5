import type { Api } from '../api/client.ts';
import type { MediaItem } from '../api/media.ts';
import type { Prompts } from '../terminal/prompts/prompts.ts';
import type { Draft, FoundTranscript } from './draft.ts';

/** What a step may use. */
export interface StepContext {
  readonly prompts: Prompts;
  readonly api: Pick<Api, 'listMedia'>;
  /** All transcripts of these media items, in their order. */
  readonly findTranscripts: (media: readonly MediaItem[]) => Promise<readonly FoundTranscript[]>;
  readonly nowMs: () => number;
  /** Values set by flags, which are not prompted for. */
  readonly given: ReadonlySet<'title' | 'description' | 'expires'>;
}

/** One question. It does not apply (`skip`), goes back (`back`), or returns the changed draft. */
export type Step = (draft: Draft, context: StepContext) => Promise<Draft | 'skip' | 'back'>;

/**
 * Asks one question after the other. Going back skips questions that do not apply.
 * @param direction where to continue from the first step if it does not apply
 * @returns null if the user goes back before the first step
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
  return index === -1 ? null : now;
}

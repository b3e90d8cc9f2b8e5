import type { Context } from '../context.ts';
import { chooseOne } from './choices.ts';

/** Asks whether to fetch the package that was just created. */
export async function offerFetch({
  io,
  signal,
}: Pick<Context, 'io' | 'signal'>): Promise<'fetch' | 'extract' | 'nothing'> {
  const answer = await io.withPrompts(signal, (prompts) =>
    chooseOne<'fetch' | 'extract' | 'nothing'>(prompts, {
      message: 'The package is being prepared',
      choices: [
        { label: 'Download it when ready', detail: 'to the current folder', value: 'fetch' },
        { label: 'Download and unpack it', detail: 'to a new folder', value: 'extract' },
        { label: 'Not now', value: 'nothing' },
      ],
      chosen: [],
      canGoBack: false,
    }),
  );
  return answer ?? 'nothing';
}

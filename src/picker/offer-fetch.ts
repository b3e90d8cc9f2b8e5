import type { Context } from '../context.ts';
import { chooseOne } from './choices.ts';

/** After a package was picked and created: whether to go on with it here. */
export async function offerFetch({
  io,
  signal,
}: Pick<Context, 'io' | 'signal'>): Promise<'fetch' | 'extract' | 'nothing'> {
  const answer = await io.withPrompts(signal, (prompts) =>
    chooseOne<'fetch' | 'extract' | 'nothing'>(prompts, {
      message: 'The package is being prepared',
      choices: [
        { label: 'Wait and fetch it', detail: 'into the current folder', value: 'fetch' },
        { label: 'Wait, fetch and unpack it', detail: 'into a folder of its own', value: 'extract' },
        { label: 'Not now', value: 'nothing' },
      ],
      chosen: [],
      canGoBack: false,
    }),
  );
  return answer ?? 'nothing';
}

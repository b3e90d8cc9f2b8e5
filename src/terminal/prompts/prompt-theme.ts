import type { Glyphs } from '../text/glyphs.ts';
import type { Style } from '../text/style.ts';

/** The library's prompts in our colours: its own look at another stream than the one they are drawn on. */
export function promptTheme({ style, glyphs }: { readonly style: Style; readonly glyphs: Glyphs }) {
  const same = (text: string) => text;
  return {
    prefix: { idle: style.cyan('?'), done: style.green(glyphs.check) },
    style: {
      answer: style.cyan,
      message: style.bold,
      error: (text: string) => style.red(`> ${text}`),
      defaultAnswer: (text: string) => style.dim(`(${text})`),
      help: style.dim,
      highlight: same,
      key: same,
    },
  };
}

import type { Glyphs } from '../text/glyphs.ts';
import type { Style } from '../text/style.ts';

/** Our colors for the library's prompts. Its own depend on another stream than the one it draws on. */
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

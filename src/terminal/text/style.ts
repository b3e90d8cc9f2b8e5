import type { OutputStream, World } from '../../world.ts';

export type ColorMode = 'auto' | 'always' | 'never';

/** Paints a text; without color each function returns its argument. */
export interface Style {
  readonly bold: (text: string) => string;
  readonly dim: (text: string) => string;
  readonly red: (text: string) => string;
  readonly green: (text: string) => string;
  readonly yellow: (text: string) => string;
  readonly cyan: (text: string) => string;
}

/**
 * Whether a stream gets color. In order of precedence: the flag, NO_COLOR (no-color.org), FORCE_COLOR, and
 * whether the stream is a terminal. An empty variable is unset. The libraries would each check another
 * stream.
 */
export function wantsColor(mode: ColorMode, stream: OutputStream, env: World['env']): boolean {
  if (mode !== 'auto') return mode === 'always';
  if (env['NO_COLOR']) return false;
  const forced = env['FORCE_COLOR'];
  if (forced) return forced !== '0' && forced !== 'false';
  return stream.isTTY === true && env['TERM'] !== 'dumb';
}

export function createStyle(isEnabled: boolean): Style {
  const paint = (on: number, off: number) => (text: string) =>
    isEnabled && text !== '' ? `\x1b[${on}m${text}\x1b[${off}m` : text;
  return {
    bold: paint(1, 22),
    dim: paint(2, 22),
    red: paint(31, 39),
    green: paint(32, 39),
    yellow: paint(33, 39),
    cyan: paint(36, 39),
  };
}

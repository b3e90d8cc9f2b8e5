import type { World } from '../../world.ts';

/** The drawn characters, in a form that the terminal supports. */
export interface Glyphs {
  readonly ellipsis: string;
  readonly check: string;
  /** Between the parts of a progress line. */
  readonly separator: string;
  /** Before a number of connections. */
  readonly times: string;
  /** The fill levels of one cell of a bar, the full cell last. */
  readonly barSteps: readonly string[];
  /** Before the current row. */
  readonly pointer: string;
  /** The keys that move the pointer. */
  readonly arrows: string;
  readonly barLeft: string;
  readonly spinnerFrames: readonly string[];
}

const UNICODE: Glyphs = {
  ellipsis: '…',
  check: '✔',
  separator: ' · ',
  times: '×',
  barSteps: ['▏', '▎', '▍', '▌', '▋', '▊', '▉', '█'],
  barLeft: '░',
  pointer: '❯',
  arrows: '↑↓',
  spinnerFrames: ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'],
};

const ASCII: Glyphs = {
  ellipsis: '...',
  check: 'ok:',
  separator: ' - ',
  times: 'x',
  barSteps: ['#'],
  pointer: '>',
  arrows: 'up/down',
  barLeft: '-',
  spinnerFrames: ['-', '\\', '|', '/'],
};

/** Unicode if the locale is UTF-8 (POSIX: LC_ALL, else LC_CTYPE, else LANG), otherwise ASCII. */
export function chooseGlyphs(env: World['env'], platform: NodeJS.Platform): Glyphs {
  if (env['TERM'] === 'dumb') return ASCII;
  if (platform === 'win32') return UNICODE;
  const locale = env['LC_ALL'] || env['LC_CTYPE'] || env['LANG'];
  // macOS always uses UTF-8, and programs started from its desktop get no locale.
  if (!locale) return platform === 'darwin' ? UNICODE : ASCII;
  return /utf-?8/i.test(locale) ? UNICODE : ASCII;
}

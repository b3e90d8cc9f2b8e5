import type { World } from '../../world.ts';

/** The few drawn characters, in a form that this terminal has. */
export interface Glyphs {
  readonly ellipsis: string;
  readonly check: string;
  /** Between the parts of a progress line. */
  readonly separator: string;
  /** Before a number of connections. */
  readonly times: string;
  /** What one cell of a bar can be filled to, the full cell last. */
  readonly barSteps: readonly string[];
  /** Before the row that keys act on. */
  readonly pointer: string;
  /** The keys that move it. */
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

/** Unicode where the locale says UTF-8 (POSIX: LC_ALL, else LC_CTYPE, else LANG), ASCII elsewhere. */
export function chooseGlyphs(env: World['env'], platform: NodeJS.Platform): Glyphs {
  if (env['TERM'] === 'dumb') return ASCII;
  if (platform === 'win32') return UNICODE;
  const locale = env['LC_ALL'] || env['LC_CTYPE'] || env['LANG'];
  // macOS is UTF-8 throughout, and programs started from its desktop get no locale at all.
  if (!locale) return platform === 'darwin' ? UNICODE : ASCII;
  return /utf-?8/i.test(locale) ? UNICODE : ASCII;
}

import type { OutputStream, World } from '../../world.ts';

export type ProgressMode = 'auto' | 'bar' | 'plain' | 'json' | 'none';

/**
 * How progress is told: `json` and `none` as asked; a bar only on a terminal that can redraw a line,
 * with nobody listening who reads aloud or keeps a log, unless the bar was asked for; lines elsewhere.
 */
export function chooseProgressMode(
  asked: ProgressMode,
  {
    stderr,
    env,
    quiet,
  }: { readonly stderr: OutputStream; readonly env: World['env']; readonly quiet: boolean },
): Exclude<ProgressMode, 'auto'> {
  if (asked === 'json' || asked === 'none') return asked;
  if (quiet) return 'none';
  if (asked === 'plain' || !canRedraw(stderr, env)) return 'plain';
  return asked === 'bar' || !(isAutomated(env) || env['ACCESSIBLE']) ? 'bar' : 'plain';
}

/** Whether a program is in charge and not a person: never ask, never animate. */
export function isAutomated(env: World['env']): boolean {
  const ci = env['CI'];
  return Boolean(env['AI_AGENT']) || (Boolean(ci) && ci !== 'false' && ci !== '0');
}

function canRedraw(stderr: OutputStream, env: World['env']): boolean {
  return stderr.isTTY === true && 'cursorTo' in stderr && env['TERM'] !== 'dumb';
}

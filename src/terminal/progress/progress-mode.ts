import type { OutputStream, World } from '../../world.ts';

export type ProgressMode = 'auto' | 'bar' | 'plain' | 'json' | 'none';

/**
 * How progress is shown. An explicit mode takes precedence over `--quiet`, except that a bar needs a terminal
 * that can redraw a line. The default is a bar there, unless a screen reader or an automated job reads it.
 */
export function chooseProgressMode(
  asked: ProgressMode,
  {
    stderr,
    env,
    quiet,
  }: { readonly stderr: OutputStream; readonly env: World['env']; readonly quiet: boolean },
): Exclude<ProgressMode, 'auto'> {
  if (asked === 'json' || asked === 'none' || asked === 'plain') return asked;
  if (asked === 'auto' && quiet) return 'none';
  if (!canRedraw(stderr, env)) return 'plain';
  return asked === 'bar' || !(isAutomated(env) || env['ACCESSIBLE']) ? 'bar' : 'plain';
}

/** Whether the command runs unattended: no prompts, no animation. */
export function isAutomated(env: World['env']): boolean {
  const ci = env['CI'];
  return Boolean(env['AI_AGENT']) || (Boolean(ci) && ci !== 'false' && ci !== '0');
}

function canRedraw(stderr: OutputStream, env: World['env']): boolean {
  return stderr.isTTY === true && 'cursorTo' in stderr && env['TERM'] !== 'dumb';
}

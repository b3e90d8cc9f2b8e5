import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { ExpectedError } from './errors.ts';
import { PROGRAM, VERSION } from './version.ts';
import type { World } from './world.ts';

/** Settings whose values must not end up in a report. */
const SECRET_NAMES = ['STREAMDIVER_TOKEN', 'STREAMDIVER_CLIENT_SECRET'];

/**
 * Anything that is not an ExpectedError is a bug of this program: its stack goes to a file that the
 * user may send us, and the user gets one line.
 */
export function reportBug(
  error: unknown,
  world: World,
  secrets: ReadonlySet<string> = new Set(),
): ExpectedError {
  const stack =
    error instanceof Error
      ? (error.stack ?? error.message)
      : `thrown: ${typeof error === 'string' ? error : typeof error}`;
  const redacted = redact(stack, [...secrets, ...SECRET_NAMES.map((name) => world.env[name])]);
  const file = path.join(world.temporaryFolder, `${PROGRAM}-bug-${world.pid}-${world.clock.now()}.txt`);
  const command = world.argv.find((word) => !word.startsWith('-')) ?? '';
  const text = `${PROGRAM} ${VERSION}, node ${world.nodeVersion}, ${world.platform}, command: ${command}\n${redacted}\n`;
  const isSaved = save(file, text);
  return new ExpectedError('INTERNAL', 'this is a bug in streamdiver-dl, sorry', {
    cause: error,
    hint: isSaved
      ? `a report without secrets is in ${file}; please send it to us`
      : 'run it again with -v to see where',
    technical: redacted.split('\n'),
  });
}

/** The secrets that are known, in any case what was about to be sent, and the queries of addresses. */
function redact(text: string, secrets: readonly (string | undefined)[]): string {
  let redacted = text;
  for (const secret of secrets) if (secret) redacted = redacted.replaceAll(secret.trim(), '***');
  return redacted
    .replaceAll(/\b(Bearer|Basic) [^\s"']+/g, '$1 ***')
    .replaceAll(/(https?:[^\s?"']+)\?[^\s"']+/g, '$1?…');
}

/** A report that cannot be written must not hide the bug itself. */
function save(file: string, text: string): boolean {
  try {
    writeFileSync(file, text, { flag: 'wx', mode: 0o600 });
    return true;
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    return false;
  }
}

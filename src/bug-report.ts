import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { ExpectedError } from './errors.ts';
import { PROGRAM, VERSION } from './version.ts';
import type { World } from './world.ts';

/** Settings whose values must not appear in a report. */
const SECRET_NAMES = ['STREAMDIVER_TOKEN', 'STREAMDIVER_CLIENT_SECRET'];

/**
 * Anything other than an ExpectedError is a bug in this program. Saves its stack to a file for a bug report, and
 * returns a one-line error.
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
  return new ExpectedError('INTERNAL', 'unexpected error in streamdiver-dl', {
    cause: error,
    hint: isSaved
      ? `please report this bug and attach ${file} (secrets are removed)`
      : 'rerun with -v to see the stack trace',
    technical: redacted.split('\n'),
  });
}

/** Masks known secrets, authorization headers, and the queries of URLs. */
function redact(text: string, secrets: readonly (string | undefined)[]): string {
  let redacted = text;
  for (const secret of secrets) if (secret) redacted = redacted.replaceAll(secret.trim(), '***');
  return redacted
    .replaceAll(/\b(Bearer|Basic) [^\s"']+/g, '$1 ***')
    .replaceAll(/(https?:[^\s?"']+)\?[^\s"']+/g, '$1?…');
}

/** A failure to write the report must not hide the bug. */
function save(file: string, text: string): boolean {
  try {
    writeFileSync(file, text, { flag: 'wx', mode: 0o600 });
    return true;
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    return false;
  }
}

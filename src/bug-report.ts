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
export function reportBug(error: unknown, world: World): ExpectedError {
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  const file = path.join(world.temporaryFolder, `${PROGRAM}-bug-${world.pid}-${world.clock.now()}.txt`);
  const command = world.argv.find((word) => !word.startsWith('-')) ?? '';
  const text = `${PROGRAM} ${VERSION}, node ${world.nodeVersion}, ${world.platform}, command: ${command}\n${redact(stack, world)}\n`;
  const isSaved = save(file, text);
  return new ExpectedError('INTERNAL', 'this is a bug in streamdiver-dl, sorry', {
    cause: error,
    hint: isSaved
      ? `a report without secrets is in ${file}; please send it to us`
      : 'run it again with -v to see where',
    technical: redact(stack, world).split('\n'),
  });
}

function redact(text: string, { env }: World): string {
  let redacted = text;
  for (const name of SECRET_NAMES) {
    const value = env[name];
    if (value !== undefined && value !== '') redacted = redacted.replaceAll(value, '***');
  }
  return redacted;
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

import path from 'node:path';
import { ExpectedError } from '../errors.ts';

/** Flags of commands that write files. */
export interface RawDestination {
  readonly output?: string;
  readonly dir?: string;
  readonly outputDir?: string;
  readonly dest?: string;
  readonly overwrite?: boolean;
  readonly clobber?: boolean;
  readonly skipExisting?: boolean;
}

export interface Destination {
  /** The file of `-o`; null without one. */
  readonly output: string | null;
  readonly toStdout: boolean;
  /** The folder of `-D`, or of `-o` with a slash at its end; null for the current one. */
  readonly folder: string | null;
  /** Whether `-D` or one of its aliases is given. */
  readonly hasFolderFlag: boolean;
  readonly ifExists: 'refuse' | 'overwrite' | 'skip';
}

/** Paths of standard output, which must not be replaced as files. */
const STANDARD_OUTPUT = new Set(['-', '/dev/stdout', '/dev/fd/1', '/proc/self/fd/1']);

/** @throws ExpectedError USAGE for --overwrite with --skip-existing */
export function readDestination(raw: RawDestination): Destination {
  const overwrite = raw.overwrite === true || raw.clobber === true;
  const skip = raw.skipExisting === true || raw.clobber === false;
  refuseBoth(overwrite && skip, '--overwrite', '--skip-existing');
  const { output } = raw;
  const toStdout = output !== undefined && STANDARD_OUTPUT.has(path.normalize(output));
  const isFolder = output !== undefined && /[/\\]$/.test(output);
  const named = raw.dir ?? raw.outputDir ?? raw.dest;
  return {
    output: output === undefined || toStdout || isFolder ? null : path.normalize(output),
    toStdout,
    folder: named ?? (isFolder ? output : null),
    hasFolderFlag: named !== undefined,
    ifExists: overwrite ? 'overwrite' : skip ? 'skip' : 'refuse',
  };
}

/** @throws ExpectedError USAGE if both flags are given */
export function refuseBoth(areGiven: boolean, flag: string, other: string): void {
  if (areGiven) throw new ExpectedError('USAGE', `${flag} and ${other} cannot be combined`);
}

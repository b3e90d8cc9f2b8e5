import { windowsNameProblem } from '../disk/windows-name.ts';
import { ExpectedError } from '../errors.ts';
import type { RecordFlags } from './record-flags.ts';

/** Where a command writes, as the user wrote it; null for what was not named. */
export interface OutputNames {
  readonly output: string | null;
  readonly folder: string | null;
  readonly record: RecordFlags;
  /** The content of an archive goes into a folder of its name without the extension. */
  readonly extract?: boolean;
}

/**
 * Checks the names that the user chose before anything is sent. Other systems refuse a name when it is used; Windows
 * reports it as missing, or makes a file that other programs cannot delete.
 * @throws ExpectedError USAGE for a name that Windows does not allow, DISK for one that is too long
 */
export function checkOutputNames(names: OutputNames, platform: NodeJS.Platform): void {
  if (platform !== 'win32') return;
  const { output, folder, record, extract = false } = names;
  // `.part.json` is as long as `.part.lock`.
  check('-o', output, '.part.json'.length);
  if (extract) check('-o', output?.replace(/\.zip$/i, '') ?? null);
  check('-D', folder);
  check('--record', record.file, '.lock'.length);
}

/** @param reserved the length of the longest ending of the files beside it */
function check(flag: string, name: string | null, reserved = 0): void {
  const problem = name === null ? null : windowsNameProblem(name, reserved);
  if (problem === null) return;
  const hint = `use another name with ${flag}`;
  if (problem.kind === 'too-long') {
    throw new ExpectedError('DISK', `cannot write ${name}: ${problem.reason}`, { hint });
  }
  throw new ExpectedError('USAGE', `${flag} ${name} ${problem.reason}`, { hint });
}

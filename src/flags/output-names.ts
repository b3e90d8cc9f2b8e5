import { windowsNameProblem } from '../disk/windows-name.ts';
import { ExpectedError } from '../errors.ts';
import type { RecordFlags } from './record-flags.ts';

/** The output paths as the user wrote them; null if not specified. */
export interface OutputNames {
  readonly output: string | null;
  readonly folder: string | null;
  readonly record: RecordFlags;
  /** Unpacks an archive into a folder with its name, without the extension. */
  readonly extract?: boolean;
}

/**
 * Checks the output names of the user before any request. Other systems reject an invalid name when it is used, but
 * Windows reports it as missing, or creates a file that other programs cannot delete.
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

/** @param reserved the length of the longest extension of the files beside it */
function check(flag: string, name: string | null, reserved = 0): void {
  const problem = name === null ? null : windowsNameProblem(name, reserved);
  if (problem === null) return;
  const hint = `use another name with ${flag}`;
  if (problem.kind === 'too-long') {
    throw new ExpectedError('DISK', `cannot write ${name}: ${problem.reason}`, { hint });
  }
  throw new ExpectedError('USAGE', `${flag} ${name} ${problem.reason}`, { hint });
}

import { setImmediate } from 'node:timers/promises';
import { ExpectedError } from '../../errors.ts';
import { lstatOrNull } from '../../target-folder/folder.ts';
import { isMatchingFile } from '../../target-folder/matching-file.ts';
import type { TargetFolder } from '../../target-folder/target-folder.ts';
import { showSome } from '../read/refusal.ts';
import type { ExtractionPlan, PlannedFile } from './extraction-plan.ts';

const FILES_PER_TURN = 100;

/**
 * Checks which files already exist in the target folder, before anything is written.
 * @returns the files to keep: those with the right size and CRC; with `skip`, all existing files, unchecked
 * @throws ExpectedError EXISTS naming all files that would be replaced (with `overwrite`, only those that cannot be:
 *   folders and special files), UNSAFE if the path contains a link
 */
export async function findExisting(
  plan: ExtractionPlan,
  target: TargetFolder,
  { ifExists, signal }: { ifExists: 'refuse' | 'overwrite' | 'skip'; signal?: AbortSignal | undefined },
): Promise<ReadonlyMap<PlannedFile, 'skipped' | 'left'>> {
  for (const { components } of plan.folders) target.find(components);
  const staying = new Map<PlannedFile, 'skipped' | 'left'>();
  const different: string[] = [];
  /** Consecutive entries are mostly in the same folder, so it need not be checked again. */
  let missingFolder: string | null = null;
  const irreplaceable: string[] = [];
  for (const [index, file] of plan.files.entries()) {
    if (index % FILES_PER_TURN === FILES_PER_TURN - 1) await setImmediate();
    signal?.throwIfAborted();
    const folder = file.components.slice(0, -1);
    const folderPath = folder.join('/');
    if (folderPath === missingFolder) continue;
    const parent = target.find(folder);
    if (parent === null) {
      missingFolder = folderPath;
      continue;
    }
    const place = parent.at(file.components.at(-1) ?? '');
    const stat = lstatOrNull(place.path, place.shownPath);
    if (stat === null) continue;
    const isLeft = ifExists === 'skip' && stat.isFile();
    const isSame = !isLeft && (await isMatchingFile(place, file.entry, { signal, stat }));
    if (isLeft || isSame) staying.set(file, isLeft ? 'left' : 'skipped');
    else if (!stat.isFile() && !stat.isSymbolicLink()) irreplaceable.push(place.shownPath);
    else if (ifExists !== 'overwrite') different.push(place.shownPath);
  }
  if (irreplaceable.length > 0) throw irreplaceableError(irreplaceable);
  if (different.length > 0) throw existsError(different);
  return staying;
}

/** @param paths at least one */
export function existsError(paths: readonly string[]): ExpectedError {
  return new ExpectedError('EXISTS', `not replaced, because the content differs: ${showSome(paths)}`, {
    hint: 'unpack into another folder, replace with --overwrite, or leave them with --skip-existing',
  });
}

function irreplaceableError(paths: readonly string[]): ExpectedError {
  return new ExpectedError(
    'EXISTS',
    `not replaced, because it is a folder or a special file: ${showSome(paths)}`,
    {
      hint: 'move it away, or unpack into another folder',
    },
  );
}

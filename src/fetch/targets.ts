import { stat } from 'node:fs/promises';
import path from 'node:path';
import type { Package } from '../api/package.ts';
import { diskError, isSystemError } from '../disk-error.ts';
import { fileName, folderName } from '../download/file-name.ts';
import { ExpectedError } from '../errors.ts';
import type { FetchFlags } from '../flags/fetch-flags.ts';

/** Where one file of a package goes, absolute. */
export interface Target {
  readonly file: string;
  /** Where its content goes with `-x`. */
  readonly folder: string;
}

/**
 * Decides all names before the first byte travels. An `-o` that names an existing folder means `-D`.
 * @throws ExpectedError USAGE when one name is given for several files
 */
export async function chooseTargets(
  item: Package,
  flags: Pick<FetchFlags, 'output' | 'folder'>,
  { cwd, isOnlyPackage }: { cwd: string; isOnlyPackage: boolean },
): Promise<readonly Target[]> {
  const isFolder = flags.output !== null && (await isExistingFolder(path.resolve(cwd, flags.output)));
  const folder = isFolder ? flags.output : flags.folder;
  if (flags.output !== null && !isFolder) {
    if (item.files.length > 1) {
      throw new ExpectedError(
        'USAGE',
        `package ${item.id} has ${item.files.length} files, -o names only one`,
        {
          hint: 'name a folder with -D',
        },
      );
    }
    const file = path.resolve(cwd, flags.output);
    const unpacked = folderName(file);
    return [{ file, folder: unpacked === file ? `${file}-files` : unpacked }];
  }
  const base = path.resolve(cwd, folder ?? '.');
  return item.files.map((file, index) => {
    const name = fileName({
      packageId: item.id,
      title: item.title,
      name: file.name,
      mimeType: file.mimeType,
      isCompressed: item.compressed,
      position: item.files.length > 1 ? index + 1 : null,
    });
    const goesIntoBase = folder !== null && isOnlyPackage && item.files.length === 1;
    return { file: path.join(base, name), folder: goesIntoBase ? base : path.join(base, folderName(name)) };
  });
}

async function isExistingFolder(candidate: string): Promise<boolean> {
  try {
    return (await stat(candidate)).isDirectory();
  } catch (error) {
    if (isSystemError(error) && (error.code === 'ENOENT' || error.code === 'ENOTDIR')) return false;
    throw diskError(error, candidate, 'look at');
  }
}

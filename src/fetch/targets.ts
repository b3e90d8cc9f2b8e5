import { stat } from 'node:fs/promises';
import path from 'node:path';
import type { Package } from '../api/package.ts';
import { diskError, isSystemError } from '../disk/disk-error.ts';
import { resolvePath } from '../disk/resolve-path.ts';
import { ExpectedError } from '../errors.ts';
import type { FetchFlags } from '../flags/fetch-flags.ts';
import { fileName, folderName } from './file-name.ts';

/** At the beginning of a path on Windows. */
const DRIVE = /^(?:[\\/]{2}[?.][\\/])?[a-z]:/i;

/** Where one file of a package goes, absolute. */
export interface Target {
  readonly file: string;
  /** Where its content goes with `-x`. */
  readonly folder: string;
}

/**
 * The path that names of files are relative to, or the one that was asked for; null for standard output.
 * @throws ExpectedError DISK when that is the current folder, and it is gone
 */
export function findBase(
  flags: Pick<FetchFlags, 'output' | 'folder' | 'toStdout'>,
  cwd: () => string,
): string | null {
  return flags.toStdout ? null : resolvePath(cwd, flags.output ?? flags.folder ?? '.');
}

/** The folder that the files of a command go into. @throws ExpectedError DISK */
export async function findTargetFolder(
  { output, folder }: Pick<FetchFlags, 'output' | 'folder'>,
  cwd: () => string,
): Promise<string> {
  if (output === null) return resolvePath(cwd, folder ?? '.');
  const target = resolvePath(cwd, output);
  return (await isExistingFolder(target)) ? target : path.dirname(target);
}

/**
 * Decides all names before the first byte travels. An `-o` that names an existing folder means `-D`.
 * @throws ExpectedError USAGE when one name is given for several files, or on Windows one with a colon
 */
export async function chooseTargets(
  item: Package,
  flags: Pick<FetchFlags, 'output' | 'folder' | 'keepArchive'>,
  { cwd, isOnlyPackage, platform }: { cwd: () => string; isOnlyPackage: boolean; platform: NodeJS.Platform },
): Promise<readonly Target[]> {
  refuseStream(flags.output, platform);
  const isFolder = flags.output !== null && (await isExistingFolder(resolvePath(cwd, flags.output)));
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
    const file = resolvePath(cwd, flags.output);
    // Without the archive, its name is free for the folder. Only the extension .zip is not part of the folder's name.
    const unpacked = file.replace(/(?<=[^\\/])\.zip$/i, '');
    return [{ file, folder: unpacked === file && flags.keepArchive ? `${file}-files` : unpacked }];
  }
  const base = resolvePath(cwd, folder ?? '.');
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

/** On Windows what follows a colon names a stream of the file before it, which nobody sees. */
function refuseStream(output: string | null, platform: NodeJS.Platform): void {
  if (platform !== 'win32' || output === null || !output.replace(DRIVE, '').includes(':')) return;
  throw new ExpectedError(
    'USAGE',
    `-o ${output} has a colon, which no file on Windows can have in its name`,
    {
      hint: 'choose another name with -o',
    },
  );
}

async function isExistingFolder(candidate: string): Promise<boolean> {
  try {
    return (await stat(candidate)).isDirectory();
  } catch (error) {
    if (isSystemError(error) && (error.code === 'ENOENT' || error.code === 'ENOTDIR')) return false;
    throw diskError(error, candidate, 'look at');
  }
}

import { stat } from 'node:fs/promises';
import path from 'node:path';
import type { Package } from '../api/package.ts';
import { onDisk, unlessMissing } from '../disk/disk-error.ts';
import { resolvePath } from '../disk/resolve-path.ts';
import { ExpectedError } from '../errors.ts';
import type { FetchFlags } from '../flags/fetch-flags.ts';
import type { FetchRun } from './fetch-run.ts';
import { fileName, folderName } from './generated-name.ts';

/** Where one file of a package goes, absolute. */
export interface Target {
  readonly file: string;
  /** The folder for its content with `-x`. */
  readonly folder: string;
}

/**
 * The base path of file names, or the path on the command line; null for standard output.
 * @throws ExpectedError DISK if it is the current folder and that was deleted
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
 * Determines all names before the download starts. `-o` with an existing folder means `-D`.
 * @throws ExpectedError USAGE for one name for several files
 */
export async function chooseTargets(
  item: Package,
  flags: Pick<FetchFlags, 'output' | 'folder' | 'keepArchive'>,
  { cwd, isOnlyPackage, idNameOf }: Pick<FetchRun, 'isOnlyPackage' | 'idNameOf'> & { cwd: () => string },
): Promise<readonly Target[]> {
  const isFolder = flags.output !== null && (await isExistingFolder(resolvePath(cwd, flags.output)));
  const folder = isFolder ? flags.output : flags.folder;
  if (flags.output !== null && !isFolder) {
    if (item.files.length > 1) {
      throw new ExpectedError(
        'USAGE',
        `package ${item.id} has ${item.files.length} files, but -o accepts one`,
        {
          hint: 'use -D DIR',
        },
      );
    }
    const file = resolvePath(cwd, flags.output);
    // Any name may contain a dot, so only the extension of an archive is removed.
    const unpacked = file.replace(/(?<=[^\\/])\.zip$/i, '');
    return [{ file, folder: unpacked === file && flags.keepArchive ? `${file}-files` : unpacked }];
  }
  const base = resolvePath(cwd, folder ?? '.');
  return item.files.map((file, index) => {
    const name = fileName({
      idName: idNameOf(item.id),
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
  return (await onDisk(unlessMissing(stat(candidate)), candidate, 'stat'))?.isDirectory() === true;
}

import type { ArchiveEntry } from './entry.ts';
import { refused, showName } from './refusal.ts';

export interface NameConflict {
  readonly reason: string;
  /** The entry that had the name first; null when it is only the parent of others. */
  readonly twin: ArchiveEntry | null;
}

interface Known {
  /** Part of the keys of what lies in it. */
  readonly id: number;
  /** The whole path. */
  readonly spelling: string;
  readonly isFolder: boolean;
  entry: ArchiveEntry | null;
}

/**
 * What all folders together may take, roughly, each being kept in mind by its path: a few deep paths
 * make as many folders as a whole archive of honest ones.
 */
const FOLDERS_LIMIT_BYTES = 32 * 2 ** 20;
const FOLDER_BYTES = 256;
const CHARACTER_BYTES = 2;

/**
 * Finds names that some file system takes for the same: case, Unicode composition, compatibility forms,
 * invisible characters; and names that are a file here and a folder there. Parents count as folders.
 */
export function createNameRegister(): {
  /**
   * Registers the path of an entry, unless it is in conflict with one before.
   * @throws ExpectedError UNSAFE when there are more folders than can be kept in mind
   */
  add(entry: ArchiveEntry, components: readonly string[]): NameConflict | null;
} {
  /** By the folder's number and the folded name. */
  const known = new Map<string, Known>();
  /** Folders by their paths as they are spelled, so that hardly a name is folded twice. */
  const folders = new Map<string, Known>();
  const root: Known = { id: 0, spelling: '', isFolder: true, entry: null };
  let foldersBytes = 0;

  const keyOf = (folder: Known, name: string): string => `${folder.id}/${foldName(name)}`;
  const remember = (key: string, spelling: string, isFolder: boolean, entry: ArchiveEntry | null): Known => {
    const made: Known = { id: known.size + 1, spelling, isFolder, entry };
    known.set(key, made);
    if (!isFolder) return made;
    folders.set(spelling, made);
    foldersBytes += FOLDER_BYTES + CHARACTER_BYTES * spelling.length;
    if (foldersBytes > FOLDERS_LIMIT_BYTES)
      throw refused(`it has too many folders (${folders.size} and more)`);
    return made;
  };
  /** The folder of such a path, registered with all above it. */
  const folderOf = (path: string): Known | NameConflict => {
    const spelledSo = path === '' ? root : folders.get(path);
    if (spelledSo !== undefined) return spelledSo;
    let folder = root;
    let end = 0;
    for (const name of path.split('/')) {
      end += name.length;
      const spelling = path.slice(0, end);
      end += 1;
      const key = keyOf(folder, name);
      const twin = known.get(key);
      if (twin === undefined) folder = remember(key, spelling, true, null);
      else if (!twin.isFolder)
        return { reason: `lies in ${showName(twin.spelling)}, which is a file`, twin: twin.entry };
      else if (twin.spelling !== spelling)
        return { reason: `lies in a folder that is also spelled ${showName(twin.spelling)}`, twin: null };
      else folder = twin;
    }
    return folder;
  };
  return {
    add(entry, components) {
      const path = components.join('/');
      const folder = folderOf(path.slice(0, Math.max(0, path.lastIndexOf('/'))));
      if ('reason' in folder) return folder;
      const isFolder = entry.kind === 'directory';
      const key = keyOf(folder, components.at(-1) ?? '');
      const twin = known.get(key);
      if (twin === undefined) {
        remember(key, path, isFolder, entry);
        return null;
      }
      const isFirstEntry = twin.isFolder && isFolder && twin.spelling === path && twin.entry === null;
      if (isFirstEntry) {
        twin.entry = entry;
        return null;
      }
      return { reason: conflictReason(twin, path, isFolder), twin: twin.entry };
    },
  };
}

function conflictReason(twin: Known, path: string, isFolder: boolean): string {
  if (twin.isFolder !== isFolder) return 'is both a file and a folder';
  return twin.spelling === path
    ? 'is there twice'
    : `is the same name as ${showName(twin.spelling)} elsewhere`;
}

const PLAIN = /^[\x20-\x7e]*$/;

/** Names with the same fold may be one file on APFS, HFS+, NTFS or exFAT. */
function foldName(name: string): string {
  if (PLAIN.test(name)) return name.toLowerCase();
  // Upper case first: it is what turns ß into SS and ſ into S.
  const cased = name.normalize('NFKC').toUpperCase().toLowerCase().normalize('NFKC');
  // HFS+ takes no notice of these when it compares names.
  return cased.replace(/\p{Default_Ignorable_Code_Point}/gu, '');
}

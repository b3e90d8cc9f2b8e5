import { foldName } from '../../target-folder/fold-name.ts';
import type { ArchiveEntry } from '../read/entry.ts';
import { LIMIT_HINT, refused, showName } from '../read/refusal.ts';

export interface NameConflict {
  readonly reason: string;
  /** The entry that had the name first; null if it is only the parent of other entries. */
  readonly twin: ArchiveEntry | null;
}

interface KnownFolder {
  /** The full path. */
  readonly spelling: string;
  /** By folded name; a file is represented by its entry. */
  readonly names: Map<string, KnownFolder | ArchiveEntry>;
  entry: ArchiveEntry | null;
}

/**
 * Approximate memory limit for all folders, which are stored by path. A few deep paths can create as many
 * folders as a large ordinary archive.
 */
const FOLDERS_LIMIT_BYTES = 32 * 2 ** 20;
const FOLDER_BYTES = 256;
const CHARACTER_BYTES = 2;

/** A folder that is listed again under the same name. */
export type KnownAlready = 'known';

/**
 * Finds names that some file system treats as equal (see fold-name.ts), and names that are both a file and a
 * folder. Parents count as folders.
 */
export function createNameRegister(): {
  /**
   * Registers the path of an entry, unless it conflicts with an earlier one or repeats a folder.
   * @throws ExpectedError UNSAFE if there are too many folders
   */
  add(entry: ArchiveEntry, components: readonly string[]): NameConflict | KnownAlready | null;
} {
  /** By unfolded path, so that names are rarely folded twice. */
  const folders = new Map<string, KnownFolder>();
  const root: KnownFolder = { spelling: '', names: new Map(), entry: null };
  let foldersBytes = 0;

  const makeFolder = (parent: KnownFolder, key: string, spelling: string): KnownFolder => {
    const made: KnownFolder = { spelling, names: new Map(), entry: null };
    parent.names.set(key, made);
    folders.set(spelling, made);
    foldersBytes += FOLDER_BYTES + CHARACTER_BYTES * spelling.length;
    if (foldersBytes > FOLDERS_LIMIT_BYTES) {
      throw refused(`it has too many folders (${folders.size} and more)`, LIMIT_HINT);
    }
    return made;
  };
  /** Returns the folder with this path, and registers it with its parents. */
  const folderOf = (path: string): KnownFolder | NameConflict => {
    const spelledSo = path === '' ? root : folders.get(path);
    if (spelledSo !== undefined) return spelledSo;
    let folder = root;
    let end = 0;
    for (const name of path.split('/')) {
      end += name.length;
      const spelling = path.slice(0, end);
      end += 1;
      const key = foldName(name);
      const twin = folder.names.get(key);
      if (twin === undefined) folder = makeFolder(folder, key, spelling);
      else if (!isFolder(twin)) {
        return { reason: `lies in ${showName(twin.path)}, which is a file`, twin };
      } else if (twin.spelling !== spelling) {
        return { reason: `lies in a folder that is also spelled ${showName(twin.spelling)}`, twin: null };
      } else folder = twin;
    }
    return folder;
  };
  return {
    add(entry, components) {
      const path = components.join('/');
      const folder = folderOf(path.slice(0, Math.max(0, path.lastIndexOf('/'))));
      if ('reason' in folder) return folder;
      const key = foldName(components.at(-1) ?? '');
      const twin = folder.names.get(key);
      if (entry.kind !== 'directory') {
        if (twin !== undefined) return fileConflict(entry, twin);
        folder.names.set(key, entry);
        return null;
      }
      const own = twin ?? makeFolder(folder, key, path);
      if (!isFolder(own)) return { reason: BOTH, twin: own };
      if (own.spelling !== path) return { reason: sameName(own.spelling), twin: own.entry };
      if (own.entry?.path === entry.path) return 'known';
      if (own.entry !== null) return { reason: sameName(own.entry.path), twin: own.entry };
      own.entry = entry;
      return null;
    },
  };
}

const BOTH = 'is both a file and a folder';
const TWICE = 'occurs twice';

function isFolder(known: KnownFolder | ArchiveEntry): known is KnownFolder {
  return 'names' in known;
}

function fileConflict(entry: ArchiveEntry, twin: KnownFolder | ArchiveEntry): NameConflict {
  if (isFolder(twin)) return { reason: BOTH, twin: twin.entry };
  return { reason: twin.path === entry.path ? TWICE : sameName(twin.path), twin };
}

function sameName(spelling: string): string {
  return `is the same name as ${showName(spelling)} elsewhere`;
}

import type { ArchiveEntry } from './entry.ts';
import { showName } from './refusal.ts';

export interface NameConflict {
  readonly reason: string;
  /** The entry that had the name first; null when it is only the parent of others. */
  readonly twin: ArchiveEntry | null;
}

interface Known {
  readonly spelling: string;
  readonly isFolder: boolean;
  entry: ArchiveEntry | null;
}

/**
 * Finds names that some file system takes for the same: case, Unicode composition, compatibility forms,
 * invisible characters; and names that are a file here and a folder there. Parents count as folders.
 */
export function createNameRegister(): {
  /** Registers the path of an entry, unless it is in conflict with one before. */
  add(entry: ArchiveEntry, components: readonly string[]): NameConflict | null;
} {
  const known = new Map<string, Known>();
  /** The folder of the last path, registered with all above it; mostly the next one's, too. */
  let lastFolder = '';

  const parentConflict = (parent: string): NameConflict | null => {
    const key = foldName(parent);
    const twin = known.get(key);
    if (twin === undefined) known.set(key, { spelling: parent, isFolder: true, entry: null });
    else if (!twin.isFolder) {
      return { reason: `lies in ${showName(twin.spelling)}, which is a file`, twin: twin.entry };
    } else if (twin.spelling !== parent) {
      return { reason: `lies in a folder that is also spelled ${showName(twin.spelling)}`, twin: null };
    }
    return null;
  };
  return {
    add(entry, components) {
      const isFolder = entry.kind === 'directory';
      const path = components.join('/');
      const folder = path.slice(0, Math.max(0, path.lastIndexOf('/')));
      if (folder !== lastFolder) {
        for (let slash = path.indexOf('/'); slash >= 0; slash = path.indexOf('/', slash + 1)) {
          const conflict = parentConflict(path.slice(0, slash));
          if (conflict !== null) return conflict;
        }
        lastFolder = folder;
      }
      const key = foldName(path);
      const twin = known.get(key);
      if (twin === undefined) {
        known.set(key, { spelling: path, isFolder, entry });
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

/** Names with the same fold may be one file on APFS, HFS+, NTFS or exFAT. */
export function foldName(name: string): string {
  // Upper case first: it is what turns ß into SS and ſ into S.
  const cased = name.normalize('NFKC').toUpperCase().toLowerCase().normalize('NFKC');
  // HFS+ takes no notice of these when it compares names.
  return cased.replace(/\p{Default_Ignorable_Code_Point}/gu, '');
}

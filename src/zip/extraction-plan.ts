import type { ArchiveEntry } from './entry.ts';
import { unsupportedReason } from './entry-content.ts';
import { refused, showName, showSome } from './refusal.ts';
import { checkEntryPath, pathComponents } from './safe-path.ts';

export interface PlannedFile {
  readonly entry: ArchiveEntry;
  /** The parts of its path below the target folder; the last one is the file's name. */
  readonly components: readonly string[];
}

export interface ExtractionPlan {
  /** In the order in which they lie in the archive. */
  readonly files: readonly PlannedFile[];
  /** Folders that have an entry of their own. */
  readonly folders: readonly (readonly string[])[];
  readonly unpackedBytes: number;
}

export interface ExtractionLimits {
  /** Refuses an archive that unpacks to more. */
  readonly maxSizeBytes?: number | undefined;
  /** Refuses entries above 1 MiB that unpack to more than so many times their packed size; 200 by default. */
  readonly maxRatio?: number | undefined;
}

const KEEP_HINT = 'the archive itself is whole: without -x it is kept as it is';
const DEFAULT_MAX_RATIO = 200;
const RATIO_FREE_BYTES = 2 ** 20;

/**
 * Decides about a whole archive before the first byte is written: every entry is fine, or none is
 * unpacked.
 * @throws ExpectedError UNSAFE listing the offending entries with the reason for each
 */
export function planExtraction(
  entries: readonly ArchiveEntry[],
  { maxSizeBytes = Number.POSITIVE_INFINITY, maxRatio = DEFAULT_MAX_RATIO }: ExtractionLimits = {},
): ExtractionPlan {
  const offences: string[] = [];
  const files: PlannedFile[] = [];
  const folders: (readonly string[])[] = [];
  const names = createNameRegister();
  let unpackedBytes = 0;
  for (const entry of entries) {
    const reason = checkEntryPath(entry.path) ?? contentOffence(entry, maxRatio) ?? names.offence(entry);
    if (reason !== null) offences.push(`${showName(entry.path)} ${reason}`);
    const components = pathComponents(entry.path);
    if (entry.kind === 'directory') folders.push(components);
    else files.push({ entry, components });
    unpackedBytes += entry.sizeBytes;
  }
  if (offences.length > 0) throw refused(`${showSome(offences)}; nothing was unpacked`, KEEP_HINT);
  if (unpackedBytes > maxSizeBytes) {
    throw refused(`it unpacks to ${unpackedBytes} bytes, more than the ${maxSizeBytes} allowed`, KEEP_HINT);
  }
  files.sort((one, other) => one.entry.headerOffset - other.entry.headerOffset);
  return { files, folders, unpackedBytes };
}

function contentOffence(entry: ArchiveEntry, maxRatio: number): string | null {
  if (entry.kind === 'link') return 'is a link';
  if (entry.kind === 'special') return 'is neither a file nor a folder';
  if (entry.kind === 'directory' && entry.sizeBytes > 0) return 'is a folder with content';
  const unsupported = unsupportedReason(entry);
  if (unsupported !== null) return `is ${unsupported}, which is not supported`;
  if (entry.sizeBytes > RATIO_FREE_BYTES && entry.sizeBytes > maxRatio * entry.compressedBytes) {
    return `unpacks to more than ${maxRatio} times its packed size`;
  }
  return null;
}

/**
 * Finds names that some file system takes for the same: case, Unicode composition, compatibility
 * forms; and names that are a file here and a folder there. Parents count as folders.
 */
function createNameRegister() {
  interface Known {
    readonly spelling: string;
    readonly isFolder: boolean;
    hasEntry: boolean;
  }
  const known = new Map<string, Known>();

  const parentOffence = (path: string, slash: number): string | null => {
    const parent = path.slice(0, slash);
    const key = foldName(parent);
    const twin = known.get(key);
    if (twin === undefined) known.set(key, { spelling: parent, isFolder: true, hasEntry: false });
    else if (!twin.isFolder) return `lies in ${showName(twin.spelling)}, which is a file`;
    else if (twin.spelling !== parent)
      return `lies in a folder that is also spelled ${showName(twin.spelling)}`;
    return null;
  };
  const offence = (entry: ArchiveEntry): string | null => {
    const isFolder = entry.kind === 'directory';
    const path = isFolder ? entry.path.slice(0, -1) : entry.path;
    for (let slash = path.indexOf('/'); slash >= 0; slash = path.indexOf('/', slash + 1)) {
      const reason = parentOffence(path, slash);
      if (reason !== null) return reason;
    }
    const key = foldName(path);
    const twin = known.get(key);
    if (twin === undefined) {
      known.set(key, { spelling: path, isFolder, hasEntry: true });
      return null;
    }
    const isFirstEntry = twin.isFolder && isFolder && twin.spelling === path && !twin.hasEntry;
    if (isFirstEntry) {
      twin.hasEntry = true;
      return null;
    }
    if (twin.isFolder !== isFolder) return `is both a file and a folder`;
    return twin.spelling === path
      ? 'is there twice'
      : `is the same name as ${showName(twin.spelling)} elsewhere`;
  };
  return { offence };
}

/** Names with the same fold may be one file on APFS, HFS+, NTFS or exFAT. */
export function foldName(name: string): string {
  // Upper case first: it is what turns ß into SS and ſ into S.
  return name.normalize('NFKC').toUpperCase().toLowerCase().normalize('NFKC');
}

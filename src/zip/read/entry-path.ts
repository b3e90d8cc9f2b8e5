import type { DecodedName } from './entry-name.ts';

/** Host systems in the upper byte of `version made by` (APPNOTE 4.4.2): FAT, NTFS, NTFS in Info-ZIP's numbering, VFAT. */
const WINDOWS_HOSTS: ReadonlySet<number> = new Set([0, 10, 11, 14]);

/**
 * Converts a name to a path:
 * - Backslashes are separators if the name was made on Windows and has no slash, as in old versions of .NET.
 *   unzip does this for FAT, bsdtar for every system, and 7-Zip only on Windows. Names with a guessed encoding
 *   are exempt: in Shift JIS, Big5, and GBK, 0x5C may be the second byte of a character. Others are refused.
 * - A leading `./` is removed: `bsdtar .` and `find . | zip -@` write it. `./` alone remains; it is the folder itself.
 * - A folder ends in a slash, even if only its DOS attribute marks it as one.
 */
export function entryPath(
  { name, reading }: DecodedName,
  { host, isFolderByAttribute }: { host: number; isFolderByAttribute: boolean },
): string {
  const hasBackslashes =
    name.includes('\\') && !name.includes('/') && reading !== 'guessed-cp437' && WINDOWS_HOSTS.has(host);
  const path = withoutDot(hasBackslashes ? name.replaceAll('\\', '/') : name);
  return isFolderByAttribute && path !== '' && !path.endsWith('/') ? `${path}/` : path;
}

/** Removes only one. An empty part or another dot after it is refused, and shown unchanged. */
function withoutDot(path: string): string {
  return /^\.\/(?!\.?\/|$)/.test(path) ? path.slice(2) : path;
}

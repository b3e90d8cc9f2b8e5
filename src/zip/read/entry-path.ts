import type { DecodedName } from './entry-name.ts';

/** Systems of the upper byte of `version made by` (APPNOTE 4.4.2): FAT, NTFS, NTFS as Info-ZIP counts, VFAT. */
const WINDOWS_HOSTS: ReadonlySet<number> = new Set([0, 10, 11, 14]);

/**
 * The path that a name means:
 * - Backslashes are separators in a name without a slash that was made on Windows, as old versions of .NET write
 *   them. unzip does so for FAT, bsdtar for every system, 7-Zip nowhere but on Windows. Not in a name of which the encoding
 *   is a guess: the second byte of a character may be 0x5C in Shift JIS, Big5, and GBK. What is left of them is refused.
 * - A `./` at the beginning goes, as `bsdtar .` and `find . | zip -@` write it; `./` alone stays, which is the folder itself.
 * - A folder ends in a slash, also one that only its DOS attribute makes one.
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

/** Just one: what is empty or a dot behind it is refused, and is to be shown as it is. */
function withoutDot(path: string): string {
  return /^\.\/(?!\.?\/|$)/.test(path) ? path.slice(2) : path;
}

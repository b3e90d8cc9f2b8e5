/** Characters that Windows does not allow in names. A colon selects a hidden stream of the file. */
export const FORBIDDEN_ON_WINDOWS = /[<>:"|?*]/g;
/** Device names of Windows, with any extension. Superscript digits count as digits. */
export const RESERVED_ON_WINDOWS = /^(con|prn|aux|nul|conin\$|conout\$|(?:com|lpt)[0-9¹²³])(?=[ ]*(?:\.|$))/i;

/** At the start of a path: the prefix of long paths and devices, and a drive. */
const ROOT = /^(?:[\\/]{2}[?.][\\/])?(?:[a-z]:)?/i;
const MAX_NAME_LENGTH = 255;

/**
 * Why Windows cannot keep a file or folder under this path, as text that follows the path; null if it can.
 * @param reserved additional characters that the names of files beside it need
 */
export function windowsNameProblem(
  path: string,
  reserved = 0,
): { readonly kind: 'invalid' | 'too-long'; readonly reason: string } | null {
  for (const name of path.replace(ROOT, '').split(/[\\/]/)) {
    if (name === '' || name === '.' || name === '..') continue;
    const reason = invalidityOf(name);
    if (reason !== null) return { kind: 'invalid', reason };
    if (name.length + reserved > MAX_NAME_LENGTH) return { kind: 'too-long', reason: 'the name is too long' };
  }
  return null;
}

function invalidityOf(name: string): string | null {
  const [character] = name.match(FORBIDDEN_ON_WINDOWS) ?? [];
  if (character === ':') return 'contains a colon, which Windows does not allow in file names';
  if (character !== undefined) return `contains ${character}, which Windows does not allow in file names`;
  if (/\p{Cc}/u.test(name)) return 'contains a control character, which Windows does not allow in file names';
  if (RESERVED_ON_WINDOWS.test(name)) return `contains ${name}, which is the name of a device on Windows`;
  if (/[. ]$/.test(name)) return 'contains a name that ends with a dot or a space, which Windows removes';
  return null;
}

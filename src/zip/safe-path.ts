const PATH_LIMIT_BYTES = 4096;
const COMPONENT_LIMIT_BYTES = 255;
const DEPTH_LIMIT = 100;

/** Control, format (bidi, zero width), lone surrogates, line and paragraph separators. */
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u;
const FORBIDDEN_ON_WINDOWS = /[<>:"|?*]/;
/** Device names of Windows, with any extension; the superscript digits count as digits there. */
const RESERVED_ON_WINDOWS = /^(?:con|prn|aux|nul|conin\$|conout\$|(?:com|lpt)[0-9¹²³])[ ]*(?:\.|$)/i;

/**
 * Why the name of an archive entry is not used as a path, or null when it is safe. The same on every
 * system, so that an archive that unpacks here unpacks everywhere. A folder's name may end in one `/`.
 */
export function checkEntryPath(path: string): string | null {
  if (path === '') return 'has no name';
  if (path.includes('\0')) return 'contains a NUL character';
  if (path.includes('\\')) return 'contains a backslash';
  if (path.startsWith('/')) return 'is an absolute path';
  if (/^[a-z]:/i.test(path)) return 'begins with a drive letter';
  if (INVISIBLE.test(path)) return 'contains control or invisible characters';
  if (path.includes('\ufffd')) return 'is not valid UTF-8';
  if (Buffer.byteLength(path) > PATH_LIMIT_BYTES) return `is longer than ${PATH_LIMIT_BYTES} bytes`;
  const components = pathComponents(path);
  if (components.length > DEPTH_LIMIT) return `is deeper than ${DEPTH_LIMIT} folders`;
  for (const component of components) {
    const reason = checkComponent(component);
    if (reason !== null) return reason;
  }
  return null;
}

/** The parts between the slashes, without the empty one after a folder's last slash. */
export function pathComponents(path: string): readonly string[] {
  return (path.endsWith('/') ? path.slice(0, -1) : path).split('/');
}

function checkComponent(component: string): string | null {
  if (component === '') return 'has an empty part';
  if (component === '..') return 'leads out of the folder (..)';
  if (component === '.') return 'has a part that is only a dot';
  if (Buffer.byteLength(component) > COMPONENT_LIMIT_BYTES) {
    return `has a part longer than ${COMPONENT_LIMIT_BYTES} bytes`;
  }
  if (FORBIDDEN_ON_WINDOWS.test(component)) return 'contains one of < > : " | ? *';
  if (/[. ]$/.test(component)) return 'has a part that ends in a dot or a space';
  if (RESERVED_ON_WINDOWS.test(component)) return 'is a device name on Windows';
  return null;
}

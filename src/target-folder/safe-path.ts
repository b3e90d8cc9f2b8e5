import { OWN_NAME_PREFIX } from '../disk/own-names.ts';
import { FORBIDDEN_ON_WINDOWS, RESERVED_ON_WINDOWS } from '../disk/windows-name.ts';
import { foldName, IGNORABLE } from './fold-name.ts';

const PATH_LIMIT_BYTES = 4096;
const COMPONENT_LIMIT_BYTES = 255;
const DEPTH_LIMIT = 100;

/** Control characters, lone surrogates, line and paragraph separators, and characters that change the text direction. */
const MISLEADING = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]/u;
/**
 * Format characters: soft hyphens, direction marks, byte order marks, zero-width spaces, tags. Except the two joiners:
 * emoji and Persian and Indic names need them.
 */
const INVISIBLE = /(?![\u200c\u200d])\p{Cf}/gu;
/** A letter and a colon. If a space follows, it is the start of a title. */
const DRIVE = /^[a-z]:(?! )/i;
/** Matches only from the start of a run, so that names with many dots do not take long. */
const FORBIDDEN_AT_THE_END = /(?<![. ])[. ]+$/;

export type SafePath =
  | { readonly components: readonly string[]; readonly offence: null }
  | { readonly components: null; readonly offence: string };

/**
 * Converts a path, such as that of an archive entry, to a path below the target folder, or explains why there is none.
 * Replaces invisible characters, and those that Windows forbids, with `_` on every system, so that files have the same
 * names everywhere. Refuses misleading paths. The name of a folder may end in one `/`.
 * @param maxPathBytes the system's limit below the target folder, if lower than the general one
 */
export function safePath(path: string, maxPathBytes = PATH_LIMIT_BYTES): SafePath {
  const offence = pathOffence(path, maxPathBytes);
  if (offence !== null) return { components: null, offence };
  const components = (path.endsWith('/') ? path.slice(0, -1) : path).split('/');
  if (components.length > DEPTH_LIMIT) return refusal(`is deeper than ${DEPTH_LIMIT} folders`);
  const portable = components.map(portableName);
  for (const [index, component] of components.entries()) {
    // A replacement can make it longer or shorter.
    const reason = componentOffence(component) ?? lengthOffence(portable[index] ?? '');
    if (reason !== null) return refusal(reason);
  }
  const tooLong = pathLengthOffence(portable.join('/'), maxPathBytes);
  if (tooLong !== null) return refusal(tooLong);
  if (foldName(portable[0] ?? '').startsWith(OWN_NAME_PREFIX)) {
    return refusal('has a name reserved for temporary files');
  }
  return { components: portable, offence: null };
}

function refusal(offence: string): SafePath {
  return { components: null, offence };
}

function pathOffence(path: string, maxPathBytes: number): string | null {
  if (path === '') return 'has no name';
  if (path.includes('\0')) return 'contains a NUL character';
  if (path.includes('\\')) return 'contains a backslash';
  if (path.startsWith('/')) return 'is an absolute path';
  if (DRIVE.test(path)) return 'begins with a drive letter';
  if (MISLEADING.test(path)) return 'contains control or invisible characters';
  return pathLengthOffence(path, maxPathBytes);
}

function pathLengthOffence(path: string, maxPathBytes: number): string | null {
  const limitBytes = Math.min(maxPathBytes, PATH_LIMIT_BYTES);
  return Buffer.byteLength(path) > limitBytes ? `is longer than ${limitBytes} bytes` : null;
}

/** Windows removes trailing dots and spaces: a name of nothing else would be `..` or the folder itself. */
function componentOffence(component: string): string | null {
  if (component === '') return 'has an empty part';
  if (component === '..') return 'leads out of the folder (..)';
  if (component === '.') return 'has a part that is only a dot';
  // Some file systems ignore invisible characters.
  return /^[. ]+$/.test(component.replace(IGNORABLE, '')) ? 'has a part of only dots and spaces' : null;
}

function lengthOffence(component: string): string | null {
  const isTooLong = Buffer.byteLength(component) > COMPONENT_LIMIT_BYTES;
  return isTooLong ? `has a part longer than ${COMPONENT_LIMIT_BYTES} bytes` : null;
}

function portableName(component: string): string {
  return component
    .replace(INVISIBLE, '_')
    .replace(FORBIDDEN_ON_WINDOWS, '_')
    .replace(FORBIDDEN_AT_THE_END, (end) => '_'.repeat(end.length))
    .replace(RESERVED_ON_WINDOWS, (name) => `${name}_`);
}

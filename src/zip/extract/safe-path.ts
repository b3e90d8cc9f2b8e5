import { OWN_NAME_PREFIX } from '../../disk/own-names.ts';
import { FORBIDDEN_ON_WINDOWS, RESERVED_ON_WINDOWS } from '../../disk/windows-name.ts';
import { foldName, IGNORABLE } from './fold-name.ts';

const PATH_LIMIT_BYTES = 4096;
const COMPONENT_LIMIT_BYTES = 255;
const DEPTH_LIMIT = 100;

/** Control characters, lone surrogates, line and paragraph separators, and what turns the direction of text around. */
const MISLEADING = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]/u;
/**
 * Format characters: soft hyphens, direction marks, byte order marks, zero-width spaces, tags. Not the two joiners: emoji,
 * Persian and Indic names are spelled with them.
 */
const INVISIBLE = /(?![\u200c\u200d])\p{Cf}/gu;
/** A letter and a colon; followed by a space it is the beginning of a title. */
const DRIVE = /^[a-z]:(?! )/i;
/** Looked for at the start of each run only, which keeps names of many dots from taking long. */
const FORBIDDEN_AT_THE_END = /(?<![. ])[. ]+$/;

export type SafePath =
  | { readonly components: readonly string[]; readonly offence: null }
  | { readonly components: null; readonly offence: string };

/**
 * The path below the target folder for the path of an archive entry, or why there is none. What Windows
 * cannot have in a name, and what nobody can see in it, is replaced by `_`, on every system, so that an archive that unpacks here unpacks
 * everywhere to the same names; what leads astray is refused. A folder's name may end in one `/`.
 * @param maxPathBytes what the system allows below the target folder, if that is less than everywhere
 */
export function safePath(path: string, maxPathBytes = PATH_LIMIT_BYTES): SafePath {
  const offence = pathOffence(path, maxPathBytes);
  if (offence !== null) return { components: null, offence };
  const components = (path.endsWith('/') ? path.slice(0, -1) : path).split('/');
  if (components.length > DEPTH_LIMIT) return refusal(`is deeper than ${DEPTH_LIMIT} folders`);
  const portable = components.map(portableName);
  for (const [index, component] of components.entries()) {
    // What replaces a character may be one more.
    const reason = componentOffence(component) ?? lengthOffence(portable[index] ?? '');
    if (reason !== null) return refusal(reason);
  }
  const tooLong = pathLengthOffence(portable.join('/'), maxPathBytes);
  if (tooLong !== null) return refusal(tooLong);
  if (foldName(portable[0] ?? '').startsWith(OWN_NAME_PREFIX)) {
    return refusal('has a name that is used for files under way');
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

/** Windows drops dots and spaces at the end: a name of nothing else is `..` or the folder itself there. */
function componentOffence(component: string): string | null {
  if (component === '') return 'has an empty part';
  if (component === '..') return 'leads out of the folder (..)';
  if (component === '.') return 'has a part that is only a dot';
  // Some file systems take no notice of what is invisible.
  if (/^[. ]+$/.test(component.replace(IGNORABLE, ''))) return 'has a part of only dots and spaces';
  return lengthOffence(component);
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

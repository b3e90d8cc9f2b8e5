import path from 'node:path';

/** A relative home would depend on the current folder. Service accounts have /dev/null. */
export function isUsableHome(home: string | undefined): home is string {
  return home !== undefined && path.isAbsolute(home) && home !== '/dev/null';
}

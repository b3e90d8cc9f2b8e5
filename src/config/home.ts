import path from 'node:path';

/** A relative home would mean another folder in every place; accounts of services have /dev/null. */
export function isUsableHome(home: string | undefined): home is string {
  return home !== undefined && path.isAbsolute(home) && home !== '/dev/null';
}

import path from 'node:path';

/** The path of a file for its line in a record. */
export function recordedPath(recordPath: string, file: string): string {
  const relative = path.relative(path.dirname(recordPath), file);
  const isOutside = relative === '..' || relative.startsWith(`..${path.sep}`) || path.isAbsolute(relative);
  return (isOutside ? file : relative).replaceAll(path.sep, '/');
}

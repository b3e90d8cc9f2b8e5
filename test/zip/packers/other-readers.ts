import { spawnSync } from 'node:child_process';

/** Programs that say whether an archive is whole, each in its own way. */
const READERS: Readonly<Record<string, (archive: string) => readonly string[]>> = {
  unzip: (archive) => ['unzip', '-tqq', archive],
  '7z': (archive) => ['7z', 't', archive],
  bsdtar: (archive) => ['bsdtar', '-tf', archive],
  Python: (archive) => [
    'python3',
    '-c',
    'import sys, zipfile; sys.exit(zipfile.ZipFile(sys.argv[1]).testzip() is not None)',
    archive,
  ],
};

export const OTHER_READERS = Object.keys(READERS);

/** The names of those that refuse an archive; what is not installed counts as refusing. */
export function refusedByOthers(archive: string): string[] {
  return Object.entries(READERS)
    .filter(([, command]) => {
      const [file = '', ...args] = command(archive);
      return (
        spawnSync(file, args, { stdio: 'ignore', env: { ...process.env, LC_ALL: 'C.UTF-8' } }).status !== 0
      );
    })
    .map(([name]) => name);
}

import { spawnSync } from 'node:child_process';

interface Reader {
  /** The command that tests an archive. */
  readonly tests: readonly string[];
  /** The command that lists the entries. */
  readonly lists: readonly string[];
}

const PYTHON_TEST = 'import sys, zipfile; sys.exit(zipfile.ZipFile(sys.argv[1]).testzip() is not None)';
const READERS: Readonly<Record<string, Reader>> = {
  unzip: { tests: ['unzip', '-tqq'], lists: ['unzip', '-l'] },
  '7z': { tests: ['7z', 't'], lists: ['7z', 'l'] },
  bsdtar: { tests: ['bsdtar', '-tf'], lists: ['bsdtar', '-tf'] },
  Python: { tests: ['python3', '-c', PYTHON_TEST], lists: ['python3', '-m', 'zipfile', '-l'] },
};

export const OTHER_READERS = Object.keys(READERS);

/**
 * The names of the readers that reject an archive; one that is not installed counts as rejecting. Listing an archive
 * above 4 GiB takes a moment, reading it a minute.
 */
export function refusedByOthers(archive: string, { listsOnly = false } = {}): string[] {
  return Object.entries(READERS)
    .filter(([, { tests, lists }]) => {
      const [file = '', ...args] = listsOnly ? lists : tests;
      return (
        spawnSync(file, [...args, archive], { stdio: 'ignore', env: { ...process.env, LC_ALL: 'C.UTF-8' } })
          .status !== 0
      );
    })
    .map(([name]) => name);
}

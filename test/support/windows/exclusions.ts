import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { TestContext } from 'vitest';

const TESTS = fileURLToPath(new URL('../../', import.meta.url));

const LINKS = 'Wine follows Linux symlinks and does not see them as links';
const MODES = 'Windows has no file modes';
const DELETED = 'the test deletes files that the program has open, which Windows does not allow';
const QUOTES = 'the test splits a command at spaces, and paths of Windows are quoted';
const NO_PIPES = 'Wine does not support Linux named pipes';

/** Tests that cannot run under Wine: the reason, a file below `test/`, and parts of titles; by default the whole file. */
const EXCLUSIONS: readonly (readonly [reason: string, file: string, ...titles: string[]])[] = [
  [LINKS, 'commands/fetch/fetch-extract.test.ts', 'where the folder is a link'],
  [
    LINKS,
    'commands/fetch/fetch-dry-run.test.ts',
    'a link in its place',
    'below a link or a file',
    'plans each entry',
  ],
  [LINKS, 'commands/verify.test.ts', 'replaced by a link'],
  [LINKS, 'config/store-files.test.ts', 'file that is a link'],
  [LINKS, 'torture/unpack.test.ts', 'swaps folders for links'],
  [DELETED, 'torture/races.test.ts', 'deleted again and again'],
  [NO_PIPES, 'config/store-files.test.ts', 'a pipe in place of the file'],
  [QUOTES, 'commands/fetch/fetch-jobs.test.ts', 'the suggested command to continue'],
  [MODES, 'config/store-files.test.ts', 'of mode ', 'folder open to others'],
];

/** Why a test is excluded on Windows, or null. */
export function reasonToExclude(task: TestContext['task']): string | null {
  const file = path.relative(TESTS, task.file.filepath);
  const found = EXCLUSIONS.find(
    ([, excluded, ...titles]) =>
      excluded === file && (titles.length === 0 || titles.some((title) => task.name.includes(title))),
  );
  return found?.[0] ?? null;
}

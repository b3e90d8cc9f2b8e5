import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { TestContext } from 'vitest';

const TESTS = fileURLToPath(new URL('../../', import.meta.url));

/** What cannot be run under Wine: the reason, and files below `test/` with titles of tests; a title covers all that contain it. */
const EXCLUSIONS: readonly (readonly [reason: string, file: string, ...titles: string[]])[] = [];

/** Why a test is not run on Windows, or null. */
export function reasonToExclude(task: TestContext['task']): string | null {
  const file = path.relative(TESTS, task.file.filepath);
  const found = EXCLUSIONS.find(
    ([, excluded, ...titles]) =>
      excluded === file && (titles.length === 0 || titles.some((title) => task.name.includes(title))),
  );
  return found?.[0] ?? null;
}

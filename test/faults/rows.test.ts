import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { FAULT_MODES } from '../support/faults/fault-modes.ts';
import { AMBIGUOUS_ARCHIVES } from '../zip/read/ambiguous-archives.ts';
import { HOSTILE_ARCHIVES, ODD_ARCHIVES } from '../zip/read/hostile-archives.ts';

/** The cases about downloads and archives that must be handled, by chapter. */
const MUST_BE_HANDLED: Readonly<Record<string, readonly number[]>> = {
  transport: [48, 49, 50, 51, 52, 54, 55, 56, 58],
  resume: [68, 69, 70, 71, 72, 73, 74, 75, 76, 77, 78, 79, 80],
  'file system': [81, 82, 83, 84, 85, 87, 89, 93],
  archives: [94, 95, 96, 97, 98, 99, 100, 101, 102, 103, 104, 105, 106, 107, 108, 109, 110, 111, 112],
  'process and signals': [119, 120, 122, 123, 124],
  concurrency: [125, 126, 127, 128, 129],
};

const TEST_FOLDER = fileURLToPath(new URL('..', import.meta.url));

function namedRows(): Set<number> {
  const rows = new Set(
    Object.values(FAULT_MODES)
      .flat()
      .map(({ failureCase }) => failureCase),
  );
  // Made ones are tested each under its name, too.
  for (const { name } of [...HOSTILE_ARCHIVES, ...AMBIGUOUS_ARCHIVES, ...ODD_ARCHIVES]) {
    const [, row] = /^case (\d+): /.exec(name) ?? [];
    if (row !== undefined) rows.add(Number(row));
  }
  for (const name of readdirSync(TEST_FOLDER, { recursive: true, encoding: 'utf8' })) {
    if (!name.endsWith('.test.ts')) continue;
    const source = readFileSync(join(TEST_FOLDER, name), 'utf8');
    for (const [, row] of source.matchAll(/['`]case (\d+): /g)) rows.add(Number(row));
  }
  return rows;
}

test.each(Object.entries(MUST_BE_HANDLED))(
  'each row about %s that must be handled has a test',
  (_chapter, rows) => {
    const named = namedRows();
    expect(rows.filter((row) => !named.has(row))).toEqual([]);
  },
);

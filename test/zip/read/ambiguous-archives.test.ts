import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { extractArchive } from '../../../src/zip/extract/extract.ts';
import { verifyArchive } from '../../../src/zip/read/verify.ts';
import { listTree, makeTempFolder } from '../../support/temp-folder.ts';
import { UNPACKER } from '../extract/unpacker.ts';
import { failureOf } from '../failure-of.ts';
import { memorySource } from '../memory-source.ts';
import { AMBIGUOUS_ARCHIVES, CONTENTS } from './ambiguous-archives.ts';
import { HOSTILE_ARCHIVES } from './hostile-archives.ts';

const NAMED = /^the archive is (damaged|refused): .{10}/;

describe('ambiguous archives are rejected', () => {
  test.each(AMBIGUOUS_ARCHIVES)('$name', { timeout: 10_000 }, async ({ bytes }) => {
    const folder = makeTempFolder();
    const archive = memorySource(bytes());

    const error = await failureOf(verifyArchive(archive));
    expect(error.message).toMatch(NAMED);
    expect(['INTEGRITY', 'UNSAFE']).toContain(error.code);
    expect(error.message).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);

    const directory = join(folder, 'target');
    expect((await failureOf(extractArchive(archive, { directory, unpacker: UNPACKER }))).message).toMatch(
      NAMED,
    );
    // Only entries extracted before the lie was found may exist, and only in the target.
    const tree = listTree(folder);
    expect(tree.filter(({ type }) => type === 'link' || type === 'other')).toEqual([]);
    expect(tree.filter(({ path }) => !/^target(\/|$)/.test(path) || path.includes('.streamdiver'))).toEqual(
      [],
    );
    const files = tree.filter(({ type }) => type === 'file');
    for (const { path } of files) expect(CONTENTS).toContain(readFileSync(join(folder, path), 'utf8'));
  });

  test('have unique names, more than 300 with the hostile archives', () => {
    const names = [...AMBIGUOUS_ARCHIVES, ...HOSTILE_ARCHIVES].map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    expect(names.length).toBeGreaterThan(300);
  });
});

import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { makeTempFolder } from '../support/temp-folder.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const PLACE = 'node_modules/typescript';

interface LockFile {
  lockfileVersion: number;
  packages: Record<string, Record<string, unknown>>;
}

/** Lints the lock file of this repository with one entry changed. */
function lintWith(changes: Record<string, unknown>, version = 3) {
  const file = path.join(makeTempFolder(), 'package-lock.json');
  const lock = JSON.parse(readFileSync(path.join(ROOT, 'package-lock.json'), 'utf8')) as LockFile;
  lock.lockfileVersion = version;
  lock.packages[PLACE] = { ...lock.packages[PLACE], ...changes };
  writeFileSync(file, JSON.stringify(lock));
  const args = [path.join(ROOT, 'scripts/lint-lockfile.mjs'), file];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  return { status, stdout, problems: stderr.replaceAll(`${file}: `, '') };
}

describe('case 141: lint-lockfile.mjs', () => {
  it('accepts the lock file of this repository', () => {
    expect(lintWith({})).toEqual({ status: 0, stdout: '', problems: '' });
  });

  it.each([
    [{ integrity: undefined }, 'has no SHA-512 checksum'],
    [{ integrity: 'sha1-2jmj7l5rSw0yVb/vlWAYkK/YBwk=' }, 'has no SHA-512 checksum'],
    [{ resolved: 'https://mirror.test/t.tgz' }, 'names an address: https://mirror.test/t.tgz'],
    [
      { version: 'git+ssh://git@host.test/t.git' },
      'has no version of a registry: git+ssh://git@host.test/t.git',
    ],
    [{ link: true }, 'is a link to a folder'],
    [{ hasInstallScript: true }, 'has an install script'],
  ])('reports %j', (changes, problem) => {
    expect(lintWith(changes)).toEqual({ status: 1, stdout: '', problems: `${PLACE} ${problem}\n` });
  });

  it('reports another version of the format', () => {
    expect(lintWith({}, 2)).toEqual({ status: 1, stdout: '', problems: 'is of version 2, not 3\n' });
  });
});

import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { makeTempFolder } from '../support/temp-folder.ts';

const SCRIPT = fileURLToPath(new URL('../../scripts/release-notes.mjs', import.meta.url));
const CHANGELOG = `# Changelog

## Unreleased

- Not out yet.

## 1.2.0 - 2026-12-01

### Added

- A thing, see [it](https://example.test/#1.1.0).

## [1.1.0] - 2026-11-02

- An older thing.

## 1.0.0 - 2026-11-01
`;

function run(tag: string | undefined, manifest: object, env: Record<string, string> = {}) {
  const folder = makeTempFolder();
  writeFileSync(path.join(folder, 'package.json'), JSON.stringify(manifest));
  writeFileSync(path.join(folder, 'CHANGELOG.md'), CHANGELOG);
  const args = tag === undefined ? [SCRIPT] : [SCRIPT, tag, folder];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8', env });
  return { status, stdout, stderr };
}

describe('release-notes.mjs', () => {
  it('prints only the section of the version', () => {
    expect(run('v1.2.0', { version: '1.2.0' })).toEqual({
      status: 0,
      stdout: '### Added\n\n- A thing, see [it](https://example.test/#1.1.0).\n',
      stderr: '',
    });
    expect(run('v1.1.0', { version: '1.1.0' }).stdout).toBe('- An older thing.\n');
  });

  it.each([
    ['v1.2.0', '1.1.0', 'the tag is v1.2.0, but package.json says 1.1.0\n'],
    ['1.2.0', '1.2.0', 'the tag "1.2.0" is not vX.Y.Z\n'],
    ['v1.2.0-rc.1', '1.2.0-rc.1', 'the tag "v1.2.0-rc.1" is not vX.Y.Z\n'],
    ['v1.3.0', '1.3.0', 'CHANGELOG.md has no section "## 1.3.0 - YYYY-MM-DD" with anything in it\n'],
    ['v1.0.0', '1.0.0', 'CHANGELOG.md has no section "## 1.0.0 - YYYY-MM-DD" with anything in it\n'],
    [undefined, '1.0.0', 'the tag "" is not vX.Y.Z\n'],
  ])('rejects the tag %s for version %s', (tag, version, stderr) => {
    expect(run(tag, { version })).toEqual({ status: 1, stdout: '', stderr });
  });

  it.each(['https://github.com/owner/name', { type: 'git', url: 'git+https://github.com/owner/name.git' }])(
    'accepts %j for the current repository',
    (repository) => {
      const env = { GITHUB_REPOSITORY: 'owner/name' };
      expect(run('v1.2.0', { version: '1.2.0', repository }, env).status).toBe(0);
    },
  );

  it.each([undefined, 'https://github.com/other/name', { url: 'git+https://github.com/owner/name2.git' }])(
    'rejects %j, which npm would reject later',
    (repository) => {
      const env = { GITHUB_REPOSITORY: 'owner/name' };
      expect(run('v1.2.0', { version: '1.2.0', repository }, env)).toEqual({
        status: 1,
        stdout: '',
        stderr: '"repository" in package.json must be git+https://github.com/owner/name.git\n',
      });
    },
  );
});

import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { makeTempFolder } from '../support/temp-folder.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

function billOf(notices: string) {
  const file = path.join(makeTempFolder(), 'notices.txt');
  writeFileSync(file, notices);
  const args = [path.join(ROOT, 'scripts/bill-of-materials.mjs'), file];
  return spawnSync(process.execPath, args, { encoding: 'utf8' });
}

function versionOf(name: string): string {
  const lock = JSON.parse(readFileSync(path.join(ROOT, 'package-lock.json'), 'utf8'));
  return lock.packages[`node_modules/${name}`].version;
}

function notice(name: string, version: string): string {
  const title = `${name} ${version} (MIT)`;
  return `${title}\n${'-'.repeat(title.length)}\nMIT License\n\nundici 1.0.0 (MIT) is no title\n`;
}

describe('bill-of-materials.mjs', () => {
  it('lists bundled packages with checksums and dependencies', () => {
    const ora = `ora@${versionOf('ora')}`;
    const cursor = `cli-cursor@${versionOf('cli-cursor')}`;
    const run = billOf(`Parts:\n\n${[ora, cursor].map((id) => notice(...splitId(id))).join('\n')}`);
    expect(run.stderr).toBe('');
    expect(JSON.parse(run.stdout)).toMatchObject({
      bomFormat: 'CycloneDX',
      metadata: { component: { name: 'streamdiver-dl', type: 'application' } },
      components: [
        { 'bom-ref': ora, scope: 'required', hashes: [{ alg: 'SHA-512' }], properties: [] },
        { 'bom-ref': cursor, scope: 'required', hashes: [{ alg: 'SHA-512' }], properties: [] },
      ],
      dependencies: expect.arrayContaining([
        { ref: expect.stringMatching(/^streamdiver-dl@/), dependsOn: [ora] },
        { ref: ora, dependsOn: [cursor] },
        { ref: cursor, dependsOn: [] },
      ]),
    });
  });

  it.each([
    ['a package that is not in the lock file', notice('ora', '1.2.3'), 'not in the lock file: ora@1.2.3'],
    ['notices without packages', 'Parts:\n', 'there are no notices'],
  ])('rejects %s', (_what, notices, message) => {
    const run = billOf(notices);
    expect(run).toMatchObject({ status: 1, stdout: '' });
    expect(run.stderr).toContain(message);
  });
});

function splitId(id: string): [name: string, version: string] {
  const at = id.lastIndexOf('@');
  return [id.slice(0, at), id.slice(at + 1)];
}

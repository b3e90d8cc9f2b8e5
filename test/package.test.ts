import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('../', import.meta.url));
const manifest = createRequire(import.meta.url)('../package.json') as {
  dependencies: Record<string, string>;
  devDependencies: Record<string, string>;
  scripts: Record<string, string>;
  files?: unknown;
};

interface Packed {
  readonly files: readonly { readonly path: string; readonly mode: number }[];
  readonly unpackedSize: number;
}

/** On Windows npm is a script that only a shell can run. */
function pack(): Packed {
  const output = execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], {
    cwd: ROOT,
    encoding: 'utf8',
    shell: process.platform === 'win32',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const [packed] = JSON.parse(output) as Packed[];
  if (packed === undefined) throw new Error('npm packed nothing');
  return packed;
}

describe('what is published', () => {
  it('is the built program and what it needs, nothing else', () => {
    const packed = pack().files.map(({ path: file }) => file);
    const built = filesUnder('dist');
    const assets = filesUnder('assets');
    expect(built.length).toBeGreaterThan(50);
    expect(packed.toSorted()).toEqual(
      [
        ...built,
        ...assets,
        'CHANGELOG.md',
        'LICENSE',
        'README.md',
        'bin/streamdiver-dl.js',
        'package.json',
      ].toSorted(),
    );
    expect(packed.filter((file) => /\.(ts|map)$/.test(file))).toEqual([]);
  });

  it('stays under 1 MiB unpacked', () => {
    expect(pack().unpackedSize).toBeLessThan(1_048_576);
  });

  it('runs no script when it is installed and pins every dependency', () => {
    for (const name of ['preinstall', 'install', 'postinstall', 'prepare'])
      expect(manifest.scripts).not.toHaveProperty(name);
    const versions = Object.values({ ...manifest.dependencies, ...manifest.devDependencies });
    expect(versions.filter((version) => !/^\d+\.\d+\.\d+$/.test(version))).toEqual([]);
  });

  it('is decided by .npmignore alone', () => {
    expect(manifest.files).toBeUndefined();
    expect(existsSync(path.join(ROOT, '.npmignore'))).toBe(true);
  });
});

function filesUnder(folder: string): string[] {
  return readdirSync(path.join(ROOT, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(ROOT, path.join(entry.parentPath, entry.name)).replaceAll('\\', '/'));
}

import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { createRequire, isBuiltin } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { makeTempFolder } from './support/temp-folder.ts';

const ROOT = fileURLToPath(new URL('../', import.meta.url));
const manifest = createRequire(import.meta.url)('../package.json') as {
  dependencies?: unknown;
  devDependencies: Record<string, string>;
  scripts: Record<string, string>;
  files?: unknown;
};

interface Packed {
  readonly files: readonly { readonly path: string; readonly mode: number }[];
  readonly size: number;
  readonly integrity: string;
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

describe('case 142: the published package', () => {
  it('contains only the built program and its files', () => {
    const packed = pack().files.map(({ path: file }) => file);
    expect(packed.toSorted()).toEqual(
      [
        ...filesUnder('dist'),
        ...filesUnder('assets'),
        'CHANGELOG.md',
        'LICENSE',
        'README.md',
        'bin/package.json',
        'bin/streamdiver-dl.js',
        'package.json',
      ].toSorted(),
    );
    expect(packed).toContain('dist/THIRD-PARTY-NOTICES.txt');
    expect(packed.filter((file) => /\.(ts|map)$/.test(file))).toEqual([]);
  });

  it('stays under 450 KB packed', () => {
    expect(pack().size).toBeLessThan(450_000);
  });

  it('has a reproducible build', () => {
    const again = makeTempFolder();
    const rolldown = path.join(ROOT, 'node_modules/rolldown/bin/cli.mjs');
    execFileSync(process.execPath, [rolldown, '-c', '--dir', again], { cwd: ROOT, stdio: 'ignore' });
    // The program, not the bundler, writes the manual page.
    const { 'streamdiver-dl.1': manual, ...bundled } = contentsOf(path.join(ROOT, 'dist'));
    expect(manual).toMatch(/^\.TH /m);
    expect(contentsOf(again)).toEqual(bundled);
  });

  it('has a reproducible archive', () => {
    const integrity = pack().integrity;
    expect(integrity).toMatch(/^sha512-/);
    expect(pack().integrity).toBe(integrity);
  });

  it.skipIf(process.platform === 'win32')('installs its manual page where man finds it', () => {
    const prefix = makeTempFolder();
    const npm = (...args: readonly string[]) =>
      execFileSync('npm', [...args, '--ignore-scripts'], {
        cwd: prefix,
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'ignore'],
      });
    const [{ filename = '' } = {}] = JSON.parse(npm('pack', ROOT, '--json')) as { filename?: string }[];
    npm('install', '--global', '--offline', '--prefix', prefix, path.join(prefix, filename));
    expect(readFileSync(path.join(prefix, 'share/man/man1/streamdiver-dl.1'), 'utf8')).toMatch(/^\.TH /m);
    const program = path.join(prefix, 'bin/streamdiver-dl');
    expect(execFileSync(program, ['--version'], { encoding: 'utf8' })).toMatch(/^\d+\.\d+\.\d+\n$/);
  });

  it('bundles its packages and lists their licenses', () => {
    expect(manifest.dependencies).toBeUndefined();
    const notices = readFileSync(path.join(ROOT, 'dist/THIRD-PARTY-NOTICES.txt'), 'utf8');
    for (const name of ['@inquirer/core', 'cli-table3', 'commander', 'conf', 'ora', 'undici', 'yazl'])
      expect(notices).toContain(`\n${name} `);
  });

  it('omits the unused schema validator that conf imports', () => {
    const notices = readFileSync(path.join(ROOT, 'dist/THIRD-PARTY-NOTICES.txt'), 'utf8');
    expect(notices).not.toContain('\najv');
  });

  it.each([
    ['bash', 'streamdiver-dl.bash'],
    ['zsh', '_streamdiver-dl'],
    ['fish', 'streamdiver-dl.fish'],
    ['pwsh', 'streamdiver-dl.ps1'],
  ])('contains the completion script for %s', (shell, name) => {
    const printed = execFileSync(process.execPath, ['bin/streamdiver-dl.js', 'completion', shell], {
      cwd: ROOT,
    });
    expect(readFileSync(path.join(ROOT, 'dist/completions', name))).toEqual(printed);
  });

  it('imports only itself and Node.js', () => {
    const foreign = filesUnder('dist')
      .filter((file) => file.endsWith('.js'))
      .flatMap((file) => importsOf(file))
      .filter((target) => !target.startsWith('./') && !isBuiltin(target));
    expect(foreign).toEqual([]);
  });

  it('case 141: has no install scripts and pins every dependency', () => {
    for (const name of ['preinstall', 'install', 'postinstall', 'prepare'])
      expect(manifest.scripts).not.toHaveProperty(name);
    const versions = Object.values(manifest.devDependencies);
    expect(versions.filter((version) => !/^(?:npm:[\w@/-]+@)?\d+\.\d+\.\d+$/.test(version))).toEqual([]);
  });

  it('is defined only by .npmignore', () => {
    expect(manifest.files).toBeUndefined();
    expect(existsSync(path.join(ROOT, '.npmignore'))).toBe(true);
  });
});

describe('modules loaded at startup', () => {
  const closure = new Set([
    'bin/streamdiver-dl.js',
    ...staticClosure('dist/launch.js'),
    ...staticClosure('dist/main.js'),
  ]);

  it('are smaller than 145 KB in total', () => {
    const sizeBytes = [...closure].reduce((sum, file) => sum + statSync(path.join(ROOT, file)).size, 0);
    expect(sizeBytes).toBeLessThan(145_000);
  });

  it('load only these built-in modules', () => {
    const builtins = [...closure].flatMap(importsOf).filter(isBuiltin);
    expect([...new Set(builtins)].toSorted()).toEqual([
      'node:child_process',
      'node:events',
      'node:fs',
      'node:module',
      'node:os',
      'node:path',
      'node:process',
      'node:stream',
      'node:tty',
    ]);
  });
});

/** The file and everything that it statically imports, recursively. */
function staticClosure(file: string, found = new Set<string>()): ReadonlySet<string> {
  if (found.has(file)) return found;
  found.add(file);
  for (const target of importsOf(file))
    if (target.startsWith('./')) staticClosure(`dist/${target.slice(2)}`, found);
  return found;
}

/**
 * The static imports of a built file. In the build, `import()` is a call in a function. After a backtick, `require` is
 * text, because ajv can generate code.
 */
function importsOf(file: string): string[] {
  const text = readFileSync(path.join(ROOT, file), 'utf8').replaceAll(/=>require\([^)]*\)/g, '');
  return [...text.matchAll(/(?<!`)\brequire\((["'`])([^"'`]+)\1\)/g)].map(([, , target = '']) => target);
}

/** Names and bytes of all files of a folder. */
function contentsOf(folder: string): Record<string, string> {
  return Object.fromEntries(
    readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map(({ name }) => [name, readFileSync(path.join(folder, name), 'utf8')]),
  );
}

function filesUnder(folder: string): string[] {
  return readdirSync(path.join(ROOT, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(ROOT, path.join(entry.parentPath, entry.name)).replaceAll('\\', '/'));
}

import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** Packs the published package as built. @returns the path of the archive */
export function packPublished(folder) {
  return pack(ROOT, folder);
}

/**
 * Packs the same program unbundled: the output of tsc for `src/`, with all imported packages as
 * dependencies.
 * @returns the path of the archive
 */
export function packUnbundled(folder) {
  const layout = path.join(folder, 'unbundled');
  mkdirSync(layout);
  compile(layout);
  cpSync(path.join(ROOT, 'bin'), path.join(layout, 'bin'), { recursive: true });
  cpSync(path.join(ROOT, 'assets'), path.join(layout, 'assets'), { recursive: true });
  const { name, version, type, bin, ...manifest } = JSON.parse(
    readFileSync(path.join(ROOT, 'package.json'), 'utf8'),
  );
  const versions = { ...manifest.devDependencies, ...manifest.dependencies };
  const dependencies = Object.fromEntries(importedPackages().map((each) => [each, versions[each]]));
  writeFileSync(
    path.join(layout, 'package.json'),
    JSON.stringify({ name, version, type, bin, dependencies }, null, 2),
  );
  return pack(layout, path.join(folder, 'unbundled-archive'));
}

/** From the root, so that the import of package.json resolves as from `dist/`. */
function compile(layout) {
  const config = path.join(layout, 'tsconfig.json');
  const compilerOptions = { noEmit: false, noCheck: true, types: [], rootDir: ROOT, outDir: layout };
  const include = [path.join(ROOT, 'src')];
  writeFileSync(
    config,
    JSON.stringify({ extends: path.join(ROOT, 'tsconfig.json'), compilerOptions, include }),
  );
  execFileSync(process.execPath, [path.join(ROOT, 'node_modules/typescript/bin/tsc'), '-p', config], {
    stdio: ['ignore', 2, 2],
  });
  renameSync(path.join(layout, 'src'), path.join(layout, 'dist'));
}

/** The names of all packages that `src/` imports, statically or dynamically. */
function importedPackages() {
  const files = readdirSync(path.join(ROOT, 'src'), { recursive: true }).filter((file) =>
    file.endsWith('.ts'),
  );
  const targets = files.flatMap((file) => {
    const text = readFileSync(path.join(ROOT, 'src', file), 'utf8');
    return [...text.matchAll(/^(?!import type).*?(?:from |import\()'([^'.][^']*)'/gm)].map(
      ([, target]) => target,
    );
  });
  const names = targets
    .filter((target) => !isBuiltin(target))
    .map((target) => target.split('/', target.startsWith('@') ? 2 : 1).join('/'));
  return [...new Set(names)].toSorted();
}

function pack(source, target) {
  mkdirSync(target, { recursive: true });
  const args = ['pack', '--json', '--ignore-scripts', '--pack-destination', target];
  const [{ filename }] = JSON.parse(execFileSync('npm', args, { cwd: source, encoding: 'utf8' }));
  return path.join(target, filename);
}

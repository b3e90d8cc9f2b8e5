import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

/**
 * The files that dist/ must have under a known name, each with its source: what bin/ imports from there, and
 * the workers, `src/FOLDER/NAME.worker.ts`, which are started by their address.
 */
export function findEntries(root: string): Record<string, string> {
  const imported = filesUnder(path.join(root, 'bin')).flatMap((file) =>
    [...readFileSync(file, 'utf8').matchAll(/'\.\.\/dist\/([^']+)\.js'/g)].map(([, name = '']) => name),
  );
  const workers = filesUnder(path.join(root, 'src'))
    .filter((file) => file.endsWith('.worker.ts'))
    .map((file) => path.relative(path.join(root, 'src'), file).replaceAll('\\', '/').replace(/\.ts$/, ''));
  return Object.fromEntries(
    [...imported, ...workers].map((name) => [name, path.join(root, 'src', `${name}.ts`)]),
  );
}

function filesUnder(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name));
}

import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** The files of dist/ with fixed names, each with its source: the ones that bin/ imports. */
export function findEntries(root: string): Record<string, string> {
  const bin = path.join(root, 'bin');
  const names = readdirSync(bin).flatMap((file) =>
    [...readFileSync(path.join(bin, file), 'utf8').matchAll(/'\.\.\/dist\/([^']+)\.js'/g)].map(
      ([, name = '']) => name,
    ),
  );
  return Object.fromEntries(names.map((name) => [name, path.join(root, 'src', `${name}.ts`)]));
}

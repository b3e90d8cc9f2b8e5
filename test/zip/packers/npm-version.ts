import { readFileSync } from 'node:fs';

/** The version of a package of node_modules, whose manifest its `exports` may hide. */
export function npmVersion(name: string): string {
  const manifest = new URL(`../../../node_modules/${name}/package.json`, import.meta.url);
  const { version } = JSON.parse(readFileSync(manifest, 'utf8')) as { version: string };
  return version;
}

import { readFileSync } from 'node:fs';

/** The version of a package in node_modules, even if its `exports` hide the manifest. */
export function npmVersion(name: string): string {
  const manifest = new URL(`../../../node_modules/${name}/package.json`, import.meta.url);
  const { version } = JSON.parse(readFileSync(manifest, 'utf8')) as { version: string };
  return version;
}

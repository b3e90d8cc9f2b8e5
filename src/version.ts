import { createRequire } from 'node:module';

export const PROGRAM = 'streamdiver-dl';

/** From package.json, so that it is said in one place only. */
export const VERSION: string = readVersion(createRequire(import.meta.url)('../package.json'));

function readVersion({ version }: { readonly version: string }): string {
  return version;
}

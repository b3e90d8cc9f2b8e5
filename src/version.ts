import { createRequire } from 'node:module';

export const PROGRAM = 'streamdiver-dl';

/** From package.json, so that it is said in one place only. */
export const VERSION: string = (createRequire(import.meta.url)('../package.json') as { version: string })
  .version;

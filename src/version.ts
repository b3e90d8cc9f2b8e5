import manifest from '../package.json' with { type: 'json' };

export const PROGRAM = 'streamdiver-dl';

/** From package.json, so that it is said in one place only; the build writes it into the bundle. */
export const VERSION: string = manifest.version;

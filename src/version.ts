import manifest from '../package.json' with { type: 'json' };

export const PROGRAM = 'streamdiver-dl';

/** From package.json, the only place that states it. The build inlines it in the bundle. */
export const VERSION: string = manifest.version;

import { spawnSync } from 'node:child_process';

/** root reads and writes everything, unless it gives up the two rights that this takes. */
const TAKEN = '-dac_override,-dac_read_search';
const AS_OTHERS = ['setpriv', `--bounding-set=${TAKEN}`, `--inh-caps=${TAKEN}`];

/**
 * What is put before a program so that permissions bind it: nothing for whoever is not root, null where root
 * cannot give up its rights.
 */
export const LIMITED_RIGHTS: readonly string[] | null = findWrapper();

function findWrapper(): readonly string[] | null {
  if (process.geteuid?.() !== 0) return [];
  const [command = '', ...flags] = AS_OTHERS;
  return spawnSync(command, [...flags, 'true']).status === 0 ? AS_OTHERS : null;
}

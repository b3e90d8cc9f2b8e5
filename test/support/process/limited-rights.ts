import { spawnSync } from 'node:child_process';

/** The two capabilities that let root read and write everything. */
const TAKEN = '-dac_override,-dac_read_search';
const AS_OTHERS = ['setpriv', `--bounding-set=${TAKEN}`, `--inh-caps=${TAKEN}`];

/**
 * Prefix for a program so that file permissions apply to it: empty if not root, null if root cannot drop
 * its capabilities.
 */
export const LIMITED_RIGHTS: readonly string[] | null = findWrapper();

function findWrapper(): readonly string[] | null {
  if (process.geteuid?.() !== 0) return [];
  const [command = '', ...flags] = AS_OTHERS;
  return spawnSync(command, [...flags, 'true']).status === 0 ? AS_OTHERS : null;
}

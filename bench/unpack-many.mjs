import { smallFiles } from './support/archive.mjs';
import { unpackWithEach } from './support/unpacking.mjs';

export { tools } from './support/unpacking.mjs';
export const title = 'Unpacking an archive that is here: 70,000 files';

export function run({ folder }) {
  return unpackWithEach(folder, {
    what: '70,000 files of 16 bytes',
    entries: smallFiles(70_000, 16),
    limits: { unzip: 1.5 },
    dropsCaches: true,
  });
}

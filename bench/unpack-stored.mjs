import { mediumAndSmallFiles } from './support/archive.mjs';
import { mediumSizesMiB } from './support/scene.mjs';
import { unpackWithEach } from './support/unpacking.mjs';

export { tools } from './support/unpacking.mjs';
export const title = 'Unpacking an archive that is here: stored media and small files';

export function run({ folder }) {
  const [mediumMiB] = mediumSizesMiB(1024);
  return unpackWithEach(folder, {
    what: `${mediumMiB} MiB of stored media and 1,000 small files`,
    entries: mediumAndSmallFiles(mediumMiB),
    limits: { unzip: 0.6, '7z': 1.2 },
  });
}

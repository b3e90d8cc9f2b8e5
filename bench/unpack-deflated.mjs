import { words } from './support/archive.mjs';
import { mediumSizesMiB } from './support/scene.mjs';
import { unpackWithEach } from './support/unpacking.mjs';

export { tools } from './support/unpacking.mjs';
export const title = 'Unpacking an archive that is here: deflated text';

const MIB = 1_048_576;
const FILE_MIB = 8;

export function run({ folder }) {
  const [textMiB] = mediumSizesMiB(512);
  return unpackWithEach(folder, {
    what: `${textMiB} MiB of deflated text in files of ${FILE_MIB} MiB`,
    entries: texts(textMiB / FILE_MIB),
    limits: { unzip: 1.1, '7z': 1.1, bsdtar: 1.1 },
  });
}

function texts(count) {
  const block = words(MIB);
  return Array.from({ length: count }, (_, index) => ({
    path: `texts/${index}.txt`,
    sizeBytes: FILE_MIB * MIB,
    block,
    isDeflated: true,
  }));
}

import { createReadStream, createWriteStream, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable, Writable } from 'node:stream';
import { configure, Uint8ArrayReader, ZipWriter } from '@zip.js/zip.js';
import { npmVersion } from './npm-version.ts';
import { type Job, type Manner, type Packer, usualRecipes } from './packer.ts';

async function pack({ folder, paths, archive }: Job, { isStored, isStreamed, isZip64 }: Manner) {
  configure({ useWebWorkers: false });
  // `false` would forbid zip64 even where it is needed.
  const zip64 = isZip64 ? { zip64: true } : {};
  const zip = new ZipWriter(Writable.toWeb(createWriteStream(archive)), {
    level: isStored ? 0 : 1,
    ...zip64,
    dataDescriptor: isStreamed,
  });
  for (const name of paths) {
    const path = join(folder, name);
    if (name.endsWith('/')) await zip.add(name, undefined, { directory: true });
    else if (isStreamed) await zip.add(name, { readable: Readable.toWeb(createReadStream(path)) });
    else await zip.add(name, new Uint8ArrayReader(readFileSync(path)));
  }
  await zip.close(undefined, zip64);
}

export const ZIP_JS: Packer = {
  name: '@zip.js/zip.js',
  version: () => npmVersion('@zip.js/zip.js'),
  recipes: usualRecipes(pack),
};

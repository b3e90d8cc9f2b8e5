import { createReadStream, createWriteStream, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { ZipFile } from 'yazl';
import { npmVersion } from './npm-version.ts';
import { type Job, type Manner, type Packer, usualRecipes } from './packer.ts';

async function pack({ folder, paths, archive }: Job, { isStored, isStreamed, isZip64 }: Manner) {
  const zip = new ZipFile();
  const written = pipeline(zip.outputStream, createWriteStream(archive));
  const options = { compress: !isStored, forceZip64Format: isZip64 };
  for (const name of paths) {
    const path = join(folder, name);
    if (name.endsWith('/')) zip.addEmptyDirectory(name);
    else if (!isStreamed) zip.addBuffer(readFileSync(path), name, options);
    else zip.addReadStreamLazy(name, options, (callback) => callback(null, createReadStream(path)));
  }
  zip.end({ forceZip64Format: isZip64, comment: '' });
  await written;
}

export const YAZL: Packer = {
  name: 'yazl',
  version: () => npmVersion('yazl'),
  recipes: usualRecipes(pack),
};

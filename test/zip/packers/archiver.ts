import { createReadStream, createWriteStream, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import archiver from 'archiver';
import archiver5 from 'archiver-5';
import ZipStream from 'zip-stream';
import { npmVersion } from './npm-version.ts';
import { type Job, type Manner, type Packer, usualRecipes } from './packer.ts';

function packWith(create: typeof archiver) {
  return async ({ folder, paths, archive }: Job, { isStored, isStreamed, isZip64 }: Manner) => {
    const zip = create('zip', { store: isStored, forceZip64: isZip64, zlib: { level: 1 } });
    const written = pipeline(zip, createWriteStream(archive));
    for (const name of paths) {
      if (name.endsWith('/')) zip.append(Buffer.alloc(0), { name, type: 'directory' });
      else if (isStreamed) zip.file(join(folder, name), { name });
      else zip.append(readFileSync(join(folder, name)), { name });
    }
    await zip.finalize();
    await written;
  };
}

async function packWithZipStream({ folder, paths, archive }: Job, manner: Manner): Promise<void> {
  const zip = new ZipStream({ store: manner.isStored, forceZip64: manner.isZip64, level: 1 });
  const written = pipeline(zip, createWriteStream(archive));
  for (const name of paths) {
    const path = join(folder, name);
    const isFolder = name.endsWith('/');
    const content = manner.isStreamed ? () => createReadStream(path) : () => readFileSync(path);
    await new Promise<void>((resolve, reject) => {
      const done = (error: Error | null) =>
        error === null || error === undefined ? resolve() : reject(error);
      if (isFolder) zip.entry(null, { name, type: 'directory' }, done);
      else zip.entry(content(), { name }, done);
    });
  }
  zip.finalize();
  await written;
}

export const ARCHIVER_5: Packer = {
  name: 'archiver',
  version: () => npmVersion('archiver-5'),
  recipes: [
    ...usualRecipes(packWith(archiver5)),
    // Like a service that packs already compressed media. One packer is enough, because it takes gigabytes.
    {
      name: 'above 4 GiB, stored',
      source: 'large',
      pack: (job) => packWith(archiver5)(job, { isStored: true, isStreamed: true, isZip64: false }),
    },
  ],
};

export const ARCHIVER: Packer = {
  name: 'archiver',
  version: () => npmVersion('archiver'),
  recipes: usualRecipes(packWith(archiver)),
};

export const ZIP_STREAM: Packer = {
  name: 'zip-stream',
  version: () => npmVersion('zip-stream'),
  recipes: usualRecipes(packWithZipStream),
};

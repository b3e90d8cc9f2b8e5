import { createWriteStream, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import JSZip from 'jszip';
import { npmVersion } from './npm-version.ts';
import { type Job, type Manner, type Packer, usualRecipes } from './packer.ts';

async function pack({ folder, paths, archive }: Job, { isStored, isStreamed }: Manner): Promise<void> {
  const zip = new JSZip();
  for (const name of paths) {
    if (name.endsWith('/')) zip.file(name, null, { dir: true });
    else zip.file(name, readFileSync(join(folder, name)), { createFolders: false });
  }
  const options = { compression: isStored ? 'STORE' : 'DEFLATE', streamFiles: isStreamed } as const;
  if (isStreamed) await pipeline(zip.generateNodeStream(options), createWriteStream(archive));
  else writeFileSync(archive, await zip.generateAsync({ ...options, type: 'nodebuffer', platform: 'UNIX' }));
}

export const JSZIP: Packer = {
  name: 'jszip',
  version: () => npmVersion('jszip'),
  recipes: usualRecipes(pack, { zip64: false, large: false }),
};

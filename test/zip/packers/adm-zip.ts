import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import AdmZip from 'adm-zip';
import { npmVersion } from './npm-version.ts';
import { type Job, type Manner, type Packer, usualRecipes } from './packer.ts';

const STORED = 0;

function pack({ folder, paths, archive }: Job, { isStored }: Manner): void {
  const zip = new AdmZip();
  for (const name of paths) {
    zip.addFile(name, name.endsWith('/') ? Buffer.alloc(0) : readFileSync(join(folder, name)));
  }
  if (isStored) for (const entry of zip.getEntries()) entry.header.method = STORED;
  writeFileSync(archive, zip.toBuffer());
}

export const ADM_ZIP: Packer = {
  name: 'adm-zip',
  version: () => npmVersion('adm-zip'),
  recipes: usualRecipes(pack, { streamed: false, zip64: false, large: false }),
};

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Zip, ZipDeflate, ZipPassThrough, zipSync } from 'fflate';
import { npmVersion } from './npm-version.ts';
import { type Job, type Manner, type Packer, usualRecipes } from './packer.ts';

function pack(job: Job, manner: Manner): void {
  writeFileSync(job.archive, manner.isStreamed ? stream(job, manner) : packAtOnce(job, manner));
}

function contentOf({ folder }: Job, name: string): Uint8Array {
  return name.endsWith('/') ? new Uint8Array() : readFileSync(join(folder, name));
}

function packAtOnce(job: Job, { isStored }: Manner): Uint8Array {
  const files = Object.fromEntries(job.paths.map((name) => [name, contentOf(job, name)]));
  return zipSync(files, { level: isStored ? 0 : 6 });
}

function stream(job: Job, { isStored }: Manner): Buffer {
  const chunks: Uint8Array[] = [];
  const zip = new Zip((error, chunk) => {
    if (error !== null) throw error;
    chunks.push(chunk);
  });
  for (const name of job.paths) {
    const entry = isStored ? new ZipPassThrough(name) : new ZipDeflate(name, { level: 6 });
    zip.add(entry);
    const content = contentOf(job, name);
    const half = content.length >>> 1;
    entry.push(content.subarray(0, half));
    entry.push(content.subarray(half), true);
  }
  zip.end();
  return Buffer.concat(chunks);
}

export const FFLATE: Packer = {
  name: 'fflate',
  version: () => npmVersion('fflate'),
  recipes: usualRecipes(pack, { zip64: false, large: false }),
};

import { createReadStream, createWriteStream, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { makeZip } from 'client-zip';
import { npmVersion } from './npm-version.ts';
import { type Job, type Packer, usualRecipes } from './packer.ts';

/** client-zip only stores entries, and always with data descriptors. */
async function pack({ folder, paths, archive }: Job): Promise<void> {
  const entries = paths.map((name) => {
    if (name.endsWith('/')) return { name };
    return { name, input: createReadStreamLazily(join(folder, name)) };
  });
  await pipeline(Readable.from(makeZip(entries)), createWriteStream(archive));
}

async function* createReadStreamLazily(path: string): AsyncGenerator<Buffer> {
  yield* createReadStream(path);
}

async function packWithSizes({ folder, paths, archive }: Job): Promise<void> {
  const entries = paths.map((name) =>
    name.endsWith('/') ? { name } : { name, input: readFileSync(join(folder, name)) },
  );
  await pipeline(Readable.from(makeZip(entries)), createWriteStream(archive));
}

export const CLIENT_ZIP: Packer = {
  name: 'client-zip',
  version: () => npmVersion('client-zip'),
  recipes: usualRecipes((job, { isStreamed }) => (isStreamed ? pack(job) : packWithSizes(job)), {
    deflated: false,
    zip64: false,
  }),
};

import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { serveFromDisk } from '../support/serve-from-disk.ts';
import { makeTempFolder } from '../support/temp-folder.ts';
import { NPM_PACKERS } from '../zip/packers/npm-packers.ts';
import { OTHER_READERS, refusedByOthers } from '../zip/packers/other-readers.ts';
import type { Packer, Recipe } from '../zip/packers/packer.ts';
import { PROGRAM_PACKERS } from '../zip/packers/programs.ts';
import { sourceOf, writeSource } from '../zip/packers/sources.ts';
import { TOOL_PACKERS } from '../zip/packers/tools.ts';
import { takeWay, WAYS, type Way } from './packed-ways.ts';
import { type ArchiveReport, reportedArchive, reportPacker, scaled, TIME_LIMIT } from './scale.ts';

/** One archive per npm packer: one with data descriptors, or one with non-ASCII names if it writes no descriptors. */
function sampleOf({ recipes }: Packer): Recipe[] {
  const streamed = recipes.findLast(({ name, source }) => name.includes('streamed') && source === 'plain');
  const unicode = recipes.find(({ source }) => source === 'unicode');
  return [streamed ?? unicode].filter((recipe) => recipe !== undefined);
}

const PACKERS: readonly Packer[] = scaled({
  sample: NPM_PACKERS.map((packer) => ({ ...packer, recipes: sampleOf(packer) })),
  full: [...NPM_PACKERS, ...TOOL_PACKERS, ...PROGRAM_PACKERS],
});
const TAKES_OTHERS = scaled({ sample: false, full: true });

const SETS = PACKERS.flatMap((packer) => {
  const large = packer.recipes.filter(({ source }) => source === 'large');
  const small = packer.recipes.filter(({ source }) => source !== 'large');
  return [
    { recipes: small, size: 'up to 4 GiB' },
    ...(large.length > 0 ? [{ recipes: large, size: 'above 4 GiB' }] : []),
  ].map((set) => ({ name: packer.name, version: packer.version(), ...set }));
});

test.each(SETS)('reads archives by $name $version, $size', TIME_LIMIT, async ({ name, version, recipes }) => {
  if (version === null) reportPacker({ name, version, archives: [] });
  const archives: ArchiveReport[] = [];
  for (const recipe of version === null ? [] : recipes) {
    const reported = reportedArchive({ name, version }, recipe.name);
    const archive = reported ?? (await takeAllWays(recipe));
    if (reported === null) reportPacker({ name, version, archives: [archive] });
    archives.push(archive);
  }
  // An archive that no other program reads is broken: some packers fail at features that they offer.
  const readable = archives.filter(({ others }) => others.length < OTHER_READERS.length);
  const refusals = readable.flatMap(({ recipe, refused }) =>
    refused.map(({ way, what }) => `${recipe}, ${way}: ${what}`),
  );
  expect(refusals).toEqual([]);
});

/** Packs one archive, reads it in all ways, and removes it. */
async function takeAllWays(recipe: Recipe): Promise<ArchiveReport> {
  const place = makeTempFolder('packed-');
  const folder = join(place, 'in');
  const archive = join(place, 'out.zip');
  const source = sourceOf(recipe.source);
  mkdirSync(folder);
  writeSource(source, folder);
  await recipe.pack({ folder, paths: [...source.keys()], archive });
  const api = await serveFromDisk(archive);
  const refused: { way: Way; what: string }[] = [];
  for (const way of Object.keys(WAYS) as Way[]) {
    const what = await takeWay(way, { api, archive, source });
    if (what !== null) refused.push({ way, what });
  }
  await api.close();
  const others = TAKES_OTHERS ? refusedByOthers(archive, { listsOnly: recipe.source === 'large' }) : [];
  rmSync(place, { recursive: true });
  return { recipe: recipe.name, refused, others };
}

import { statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { listTree } from '../../support/temp-folder.ts';
import { makeZip } from '../../support/zip-maker.ts';
import {
  ARCHIVE,
  CONTENT,
  filesBelow,
  interrupted,
  LEFT_BYTES,
  MIB,
  NAMES,
  partsIn,
  served,
  unpack,
} from './large-entry-scene.ts';

describe('a part file from an earlier run', () => {
  test('is discarded if it must not be resumed', async () => {
    const directory = await interrupted();
    const { source, sentBytes } = await served(ARCHIVE);
    await unpack(source, directory, { mayResume: false });
    expect(sentBytes()).toBeGreaterThan(CONTENT.length);
    expect(listTree(directory).map(({ path }) => path)).toEqual(NAMES);
  });

  test.each([
    ['the archive has changed', [{ name: 'film.mp4', content: Buffer.alloc(CONTENT.length) }]],
    ['the archive no longer has its entry', [{ name: 'other.txt', content: 'text' }]],
  ])('is discarded when %s', async (_name, entries) => {
    const directory = await interrupted();
    await unpack((await served(makeZip(entries))).source, directory, { ifExists: 'overwrite' });
    expect(filesBelow(directory)).toContain(entries[0]?.name);
    expect(listTree(directory).filter(({ path }) => path.startsWith('.'))).toEqual([]);
  });

  test('case 82: needs no space for what it already has on disk', async () => {
    const directory = await interrupted();
    const heldBytes = statSync(join(directory, partsIn(directory)[0] ?? '')).blocks * 512;
    const asked: number[] = [];
    const beforeWriting = async (neededBytes: number) => void asked.push(neededBytes);
    await unpack((await served(ARCHIVE)).source, directory, { beforeWriting });
    expect(asked).toHaveLength(1);
    // The file system rounds up, and the journal takes a little space, too.
    expect(asked[0]).toBeGreaterThan(CONTENT.length - heldBytes - MIB);
    expect(asked[0]).toBeLessThan(CONTENT.length - LEFT_BYTES + MIB);
  });
});

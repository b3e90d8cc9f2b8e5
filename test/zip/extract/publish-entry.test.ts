import { mkdirSync, readdirSync, readFileSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { publishEntry } from '../../../src/zip/extract/publish-entry.ts';
import { openTargetFolder } from '../../../src/zip/extract/target-folder.ts';
import { readDirectory } from '../../../src/zip/read/directory.ts';
import { makeTempFolder } from '../../support/temp-folder.ts';
import { makeZip } from '../../support/zip-maker.ts';
import { failureOf } from '../failure-of.ts';
import { memorySource } from '../memory-source.ts';

/** A file ready to be published in a folder that the system cannot hold open, as on macOS and Windows. */
async function readyToPublish() {
  const outer = makeTempFolder();
  const target = openTargetFolder(join(outer, 'target'));
  const { shownPath, identity } = target.ensure(['sub']);
  const at = (name: string) => ({ path: join(shownPath, name), shownPath: join(shownPath, name) });
  const parent = { shownPath, identity, isHeld: false, at, close: () => {} };
  const temporary = join(outer, 'temporary');
  writeFileSync(temporary, 'content');
  const { entries } = await readDirectory(memorySource(makeZip([{ name: 'sub/a.txt', content: 'content' }])));
  const [entry] = entries;
  if (entry === undefined) throw new Error('no entry');
  const publish = (mayReplace: boolean, meanwhile = () => {}) =>
    publishEntry(temporary, {
      target,
      parent,
      name: 'a.txt',
      entry,
      mayReplace,
      attempt: (operation) => {
        meanwhile();
        return operation();
      },
      signal: undefined,
    }).finally(() => target.close());
  return { outer, shownPath, temporary, publish };
}

test.each([false, true])(
  'does not follow a link that replaced the folder (mayReplace %s)',
  async (mayReplace) => {
    const { outer, shownPath, temporary, publish } = await readyToPublish();
    const elsewhere = join(outer, 'elsewhere');
    mkdirSync(elsewhere);
    const { code } = await failureOf(
      publish(mayReplace, () => {
        renameSync(shownPath, join(outer, 'moved'));
        symlinkSync(elsewhere, shownPath);
      }),
    );
    expect(code).toBe('UNSAFE');
    expect(readdirSync(elsewhere)).toEqual([]);
    expect(readFileSync(temporary, 'utf8')).toBe('content');
  },
);

test.each([false, true])(
  'moves the file to its final name and leaves no other (mayReplace %s)',
  async (mayReplace) => {
    const { outer, shownPath, publish } = await readyToPublish();
    await publish(mayReplace);
    expect(readFileSync(join(shownPath, 'a.txt'), 'utf8')).toBe('content');
    expect(readdirSync(outer)).toEqual(['target']);
  },
);

test('keeps another file that appears at the last moment, unless mayReplace is true', async () => {
  const kept = await readyToPublish();
  const appear = (folder: string) => () => writeFileSync(join(folder, 'a.txt'), 'another');
  expect((await failureOf(kept.publish(false, appear(kept.shownPath)))).code).toBe('EXISTS');
  expect(readFileSync(join(kept.shownPath, 'a.txt'), 'utf8')).toBe('another');
  const replaced = await readyToPublish();
  await replaced.publish(true, appear(replaced.shownPath));
  expect(readFileSync(join(replaced.shownPath, 'a.txt'), 'utf8')).toBe('content');
});

test('accepts an identical file that appears at the last moment', async () => {
  const { outer, shownPath, publish } = await readyToPublish();
  await publish(false, () => writeFileSync(join(shownPath, 'a.txt'), 'content'));
  expect(readdirSync(outer)).toEqual(['target']);
  expect(readdirSync(shownPath)).toEqual(['a.txt']);
});

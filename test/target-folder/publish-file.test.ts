import { mkdirSync, readdirSync, readFileSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { expect, test } from 'vitest';
import { ExpectedError } from '../../src/errors.ts';
import { publishFile } from '../../src/target-folder/publish-file.ts';
import { openTargetFolder } from '../../src/target-folder/target-folder.ts';
import { replaceDiskCall, systemError } from '../support/replace-disk-call.ts';
import { makeTempFolder } from '../support/temp-folder.ts';
import { failureOf } from '../zip/failure-of.ts';

/** A file ready to be published in a folder that the system cannot hold open, as on macOS and Windows. */
function readyToPublish() {
  const outer = makeTempFolder();
  const target = openTargetFolder(join(outer, 'target'));
  const { shownPath, identity } = target.ensure(['sub']);
  const at = (name: string) => ({ path: join(shownPath, name), shownPath: join(shownPath, name) });
  const parent = { shownPath, identity, isHeld: false, at, close: () => {} };
  const temporary = join(outer, 'temporary');
  writeFileSync(temporary, 'content');
  const publish = (mayReplace: boolean, meanwhile = () => {}) =>
    publishFile(temporary, {
      target,
      parent,
      name: 'a.txt',
      content: { sizeBytes: 7, crc32: crc32('content') },
      existsError: (path) => new ExpectedError('EXISTS', `${path} exists`),
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
    const { outer, shownPath, temporary, publish } = readyToPublish();
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
    const { outer, shownPath, publish } = readyToPublish();
    await publish(mayReplace);
    expect(readFileSync(join(shownPath, 'a.txt'), 'utf8')).toBe('content');
    expect(readdirSync(outer)).toEqual(['target']);
  },
);

test('keeps another file that appears at the last moment, unless mayReplace is true', async () => {
  const kept = readyToPublish();
  const appear = (folder: string) => () => writeFileSync(join(folder, 'a.txt'), 'another');
  expect((await failureOf(kept.publish(false, appear(kept.shownPath)))).code).toBe('EXISTS');
  expect(readFileSync(join(kept.shownPath, 'a.txt'), 'utf8')).toBe('another');
  const replaced = readyToPublish();
  await replaced.publish(true, appear(replaced.shownPath));
  expect(readFileSync(join(replaced.shownPath, 'a.txt'), 'utf8')).toBe('content');
});

test('accepts an identical file that appears at the last moment', async () => {
  const { outer, shownPath, publish } = readyToPublish();
  await publish(false, () => writeFileSync(join(shownPath, 'a.txt'), 'content'));
  expect(readdirSync(outer)).toEqual(['target']);
  expect(readdirSync(shownPath)).toEqual(['a.txt']);
});

test.each<['linkSync' | 'unlinkSync', string]>([
  ['linkSync', 'EIO'],
  ['unlinkSync', 'EACCES'],
])('a failure of %s with %s is a disk error', async (call, code) => {
  const { publish } = readyToPublish();
  replaceDiskCall(call, () => {
    throw systemError(code);
  });
  expect((await failureOf(publish(false))).code).toBe('DISK');
});

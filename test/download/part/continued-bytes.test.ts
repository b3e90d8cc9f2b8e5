import { appendFileSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { continuedBytes } from '../../../src/download/part/continued-bytes.ts';
import { openPartFile } from '../../../src/download/part/open-part-file.ts';
import { writerOf } from '../../support/download-scene.ts';
import { listTree, makeTempFolder } from '../../support/temp-folder.ts';

const identity = { origin: 'https://api.example', packageId: 'package', fileId: 'one' };

/** Leaves a part of 1,000 bytes, as an earlier run does. */
async function leavePart(): Promise<string> {
  const target = join(makeTempFolder(), 'object.zip');
  const part = await openPartFile({ target, identity, ...writerOf(1_001), mayResume: true });
  await part.write([Buffer.alloc(1_000)], 0);
  await part.checkpoint();
  await part.close();
  return target;
}

test.each<[string, (part: string, journal: string) => void, number | 'other']>([
  ['a part with its journal', () => undefined, 1_000],
  ['a part with bytes that the journal does not list', (part) => appendFileSync(part, 'more'), 1_000],
  ['no part', (part) => rmSync(part), 0],
  ['a part without a journal', (_part, journal) => rmSync(journal), 'other'],
  ['a part with an invalid journal', (_part, journal) => writeFileSync(journal, 'nonsense'), 'other'],
  ['a shorter part', (part) => writeFileSync(part, 'cut'), 0],
  [
    'an empty part without a journal',
    (part, journal) => {
      writeFileSync(part, '');
      rmSync(journal);
    },
    0,
  ],
])('%s', async (_name, change, expected) => {
  const target = await leavePart();
  change(`${target}.part`, `${target}.part.json`);
  const before = listTree(dirname(target));
  expect(await continuedBytes(target, identity)).toBe(expected);
  expect(listTree(dirname(target))).toEqual(before);
});

test.each(['origin', 'packageId', 'fileId'])(
  'a part with another %s belongs to another file',
  async (key) => {
    expect(await continuedBytes(await leavePart(), { ...identity, [key]: 'another' })).toBe('other');
  },
);

test('after a machine crash, only synced bytes count', async () => {
  const target = await leavePart();
  const journal = JSON.parse(readFileSync(`${target}.part.json`, 'utf8'));
  const changes = { bootId: 'another', synced: [[0, 400]] };
  writeFileSync(`${target}.part.json`, `${JSON.stringify({ ...journal, ...changes })}\n`);
  expect(await continuedBytes(target, identity)).toBe(400);
});

test('names a part that cannot be accessed', async () => {
  const target = join(makeTempFolder(), 'object.zip');
  symlinkSync(`${target}.part`, `${target}.part`);
  await expect(continuedBytes(target, identity)).rejects.toMatchObject({
    code: 'DISK',
    message: expect.stringContaining(`${target}.part`) as string,
  });
});

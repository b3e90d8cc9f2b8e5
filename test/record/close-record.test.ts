import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { makeTempFolder } from '../support/temp-folder.ts';
import { linesOf, open, transcriptKey, transcriptLine } from './record-scene.ts';

test('writes all waiting lines on close', async () => {
  const file = join(makeTempFolder(), 'record');
  const record = await open(file);
  const appends = ['a', 'b'].map((id) => record.append([transcriptLine(id)], { mayWait: true }));
  expect(existsSync(file)).toBe(false);
  await record.close();
  expect(linesOf(file).map((line) => line['transcriptId'])).toEqual(['a', 'b']);
  expect([record.has(transcriptKey('a')), record.has(transcriptKey('c')), record.itemCount()]).toEqual([
    true,
    false,
    2,
  ]);
  await Promise.all(appends);
  await record.close();
  expect(linesOf(file)).toHaveLength(2);
});

test('creates no file if nothing was appended', async () => {
  const file = join(makeTempFolder(), 'record');
  const record = await open(file);
  await record.close();
  expect(existsSync(file)).toBe(false);
});

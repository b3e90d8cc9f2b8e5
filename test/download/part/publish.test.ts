import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { publish } from '../../../src/download/part/publish.ts';
import { makeTempFolder } from '../../support/temp-folder.ts';

function scene() {
  const folder = makeTempFolder();
  const from = path.join(folder, 'a.part');
  const to = path.join(folder, 'a');
  writeFileSync(from, 'new');
  writeFileSync(to, 'appeared');
  return { from, to, attempt: <Result>(work: () => Promise<Result>) => work() };
}

test('keeps both files if another one appears right before publishing', async () => {
  const { from, to, attempt } = scene();
  await expect(publish(from, to, { mayReplace: false, attempt })).rejects.toMatchObject({ code: 'EXISTS' });
  expect([readFileSync(to, 'utf8'), readFileSync(from, 'utf8')]).toEqual(['appeared', 'new']);
});

test('replaces the file with mayReplace', async () => {
  const { from, to, attempt } = scene();
  await publish(from, to, { mayReplace: true, attempt });
  expect(readFileSync(to, 'utf8')).toBe('new');
});

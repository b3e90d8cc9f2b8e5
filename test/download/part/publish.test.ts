import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { findExisting, publish } from '../../../src/download/part/publish.ts';
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

test.each<[string, (to: string) => void, string]>([
  ['a folder', (to) => mkdirSync(to), 'is in the way: it is a folder'],
  ['a pipe', (to) => void execFileSync('mkfifo', [to]), 'is a device, a pipe or a socket'],
  ['a link to a device', (to) => symlinkSync('/dev/null', to), 'is a device, a pipe or a socket'],
])('never replaces %s', async (_what, make, says) => {
  const { from, to, attempt } = scene();
  rmSync(to);
  make(to);
  await expect(publish(from, to, { mayReplace: true, attempt })).rejects.toMatchObject({
    code: 'EXISTS',
    message: expect.stringContaining(says) as string,
    details: { hint: expect.any(String) as string },
  });
  expect(readFileSync(from, 'utf8')).toBe('new');
});

test('names the file if its folder was deleted', async () => {
  const { from, attempt } = scene();
  const to = path.join(path.dirname(from), 'gone', 'a');
  for (const mayReplace of [true, false]) {
    await expect(publish(from, to, { mayReplace, attempt })).rejects.toMatchObject({
      code: 'DISK',
      message: expect.stringContaining(to) as string,
    });
  }
});

test('detects what exists at a path, including links and their targets', async () => {
  const folder = makeTempFolder();
  const at = (name: string) => path.join(folder, name);
  writeFileSync(at('file'), '');
  mkdirSync(at('folder'));
  execFileSync('mkfifo', [at('pipe')]);
  for (const name of ['file', 'folder', 'pipe', 'nothing']) symlinkSync(at(name), at(`link to ${name}`));
  const kinds = {
    file: 'file',
    folder: 'folder',
    pipe: 'special',
    nothing: 'nothing',
    'file/below': 'nothing',
    'link to file': 'link',
    'link to folder': 'link',
    'link to pipe': 'special',
    'link to nothing': 'link',
  };
  for (const [name, kind] of Object.entries(kinds)) expect(await findExisting(at(name)), name).toBe(kind);
  const unknown = at('x'.repeat(300));
  await expect(findExisting(unknown)).rejects.toMatchObject({
    code: 'DISK',
    message: expect.stringContaining('could not access') as string,
  });
});

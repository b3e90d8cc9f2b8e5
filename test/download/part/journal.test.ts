import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { appendNote, type Journal, readJournal, writeJournal } from '../../../src/download/part/journal.ts';
import { isExpectedError } from '../../../src/errors.ts';
import { closeSlowly } from '../../support/slow-close.ts';
import { listTree, makeTempFolder } from '../../support/temp-folder.ts';

const journal: Journal = {
  identity: { origin: 'https://api.example', packageId: 'package', fileId: 'one' },
  sizeBytes: 1_000,
  validator: { etag: '"a"', lastModified: 'Mon, 05 Jan 2026 10:00:00 GMT' },
  synced: [{ start: 0, end: 100 }],
  written: [
    { start: 0, end: 150 },
    { start: 500, end: 600 },
  ],
  bootId: 'boot',
  holder: { pid: 7, startedAt: '1234', hostname: 'here' },
  rejected: null,
};

async function written(notes: readonly (readonly { start: number; end: number }[])[] = []): Promise<string> {
  const path = join(makeTempFolder(), 'object.zip.part.json');
  const file = await writeJournal(path, journal, { aside: `${path}.aside`, mayReplace: false });
  for (const note of notes) await appendNote(file, note);
  await file.close();
  return path;
}

test('reads back a written journal', async () => {
  expect(await readJournal(await written())).toMatchObject({ journal });
});

test('takes the written ranges from the last note', async () => {
  const note = [{ start: 0, end: 700 }];
  const path = await written([[{ start: 0, end: 300 }], note]);
  expect(await readJournal(path)).toMatchObject({ journal: { ...journal, written: note } });
});

test('does not replace an existing journal without mayReplace', async () => {
  const path = await written();
  const before = readFileSync(path, 'utf8');
  const again = writeJournal(path, journal, { aside: `${path}.aside`, mayReplace: false });
  await expect(again).rejects.toMatchObject({ code: 'EEXIST' });
  expect(readFileSync(path, 'utf8')).toBe(before);
  expect(listTree(dirname(path)).map((entry) => entry.path)).toEqual([basename(path)]);
});

test.each<[string, boolean, (path: string) => void]>([
  ['EEXIST', false, (path) => writeFileSync(path, '')],
  ['EISDIR', true, (path) => mkdirSync(path)],
])('closes and removes a journal that cannot be renamed (%s)', async (code, mayReplace, put) => {
  const path = join(makeTempFolder(), 'object.zip.part.json');
  put(path);
  const openFiles = closeSlowly();
  await expect(writeJournal(path, journal, { aside: `${path}.aside`, mayReplace })).rejects.toMatchObject({
    code,
  });
  expect(openFiles()).toBe(0);
  expect(listTree(dirname(path)).map((entry) => entry.path)).toEqual([basename(path)]);
});

test('lets exactly one of several concurrent writers succeed', async () => {
  for (let round = 0; round < 20; round += 1) {
    const path = join(makeTempFolder(), 'object.zip.part.json');
    const outcomes = await Promise.allSettled(
      [1, 2, 3, 4].map(async (pid) => {
        await delay(pid);
        const holder = { pid, startedAt: '1234', hostname: 'here' };
        const own = { aside: `${path}.${pid}`, mayReplace: false };
        await (await writeJournal(path, { ...journal, holder }, own)).close();
        return pid;
      }),
    );
    const winners = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []));
    expect(await readJournal(path)).toMatchObject({ journal: { holder: { pid: winners[0] } } });
    expect(winners).toHaveLength(1);
    expect(listTree(dirname(path)).map((entry) => entry.path)).toEqual([basename(path)]);
  }
});

test.each<[string, (path: string) => void]>([
  ['a folder', (path) => mkdirSync(path)],
  ['far too much', (path) => writeFileSync(path, Buffer.alloc(16_777_217))],
])('rejects %s in place of the journal', async (_name, put) => {
  const path = join(makeTempFolder(), 'object.zip.part.json');
  put(path);
  await expect(readJournal(path, 'shown')).rejects.toMatchObject({
    code: 'EXISTS',
    message: 'shown is in the way: it is not a journal of this program',
    details: { hint: 'move shown away, or choose another name with -o' },
  });
});

test('names a journal that cannot be read', async () => {
  const path = join(makeTempFolder(), 'x'.repeat(300));
  await expect(readJournal(path, 'shown')).rejects.toMatchObject({
    code: 'DISK',
    message: expect.stringContaining('could not read shown') as string,
  });
});

test('returns null without a journal', async () => {
  expect(await readJournal(join(makeTempFolder(), 'none'))).toBeNull();
});

test.each([
  ['no content', () => ''],
  ['invalid JSON', () => 'PK\u0003\u0004'],
  ['JSON of another kind', () => '[1]'],
  ['ranges that overlap', (text: string) => text.replace('[[0,100]]', '[[0,100],[50,200]]')],
  ['ranges out of order', (text: string) => text.replace('[[0,100]]', '[[50,100],[0,10]]')],
  ['an empty range', (text: string) => text.replace('[[0,100]]', '[[100,100]]')],
  ['a negative range', (text: string) => text.replace('[[0,100]]', '[[-5,100]]')],
  ['a fraction', (text: string) => text.replace('[[0,100]]', '[[0,99.5]]')],
  ['a string instead of ranges', (text: string) => text.replace('[[0,100]]', '"all"')],
  ['a number in the identity', (text: string) => text.replace('"packageId":"package"', '"packageId":1')],
  ['no validator', (text: string) => text.replace('"validator":{', '"other":{')],
  ['schema 0', (text: string) => text.replace('"schema":2', '"schema":0')],
])('case 75: reports a journal with %s as unreadable', async (_name, damage) => {
  const path = await written();
  const text = readFileSync(path, 'utf8');
  expect(damage(text)).not.toBe(text);
  writeFileSync(path, damage(text));
  expect(await readJournal(path)).toBe('unreadable');
});

test('case 79: rejects a newer schema', async () => {
  const path = await written();
  writeFileSync(path, readFileSync(path, 'utf8').replace('"schema":2', '"schema":3'));
  await expect(readJournal(path)).rejects.toMatchObject({ code: 'CONFIG' });
});

test('case 73: reads the state of one of its lines when cut anywhere, or reports unreadable', async () => {
  const notes = [[{ start: 0, end: 300 }], [{ start: 0, end: 40_000 }]];
  const path = await written(notes);
  const whole = readFileSync(path);
  const told = [journal.written, ...notes];
  await fc.assert(
    fc.asyncProperty(fc.nat(whole.length), async (sizeBytes) => {
      writeFileSync(path, whole.subarray(0, sizeBytes));
      const found = await readJournal(path);
      if (found === 'unreadable') return;
      expect(told).toContainEqual(found?.journal.written);
      expect(found?.journal.synced).toEqual(journal.synced);
    }),
  );
});

test('case 75: handles arbitrary content without an unexpected error', async () => {
  const path = await written();
  await fc.assert(
    fc.asyncProperty(
      fc.oneof(
        fc.uint8Array(),
        fc.json().map((text) => Buffer.from(text)),
      ),
      async (bytes) => {
        writeFileSync(path, bytes);
        const found = await readJournal(path).catch((error: unknown) => error);
        expect(found === 'unreadable' || isExpectedError(found, 'CONFIG')).toBe(true);
      },
    ),
  );
});

import { execFileSync } from 'node:child_process';
import {
  existsSync,
  fstatSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { formatLine, recordLine } from '../../src/record/record-line.ts';
import { recordedPath } from '../../src/record/recorded-path.ts';
import { aroundHandles, watchDisk } from '../support/file-handles.ts';
import { makeTempFolder } from '../support/temp-folder.ts';
import { onWindows } from '../support/windows/launcher.ts';
import { linesOf, open, TIME_MS, transcriptKey, transcriptLine } from './record-scene.ts';

function fileWith(content: string | Buffer): string {
  const file = join(makeTempFolder(), 'record.ndjson');
  writeFileSync(file, content);
  return file;
}

/** Hundreds of records, each opened, appended to, and synced. */
const SLOW = { timeout: 180_000 };
const text = (...ids: string[]) => ids.map((id) => formatLine(transcriptLine(id))).join('');
const { kind, time, title, ...others } = transcriptLine('A');
const idsIn = (file: string) => linesOf(file).map(({ transcriptId }) => transcriptId);

test('contains appended items in this run and the next, and leaves no other files', async () => {
  const folder = makeTempFolder();
  const file = join(folder, 'new', 'record.ndjson');
  const record = await open(file);
  expect(readdirSync(folder)).toEqual([]);
  expect([record.has(transcriptKey('A')), record.itemCount()]).toEqual([false, 0]);
  await record.append([transcriptLine('A'), recordLine('file', TIME_MS, { packageId: 'P', path: 'a.vtt' })]);
  expect([record.has(transcriptKey('A')), record.itemCount()]).toEqual([true, 1]);
  await record.close();
  expect(readdirSync(join(folder, 'new'))).toEqual(['record.ndjson']);
  const next = await open(file);
  expect([next.has(transcriptKey('A')), next.has(transcriptKey('B')), next.itemCount()]).toEqual([
    true,
    false,
    1,
  ]);
});

test('does not append a recorded item again, but does so for a file', async () => {
  const file = fileWith(text('A'));
  const record = await open(file);
  const line = recordLine('file', TIME_MS, { packageId: 'P', path: 'a.vtt', sizeBytes: 1 });
  await record.append([transcriptLine('A'), transcriptLine('B'), transcriptLine('B'), line]);
  await record.append([line]);
  expect(idsIn(file)).toEqual(['A', 'B', null, null]);
});

test.each([
  ['a byte-order mark', `\ufeff${text('A', 'B')}`],
  ['CRs', text('A', 'B').replaceAll('\n', '\r\n')],
  ['blank lines', `\n  \n${text('A')}\n\t\n${text('B')}\n\n`],
  ['no LF at the end', text('A', 'B').slice(0, -1)],
  [
    'keys in a different order',
    `${JSON.stringify({ speakers: true, format: 'vtt', transcriptId: 'A', kind: 'transcript' })}\n${text('B')}`,
  ],
  ['spaces', `${JSON.stringify(transcriptLine('A'), undefined, 1).replaceAll('\n', ' ')}\n${text('B')}`],
  ['a time before its key', `${JSON.stringify({ kind, time, title, ...others })}\n${text('B')}`],
  ['a title before its key', `${JSON.stringify({ kind, title, ...others, time })}\n${text('B')}`],
  ['escaped letters in a key', text('A', 'B').replaceAll('"A"', String.raw`"\u0041"`)],
  ['a time before its kind', `${JSON.stringify({ time, kind, title, ...others })}\n${text('B')}`],
])('reads a record with %s and appends to it', async (_what, content) => {
  const file = fileWith(content);
  const record = await open(file);
  expect(['A', 'B', 'C'].map((id) => record.has(transcriptKey(id)))).toEqual([true, true, false]);
  expect([record.itemCount(), record.warnings]).toEqual([2, []]);
  await record.append([transcriptLine('C')]);
  expect(readFileSync(file, 'utf8').startsWith(content)).toBe(true);
  const next = await open(file);
  expect([next.itemCount(), next.has(transcriptKey('C'))]).toEqual([3, true]);
});

test('reads a record truncated at any byte, warns once, and repairs it on append', SLOW, async () => {
  const whole = Buffer.from(text('A', 'B'));
  const firstEnd = whole.indexOf('\n') + 1;
  for (let size = 0; size < whole.length; size += 1) {
    const file = fileWith(whole.subarray(0, size));
    const record = await open(file);
    // A line that lacks only its LF counts.
    const known = [size >= firstEnd - 1, size >= whole.length - 1];
    expect(['A', 'B'].map((id) => record.has(transcriptKey(id)))).toEqual(known);
    const isTorn = ![0, firstEnd - 1, firstEnd, whole.length - 1].includes(size);
    expect(record.warnings, `${size} bytes`).toHaveLength(isTorn ? 1 : 0);
    await record.append([transcriptLine('C')]);
    expect(idsIn(file)).toEqual([...(known[0] ? ['A'] : []), ...(known[1] ? ['B'] : []), 'C']);
  }
});

test.each([
  ['at the end', Buffer.concat([Buffer.from(text('A')), Buffer.alloc(4_096)])],
  ['at the end with an LF', Buffer.concat([Buffer.from(text('A')), Buffer.alloc(4_096), Buffer.from('\n')])],
  [
    'within the last lines',
    Buffer.concat([Buffer.from(text('A')), Buffer.alloc(512), Buffer.from(text('X').slice(200))]),
  ],
])('ignores NULs from a crash %s and removes them on append', async (_where, content) => {
  const file = fileWith(content);
  const record = await open(file);
  expect([record.has(transcriptKey('A')), record.itemCount(), record.warnings.length]).toEqual([true, 1, 1]);
  await record.append([transcriptLine('B')]);
  expect(readFileSync(file, 'utf8')).toBe(text('A', 'B'));
});

test('keeps NULs from a crash before valid lines, with a warning', async () => {
  const content = Buffer.concat([
    Buffer.from(text('A')),
    Buffer.alloc(512),
    Buffer.from(text('X', 'B').slice(200)),
  ]);
  const file = fileWith(content);
  const record = await open(file);
  expect(['A', 'X', 'B'].map((id) => record.has(transcriptKey(id)))).toEqual([true, false, true]);
  expect(record.warnings).toEqual([expect.stringContaining('line 2')]);
  await record.append([transcriptLine('C')]);
  expect(readFileSync(file)).toEqual(Buffer.concat([content, Buffer.from(text('C'))]));
});

test.each([
  ['a truncated line before others', `${text('A')}{"kind":"trans\n${text('B')}`, 2],
  ['a truncated line that ends with a brace', `${text('A').slice(0, 60)}}\n${text('B')}`, 1],
  ['other JSON', `${text('A')}{"a":1}`, 2],
  ['JSON of another kind', `${text('A')}{"kind":"other","id":"X"}\n`, 2],
  ['text', 'shopping list', 1],
  ['a single NUL', `${text('A')}\0\n${text('B')}`, 2],
  ['UTF-16', Buffer.from(`\ufeff${text('A')}`, 'utf16le'), 1],
  ['UTF-16 without a mark', Buffer.from(text('A', 'B'), 'utf16le'), 1],
])('rejects %s with the line number and changes nothing', async (_what, content, number) => {
  const file = fileWith(content);
  const before = readFileSync(file);
  await expect(open(file)).rejects.toMatchObject({
    code: 'CONFIG',
    exitCode: 2,
    message: expect.stringContaining(`line ${number} `),
  });
  expect(readFileSync(file).equals(before)).toBe(true);
});

test('does not read a huge file without newlines to the end', async () => {
  const file = fileWith('');
  truncateSync(file, 2 ** 40);
  await expect(open(file)).rejects.toMatchObject({
    code: 'CONFIG',
    message: expect.stringContaining('line 1 '),
  });
});

test('reads lines across block boundaries', async () => {
  const ids = Array.from({ length: 9_000 }, (_, index) => `id-${index}-${'x'.repeat(index % 97)}`);
  const file = fileWith(text(...ids));
  const record = await open(file);
  expect(record.itemCount()).toBe(ids.length);
  expect(ids.filter((id) => !record.has(transcriptKey(id)))).toEqual([]);
});

test('rejects a folder as a record', async () => {
  const folder = makeTempFolder();
  mkdirSync(join(folder, 'record.ndjson'));
  await expect(open(join(folder, 'record.ndjson'))).rejects.toMatchObject({ code: 'EXISTS' });
});

test.skipIf(onWindows)('rejects a pipe as a record without waiting for a writer', async () => {
  const folder = makeTempFolder();
  execFileSync('mkfifo', [join(folder, 'record.ndjson')]);
  await expect(open(join(folder, 'record.ndjson'))).rejects.toMatchObject({ code: 'EXISTS' });
  expect(lstatSync(join(folder, 'record.ndjson')).isFIFO()).toBe(true);
  expect(readdirSync(folder)).toEqual(['record.ndjson']);
});

test('locks the target of a link to a record', async () => {
  const real = fileWith(text('A'));
  const link = join(makeTempFolder(), 'link.ndjson');
  symlinkSync(real, link);
  const record = await open(link);
  expect(record.path).toBe(real);
  writeFileSync(`${real}.lock`, JSON.stringify({ pid: 1, startedAt: 'now', hostname: 'elsewhere' }));
  const ended = record.append([transcriptLine('B')]);
  await new Promise((resolve) => setTimeout(resolve, 200));
  expect(idsIn(real)).toEqual(['A']);
  rmSync(`${real}.lock`);
  await ended;
  expect(idsIn(real)).toEqual(['A', 'B']);
});

test('fails with BUSY after ten seconds, and appends once the lock is gone', async () => {
  const file = fileWith(text('A'));
  let nowMs = 0;
  const clock = {
    now: () => 0,
    monotonicMs: () => nowMs,
    sleep: async (delayMs: number) => {
      nowMs += delayMs;
    },
    after: () => () => undefined,
  };
  const record = await open(file, { clock });
  const lock = `${record.path}.lock`;
  writeFileSync(lock, JSON.stringify({ pid: 1, startedAt: 'now', hostname: 'elsewhere' }));
  await expect(record.append([transcriptLine('B')])).rejects.toMatchObject({
    code: 'BUSY',
    exitCode: 11,
    message: `another process has been writing ${file} for too long`,
    details: { hint: `if there is none, delete ${lock}` },
  });
  expect([nowMs, idsIn(file)]).toEqual([10_000, ['A']]);
  rmSync(lock);
  await record.append([transcriptLine('B')]);
  expect(idsIn(file)).toEqual(['A', 'B']);
});

test('rejects a folder in place of the lock, and appends after it is removed', async () => {
  const file = fileWith(text('A'));
  const record = await open(file);
  mkdirSync(`${file}.lock`);
  writeFileSync(join(`${file}.lock`, 'kept'), '');
  await expect(record.append([transcriptLine('B')])).rejects.toMatchObject({
    code: 'EXISTS',
    details: { hint: `move ${file}.lock away` },
  });
  rmSync(`${file}.lock`, { recursive: true });
  await record.append([transcriptLine('B')]);
  expect(idsIn(file)).toEqual(['A', 'B']);
});

test('syncs lines before an append ends, and the folder of a new record', async () => {
  const folder = makeTempFolder();
  const calls = await watchDisk(folder);
  const recordCalls = () => calls.filter((call) => !call.includes('.lock'));
  const record = await open(join(folder, 'record'));
  await record.append([transcriptLine('A')]);
  expect(recordCalls()).toEqual(['write record', 'datasync record', 'sync .']);
  await record.append([transcriptLine('B')]);
  expect(recordCalls().slice(3)).toEqual(['write record', 'datasync record']);
  await record.append([transcriptLine('A')]);
  expect(recordCalls()).toHaveLength(5);
});

test.each([
  [
    'write',
    'short',
    'only a part of the lines for the record was written',
    'free up space, then rerun the command',
  ],
  ['write', 'ENOSPC', 'no space left', expect.anything() as string],
  ['datasync', 'EIO', 'input/output error', expect.anything() as string],
] as const)(
  'after a %s that ends with %s, the record is unchanged and later lines are appended',
  async (method, how, says, hint) => {
    const file = fileWith(text('A'));
    const record = await open(file);
    const restore = await aroundHandles(method, async (call, [bytes, start, , offset]) => {
      if (how === 'short') return await call(bytes, start, 10, offset);
      if (method === 'datasync') await call();
      throw Object.assign(new Error(`${how}: injected`), { code: how, syscall: method, errno: -1 });
    });
    await expect(record.append([transcriptLine('B')])).rejects.toMatchObject({
      code: 'DISK',
      message: expect.stringContaining(says),
      details: { hint },
    });
    expect(readFileSync(file, 'utf8')).toBe(text('A'));
    expect(record.has(transcriptKey('B'))).toBe(false);
    restore();
    await record.append([transcriptLine('B')]);
    expect(idsIn(file)).toEqual(['A', 'B']);
  },
);

test('an append reads only new lines', async () => {
  const ids = Array.from({ length: 500 }, (_, index) => `id-${index}`);
  const file = fileWith(text(...ids));
  const [one, other] = [await open(file), await open(file)];
  let readBytes = 0;
  await aroundHandles('read', async (call, args, handle) => {
    const result = await call(...args);
    const isRecord = fstatSync(handle.fd).ino === statSync(file).ino;
    if (isRecord) readBytes += Number(Object(result)['bytesRead']);
    return result;
  });
  await one.append([transcriptLine('B')]);
  expect(readBytes).toBe(0);
  await other.append([transcriptLine('C')]);
  expect(readBytes).toBe(Buffer.byteLength(text('B')));
});

test('skips lines that another open record has appended', async () => {
  const file = join(makeTempFolder(), 'record.ndjson');
  const [one, other] = [await open(file), await open(file)];
  await one.append([transcriptLine('A')]);
  await other.append([transcriptLine('A'), transcriptLine('B')]);
  await one.append([transcriptLine('B'), transcriptLine('C')]);
  expect(idsIn(file)).toEqual(['A', 'B', 'C']);
  expect([one.itemCount(), other.itemCount()]).toEqual([3, 2]);
});

test('reads a replaced or truncated record again', async () => {
  const file = fileWith(text('A', 'B'));
  const record = await open(file);
  writeFileSync(`${file}.new`, text('C'));
  renameSync(`${file}.new`, file);
  await record.append([transcriptLine('A')]);
  expect([idsIn(file), record.has(transcriptKey('B')), record.has(transcriptKey('C'))]).toEqual([
    ['C', 'A'],
    false,
    true,
  ]);
  truncateSync(file, 0);
  await record.append([transcriptLine('C')]);
  expect(idsIn(file)).toEqual(['C']);
  rmSync(file);
  await record.append([transcriptLine('D')]);
  expect(idsIn(file)).toEqual(['D']);
});

test('reads a record again that a longer one has replaced', async () => {
  const file = fileWith(text('A'));
  const record = await open(file);
  writeFileSync(`${file}.new`, text('B', 'C'));
  renameSync(`${file}.new`, file);
  await record.append([transcriptLine('A'), transcriptLine('B')]);
  expect([idsIn(file), record.itemCount()]).toEqual([['B', 'C', 'A'], 3]);
});

test.each<[string, (path: string) => unknown]>([
  ['folder', (path) => mkdirSync(path)],
  ['FIFO', (path) => execFileSync('mkfifo', [path])],
])('does not append to a record that was replaced by a %s', async (_what, plant) => {
  const file = fileWith(text('A'));
  const record = await open(file);
  rmSync(file);
  plant(file);
  await expect(record.append([transcriptLine('B')])).rejects.toMatchObject({
    code: 'EXISTS',
    message: `${file} cannot be a record: it is not a file`,
    details: { hint: 'choose another file with --record' },
  });
  rmSync(file, { recursive: true });
  await record.append([transcriptLine('B')]);
  expect(idsIn(file)).toEqual(['B']);
});

test('leaves a record alone that another process has corrupted', async () => {
  const file = fileWith(text('A'));
  const record = await open(file);
  writeFileSync(file, `${text('A')}broken\n${text('B')}`);
  await expect(record.append([transcriptLine('C')])).rejects.toMatchObject({
    code: 'CONFIG',
    message: expect.stringContaining('line 2 '),
  });
  expect(readFileSync(file, 'utf8')).toBe(`${text('A')}broken\n${text('B')}`);
});

test('buffers lines that may wait until 64 of them, a second, or close', async () => {
  const file = join(makeTempFolder(), 'record.ndjson');
  let ring: () => void = () => undefined;
  const timers = { set: 0, canceled: 0 };
  const clock = {
    now: () => 0,
    monotonicMs: () => 0,
    sleep: async () => undefined,
    after: (delayMs: number, callback: () => void) => {
      expect(delayMs).toBe(1_000);
      ring = callback;
      timers.set += 1;
      return () => void (timers.canceled += 1);
    },
  };
  const record = await open(file, { clock });
  const add = (count: number, name: string) =>
    Array.from({ length: count }, (_, index) =>
      record.append([transcriptLine(`${name}${index}`)], { mayWait: true }),
    );
  const first = add(63, 'a');
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect(readdirSync(join(file, '..'))).toEqual([]);
  await Promise.all([...first, ...add(1, 'b')]);
  expect(linesOf(file)).toHaveLength(64);
  expect(timers).toEqual({ set: 1, canceled: 1 });
  const second = add(2, 'c');
  ring();
  await Promise.all(second);
  expect(linesOf(file)).toHaveLength(66);
  expect(timers.set).toBe(2);
  const third = add(2, 'd');
  await record.close();
  await Promise.all(third);
  expect(linesOf(file)).toHaveLength(68);
  expect(timers).toEqual({ set: 3, canceled: 3 });
});

test('writes one line per item and loses none, whatever several records do concurrently', async () => {
  const id = fc.constantFrom('A', 'B', 'C', 'D', 'E');
  const step = fc.oneof(
    { weight: 6, arbitrary: fc.record({ who: fc.nat(2), ids: fc.array(id, { maxLength: 4 }) }) },
    { weight: 1, arbitrary: fc.record({ who: fc.nat(2), reopen: fc.constant(true) }) },
    { weight: 1, arbitrary: fc.record({ cut: fc.integer({ min: 1, max: 300 }) }) },
  );
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 12 }), fc.boolean(), async (steps, isAtOnce) => {
      const file = join(makeTempFolder(), 'record.ndjson');
      const records = [await open(file), await open(file), await open(file)];
      const appended = new Set<string>();
      let running: Promise<void>[] = [];
      for (const action of steps) {
        if ('ids' in action) {
          running.push(
            records[action.who]?.append(action.ids.map((one) => transcriptLine(one))) ?? Promise.resolve(),
          );
          for (const one of action.ids) appended.add(one);
          if (isAtOnce) continue;
        }
        await Promise.all(running);
        running = [];
        if ('reopen' in action) records[action.who] = await open(file);
        // A process killed during a write, after it truncated the leftovers of another one.
        if ('cut' in action && /^$|\n$/.test(existsSync(file) ? readFileSync(file, 'utf8') : ''))
          writeFileSync(file, text('Z').slice(0, action.cut), { flag: 'a' });
      }
      await Promise.all(running);
      await records[0]?.append([transcriptLine('last')]);
      const found = idsIn(file);
      expect(found).toHaveLength(appended.size + 1);
      expect(new Set(found)).toEqual(new Set([...appended, 'last']));
    }),
    { numRuns: 60 },
  );
}, 60_000);

test('records paths relative to the folder of the record, and absolute ones outside it', () => {
  expect(recordedPath('/w/record.ndjson', '/w/t/a b.vtt')).toBe('t/a b.vtt');
  expect(recordedPath('/w/record.ndjson', '/w/..a')).toBe('..a');
  expect(recordedPath('/w/record.ndjson', '/other/a.vtt')).toBe('/other/a.vtt');
});

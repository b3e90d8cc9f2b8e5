import { createHash } from 'node:crypto';
import {
  appendFileSync,
  fstatSync,
  mkdirSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { formatLine, recordLine } from '../../src/record/record-line.ts';
import { PACKAGE_ID } from '../support/api/api-packages.ts';
import { aroundHandles } from '../support/file-handles.ts';
import { LIMITED_RIGHTS } from '../support/process/limited-rights.ts';
import { runBinary } from '../support/process/run-binary.ts';
import { makePlace, type RunPlace } from '../support/process/run-place.ts';
import { filesIn, start } from './fetch/fetch-scene.ts';
import { expectDocument, expectFailureDocument } from './output-documents.ts';
import { runCommand } from './run-command.ts';

const ARGS = ['verify', '--record', 'out/record.ndjson'];

/** An unpacked package with its archive and record. */
async function fetched(): Promise<{ place: RunPlace; files: readonly string[] }> {
  const place = makePlace();
  const args = ['fetch', PACKAGE_ID, '-x', '--keep-archive', '-D', 'out', '--only-new'];
  expect((await runCommand(args, { api: await start(), place })).exitCode).toBe(0);
  const files = filesIn(join(place.cwd, 'out')).filter((file) => file !== 'record.ndjson');
  expect(files.length).toBeGreaterThan(1);
  return { place, files: files.map((file) => join(place.cwd, 'out', file)) };
}

test('reports files that match the record as unchanged, even if the folder was moved', async () => {
  const { place, files } = await fetched();
  const run = await runCommand([...ARGS, '--json'], { place });
  expect(run).toMatchObject({
    exitCode: 0,
    json: { counts: { unchanged: files.length, missing: 0, different: 0, failed: 0 } },
  });
  expectDocument('verify', run.json);
  renameSync(join(place.cwd, 'out'), join(place.cwd, 'moved'));
  const moved = await runCommand(['verify', '--record', 'moved/record.ndjson'], { place });
  expect(moved).toMatchObject({ exitCode: 0, stdout: '' });
  expect(moved.stderr).toContain(`Verified ${files.length} files.`);
});

test.each<[string, string, (path: string) => void]>([
  ['deleted', 'missing', (path) => rmSync(path)],
  ['shortened', 'different', (path) => truncateSync(path, 5)],
  ['extended', 'different', (path) => appendFileSync(path, 'x')],
  ['replaced by a folder', 'different', (path) => [rmSync(path), mkdirSync(path)]],
  [
    'replaced by a link',
    'different',
    (path) => [renameSync(path, `${path}.real`), symlinkSync(`${path}.real`, path)],
  ],
])('a file that was %s is %s', async (_how, outcome, change) => {
  const { place, files } = await fetched();
  for (const file of files) change(file);
  const run = await runCommand([...ARGS, '--json'], { place });
  expect(run).toMatchObject({
    exitCode: 10,
    json: { counts: { unchanged: 0, [outcome]: files.length }, error: { code: 'INTEGRITY' } },
  });
  expectFailureDocument('verify', run.json);
  const { results } = run.json as {
    results: { path: string; outcome: string; error: { message: string } }[];
  };
  expect(results.map(({ error }) => error)).toEqual(
    results.map(({ path }) =>
      expect.objectContaining({ code: 'INTEGRITY', message: expect.stringContaining(`${path}: `) }),
    ),
  );
  const text = await runCommand(ARGS, { place });
  expect(text.stderr).toContain(
    `error: of ${files.length} files, ${files.length} ${outcome}\nhint: fetch the missing or different files again, without --only-new\n`,
  );
  expect(
    text.stdout
      .trimEnd()
      .split('\n')
      .toSorted((one, other) => one.localeCompare(other)),
  ).toEqual(files.map((file) => `${file}\t${outcome}`).toSorted((one, other) => one.localeCompare(other)));
});

test('detects one changed byte by SHA-256, CRC-32, or the checksums in an archive', async () => {
  const { place, files } = await fetched();
  const text = join(place.cwd, 'out', 'text.txt');
  writeFileSync(text, 'words');
  const sha256 = createHash('sha256').update('words').digest('hex');
  const line = recordLine('file', 0, { packageId: 'P', path: 'text.txt', sizeBytes: 5, sha256 });
  appendFileSync(join(place.cwd, 'out', 'record.ndjson'), formatLine(line));
  expect((await runCommand(ARGS, { place })).exitCode).toBe(0);
  const { open } = await import('node:fs/promises');
  for (const file of [text, ...files]) {
    const handle = await open(file, 'r+');
    const { size } = await handle.stat();
    const at = Math.floor(size / 2);
    const byte = Buffer.alloc(1);
    await handle.read(byte, 0, 1, at);
    byte[0] = (byte[0] ?? 0) ^ 1;
    await handle.write(byte, 0, 1, at);
    await handle.close();
  }
  const run = await runCommand([...ARGS, '--json'], { place });
  expect(run).toMatchObject({ exitCode: 10, json: { counts: { different: files.length + 1 } } });
});

test('uses the last line for a file', async () => {
  const place = makePlace();
  writeFileSync(join(place.cwd, 'a'), 'new');
  const line = (sizeBytes: number) =>
    formatLine(recordLine('file', 0, { packageId: 'P', path: 'a', sizeBytes }));
  writeFileSync(join(place.cwd, 'r'), line(7) + line(3));
  const run = await runCommand(['verify', '--record', 'r'], { place });
  expect(run.exitCode).toBe(0);
  expect(run.stderr).toContain('compared only the size of 1 file');
});

test('with a folder, checks only files in it, and exits with 3 without any', async () => {
  const { place, files } = await fetched();
  mkdirSync(join(place.cwd, 'out', 'empty'));
  const [first = ''] = files;
  rmSync(first);
  expect((await runCommand([...ARGS, 'out'], { place })).exitCode).toBe(10);
  for (const folder of ['out/empty', 'ou', 'out/no-such']) {
    const run = await runCommand([...ARGS, folder, '--json'], { place });
    expect(run).toMatchObject({ exitCode: 3, json: { error: { code: 'NOT_FOUND' } } });
    expect(run.stderr).toContain(`error: out/record.ndjson lists no file below ${folder}\n`);
  }
  rmSync(files[1] ?? '');
  writeFileSync(first, 'other');
  const both = await runCommand(ARGS, { place });
  expect(both.stderr).toContain(`error: of ${files.length} files, 1 missing, 1 different\n`);
});

test.each([
  ['is missing', 'no-such', ''],
  ['has a broken line', 'r', 'no record\n'],
  ['is a folder', '.', ''],
])('exits with 2 for a record that %s', async (_what, record, content) => {
  const place = makePlace();
  if (content !== '') writeFileSync(join(place.cwd, record), content);
  const run = await runCommand(['verify', '--record', record, '--json'], { place });
  expect(run).toMatchObject({ exitCode: 2, json: { error: { code: 'CONFIG' } } });
});

test('rejects a damaged line that is not the last one', async () => {
  const place = makePlace();
  const line = formatLine(recordLine('file', 0, { packageId: 'P', path: 'a', sizeBytes: 7 }));
  writeFileSync(join(place.cwd, 'r'), `${line.slice(0, -30)}}\n${line}`);
  const run = await runCommand(['verify', '--record', 'r'], { place });
  expect(run.exitCode).toBe(2);
  expect(run.stderr).toContain('line 1 ');
});

test('reports a read error together with changed files', async () => {
  const { place, files } = await fetched();
  const [first = '', second = ''] = files;
  await aroundHandles('read', async (call, args, handle) => {
    if (fstatSync(handle.fd).ino !== statSync(first).ino) return await call(...args);
    throw Object.assign(new Error('EIO: injected'), { code: 'EIO', syscall: 'read', errno: -5 });
  });
  const run = await runCommand([...ARGS, '--json'], { place });
  expect(run).toMatchObject({
    exitCode: 9,
    json: {
      counts: { unchanged: files.length - 1, failed: 1 },
      results: [{ path: first, outcome: 'failed', error: { code: 'DISK' } }, { outcome: 'unchanged' }],
      error: { code: 'DISK' },
    },
  });
  expectFailureDocument('verify', run.json);
  rmSync(second);
  const both = await runCommand(ARGS, { place });
  expect(both.exitCode).toBe(1);
  expect(both.stderr).toContain(`error: of ${files.length} files, 1 missing, 1 failed\n`);
});

test('requires a record', async () => {
  const run = await runCommand(['verify', 'out']);
  expect(run.exitCode).toBe(2);
  expect(run.stderr).toContain('--record');
});

test.runIf(LIMITED_RIGHTS !== null)('reports an unreadable file as failed', async () => {
  const { place, files } = await fetched();
  const { chmodSync } = await import('node:fs');
  for (const file of files) chmodSync(file, 0);
  const run = await runBinary([...ARGS, '--json'], { place, wrapper: LIMITED_RIGHTS ?? [] });
  expect(run).toMatchObject({
    exitCode: 9,
    json: { counts: { failed: files.length }, error: { code: 'DISK' } },
  });
  for (const file of files.slice(1)) chmodSync(file, 0o600);
  rmSync(String(files[1]));
  expect((await runBinary(ARGS, { place, wrapper: LIMITED_RIGHTS ?? [] })).exitCode).toBe(1);
});

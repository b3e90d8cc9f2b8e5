import {
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { PACKAGE_ID } from '../../support/api/api-packages.ts';
import { startApi } from '../../support/api/api-server.ts';
import { serveArchive } from '../../support/faults/served-archive.ts';
import { makeZipObject } from '../../support/faults/served-object.ts';
import { runCli } from '../../support/process/run-cli.ts';
import { makePlace } from '../../support/process/run-place.ts';
import { listTree } from '../../support/temp-folder.ts';
import { onWindows } from '../../support/windows/launcher.ts';

const object = makeZipObject(50_000);
const OLD = 'an older file';

async function prepare() {
  const place = makePlace();
  const api = await startApi({ files: { one: object } });
  const target = join(place.cwd, 'object.zip');
  const fetch = (...args: string[]) =>
    runCli(['fetch', PACKAGE_ID, '-o', 'object.zip', '--json', ...args], { api, place });
  return { place, api, target, fetch };
}

test('case 84: keeps another file of that name, and honors --skip-existing and --overwrite', async () => {
  const { target, fetch, place } = await prepare();
  writeFileSync(target, OLD);
  expect(await fetch()).toMatchObject({ exitCode: 13, json: { error: { code: 'EXISTS' } } });
  expect(readFileSync(target, 'utf8')).toBe(OLD);
  expect(await fetch('--skip-existing')).toMatchObject({
    exitCode: 0,
    json: { results: [{ outcome: 'skipped' }] },
  });
  expect(readFileSync(target, 'utf8')).toBe(OLD);
  expect((await fetch('--overwrite')).exitCode).toBe(0);
  expect(readFileSync(target).equals(object.bytes)).toBe(true);
  expect(listTree(place.cwd).map(({ path }) => path)).toEqual(['object.zip']);
});

test('case 84: skips the download when the same file already exists', async () => {
  const { target, fetch, api } = await prepare();
  writeFileSync(target, object.bytes);
  const run = await fetch();
  expect(run).toMatchObject({
    exitCode: 0,
    json: { results: [{ outcome: 'skipped', transferredBytes: 0 }] },
  });
  expect(api.requestsOf('GET /v2/downloads/file/{id}')).toHaveLength(0);
});

test('case 84: unpacks an existing copy of the archive without a download', async () => {
  const { place, api, fetch } = await prepare();
  expect(await fetch()).toMatchObject({ exitCode: 0 });
  const asked = api.requestsOf('GET /v2/downloads/file/{id}').length;
  expect(await fetch('--extract', '--keep-archive')).toMatchObject({ exitCode: 0 });
  expect(listTree(join(place.cwd, 'object')).filter(({ type }) => type === 'file').length).toBeGreaterThan(0);
  expect(api.requestsOf('GET /v2/downloads/file/{id}')).toHaveLength(asked);
});

test('case 84: keeps a file of the same size with other bytes', async () => {
  const { target, fetch } = await prepare();
  const other = makeZipObject(50_000, { seed: 'B' }).bytes;
  other[25_000] = (other[25_000] ?? 0) ^ 1;
  writeFileSync(target, other);
  expect((await fetch()).exitCode).toBe(13);
  expect(readFileSync(target).equals(other)).toBe(true);
});

test('case 84: --overwrite replaces a link, not its target', async () => {
  const { target, fetch, place } = await prepare();
  const elsewhere = join(place.cwd, 'elsewhere');
  writeFileSync(elsewhere, OLD);
  symlinkSync(elsewhere, target);
  expect((await fetch()).exitCode).toBe(13);
  expect(readlinkSync(target)).toBe(elsewhere);
  expect((await fetch('--overwrite')).exitCode).toBe(0);
  expect(lstatSync(target).isFile()).toBe(true);
  expect(readFileSync(elsewhere, 'utf8')).toBe(OLD);
});

test('case 84: a dangling link counts as an existing file', async () => {
  const { target, fetch, place } = await prepare();
  symlinkSync(join(place.cwd, 'nowhere'), target);
  expect((await fetch()).exitCode).toBe(13);
  expect(existsSync(join(place.cwd, 'nowhere'))).toBe(false);
});

test('case 84: --overwrite leaves other hard links of the file unchanged', async () => {
  const { target, fetch, place } = await prepare();
  const twin = join(place.cwd, 'twin');
  writeFileSync(twin, OLD);
  linkSync(twin, target);
  expect((await fetch('--overwrite')).exitCode).toBe(0);
  expect(readFileSync(twin, 'utf8')).toBe(OLD);
  expect(readFileSync(target).equals(object.bytes)).toBe(true);
});

test('case 84: downloads into an existing folder of that name', async () => {
  const { target, fetch, place } = await prepare();
  mkdirSync(target);
  expect((await fetch()).exitCode).toBe(0);
  expect(listTree(place.cwd).filter(({ type }) => type === 'file')).toHaveLength(1);
});

test('case 85: keeps a file that appears during the download', async () => {
  const { target, fetch, api } = await prepare();
  api.script('GET /v2/downloads/file/{id}', async (_request, reply) => {
    writeFileSync(target, OLD);
    await reply.file(object);
  });
  expect((await fetch()).exitCode).toBe(13);
  expect(readFileSync(target, 'utf8')).toBe(OLD);
});

test.each([
  ['below a file', 'file/object.zip', 13],
  ['below a file, two levels', 'file/deep/object.zip', 13],
  ['with a name that is too long', `${'x'.repeat(300)}.zip`, 9],
  ['on a file system that accepts no files', '/proc/object.zip', 9],
])('case 86: a target %s is an error before any data is requested', async (_name, target, exitCode) => {
  const { api, place } = await prepare();
  writeFileSync(join(place.cwd, 'file'), OLD);
  const run = await runCli(['fetch', PACKAGE_ID, '-o', target, '--json'], { api, place });
  expect(onWindows ? [9, 13] : [exitCode]).toContain(run.exitCode);
  expect(api.requestsOf('GET /v2/downloads/file/{id}')).toEqual([]);
  expect(readFileSync(join(place.cwd, 'file'), 'utf8')).toBe(OLD);
});

test.each([
  ['composed and decomposed letters', 'caf\u00e9.txt', 'cafe\u0301.txt'],
  ['upper and lower case', 'Notes.txt', 'notes.txt'],
  ['ligatures', '\ufb01nal.txt', 'final.txt'],
])(
  'case 89: refuses an archive with two names that differ only in %s, before writing',
  async (_what, one, other) => {
    const archive = serveArchive([
      { name: one, content: 'one' },
      { name: other, content: 'other' },
    ]);
    const api = await startApi({ files: { one: archive } });
    const run = await runCli(['fetch', PACKAGE_ID, '-x', '-D', 'out', '--json'], { api });
    expect(run).toMatchObject({ exitCode: 12, json: { error: { code: 'UNSAFE' } } });
    expect(existsSync(join(run.cwd, 'out', one)) || existsSync(join(run.cwd, 'out', other))).toBe(false);
  },
);

test('creates missing folders', async () => {
  const { api, place } = await prepare();
  const run = await runCli(['fetch', PACKAGE_ID, '-o', 'a/b/object.zip'], { api, place });
  expect(run.exitCode).toBe(0);
  expect(readFileSync(join(place.cwd, 'a/b/object.zip')).equals(object.bytes)).toBe(true);
});

/** File names that a server may send. */
const NAMES: readonly string[] = [
  '..',
  '.',
  '',
  '/',
  '../../evil',
  '/etc/cron.d/evil',
  'a/b.zip',
  'a\\b.zip',
  '..\\..\\evil',
  'C:evil',
  'C:\\evil',
  '\\\\host\\share\\evil',
  '.bashrc',
  '.ssh/authorized_keys',
  '-rf',
  '--help',
  'CON',
  'nul.txt',
  'COM1.tar.gz',
  'COM\u00b9',
  'a.',
  'a ',
  'a:b',
  'a<b>c"d|e?f*g',
  'new\nline',
  'tab\tname',
  'nul\0name',
  '\u001b[31mred',
  '\u202egnp.exe',
  '\u200bzero',
  '\ufefffirst',
  'x'.repeat(300),
  '\u{1f600}'.repeat(255),
  'e\u0301'.repeat(200),
  '$(touch evil)',
  '`touch evil`',
  '%2e%2e%2fevil',
  'object.zip.part',
  'object.zip.part.json',
];

test.each(NAMES)('case 87: the title %j becomes one harmless file name in the folder', async (title) => {
  const place = makePlace();
  const api = await startApi({ files: { one: object }, packages: [{ title, files: ['one'] }] });
  const run = await runCli(['fetch', PACKAGE_ID, '--json'], { api, place });
  expect(run.exitCode).toBe(0);
  expectOneHarmlessFile(place.cwd);
});

test.each(NAMES)(
  'case 87: the Content-Disposition name %j becomes one harmless name in the folder',
  async (name) => {
    const place = makePlace();
    const api = await startApi({ files: { one: object } });
    const utf8 = `attachment; filename*=UTF-8''${encodeURIComponent(name)}`;
    api.script('GET /v2/downloads/file/{id}', (_request, reply) =>
      reply.file(object, { headers: { 'Content-Disposition': utf8 } }),
    );
    const run = await runCli(['fetch', PACKAGE_ID, '--json'], { api, place });
    expect(run.exitCode).toBe(0);
    expectOneHarmlessFile(place.cwd);
  },
);

function expectOneHarmlessFile(folder: string): void {
  const entries = listTree(folder);
  expect(entries).toMatchObject([{ type: 'file', sizeBytes: object.bytes.length }]);
  const [name = ''] = entries.map(({ path }) => path);
  expect(name).toMatch(/^[^./\\:<>"|?*\p{C}-][^/\\:<>"|?*\p{C}]*[^. /\\]$/u);
  expect(name).not.toMatch(/^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i);
  expect(Buffer.byteLength(name)).toBeLessThanOrEqual(200);
  expect(lstatSync(join(folder, name)).mode & 0o111).toBe(0);
}

test.each([
  ['a:b.zip:c', 2],
  ['folder/a:b.zip', 2],
  ['C:a.zip', 0],
  ['\\\\?\\C:\\a.zip', 0],
])('-o %s on Windows, where a colon after the drive names a file stream', async (output, exitCode) => {
  const { api, place } = await prepare();
  const run = await runCli(['fetch', PACKAGE_ID, '-o', output], { api, place, platform: 'win32' });
  expect(run.exitCode).toBe(exitCode);
  expect(listTree(place.cwd)).toHaveLength(exitCode === 0 ? 1 : 0);
});

test.each([
  ['-o', 'x?.zip', 'contains ?'],
  ['-o', 'x*.zip', 'contains *'],
  ['-o', 'a<b>.zip', 'contains <'],
  ['-o', 'a|b', 'contains |'],
  ['-o', 'a"b', 'contains "'],
  ['-o', 'tab\tname', 'control character'],
  ['-o', 'NUL', 'the name of a device'],
  ['-o', 'folder\\CON', 'the name of a device'],
  ['-o', 'aux.zip', 'the name of a device'],
  ['-o', 'COM1', 'the name of a device'],
  ['-o', '\\\\.\\NUL', 'the name of a device'],
  ['-o', 'trail.', 'a dot or a space'],
  ['-o', 'trail ', 'a dot or a space'],
  ['-o', 'trail .\\object.zip', 'a dot or a space'],
  ['-D', 'folder:b', 'a colon'],
  ['-D', 'NUL', 'the name of a device'],
  ['--record', 'x?.ndjson', 'contains ?'],
])('case 88: rejects %s %j on Windows before any request', async (flag, name, reason) => {
  const { api, place } = await prepare();
  const options = { api, place, platform: 'win32' } as const;
  const error = { code: 'USAGE', message: expect.stringContaining(reason) };
  const fetched = await runCli(['fetch', PACKAGE_ID, flag, name, '--json'], options);
  expect(fetched).toMatchObject({ exitCode: 2, json: { error } });
  const saved = await runCli(['transcripts', '-m', 'media', flag, name, '--json'], options);
  expect(saved).toMatchObject({ exitCode: 2, json: { error } });
  const created = await runCli(['create', '-m', 'media', '--fetch', flag, name, '--json'], options);
  expect(created).toMatchObject({ exitCode: 2, json: { error } });
  expect(api.requests).toEqual([]);
  expect(listTree(place.cwd)).toEqual([]);
});

test('rejects a name with -x if Windows does not allow the name of the resulting folder', async () => {
  const { api, place } = await prepare();
  const run = await runCli(['fetch', PACKAGE_ID, '-x', '-o', 'object .zip'], {
    api,
    place,
    platform: 'win32',
  });
  expect(run.exitCode).toBe(2);
  expect(listTree(place.cwd)).toEqual([]);
});

test('a name too long for the suffix of the part file is a disk error on Windows', async () => {
  const { api, place } = await prepare();
  const output = `${'x'.repeat(242)}.zip`;
  const run = await runCli(['fetch', PACKAGE_ID, '-o', output, '--json'], { api, place, platform: 'win32' });
  expect(run).toMatchObject({
    exitCode: 9,
    json: { error: { message: expect.stringContaining('too long') } },
  });
  expect(api.requests).toEqual([]);
});

test.each(['.\\object.zip', '..\\object.zip', '\\\\?\\C:\\object.zip', 'con-text.zip', 'nul-1'])(
  'accepts -o %j on Windows',
  async (output) => {
    const { api, place } = await prepare();
    const run = await runCli(['fetch', PACKAGE_ID, '-o', output], { api, place, platform: 'win32' });
    expect(run.exitCode).toBe(0);
  },
);

import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { filesIn, object, start } from '../../commands/fetch/fetch-scene.ts';
import { afterThisTest } from '../../support/after-this-test.ts';
import { PACKAGE_ID } from '../../support/api/api-packages.ts';
import { LIMITED_RIGHTS } from '../../support/process/limited-rights.ts';
import { runBinary } from '../../support/process/run-binary.ts';
import { makePlace } from '../../support/process/run-place.ts';
import { hasDevices } from '../../torture/planted-things.ts';

const ARGS = ['fetch', PACKAGE_ID, '-o', 'object.zip', '--json'];
const BESIDE = ['.part', '.part.json', '.part.lock'];

const PLANTS: Readonly<Record<string, (path: string) => Promise<void> | void>> = {
  FIFO: (path) => void execFileSync('mkfifo', [path]),
  folder: (path) => mkdirSync(path),
  'link to /dev/zero': (path) => symlinkSync('/dev/zero', path),
  '3 GB sparse file': (path) => {
    writeFileSync(path, '');
    truncateSync(path, 3_000_000_000);
  },
  socket: async (path) => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(path, resolve));
    afterThisTest(() => new Promise((resolve) => server.close(() => resolve())));
  },
};

test.each(BESIDE.flatMap((ending) => Object.keys(PLANTS).map((plant) => [plant, ending] as const)))(
  'refuses a %s in place of object.zip%s, and leaves no lock',
  async (plant, ending) => {
    const api = await start();
    const place = makePlace();
    await PLANTS[plant]?.(join(place.cwd, `object.zip${ending}`));
    const run = await runBinary(ARGS, { api, place, mayHoldSecret: (path) => path.includes('object.zip') });
    expect(run).toMatchObject({ exitCode: 13, json: { error: { code: 'EXISTS' } } });
    expect(readdirSync(place.cwd)).toEqual([`object.zip${ending}`]);
  },
);

test.each(
  ['.part.json', '.part.lock'].flatMap((ending) => Object.keys(PLANTS).map((plant) => [plant, ending])),
)('ignores a %s as object.zip%s if the file is complete', async (plant, ending) => {
  const api = await start();
  const place = makePlace();
  writeFileSync(join(place.cwd, 'object.zip'), object.bytes);
  const path = join(place.cwd, `object.zip${ending}`);
  await PLANTS[plant]?.(path);
  const run = await runBinary(ARGS, { api, place, mayHoldSecret: (file) => file === path });
  expect(run).toMatchObject({ exitCode: 0 });
  expect(run.stderr).toContain(`the file is complete, but ${path} is in the way`);
  expect(readdirSync(place.cwd)).toEqual(['object.zip', `object.zip${ending}`]);
});

test.runIf(LIMITED_RIGHTS !== null)('reports an unreadable journal by name', async () => {
  const api = await start();
  const place = makePlace();
  const path = join(place.cwd, 'object.zip.part.json');
  writeFileSync(path, 'not for you');
  chmodSync(path, 0);
  const options = {
    api,
    place,
    wrapper: LIMITED_RIGHTS ?? [],
    mayHoldSecret: (file: string) => file === path,
  };
  for (const flags of [[], ['--no-resume']]) {
    const run = await runBinary([...ARGS, ...flags], options);
    expect(run).toMatchObject({ exitCode: 9, json: { error: { code: 'DISK' } } });
    expect(run.stderr).toContain(`could not read ${path}: permission denied`);
  }
  writeFileSync(join(place.cwd, 'object.zip'), object.bytes);
  const run = await runBinary(ARGS, options);
  expect(run).toMatchObject({ exitCode: 0 });
  expect(run.stderr).toContain(`the file is complete, but could not read ${path}: permission denied`);
});

test('reports a socket instead of a token file', async () => {
  const place = makePlace();
  const path = join(place.cwd, 'token');
  await PLANTS['socket']?.(path);
  const env = { STREAMDIVER_TOKEN_FILE: path };
  const run = await runBinary(['list', '--json'], { place, token: null, env });
  expect(run).toMatchObject({ exitCode: 2 });
  expect(run.stderr).toContain(`cannot read ${path}: it is a socket`);
});

test('ignores a folder with the name of a temporary file', async () => {
  const api = await start();
  const place = makePlace();
  mkdirSync(join(place.cwd, '.streamdiver-dl-00000000-1-000000000000.tmp'));
  execFileSync('touch', ['-d', '2001-01-01', join(place.cwd, '.streamdiver-dl-00000000-1-000000000000.tmp')]);
  expect(await runBinary(ARGS, { api, place })).toMatchObject({ exitCode: 0 });
  expect(filesIn(place.cwd)).toEqual(['object.zip']);
});

test.each(['FIFO', 'socket', 'link to /dev/zero'])(
  'case 84: never replaces a %s under the final name',
  async (plant) => {
    const api = await start();
    const place = makePlace();
    await PLANTS[plant]?.(join(place.cwd, 'object.zip'));
    for (const flags of [[], ['--overwrite']]) {
      const run = await runBinary([...ARGS, ...flags], { api, place });
      expect(run).toMatchObject({ exitCode: 13, json: { error: { code: 'EXISTS' } } });
      expect(run.stderr).not.toContain('--overwrite');
      expect(readdirSync(place.cwd)).toEqual(['object.zip']);
    }
  },
);

test.runIf(hasDevices)(
  'never replaces a device under the final name, even with --overwrite, and leaves no other files',
  async () => {
    const api = await start();
    const place = makePlace();
    const path = join(place.cwd, 'object.zip');
    execFileSync('mknod', ['-m', '666', path, 'c', '1', '3']);
    const { ino } = lstatSync(path);
    const run = await runBinary([...ARGS, '--overwrite'], { api, place });
    expect(run).toMatchObject({ exitCode: 13, json: { error: { code: 'EXISTS' } } });
    expect(lstatSync(path)).toMatchObject({ ino });
    expect(lstatSync(path).isCharacterDevice()).toBe(true);
    expect(readdirSync(place.cwd)).toEqual(['object.zip']);
  },
);

test.each(['/dev/stdout', '/dev/fd/1', '/proc/self/fd/1'])('-o %s means standard output', async (name) => {
  const api = await start();
  const run = await runBinary(['fetch', PACKAGE_ID, '-o', name], { api, isOutputData: true });
  expect(run.exitCode).toBe(0);
  expect(run.stdoutBytes.equals(object.bytes)).toBe(true);
});

test('ignores a HOME that is relative or not a folder', async () => {
  const api = await start();
  for (const home of ['/dev/null', 'here', '/no/such/home', undefined]) {
    const env = { HOME: home, STREAMDIVER_CONFIG_DIR: undefined };
    const run = await runBinary(['status', PACKAGE_ID, '--json'], { api, env });
    expect(run).toMatchObject({ exitCode: 0 });
    expect(readdirSync(run.cwd)).toEqual([]);
  }
});

test('counts only the bytes that the journal lists as saved', async () => {
  const api = await start();
  const place = makePlace();
  const journal = {
    schema: 2,
    identity: { origin: api.origin, packageId: PACKAGE_ID, fileId: 'one' },
    sizeBytes: object.bytes.length,
    validator: { etag: null, lastModified: null },
    synced: [
      [0, 2_048],
      [18_000, 19_000],
    ],
    written: [
      [0, 2_048],
      [18_000, 19_000],
    ],
    bootId: null,
    holder: null,
    rejected: null,
  };
  writeFileSync(join(place.cwd, 'object.zip.part'), object.bytes.subarray(0, 2_048));
  truncateSync(join(place.cwd, 'object.zip.part'), 19_000);
  writeFileSync(join(place.cwd, 'object.zip.part.json'), `${JSON.stringify(journal)}\n`);
  api.script('GET /v2/downloads/file/{id}', { raw: '', after: 'reset' });
  const run = await runBinary([...ARGS, '--retries', '0'], { api, place });
  expect(run.stderr).toContain('2.9 KiB saved in');
});

test('reads a million byte ranges quickly', async () => {
  const { createByteRanges } = await import('../../../src/download/part/byte-ranges.ts');
  const ranges = Array.from({ length: 1_000_000 }, (_, index) => ({ start: index * 3, end: index * 3 + 1 }));
  expect(createByteRanges(ranges).totalBytes()).toBe(1_000_000);
}, 10_000);

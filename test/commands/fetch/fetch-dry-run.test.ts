import { randomBytes } from 'node:crypto';
import {
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { PACKAGE_ID } from '../../support/api/api-packages.ts';
import { startApi } from '../../support/api/api-server.ts';
import { serveArchive } from '../../support/faults/served-archive.ts';
import { makePlainObject, makeZipObject } from '../../support/faults/served-object.ts';
import { makePlace } from '../../support/process/run-place.ts';
import { listTree } from '../../support/temp-folder.ts';
import { expectDocument, expectFailureDocument } from '../output-documents.ts';
import { runCommand } from '../run-command.ts';
import { calls } from '../scene.ts';
import { FILE, filesIn, LOOK, object, start } from './fetch-scene.ts';

const SIZE = object.bytes.length;
const INSIDE = serveArchive([
  { name: 'media/talk.mp4', content: randomBytes(200_000) },
  { name: 'media/de/talk.srt', content: 'subtitles' },
  { name: 'readme.txt', content: 'read me' },
]);
const startInside = () => start({ files: { one: INSIDE } });

interface Planned {
  readonly path: string;
  readonly action: string;
  readonly sizeBytes: number;
  readonly haveBytes: number;
}

/** Returns the plan for one package. Checks its schema, and that nothing on disk changes. */
async function plan(args: readonly string[], options: Parameters<typeof runCommand>[1]) {
  const place = options?.place ?? makePlace();
  const before = listTree(place.cwd);
  const run = await runCommand(['fetch', PACKAGE_ID, ...args, '-n', '--json'], { ...options, place });
  expect(listTree(place.cwd)).toEqual(before);
  expect(run).toMatchObject({ exitCode: 0, json: { dryRun: true } });
  expectDocument('dry-run', run.json);
  const [result] = Object(run.json)['results'];
  const files: Planned[] = result.files;
  return { run, files, transferBytes: result.transferBytes };
}

describe('fetch -n', () => {
  test('prints file, size, and free space, requests only the package, and writes nothing', async () => {
    const api = await start();
    const { run, files, transferBytes } = await plan(['-D', 'new/out'], { api });
    expect(files).toEqual([
      {
        path: join(run.cwd, 'new/out/grusse-aus-graz-5f0c2b9e.zip'),
        action: 'download',
        sizeBytes: SIZE,
        haveBytes: 0,
      },
    ]);
    expect(transferBytes).toBe(SIZE);
    expect(run.json).toMatchObject({
      request: { method: 'GET', url: `${api.origin}/v2/downloads/${PACKAGE_ID}` },
      totalBytes: SIZE,
      freeBytes: expect.any(Number),
    });
    expect(calls(api)).toEqual([LOOK]);
  });

  test('prints a line for each file to stdout, and the total to stderr', async () => {
    const api = await start();
    const run = await runCommand(['fetch', PACKAGE_ID, '-o', 'out.zip', '-n'], { api });
    expect(run.stdout).toBe(`${join(run.cwd, 'out.zip')}\tdownload\t${SIZE}\t0\n`);
    expect(run.stderr).toMatch(/^1 file, [\d.]+ KiB, [\d.]+ KiB to transfer, .* free$/m);
  });

  test('-o - prints - as the path and does not check free space', async () => {
    const api = await start();
    const text = await runCommand(['fetch', PACKAGE_ID, '-o', '-', '-n'], { api });
    expect(text).toMatchObject({ exitCode: 0, stdout: `-\tdownload\t${SIZE}\t0\n` });
    expect(text.stderr).toMatch(/^1 file, [\d.]+ KiB, [\d.]+ KiB to transfer$/m);
  });

  test('warns about missing space, and reports unknown sizes', async () => {
    const described = (size: number | undefined) => ({
      'GET /v2/downloads/{id}': {
        json: { data: { id: PACKAGE_ID, status: 'ready', files: [{ url: '/v2/downloads/file/one', size }] } },
      },
    });
    const args = ['fetch', PACKAGE_ID, '-o', 'out.zip', '-n'];
    const large = await runCommand(args, { api: await start({ script: described(2 ** 52) }) });
    expect(large).toMatchObject({ exitCode: 0 });
    expect(large.stderr).toMatch(/^1 file, 4 PiB, 4 PiB to transfer, .* free\nwarning: not enough space: /m);
    const unknown = await runCommand(args, { api: await start({ script: described(undefined) }) });
    expect(unknown.stderr).toMatch(/^1 file, unknown size, unknown size to transfer, .* free$/m);
    expect(unknown.stderr).not.toContain('not enough space');
  });

  test('plans to continue a part, unless --no-resume or a missing journal prevents it', async () => {
    const large = makeZipObject(9_000_000);
    const api = await start({
      files: { one: large },
      script: {
        'GET /v2/downloads/file/{id}': (_request, reply) => reply.file(large, { cutAtByte: 5_000_000 }),
      },
    });
    const place = makePlace();
    const args = ['-o', 'out.zip', '--connections', '1'];
    await runCommand(['fetch', PACKAGE_ID, ...args, '--retries', '0'], { api, place });
    expect(filesIn(place.cwd)).toContain('out.zip.part');
    const { files, transferBytes, run } = await plan(args, { api, place });
    expect(files).toMatchObject([{ action: 'continue', sizeBytes: large.bytes.length }]);
    const haveBytes = files[0]?.haveBytes ?? 0;
    expect(haveBytes).toBeGreaterThan(1_000_000);
    expect(transferBytes).toBe(large.bytes.length - haveBytes);
    const text = await runCommand(['fetch', PACKAGE_ID, ...args, '-n'], {
      api,
      place,
      isTTY: { stdout: true },
    });
    expect(text.stdout).toMatch(/continue \(have [\d.]+ MiB of [\d.]+ MiB\)/);
    const again = await plan([...args, '--no-resume'], { api, place });
    expect(again.files).toMatchObject([{ action: 'download', haveBytes: 0 }]);
    expect(run.json).toMatchObject({ transferBytes });
    rmSync(join(place.cwd, 'out.zip.part.json'));
    expect((await plan(args, { api, place })).files).toMatchObject([{ action: 'conflict' }]);
  });

  test.each<[string, string[], string, (path: string) => void]>([
    ['the same file', [], 'skip', (path) => writeFileSync(path, object.bytes)],
    ['another file', [], 'conflict', (path) => writeFileSync(path, 'other')],
    ['another file', ['--overwrite'], 'download', (path) => writeFileSync(path, 'other')],
    ['another file', ['--skip-existing'], 'skip', (path) => writeFileSync(path, 'other')],
    ['a folder', ['--overwrite'], 'conflict', (path) => mkdirSync(path)],
    ['a link', [], 'conflict', (path) => symlinkSync('elsewhere', path)],
  ])('%s in its place with %j: %s', async (_what, flags, action, plant) => {
    const api = await start();
    const place = makePlace();
    mkdirSync(join(place.cwd, 'out'));
    plant(join(place.cwd, 'out', 'grusse-aus-graz-5f0c2b9e.zip'));
    const { files } = await plan(['-D', 'out', ...flags], { api, place });
    expect(files.map((file) => file.action)).toEqual([action]);
    const text = await runCommand(['fetch', PACKAGE_ID, '-D', 'out', ...flags, '-n'], { api, place });
    expect(
      text.stderr.includes('warning: 1 file in the way: use --overwrite, --skip-existing, or another'),
    ).toBe(action === 'conflict');
    const real = await runCommand(['fetch', PACKAGE_ID, '-D', 'out', ...flags], { api, place });
    expect(real.exitCode).toBe(action === 'conflict' ? 13 : 0);
  });

  test('-x reads only the archive directory, and plans each entry', async () => {
    const api = await startInside();
    const place = makePlace();
    const { files, transferBytes } = await plan(['-x', '-D', 'out'], { api, place });
    expect(api.requestsOf('GET /v2/downloads/file/{id}').map(({ headers }) => headers.get('range'))).toEqual([
      expect.stringMatching(/^bytes=-/),
    ]);
    expect(existsSync(join(place.cwd, 'out'))).toBe(false);
    expect((await runCommand(['fetch', PACKAGE_ID, '-x', '-D', 'out'], { api, place })).exitCode).toBe(0);
    expect(files.map((file) => file.path).toSorted((one, other) => one.localeCompare(other))).toEqual(
      filesIn(join(place.cwd, 'out')).map((file) => join(place.cwd, 'out', file)),
    );
    expect(files.every(({ action, haveBytes }) => action === 'download' && haveBytes === 0)).toBe(true);
    expect(transferBytes).toBeGreaterThan(0);
    const again = await plan(['-x', '-D', 'out'], { api, place });
    expect(
      again.files.every(({ action, sizeBytes, haveBytes }) => action === 'skip' && sizeBytes === haveBytes),
    ).toBe(true);
    expect(again.transferBytes).toBe(0);
    const [first = ''] = files.map((file) => file.path);
    const places: readonly (readonly [readonly string[], () => void])[] = [
      [['conflict', 'download', 'skip'], () => writeFileSync(first, 'other')],
      [['conflict', 'download', 'conflict'], () => symlinkSync('elsewhere', first)],
      [['conflict', 'conflict', 'conflict'], () => mkdirSync(first)],
    ];
    for (const [actions, plant] of places) {
      rmSync(first, { recursive: true });
      plant();
      for (const [index, flags] of [[], ['--overwrite'], ['--skip-existing']].entries()) {
        const changed = await plan(['-x', '-D', 'out', ...flags], { api, place });
        expect(changed.files.filter((file) => file.path === first)).toMatchObject([
          { action: actions[index], haveBytes: actions[index] === 'skip' ? 200_000 : 0 },
        ]);
      }
    }
  });

  test.each([[['--keep-archive']], [['--sha256']]])(
    '-x with %j plans to download the whole archive',
    async (flags) => {
      const api = await startInside();
      const place = makePlace();
      const line = ['-x', '-o', 'a.zip', ...flags];
      const { files, transferBytes } = await plan(line, { api, place });
      expect(files.map(({ path }) => path)).toEqual([
        join(place.cwd, 'a.zip'),
        ...['media/talk.mp4', 'media/de/talk.srt', 'readme.txt'].map((name) => join(place.cwd, 'a', name)),
      ]);
      expect(transferBytes).toBe(INSIDE.bytes.length);
      writeFileSync(join(place.cwd, 'a.zip'), INSIDE.bytes);
      const again = await plan(line, { api, place });
      expect([again.files[0]?.action, again.transferBytes]).toEqual(['skip', 0]);
    },
  );

  test('-x continues a part of the archive, but --include does not', async () => {
    const api = await startInside();
    api.script('GET /v2/downloads/file/{id}', (_request, reply) =>
      reply.file(INSIDE, { cutAtByte: 150_000 }),
    );
    const place = makePlace();
    await runCommand(['fetch', PACKAGE_ID, '-o', 'a.zip', '--connections', '1', '--retries', '0'], {
      api,
      place,
    });
    api.script('GET /v2/downloads/file/{id}', 'default');
    const whole = await plan(['-o', 'a.zip'], { api, place });
    expect(whole.files).toMatchObject([{ action: 'continue' }]);
    expect((await plan(['-x', '-o', 'a.zip'], { api, place })).transferBytes).toBe(whole.transferBytes);
    const some = await plan(['--include', '*.mp4', '-o', 'a.zip'], { api, place });
    expect(some.transferBytes).toBe(200_000);
  });

  test('rejects what fetch rejects', async () => {
    const files = [{ size: 1 }, { url: '/v2/downloads/file/one', size: SIZE }];
    const data = { id: PACKAGE_ID, status: 'ready', files };
    for (const flags of [[], ['-n']]) {
      const api = await start({ script: { 'GET /v2/downloads/{id}': { json: { data } } } });
      const run = await runCommand(['fetch', PACKAGE_ID, ...flags], { api });
      expect(run).toMatchObject({ exitCode: 7, stdout: '' });
      expect(run.stderr).toContain(`package ${PACKAGE_ID} lists 1 of 2 files without a URL\n`);
      const plain = await start({
        files: { one: makePlainObject(700) },
        packages: [{ compressed: false, files: ['one'] }],
      });
      const unpacked = await runCommand(['fetch', PACKAGE_ID, '-x', ...flags], { api: plain });
      expect(unpacked).toMatchObject({ exitCode: 7, stdout: '' });
      expect(unpacked.stderr).toContain('the file is not a zip archive, so it cannot be unpacked');
    }
  });

  test('reports the progress of comparing a file', async () => {
    const api = await start();
    const place = makePlace();
    writeFileSync(join(place.cwd, 'a.zip'), object.bytes);
    const args = ['fetch', PACKAGE_ID, '-o', 'a.zip', '-n', '--progress', 'json'];
    const run = await runCommand(args, { api, place });
    const events = run.stderr.split('\n').filter((line) => line.startsWith('{'));
    expect(events.map((line): unknown => JSON.parse(line))).toContainEqual(
      expect.objectContaining({ event: 'verify', id: PACKAGE_ID, totalBytes: SIZE }),
    );
  });

  test('plans a conflict for entries below a link or a file', async () => {
    const api = await startInside();
    const place = makePlace();
    const { files } = await plan(['-x', '-D', 'out'], { api, place });
    expect(files.map(({ action }) => action)).toEqual(['download', 'download', 'download']);
    mkdirSync(join(place.cwd, 'out/media'), { recursive: true });
    symlinkSync('/', join(place.cwd, 'out/media/de'));
    const linked = await plan(['-x', '-D', 'out'], { api, place });
    expect(linked.files.map(({ action }) => action)).toEqual(['download', 'conflict', 'download']);
    rmSync(join(place.cwd, 'out/media/de'));
    writeFileSync(join(place.cwd, 'out/media/de'), '');
    const filed = await plan(['-x', '-D', 'out'], { api, place });
    expect(filed.files.map(({ action }) => action)).toEqual(['download', 'conflict', 'download']);
  });

  test('selects entries like fetch, and exits with 3 without a match', async () => {
    const api = await startInside();
    const all = await plan(['-x', '-D', 'out'], { api });
    const some = await plan(['--include', '*.srt', '-D', 'out'], { api });
    expect(some.files.map((file) => file.path)).toEqual([join(some.run.cwd, 'out/media/de/talk.srt')]);
    expect([some.transferBytes < 100, all.transferBytes > 200_000]).toEqual([true, true]);
    const none = await runCommand(['fetch', PACKAGE_ID, '--include', 'no-such', '-n', '--json'], { api });
    expect(none).toMatchObject({ exitCode: 3, json: { error: { code: 'NOT_FOUND' } } });
    expectFailureDocument('dry-run', none.json);
  });

  test('without ranges, plans only the folder', async () => {
    const api = await start({
      files: { one: INSIDE },
      script: {
        'GET /v2/downloads/file/{id}': (_request, reply) =>
          reply.send(200, { 'Content-Type': 'application/zip' }, INSIDE.bytes),
      },
    });
    const { files, run, transferBytes } = await plan(['-x', '-D', 'out'], { api });
    expect(files).toMatchObject([{ path: join(run.cwd, 'out'), action: 'download' }]);
    expect([transferBytes, run.stderr]).toEqual([
      INSIDE.bytes.length,
      expect.stringContaining('are unknown until it is downloaded'),
    ]);
  });

  test('reports packages that are not ready or missing at once, and plans the others', async () => {
    const packages = [
      { id: 'aaaaaaaa-1', files: ['one'] },
      { id: 'bbbbbbbb-1', status: 'preparing' },
    ];
    const api = await startApi({ files: { one: object }, packages });
    const run = await runCommand(['fetch', 'aaaaaaaa-1', 'bbbbbbbb-1', 'no', '-n', '--json'], { api });
    expect(run).toMatchObject({
      exitCode: 1,
      json: {
        results: [
          { id: 'aaaaaaaa-1', files: [{ action: 'download' }], error: null },
          { id: 'bbbbbbbb-1', files: [], error: { code: 'NOT_READY' } },
          { id: 'no', error: { code: 'NOT_FOUND' } },
        ],
      },
    });
    expectFailureDocument('dry-run', run.json);
    expect(api.requestsOf('GET /v2/downloads/{id}')).toHaveLength(3);
  });

  test('--only-new reports recorded packages without a request', async () => {
    const api = await start();
    const place = makePlace();
    await runCommand(['fetch', PACKAGE_ID, '-D', 'out', '--only-new'], { api, place });
    const before = api.requests.length;
    const record = readFileSync(join(place.cwd, 'out/record.ndjson'));
    const { files, run } = await plan(['-D', 'out', '--only-new'], { api, place });
    expect([files, api.requests.length]).toEqual([[], before]);
    expect(run.json).toMatchObject({ results: [{ recorded: true }] });
    expect(readFileSync(join(place.cwd, 'out/record.ndjson'))).toEqual(record);
  });

  test('two packages with the same file name conflict', async () => {
    const packages = [
      { id: 'Part', files: ['one'] },
      { id: 'part', files: ['one'] },
    ];
    const api = await startApi({ files: { one: object }, packages });
    const run = await runCommand(['fetch', 'Part', 'part', '-n'], { api });
    expect(run.exitCode).toBe(13);
  });

  test('-x plans no download if the archive is already there', async () => {
    const api = await start();
    const place = makePlace();
    await runCommand(['fetch', PACKAGE_ID, '-o', 'out.zip'], { api, place });
    const { transferBytes } = await plan(['-o', 'out.zip', '-x'], { api, place });
    expect(transferBytes).toBe(0);
    cpSync(join(place.cwd, 'out.zip'), join(place.cwd, 'copy.zip'));
    truncateSync(join(place.cwd, 'out.zip'), 100);
    const broken = await plan(['-o', 'out.zip', '-x'], { api, place });
    expect(broken.transferBytes).toBe(SIZE);
    expect(calls(api)).toContain(FILE);
  });
});

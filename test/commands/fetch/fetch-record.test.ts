import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { CREATED_ID_PREFIX, PACKAGE_ID } from '../../support/api/api-packages.ts';
import { startApi } from '../../support/api/api-server.ts';
import { type DiskCall, diskFaultFlags } from '../../support/disk-fault.ts';
import { serveArchive } from '../../support/faults/served-archive.ts';
import { makeZipObject } from '../../support/faults/served-object.ts';
import { watchDisk } from '../../support/file-handles.ts';
import { runBinary } from '../../support/process/run-binary.ts';
import { makePlace } from '../../support/process/run-place.ts';
import { onWindows } from '../../support/windows/launcher.ts';
import { expectDocument } from '../output-documents.ts';
import { runCommand } from '../run-command.ts';
import { bodiesSent, calls, startEmpty } from '../scene.ts';
import { filesIn, LOOK, object, start } from './fetch-scene.ts';

const OTHER_ID = '6a0c2b9e-7d41-4a36-9e58-c1d2e3f4a501';

function linesOf(file: string): Record<string, unknown>[] {
  return readFileSync(file, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
}

describe('fetch --record', () => {
  test('appends the file and the package', async () => {
    const api = await start();
    const args = ['fetch', PACKAGE_ID, '-o', 'out.zip', '--record', 'r.ndjson'];
    const run = await runCommand(args, { api });
    expect(run).toMatchObject({ exitCode: 0, stdout: `${join(run.cwd, 'out.zip')}\n` });
    const common = { packageId: PACKAGE_ID, title: 'Grüße aus Graz', mediaId: null, transcriptId: null };
    expect(linesOf(join(run.cwd, 'r.ndjson'))).toMatchObject([
      { ...common, kind: 'file', path: 'out.zip', sizeBytes: object.bytes.length, sha256: null, crc32: null },
      { ...common, kind: 'package', path: null, sizeBytes: null },
    ]);
    expect(filesIn(run.cwd)).toEqual(['out.zip', 'r.ndjson']);
  });

  test.skipIf(onWindows)('records a file only after it has its name', async () => {
    const api = await start();
    const place = makePlace();
    const args = ['fetch', PACKAGE_ID, '-o', 'out.zip', '--record', 'r.ndjson'];
    const killBefore = async (call: DiskCall, pathPart: string) => {
      const { nodeFlags, markerPath } = diskFaultFlags({ call, nth: 1, effect: 'kill before', pathPart });
      expect((await runBinary(args, { api, place, nodeFlags })).exitCode).toBe(137);
      expect(existsSync(markerPath)).toBe(true);
      return filesIn(place.cwd);
    };
    expect(await killBefore('link', 'out.zip.part /')).not.toContain('r.ndjson');
    expect(await killBefore('write', 'r.ndjson')).toContain('out.zip');
    expect(readFileSync(join(place.cwd, 'r.ndjson'), 'utf8')).toBe('');
    expect((await runBinary(args, { api, place })).exitCode).toBe(0);
    expect(linesOf(join(place.cwd, 'r.ndjson'))).toMatchObject([{ kind: 'file' }, { kind: 'package' }]);
  });

  test('lists unpacked files with checksums and paths relative to the record', async () => {
    const api = await start();
    const args = ['fetch', PACKAGE_ID, '-x', '-D', 'sub/out', '--record', 'sub/r.ndjson', '--json'];
    const run = await runCommand(args, { api });
    expect(run.exitCode).toBe(0);
    expectDocument('fetch', run.json);
    const lines = linesOf(join(run.cwd, 'sub', 'r.ndjson'));
    const listed = lines.filter(({ kind }) => kind === 'file');
    expect(listed.map(({ path }) => path)).toEqual(
      filesIn(join(run.cwd, 'sub', 'out')).map((file) => `out/${file}`),
    );
    expect(listed[0]).toMatchObject({ crc32: expect.stringMatching(/^[0-9a-f]{8}$/), sha256: null });
    expect(lines.at(-1)).toMatchObject({ kind: 'package' });
  });

  test('syncs files and folders before it lists them', async () => {
    const api = await start();
    const place = makePlace();
    const calls = await watchDisk(place.cwd);
    const args = ['fetch', PACKAGE_ID, '-x', '--keep-archive', '-D', 'out', '--record', 'r.ndjson'];
    for (const paths of [
      ['out/media/clip.bin'],
      ['out/grusse-aus-graz-5f0c2b9e.zip', 'out/media/clip.bin'],
    ]) {
      const before = calls.length;
      expect((await runCommand(args, { api, place })).exitCode).toBe(0);
      const recorded = calls.slice(before);
      const writtenAt = recorded.indexOf('write r.ndjson');
      expect(recorded.indexOf('datasync r.ndjson')).toBeGreaterThan(writtenAt);
      const synced = recorded.slice(0, writtenAt);
      const namedAt = paths.map((path) => synced.lastIndexOf(`sync ${path}`));
      expect(Math.min(...namedAt)).toBeGreaterThanOrEqual(0);
      // A new archive was synced before it was renamed.
      const archive = 'out/grusse-aus-graz-5f0c2b9e.zip';
      expect(synced.includes(`sync ${archive}`)).toBe(paths.includes(archive));
      for (const folder of ['out/media', 'out', '.'])
        expect(synced.lastIndexOf(`sync ${folder}`)).toBeGreaterThan(Math.max(...namedAt));
      rmSync(join(place.cwd, 'r.ndjson'));
    }
  });

  test('records the SHA-256 of a file that is not an archive', async () => {
    const bytes = Buffer.from('subtitle '.repeat(500));
    const api = await startApi({
      files: { one: { ...object, bytes, contentType: 'text/plain' } },
      packages: [{ files: ['one'], compressed: false }],
    });
    const run = await runCommand(['fetch', PACKAGE_ID, '-o', 'a.txt', '--record', 'r.ndjson'], { api });
    expect(run.exitCode).toBe(0);
    expect(linesOf(join(run.cwd, 'r.ndjson'))[0]).toMatchObject({
      path: 'a.txt',
      sha256: createHash('sha256').update(bytes).digest('hex'),
    });
  });

  test('does not record a package that failed or was not verified', async () => {
    const api = await start({ script: { 'GET /v2/downloads/file/{id}': 404 } });
    const place = makePlace();
    const args = ['fetch', PACKAGE_ID, '-o', 'out.zip', '--record', 'r.ndjson'];
    expect((await runCommand(args, { api, place })).exitCode).toBe(3);
    expect(filesIn(place.cwd)).toEqual([]);
    writeFileSync(join(place.cwd, 'out.zip'), 'something else');
    const skipping = await runCommand([...args, '--skip-existing'], { api: await start(), place });
    expect(skipping.exitCode).toBe(0);
    expect(skipping.stderr).toContain(`package ${PACKAGE_ID} is not recorded`);
    expect(filesIn(place.cwd)).toEqual(['out.zip']);
  });

  test('records files that are written again, but not existing ones', async () => {
    const api = await start();
    const place = makePlace();
    const args = ['fetch', PACKAGE_ID, '-x', '-D', 'out', '--record', 'r.ndjson'];
    const record = join(place.cwd, 'r.ndjson');
    await runCommand(args, { api, place });
    const before = linesOf(record);
    expect((await runCommand(args, { api, place })).exitCode).toBe(0);
    expect(linesOf(record)).toHaveLength(before.length);
    const [first] = filesIn(join(place.cwd, 'out'));
    rmSync(join(place.cwd, 'out', String(first)));
    expect((await runCommand(args, { api, place })).exitCode).toBe(0);
    const added = linesOf(record).slice(before.length);
    expect(added).toMatchObject([{ kind: 'file', path: `out/${first}` }]);
  });

  test('keeps the files if the record cannot be written, and reports that', async () => {
    const place = makePlace();
    const record = join(place.cwd, 'r.ndjson');
    const api = await start({
      script: {
        'GET /v2/downloads/file/{id}': (_request, reply) => {
          mkdirSync(record, { recursive: true });
          return reply.file(object);
        },
      },
    });
    const args = ['fetch', PACKAGE_ID, '-o', 'out.zip', '--record', 'r.ndjson', '--rm', '--json'];
    const run = await runCommand(args, { api, place });
    const message = `package ${PACKAGE_ID} is in place, not recorded: ${record} cannot be a record: it is not a file`;
    expect(run).toMatchObject({
      exitCode: 13,
      json: {
        results: [
          { outcome: 'downloaded', deleted: false, error: { code: 'EXISTS', id: PACKAGE_ID, message } },
        ],
        error: { code: 'EXISTS', message },
      },
    });
    expect(filesIn(place.cwd)).toEqual(['out.zip']);
    expect(api.packages.size).toBe(1);
  });

  test('fails with a broken record before any request', async () => {
    const api = await start();
    const place = makePlace();
    writeFileSync(join(place.cwd, 'r.ndjson'), 'a list of my own\n');
    const run = await runCommand(['fetch', PACKAGE_ID, '--record', 'r.ndjson', '--json'], { api, place });
    expect(run).toMatchObject({ exitCode: 2, json: { error: { code: 'CONFIG' } } });
    expect(run.stderr).toContain('line 1');
    expect(calls(api)).toEqual([]);
    expect(readFileSync(join(place.cwd, 'r.ndjson'), 'utf8')).toBe('a list of my own\n');
  });

  test.each([
    ['folder', 13, (path: string) => mkdirSync(path)],
    ['record in a folder that is a file', 9, (path: string) => writeFileSync(join(path, '..', 'sub'), '')],
  ])('rejects a %s with exit code %i before any request', async (what, exitCode, plant) => {
    const api = await start();
    const place = makePlace();
    plant(join(place.cwd, 'r'));
    const file = what === 'folder' ? 'r' : 'sub/r';
    const run = await runCommand(['fetch', PACKAGE_ID, '--record', file, '--json'], { api, place });
    expect(run.exitCode).toBe(exitCode);
    expect(calls(api)).toEqual([]);
  });

  test.each([
    [['-o', '-', '--record', 'r'], '-o - and --record cannot be combined'],
    [['-o', '-', '--only-new'], '-o - and --only-new cannot be combined'],
    [['--record', '-'], '--record: - is not a file'],
    [['--record', 'folder/'], '--record: folder/ is not a file'],
    [['--record', ''], '--record: the value is empty'],
  ])('rejects %j', async (flags, message) => {
    const api = await start();
    const run = await runCommand(['fetch', PACKAGE_ID, ...flags], { api });
    expect(run.exitCode).toBe(2);
    expect(run.stderr).toContain(message);
    expect(calls(api)).toEqual([]);
  });

  test('an entry never replaces the record', async () => {
    const inside = makeZipObject(20_000);
    const api = await start({ files: { one: inside } });
    const place = makePlace();
    const probe = await runCommand(['fetch', PACKAGE_ID, '-x', '-D', 'probe'], { api });
    const [name = ''] = filesIn(join(probe.cwd, 'probe'));
    const args = ['fetch', PACKAGE_ID, '-x', '-D', 'out', '--record', `out/${name.toUpperCase()}`, '--json'];
    const run = await runCommand(args, { api, place });
    expect(run).toMatchObject({ exitCode: 12, json: { error: { code: 'UNSAFE' } } });
    expect(existsSync(join(place.cwd, 'out'))).toBe(false);
  });

  test('the name of an entry that would replace the record is escaped', async () => {
    const name = 'record\u202e.ndjson';
    const api = await start({ files: { one: serveArchive([{ name, content: 'x' }]) } });
    const run = await runCommand(['fetch', PACKAGE_ID, '-x', '-D', 'out', '--record', `out/${name}`], {
      api,
    });
    expect(run.exitCode).toBe(12);
    expect(run.stderr).toContain('"record\\u{202e}.ndjson" in the archive would replace the record');
  });

  test('an entry never replaces the record with --keep-archive either', async () => {
    const api = await start({ files: { one: makeZipObject(20_000) } });
    const place = makePlace();
    const probe = await runCommand(['fetch', PACKAGE_ID, '-x', '-D', 'probe'], { api });
    const [name = ''] = filesIn(join(probe.cwd, 'probe'));
    const record = `out/${name.toUpperCase()}`;
    const args = ['fetch', PACKAGE_ID, '-x', '--keep-archive', '-D', 'out', '--record', record, '--json'];
    const run = await runCommand(args, { api, place });
    expect(run).toMatchObject({ exitCode: 12, json: { error: { code: 'UNSAFE' } } });
    expect(run.stderr).toContain('would replace the record; the archive was kept');
    expect(filesIn(place.cwd)).toEqual(['out/grusse-aus-graz-5f0c2b9e.zip']);
  });

  test('lists a kept archive and its unpacked files', async () => {
    const api = await start();
    const args = ['fetch', PACKAGE_ID, '-x', '--keep-archive', '-D', 'out', '--record', 'r', '--json'];
    const run = await runCommand(args, { api });
    expect(run.exitCode).toBe(0);
    const listed = linesOf(join(run.cwd, 'r')).filter(({ kind }) => kind === 'file');
    expect(new Set(listed.map(({ path }) => path))).toEqual(
      new Set(filesIn(join(run.cwd, 'out')).map((file) => `out/${file}`)),
    );
    expect(listed).toHaveLength(filesIn(join(run.cwd, 'out')).length);
    const unpacked = listed.filter(({ path }) => path !== 'out/grusse-aus-graz-5f0c2b9e.zip');
    expect(unpacked).toEqual(
      unpacked.map(() => expect.objectContaining({ crc32: expect.stringMatching(/^[0-9a-f]{8}$/) })),
    );
    expect(unpacked.length).toBeGreaterThan(0);
  });
});

describe('fetch --only-new', () => {
  const packages = [
    { id: PACKAGE_ID, title: 'One', files: ['one'] },
    { id: OTHER_ID, title: 'Two', files: ['one'] },
  ];

  test('sends no request for recorded packages, with a record in the target folder', async () => {
    const api = await start({ packages });
    const place = makePlace();
    const args = ['-D', 'out', '--only-new'];
    expect((await runCommand(['fetch', PACKAGE_ID, ...args], { api, place })).exitCode).toBe(0);
    rmSync(join(place.cwd, 'out', 'one-5f0c2b9e.zip'));
    const before = api.requests.length;
    const again = await runCommand(['fetch', PACKAGE_ID, ...args, '--json'], { api, place });
    expect(again).toMatchObject({
      exitCode: 0,
      json: { results: [{ id: PACKAGE_ID, outcome: 'skipped', paths: [] }] },
    });
    expectDocument('fetch', again.json);
    expect(again.stderr).toContain('Nothing new (1 recorded).');
    expect(api.requests.length).toBe(before);
    const both = await runCommand(['fetch', PACKAGE_ID, OTHER_ID, ...args, '--json'], { api, place });
    expect(both).toMatchObject({
      exitCode: 0,
      json: {
        results: [
          { id: PACKAGE_ID, outcome: 'skipped' },
          { id: OTHER_ID, outcome: 'downloaded' },
        ],
      },
    });
    expect(filesIn(join(place.cwd, 'out'))).toEqual(['record.ndjson', 'two-6a0c2b9e.zip']);
  });

  test.each([
    [['-o', 'sub/a.zip'], 'sub/record.ndjson'],
    [['-o', 'there'], 'there/record.ndjson'],
    [[], 'record.ndjson'],
  ])('with %j, the record is %s', async (flags, file) => {
    const place = makePlace();
    mkdirSync(join(place.cwd, 'there'));
    const run = await runCommand(['fetch', PACKAGE_ID, ...flags, '--only-new'], {
      api: await start(),
      place,
    });
    expect(run.exitCode).toBe(0);
    expect(filesIn(place.cwd)).toContain(file);
  });

  test('suggests a command with the same flags to continue', async () => {
    const api = await start({ script: { 'GET /v2/downloads/{id}': 'preparing' } });
    const args = ['fetch', PACKAGE_ID, '--record', 'r', '--only-new', '--no-wait', '--json'];
    const run = await runCommand(args, { api });
    expect(run.exitCode).toBe(8);
    expect(JSON.stringify(run.json)).toContain(`fetch ${PACKAGE_ID} --record r --only-new`);
    expect(calls(api)).toEqual([LOOK]);
  });
});

describe('create --fetch --record', () => {
  const ready = { 'GET /v2/downloads/{id}': 'ready' } as const;
  const select = ['-m', 'm1', '-m', 'm2', '-r', 'r1', '-t', 't1:srt', '-t', 't1:txt'];

  test('records the selected items with the package', async () => {
    const api = await startEmpty({ script: ready });
    const run = await runCommand(['create', ...select, '--fetch', '--record', 'r.ndjson'], { api });
    expect(run.exitCode).toBe(0);
    const packageId = `${CREATED_ID_PREFIX}0`;
    const item = { packageId, path: null };
    expect(linesOf(join(run.cwd, 'r.ndjson'))).toMatchObject([
      { kind: 'file', packageId },
      { ...item, kind: 'media', mediaId: 'm1', speakers: null },
      { ...item, kind: 'media', mediaId: 'm2', speakers: null },
      { ...item, kind: 'rendition', renditionId: 'r1', speakers: null },
      { ...item, kind: 'transcript', transcriptId: 't1', format: 'srt', speakers: true },
      { ...item, kind: 'transcript', transcriptId: 't1', format: 'txt', speakers: true },
      { kind: 'package', packageId },
    ]);
  });

  test('--only-new creates a package with only new items, and none without new items', async () => {
    const api = await startEmpty({ script: ready });
    const place = makePlace();
    const args = ['--fetch', '-x', '-D', 'out', '--only-new', '--json'];
    const first = await runCommand(['create', '-m', 'm1', '-t', 't1:srt', ...args], { api, place });
    expect(first).toMatchObject({ exitCode: 0, json: { count: 1, results: [{ outcome: 'extracted' }] } });
    expectDocument('create', first.json);
    const more = ['create', ...select, ...args, '--overwrite'];
    expect((await runCommand(more, { api, place })).exitCode).toBe(0);
    const [, second] = bodiesSent(api);
    expect(second).toEqual({
      selectedMediaIds: ['m2'],
      selectedRenditionIds: ['r1'],
      selectedTranscripts: [{ id: 't1', format: 'txt' }],
    });
    const before = api.requests.length;
    const third = await runCommand(more, { api, place });
    expect(third).toMatchObject({ exitCode: 0, json: { items: [], count: 0, results: [] } });
    expectDocument('create', third.json);
    expect(third.stderr).toContain('Nothing new (7 recorded).');
    expect(api.requests.length).toBe(before);
    const dry = await runCommand([...more, '-n'], { api, place });
    expect(dry).toMatchObject({ exitCode: 0, json: { dryRun: true, request: null } });
    expectDocument('dry-run', dry.json);
  });

  test('does not record or skip entries of a body that only the service understands', async () => {
    const api = await startEmpty({ script: ready });
    const place = makePlace();
    const body = {
      selectedMediaIds: [1, 'm1'],
      selectedRenditionIds: ['r1'],
      selectedTranscripts: [{ id: 't1' }, { id: 't2', format: 'srt' }, { format: 'srt' }],
    };
    writeFileSync(join(place.cwd, 'body.json'), JSON.stringify(body));
    const line = ['create', '-f', 'body.json', '--fetch', '--only-new', '--overwrite'];
    expect((await runCommand(line, { api, place })).exitCode).toBe(0);
    const lines = linesOf(join(place.cwd, 'record.ndjson'));
    expect(lines.filter(({ kind }) => kind !== 'file' && kind !== 'package')).toMatchObject([
      { kind: 'media', mediaId: 'm1' },
      { kind: 'rendition', renditionId: 'r1' },
      { kind: 'transcript', transcriptId: 't2', format: 'srt', speakers: true },
    ]);
    expect((await runCommand(line, { api, place })).exitCode).toBe(0);
    expect(bodiesSent(api).at(-1)).toEqual({
      selectedMediaIds: [1],
      selectedTranscripts: [{ id: 't1' }, { format: 'srt' }],
    });
  });

  test.each([['--record', 'r'], ['--only-new']])('%s needs --fetch', async (...flags) => {
    const api = await startEmpty();
    const run = await runCommand(['create', '-m', 'm1', ...flags], { api });
    expect(run.exitCode).toBe(2);
    expect(run.stderr).toContain(`${flags[0]} needs --fetch`);
    expect(calls(api)).toEqual([]);
  });
});

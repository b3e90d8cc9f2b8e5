import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { describe, expect, test } from 'vitest';
import { startApi } from '../../support/api/api-server.ts';
import { transcriptText } from '../../support/api/default-responses.ts';
import { aroundHandles, watchDisk } from '../../support/file-handles.ts';
import { runBinary } from '../../support/process/run-binary.ts';
import { makePlace } from '../../support/process/run-place.ts';
import { listTree } from '../../support/temp-folder.ts';
import { runCommand } from '../run-command.ts';

const DOWNLOAD = 'GET /v2/media/{id}/metadata/transcripts/{id}/download';
const media = () => [
  { id: 'm1', name: 'Talk' },
  { id: 'm2', name: 'Meeting' },
];
const transcripts = (): Record<string, { id: string; languageCode: string }[]> => ({
  m1: [
    { id: 't1', languageCode: 'de' },
    { id: 't2', languageCode: 'en' },
  ],
  m2: [{ id: 't3', languageCode: 'de' }],
});

const linesOf = (file: string) =>
  readFileSync(file, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line): Record<string, unknown> => JSON.parse(line));

/** The folders of a relative path, innermost first. */
function foldersOf(path: string): readonly string[] {
  const folder = dirname(path);
  return folder === '.' ? [] : [folder, ...foldersOf(folder)];
}

describe('transcripts --record', () => {
  test('appends a line with all keys for each transcript', async () => {
    const api = await startApi({ media: media(), transcripts: transcripts() });
    const line = ['transcripts', 'm2', '--as', 'vtt', '--no-speakers', '-D', 't', '--record', 'r.ndjson'];
    const run = await runCommand([...line, '--json'], { api });
    expect(run).toMatchObject({ exitCode: 0, json: { record: join(run.cwd, 'r.ndjson') } });
    const [result] = run.json['results'] as [Record<string, unknown>];
    expect(linesOf(join(run.cwd, 'r.ndjson'))).toEqual([
      {
        kind: 'transcript',
        transcriptId: 't3',
        format: 'vtt',
        speakers: false,
        time: expect.stringMatching(/^2026-01-15T12:.*Z$/),
        mediaId: 'm2',
        title: 'Meeting',
        language: 'de',
        renditionId: null,
        packageId: null,
        path: 't/meeting-t3.de.vtt',
        sizeBytes: result['sizeBytes'],
        sha256: result['sha256'],
        crc32: null,
      },
    ]);
  });

  test.each([[[]], [['--as', 'vtt', '--name', '{created}/{id}']]])(
    'with %j, syncs a file and its folders before it records the file',
    async (flags) => {
      const api = await startApi({ media: media(), transcripts: transcripts() });
      const place = makePlace();
      const calls = await watchDisk(place.cwd);
      const line = ['transcripts', 'm2', '-D', 'out', ...flags, '--record', 'r'];
      const file = (await runCommand(line, { api, place })).stdout.trimEnd();
      const name = relative(place.cwd, file);
      const folders = foldersOf(name).map((folder) => `sync ${folder}`);
      const isStaged = (call: string) => call.startsWith('sync out/.streamdiver');
      expect(calls.findIndex(isStaged)).toBe(0);
      expect(calls.filter((call) => !isStaged(call) && !call.includes('.lock'))).toEqual([
        ...folders,
        'write r',
        'datasync r',
        'sync .',
      ]);
      // Saved by a run without a record.
      rmSync(join(place.cwd, 'r'));
      const before = calls.length;
      expect((await runCommand(line, { api, place })).exitCode).toBe(0);
      expect(calls.slice(before).filter((call) => !call.includes('.lock'))).toEqual([
        `sync ${name}`,
        ...folders,
        'write r',
        'datasync r',
        'sync .',
      ]);
    },
  );

  test('deletes a file that cannot be synced before the next download, and does not record it', async () => {
    const place = makePlace();
    const left: string[][] = [];
    const api = await startApi({
      media: media(),
      transcripts: transcripts(),
      script: {
        [DOWNLOAD]: (request, reply) => {
          left.push(listTree(place.cwd).flatMap(({ type, path }) => (type === 'file' ? [path] : [])));
          return reply.send(200, {}, transcriptText(request.target, 'srt'));
        },
      },
    });
    let count = 0;
    await aroundHandles('sync', async (call) => {
      count += 1;
      if (count === 1) throw Object.assign(new Error('EIO: injected'), { code: 'EIO', syscall: 'fsync' });
      return await call();
    });
    const line = ['transcripts', 'm1', '-D', 't', '-j', '1', '--record', 'r', '--json'];
    const run = await runCommand(line, { api, place });
    expect(run).toMatchObject({
      exitCode: 9,
      json: { results: [{ transcriptId: 't1', error: { code: 'DISK' } }, { outcome: 'downloaded' }] },
    });
    expect(run.stderr).toMatch(/could not write \S*\/t\/\.streamdiver-dl-\S+\.tmp/);
    expect(left).toEqual([[], []]);
    expect(linesOf(join(place.cwd, 'r')).map(({ transcriptId }) => transcriptId)).toEqual(['t2']);
    expect(readdirSync(join(place.cwd, 't'))).toEqual(['talk-t2.en.srt']);
  });

  test('compares and records existing files once', async () => {
    const api = await startApi({ media: media(), transcripts: transcripts() });
    const place = makePlace();
    await runCommand(['transcripts', 'm1'], { api, place });
    for (let run = 0; run < 2; run += 1)
      await runCommand(['transcripts', 'm1', '--record', 'r'], { api, place });
    expect(
      linesOf(join(place.cwd, 'r'))
        .map(({ transcriptId }) => String(transcriptId))
        .toSorted(),
    ).toEqual(['t1', 't2']);
  });

  test('records nothing for failures, empty transcripts, kept files, or dry runs', async () => {
    const api = await startApi({
      media: media(),
      transcripts: transcripts(),
      script: {
        [DOWNLOAD]: (request, reply) =>
          request.target.includes('/t1/')
            ? reply.send(200, {}, '')
            : request.target.includes('/t2/')
              ? reply.json(400, { status: 'fail' })
              : reply.send(200, {}, transcriptText('t3', 'srt')),
      },
    });
    const place = makePlace();
    writeFileSync(join(place.cwd, 'meeting-t3.de.srt'), 'mine');
    const record = ['--record', 'r'];
    await runCommand(['transcripts', 'm1', 'm2', '-n', ...record], { api, place });
    const run = await runCommand(['transcripts', 'm1', 'm2', '--skip-existing', ...record], { api, place });
    expect(run.exitCode).toBe(7);
    expect(existsSync(join(place.cwd, 'r'))).toBe(false);
  });

  test.each([
    ['is a folder', 'r', 13],
    ['is in a folder that is a file', 'file/r', 9],
  ])('a record that %s (%s) exits with %i before any request', async (_what, file, exitCode) => {
    const api = await startApi({ media: media(), transcripts: transcripts() });
    const place = makePlace();
    mkdirSync(join(place.cwd, 'r'));
    writeFileSync(join(place.cwd, 'file'), 'mine');
    const run = await runCommand(['transcripts', 'm1', '--record', file], { api, place });
    expect(run).toMatchObject({ exitCode, stdout: '', requests: [] });
    expect(readFileSync(join(place.cwd, 'file'), 'utf8')).toBe('mine');
  });

  test('a broken line exits with 2 and names the line before any request', async () => {
    const api = await startApi({ media: media(), transcripts: transcripts() });
    const place = makePlace();
    writeFileSync(join(place.cwd, 'r'), '{"kind":\n{"kind":\n');
    const run = await runCommand(['transcripts', 'm1', '--record', 'r'], { api, place });
    expect(run).toMatchObject({ exitCode: 2, requests: [] });
    expect(run.stderr).toMatch(/\b1\b/);
  });

  test('stops when the record becomes unwritable, and keeps the files', async () => {
    const place = makePlace();
    const many = Array.from({ length: 400 }, (_, index) => ({ id: `p${index}`, languageCode: 'de' }));
    const api = await startApi({
      media: media(),
      transcripts: { m1: many },
      script: {
        [DOWNLOAD]: (request, reply) => {
          mkdirSync(join(place.cwd, 'r'), { recursive: true });
          return reply.send(200, {}, transcriptText(request.target, 'srt'));
        },
      },
    });
    const run = await runCommand(['transcripts', 'm1', '-D', 't', '--record', 'r'], { api, place });
    expect(run.exitCode).toBe(13);
    expect(run.stderr).toContain('cannot be a record');
    expect(api.requestsOf(DOWNLOAD).length).toBeLessThan(400);
    expect(readdirSync(join(place.cwd, 't')).length).toBeGreaterThan(0);
  });
});

describe('transcripts --only-new', () => {
  test('skips recorded transcripts, by default with a record in the target folder, and reports it', async () => {
    const api = await startApi({ media: media(), transcripts: transcripts() });
    const place = makePlace();
    const line = ['transcripts', '--all', '-D', 't', '--only-new'];
    const first = await runCommand(line, { api, place });
    expect(first.stdout.trimEnd().split('\n')).toHaveLength(3);
    expect(linesOf(join(place.cwd, 't/record.ndjson'))).toHaveLength(3);
    const requested = api.requestsOf(DOWNLOAD).length;
    const again = await runCommand(line, { api, place });
    expect(again).toMatchObject({
      exitCode: 0,
      stdout: '',
      stderr: '2 media items selected.\nNothing new (3 recorded).\n',
    });
    expect(api.requestsOf(DOWNLOAD)).toHaveLength(requested);
    const json = await runCommand([...line, '--json'], { api, place });
    expect(json.json).toMatchObject({ results: [], counts: { media: 2, known: 3 } });
  });

  test('skips recorded transcripts even if files or titles have changed', async () => {
    const library = media();
    const api = await startApi({ media: library, transcripts: transcripts() });
    const place = makePlace();
    await runCommand(['transcripts', '--all', '--record', 'r', '--only-new', '-D', 't'], { api, place });
    rmSync(join(place.cwd, 't'), { recursive: true });
    library[0] = { id: 'm1', name: 'Another title' };
    const again = await runCommand(
      ['transcripts', '--all', '--record', 'r', '--only-new', '-D', 'elsewhere', '--name', '{id}'],
      { api, place },
    );
    expect(again).toMatchObject({ exitCode: 0, stdout: '' });
  });

  test('downloads new transcripts, media, languages, formats, and speaker options', async () => {
    const library = media();
    const lists = transcripts();
    const api = await startApi({ media: library, transcripts: lists });
    const place = makePlace();
    const night = async (...flags: string[]) => {
      const run = await runCommand(['transcripts', '--all', '--only-new', '--json', ...flags], {
        api,
        place,
      });
      expect(run.exitCode).toBe(0);
      return (run.json['results'] as { transcriptId: string; format: string }[]).map(
        ({ transcriptId, format }) => `${transcriptId}.${format}`,
      );
    };
    expect(await night()).toEqual(['t1.srt', 't2.srt', 't3.srt']);
    lists['m2']?.push({ id: 't4', languageCode: 'fr' });
    library.push({ id: 'm3', name: 'New' });
    expect(await night()).toEqual(['t4.srt']);
    lists['m3'] = [{ id: 't5', languageCode: 'de' }];
    expect(await night('--as', 'srt,txt', '--language', 'de')).toEqual([
      't1.txt',
      't3.txt',
      't5.srt',
      't5.txt',
    ]);
    expect(await night('--no-speakers', '--language', 'fr', '--name', '{id}-bare')).toEqual(['t4.srt']);
    expect(await night()).toEqual([]);
  });

  test('keeps the record correct after a failure, and the next run continues', async () => {
    let isDown = true;
    const api = await startApi({
      media: media(),
      transcripts: transcripts(),
      script: {
        [DOWNLOAD]: (request, reply) =>
          isDown && request.target.includes('/t2/')
            ? reply.json(503, { status: 'error' })
            : reply.send(200, {}, transcriptText(request.target.split('/')[6] ?? '', 'srt')),
      },
    });
    const place = makePlace();
    const line = ['transcripts', '--all', '--only-new', '--retries', '0'];
    const first = await runCommand(line, { api, place });
    expect(first.exitCode).toBe(6);
    expect(linesOf(join(place.cwd, 'record.ndjson'))).toHaveLength(2);
    isDown = false;
    const again = await runCommand(line, { api, place });
    expect(again).toMatchObject({ exitCode: 0, stdout: `${join(place.cwd, 'talk-t2.en.srt')}\n` });
    expect(linesOf(join(place.cwd, 'record.ndjson'))).toHaveLength(3);
  });

  test('does not restore a deleted file, but --skip-existing does', async () => {
    const api = await startApi({ media: media(), transcripts: transcripts() });
    const place = makePlace();
    const line = ['transcripts', 'm2', '--record', 'r'];
    await runCommand([...line, '--only-new'], { api, place });
    rmSync(join(place.cwd, 'meeting-t3.de.srt'));
    expect((await runCommand([...line, '--only-new'], { api, place })).stdout).toBe('');
    const repaired = await runCommand([...line, '--skip-existing'], { api, place });
    expect(repaired).toMatchObject({ exitCode: 0, stdout: `${join(place.cwd, 'meeting-t3.de.srt')}\n` });
  });

  test('two processes with one record both succeed without duplicate keys', async () => {
    const lists = {
      m1: Array.from({ length: 40 }, (_, index) => ({ id: `p${index}`, languageCode: 'de' })),
    };
    const api = await startApi({ media: media(), transcripts: lists });
    const place = makePlace();
    const line = ['transcripts', 'm1', '--record', 'r', '--only-new'];
    const runs = await Promise.all([
      runBinary([...line, '-D', 'a'], { api, place }),
      runBinary([...line, '-D', 'b'], { api, place }),
    ]);
    expect(runs.map(({ exitCode }) => exitCode)).toEqual([0, 0]);
    const ids = linesOf(join(place.cwd, 'r')).map(({ transcriptId }) => transcriptId);
    expect(new Set(ids).size).toBe(40);
    expect(ids).toHaveLength(40);
  });
});

test('--name without an ID still conflicts with the name of a recorded transcript', async () => {
  const lists = transcripts();
  const api = await startApi({ media: media(), transcripts: lists });
  const place = makePlace();
  const line = ['transcripts', 'm2', '--only-new', '--name', '{title}.{language}'];
  expect((await runCommand(line, { api, place })).exitCode).toBe(0);
  lists['m2']?.push({ id: 't9', languageCode: 'de' });
  const run = await runCommand(line, { api, place });
  expect(run).toMatchObject({ exitCode: 2, stdout: '' });
  expect(run.stderr).toContain('2 files would be meeting.de.srt');
});

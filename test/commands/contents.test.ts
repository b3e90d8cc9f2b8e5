import { crc32 } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { defineContents } from '../../src/commands/contents.ts';
import { PACKAGE_ID } from '../support/api/api-packages.ts';
import { startApi } from '../support/api/api-server.ts';
import { pseudoRandomBytes } from '../support/bytes.ts';
import { inTurn, wellBehaved } from '../support/faults/fault-mode.ts';
import { serveArchive } from '../support/faults/served-archive.ts';
import { makePlainObject } from '../support/faults/served-object.ts';
import { runInPty } from '../support/process/pty.ts';
import { BINARY_PATH } from '../support/process/run-binary.ts';
import { makeEnv, makePlace } from '../support/process/run-place.ts';
import { listTree } from '../support/temp-folder.ts';
import { expectDocument, expectFailureDocument } from './output-documents.ts';
import { parseLine, refusalOf } from './parse-line.ts';
import { runCommand } from './run-command.ts';
import { calls } from './scene.ts';

const VIDEO = pseudoRandomBytes(300_000, 1);
const object = serveArchive([
  { name: 'talk/', content: '' },
  { name: 'talk/talk.mp4', content: VIDEO },
  { name: 'talk/talk.de.srt', content: 'Guten Tag. '.repeat(40), method: 8 },
  { name: 'talk/talk.en.srt', content: 'Good day. '.repeat(40), method: 8 },
]);
const PATHS = ['talk/', 'talk/talk.mp4', 'talk/talk.de.srt', 'talk/talk.en.srt'];

function start(options: Parameters<typeof startApi>[0] = {}) {
  return startApi({ files: { one: object }, ...options });
}

describe('flags of contents', () => {
  test.each([
    [['ID'], { include: [], exclude: [] }],
    [
      ['ID', '--include', '*.srt', '--include', 'x', '--exclude', 'y'],
      { include: ['*.srt', 'x'], exclude: ['y'] },
    ],
    [['--include=*.srt', 'ID'], { include: ['*.srt'], exclude: [] }],
    [['ID', '--pattern', '*.srt'], { include: ['*.srt'], exclude: [] }],
  ])('%j', async (words, selection) => {
    expect(await parseLine(defineContents, ['contents', ...words])).toEqual([
      { ids: ['ID'], selection, encoding: null, ignoreSize: false },
    ]);
  });

  test('--ignore-size', async () => {
    expect(await parseLine(defineContents, ['contents', 'ID', '--ignore-size'])).toEqual([
      { ids: ['ID'], selection: { include: [], exclude: [] }, encoding: null, ignoreSize: true },
    ]);
  });

  test.each([
    [[''], 'empty'],
    [['a', 'b'], 'too many arguments'],
    [['a', '--include', ''], '--include: the value is empty'],
    [['a', '--include', '[x'], '--include: the pattern "[x" has a ['],
    [['a', '--exclude', '!x'], 'starts with !'],
  ])('rejects %j', async (words, complaint) => {
    expect(await refusalOf(defineContents, ['contents', ...words])).toContain(complaint);
  });
});

describe('contents', () => {
  test('prints rows to a pipe, the total to stderr, and downloads only the end of the archive', async () => {
    const api = await start();
    const run = await runCommand(['contents', PACKAGE_ID], { api });
    expect(run).toMatchObject({
      exitCode: 0,
      stderr: `${PACKAGE_ID}: ready\n3 files, 293.7 KiB (293 KiB packed)\n`,
    });
    const rows = run.stdout.split('\n').map((line) => line.split('\t'));
    expect(rows.map(([path]) => path)).toEqual([...PATHS, '']);
    expect(rows[1]).toEqual(['talk/talk.mp4', '300000', '300000', '2025-01-01T12:00:00Z']);
    expect(calls(api)).toEqual([`GET /v2/downloads/${PACKAGE_ID}`, 'GET /v2/downloads/file/one']);
    expect(api.requests[1]?.headers.get('range')).toBe('bytes=-65633');
    expect(listTree(run.cwd)).toEqual([]);
  });

  test('prints a table to a terminal', async () => {
    const run = await runCommand(['contents', PACKAGE_ID, '--no-color'], { api: await start(), isTTY: true });
    expect(run.stdout).toMatch(/^PATH +SIZE +PACKED +MODIFIED\n/);
    expect(run.stdout).toMatch(/\ntalk\/talk\.mp4 +292\.9 KiB +292\.9 KiB +2025-01-01 12:00\n/);
  });

  test.each([80, 40])('prints the total below the table at %i columns', async (columns) => {
    const api = await start();
    const pty = runInPty({
      command: process.execPath,
      args: [BINARY_PATH, 'contents', PACKAGE_ID],
      env: makeEnv(makePlace(), { api }),
      columns,
    });
    expect(await pty.exited).toMatchObject({ exitCode: 0 });
    const [last, ...above] = pty.screen().split('\n').toReversed();
    expect(last).toBe('3 files, 293.7 KiB (293 KiB packed)');
    expect(above.join('\n')).toContain('talk/talk.en.srt');
  });

  test('--json prints one document', async () => {
    const run = await runCommand(['contents', PACKAGE_ID, '--json'], { api: await start() });
    expect(run).toMatchObject({
      exitCode: 0,
      stderr: `${PACKAGE_ID}: ready\n`,
      json: { id: PACKAGE_ID, count: 4, truncated: false },
    });
    expectDocument('contents', run.json);
    expect(run.json).toMatchObject({
      items: [
        { path: 'talk/', crc32: '00000000' },
        {
          path: 'talk/talk.mp4',
          sizeBytes: 300_000,
          compressedBytes: 300_000,
          method: 'stored',
          crc32: crc32(VIDEO).toString(16).padStart(8, '0'),
          modified: '2025-01-01T12:00:00Z',
        },
        { method: 'deflated' },
        {},
      ],
    });
  });

  test.each([
    [
      ['--include', '*.srt'],
      ['talk/talk.de.srt', 'talk/talk.en.srt'],
    ],
    [['--include', '*.srt', '--exclude', '*.en.*'], ['talk/talk.de.srt']],
    [
      ['--exclude', '*.mp4'],
      ['talk/', 'talk/talk.de.srt', 'talk/talk.en.srt'],
    ],
  ])('%j selects entries', async (flags, paths) => {
    const run = await runCommand(['contents', PACKAGE_ID, '--format', 'id', ...flags], {
      api: await start(),
    });
    expect(run).toMatchObject({ exitCode: 0, stdout: `${paths.join('\n')}\n` });
  });

  test('case 111: exits with NOT_FOUND when no entry matches', async () => {
    const api = await start();
    const run = await runCommand(['contents', PACKAGE_ID, '--include', '*.vtt', '--json'], { api });
    expect(run).toMatchObject({ exitCode: 3, json: { items: [], error: { code: 'NOT_FOUND' } } });
    expectFailureDocument('contents', run.json);
    expect(run.stderr).toContain(`streamdiver-dl contents -- ${PACKAGE_ID}`);
  });

  test('case 108: reports a server without ranges and suggests fetch', async () => {
    const api = await start({
      script: {
        'GET /v2/downloads/file/{id}': (_request, reply) => reply.file(object, { withoutRanges: true }),
      },
    });
    const run = await runCommand(['contents', PACKAGE_ID, '--json'], { api });
    expect(run).toMatchObject({ exitCode: 7, json: { error: { code: 'BAD_RESPONSE' } } });
    expect(run.stderr).toContain('does not send parts of files');
    expect(run.stderr).toContain(`hint: streamdiver-dl fetch -- ${PACKAGE_ID}`);
  });

  test('case 108: reports a server that only supports a suffix range', async () => {
    // A directory that does not fit into the first response.
    const long = serveArchive(
      Array.from({ length: 400 }, (_, index) => ({ name: `${'x'.repeat(200)}/${index}.srt` })),
    );
    const api = await start({
      files: { one: long },
      script: {
        'GET /v2/downloads/file/{id}': inTurn(wellBehaved(long), (_request, reply) =>
          reply.file(long, { withoutRanges: true }),
        ),
      },
    });
    const run = await runCommand(['contents', PACKAGE_ID, '--json'], { api });
    expect(run).toMatchObject({ exitCode: 7, json: { error: { code: 'BAD_RESPONSE' } } });
    expect(run.stderr).toContain('sent the whole file instead of a part');
    expect(run.stderr).toContain(`hint: streamdiver-dl fetch -- ${PACKAGE_ID}`);
    expect(api.requestsOf('GET /v2/downloads/file/{id}')).toHaveLength(3);
  });

  test.each([['contents'], ['fetch', '-x']])(
    'case 55: %s reports a web page instead of the archive, not a server without ranges',
    async (...words) => {
      const page = '<!doctype html>\n<title>Sign in</title>\n';
      const api = await start({
        script: {
          'GET /v2/downloads/file/{id}': (_request, reply) =>
            reply.send(200, { 'Content-Type': 'text/html' }, page),
        },
      });
      const run = await runCommand([...words, PACKAGE_ID, '--json'], { api });
      expect(run.exitCode).toBe(7);
      expect(run.stderr).toContain('the server sent a web page instead of the zip archive: Sign in');
      expect(run.stderr).not.toContain('parts of files');
      expect(calls(api)).toHaveLength(2);
      expect(listTree(run.cwd)).toEqual([]);
    },
  );

  test('case 55: reports a web page instead of the archive when the API gives no size', async () => {
    const file = { url: '/v2/downloads/file/one', mimeType: 'application/zip' };
    const api = await start({
      script: {
        'GET /v2/downloads/{id}': {
          json: { status: 'success', data: { id: PACKAGE_ID, status: 'ready', files: [file] } },
        },
        'GET /v2/downloads/file/{id}': (_request, reply) => reply.send(200, {}, '<html>Sign in</html>'),
      },
    });
    const run = await runCommand(['contents', PACKAGE_ID, '--json'], { api });
    expect(run).toMatchObject({ exitCode: 7, json: { error: { code: 'BAD_RESPONSE' } } });
    expect(run.stderr).toContain('a web page instead of the zip archive');
  });

  test('reports a damaged archive with a hint to run the command again', async () => {
    const damaged = { ...object, bytes: Buffer.from(object.bytes) };
    damaged.bytes.fill(0, object.bytes.length - 22);
    const run = await runCommand(['contents', PACKAGE_ID], { api: await start({ files: { one: damaged } }) });
    expect(run.exitCode).toBe(10);
    expect(run.stderr).toMatch(/^error: the archive is damaged/m);
    expect(run.stderr).toMatch(/^hint: rerun; if the error persists, create the package again$/m);
  });

  test('case 111: a pattern in place of the ID suggests --include', async () => {
    const run = await runCommand(['contents', '*.srt']);
    expect(run.exitCode).toBe(2);
    expect(run.stderr).toContain(
      "hint: to select entries, run: streamdiver-dl contents ID --include '*.srt'",
    );
  });

  test('case 106: escapes control characters in names', async () => {
    const files = {
      one: serveArchive([{ name: 'a\u001b[2J\u202e.txt', content: 'x' }, { name: '../evil' }]),
    };
    const run = await runCommand(['contents', PACKAGE_ID], { api: await start({ files }) });
    expect(run.stdout).toContain('a\\x1b[2J\\u202e.txt\t1\t');
    expect(run.stdout).toContain('../evil\t0\t');
  });

  test('reports an empty archive and exits with 0, but with 3 if nothing can match', async () => {
    const api = await start({ files: { one: serveArchive([]) } });
    const run = await runCommand(['contents', PACKAGE_ID], { api });
    expect(run).toMatchObject({
      exitCode: 0,
      stdout: '',
      stderr: `${PACKAGE_ID}: ready\nThe archive is empty.\n`,
    });
    expect((await runCommand(['contents', PACKAGE_ID, '--include', 'x'], { api })).exitCode).toBe(3);
  });

  test('rejects more than one ID on standard input', async () => {
    const api = await start();
    const run = await runCommand(['contents', '-'], { api, input: 'a\nb\n' });
    expect(run).toMatchObject({ exitCode: 2, stdout: '', requests: [] });
    expect(run.stderr).toContain('contents accepts one package ID, but standard input has more');
  });

  test.each([
    ['several files', { one: object, two: object }, 'is 2 files'],
    [
      'a file that is not an archive',
      { one: makePlainObject(700) },
      'it is a single file, not a zip archive',
    ],
  ])('rejects a package of %s', async (_name, files, says) => {
    const packages = [{ compressed: false, files: Object.keys(files) }];
    const api = await start({ files, packages });
    const run = await runCommand(['contents', PACKAGE_ID], { api });
    expect(run).toMatchObject({ exitCode: 2, stdout: '' });
    expect(run.stderr).toContain(says);
    expect(calls(api).length).toBeLessThanOrEqual(3);
  });

  test('exits with NOT_READY for a package that is preparing, and NOT_FOUND for a missing one', async () => {
    const api = await start({ script: { 'GET /v2/downloads/{id}': ['preparing', 404] } });
    const run = await runCommand(['contents', PACKAGE_ID], { api });
    expect(run).toMatchObject({ exitCode: 8, stdout: '' });
    expect(run.stderr).toContain(`streamdiver-dl status ${PACKAGE_ID} --wait`);
    expect(await runCommand(['contents', PACKAGE_ID], { api })).toMatchObject({ exitCode: 3, stdout: '' });
  });
});

import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { PACKAGE_ID } from '../../support/api/api-packages.ts';
import { makePlainObject } from '../../support/faults/served-object.ts';
import { makePlace } from '../../support/process/run-place.ts';
import { expectDocument, expectFailureDocument } from '../output-documents.ts';
import { runCommand } from '../run-command.ts';
import { calls } from '../scene.ts';
import { FILE, filesIn, LOOK, object, start } from './fetch-scene.ts';

const DIGEST = createHash('sha256').update(object.bytes).digest('hex');

describe('fetch', () => {
  test('prints only the absolute path, and names the file after title, ID, and type', async () => {
    const api = await start();
    const run = await runCommand(['fetch', PACKAGE_ID], { api });
    const path = join(run.cwd, 'grusse-aus-graz-5f0c2b9e.zip');
    expect(run).toMatchObject({ exitCode: 0, stdout: `${path}\n` });
    expect(calls(api)).toEqual([LOOK, FILE]);
    expect(readFileSync(path).equals(object.bytes)).toBe(true);
    expect(filesIn(run.cwd)).toEqual(['grusse-aus-graz-5f0c2b9e.zip']);
  });

  test('--json prints the outcome and what was verified', async () => {
    const api = await start();
    const run = await runCommand(['fetch', PACKAGE_ID, '-o', 'out.zip', '--sha256', '--json'], { api });
    expect(run.json).toEqual({
      results: [
        {
          id: PACKAGE_ID,
          outcome: 'downloaded',
          paths: [join(run.cwd, 'out.zip')],
          sizeBytes: 20_000,
          transferredBytes: 20_000,
          resumedFrom: 0,
          durationMs: expect.any(Number),
          verified: { size: true, archive: true, crc: true, checksum: false },
          sha256: DIGEST,
          deleted: false,
          error: null,
        },
      ],
    });
    expectDocument('fetch', run.json);
    expect(run.stderr).toContain(DIGEST);
  });

  test.each([
    [['-o', 'a/b.zip'], 'a/b.zip'],
    [['-o', 'new/'], 'new/grusse-aus-graz-5f0c2b9e.zip'],
    [['-o', 'there'], 'there/grusse-aus-graz-5f0c2b9e.zip'],
    [['-o', '.'], 'grusse-aus-graz-5f0c2b9e.zip'],
    [['-D', 'new/deep'], 'new/deep/grusse-aus-graz-5f0c2b9e.zip'],
    [['--output-dir', 'new'], 'new/grusse-aus-graz-5f0c2b9e.zip'],
  ])('%j writes %s', async (flags, path) => {
    const api = await start();
    const place = makePlace();
    mkdirSync(join(place.cwd, 'there'));
    const run = await runCommand(['fetch', PACKAGE_ID, ...flags], { api, place });
    expect(run).toMatchObject({ exitCode: 0, stdout: `${join(place.cwd, path)}\n` });
    expect(filesIn(place.cwd)).toEqual([path]);
  });

  test('-o - writes only the bytes to stdout', async () => {
    const api = await start();
    const run = await runCommand(['fetch', PACKAGE_ID, '-o', '-', '--sha256'], { api, isOutputData: true });
    expect(run.exitCode).toBe(0);
    expect(run.stdoutBytes.equals(object.bytes)).toBe(true);
    expect(run.stderr).toContain(DIGEST);
    expect(filesIn(run.cwd)).toEqual([]);
  });

  test('downloads and numbers all files of a package', async () => {
    const api = await start({
      files: { one: object, two: makePlainObject(500) },
      packages: [{ title: 'Both', files: ['one', 'two'] }],
    });
    const run = await runCommand(['fetch', PACKAGE_ID, '-D', 'out', '--json'], { api });
    expect(run).toMatchObject({ exitCode: 0, json: { results: [{ sizeBytes: 20_500, sha256: null }] } });
    expect(filesIn(run.cwd)).toEqual(['out/both-5f0c2b9e-1.zip', 'out/both-5f0c2b9e-2.mp4']);
  });

  test.each([
    ['several IDs and -o', ['a', 'b', '-o', 'x.zip']],
    ['several IDs and -o -', ['a', 'b', '-o', '-']],
    ['several IDs and --checksum', ['a', 'b', '--checksum', `sha256=${DIGEST}`]],
  ])('%s exits with 2 and sends nothing', async (_name, flags) => {
    const api = await start();
    const run = await runCommand(['fetch', ...flags], { api });
    expect(run).toMatchObject({ exitCode: 2, stdout: '' });
    expect(api.requests).toHaveLength(0);
  });

  test('-o - exits with 9 before any request if standard output is closed', async () => {
    const api = await start();
    const run = await runCommand(['fetch', PACKAGE_ID, '-o', '-'], { api, isOutputClosed: true });
    expect(run).toMatchObject({ exitCode: 9, requests: [] });
    expect(run.stderr).toBe(
      'error: cannot write to standard output: it is closed\nhint: write to a file with -o FILE, or redirect standard output\n',
    );
  });

  test.each([
    [['fetch', PACKAGE_ID]],
    [['fetch', PACKAGE_ID, '-o', 'a.zip']],
    [['create', '-m', 'm1', '--fetch']],
  ])('%j exits with 9 before any request if the current folder was deleted', async (line) => {
    const api = await start();
    const run = await runCommand(line, { api, isFolderGone: true });
    expect(run).toMatchObject({ exitCode: 9, stdout: '', requests: [] });
    expect(run.stderr).toContain(
      'error: the current folder no longer exists\nhint: change to another folder',
    );
  });

  test.each([
    [['fetch', PACKAGE_ID, '-o', 'con']],
    [['create', '-m', 'm1', '--fetch', '-o', 'con']],
    [['transcripts', 'm1', '-o', 'con']],
  ])('%j exits with 2 before any request on Windows', async (line) => {
    const api = await start();
    const run = await runCommand(line, { api, platform: 'win32' });
    expect(run).toMatchObject({ exitCode: 2, stdout: '', requests: [] });
    expect(run.stderr).toMatch(/^error: -o con .*\nhint: use another name with -o\n/);
  });

  test('an absolute -D works in a deleted folder, and a pattern is not a file name there', async () => {
    const api = await start();
    const place = makePlace();
    const options = { api, place, isFolderGone: true };
    const run = await runCommand(['fetch', PACKAGE_ID, '-D', place.cwd], options);
    expect(run.exitCode).toBe(0);
    const unknown = await runCommand(['fetch', 'no', '--include', '*.srt', '-D', place.cwd], options);
    expect(unknown.exitCode).toBe(3);
    expect(unknown.stderr).toContain('error: no package with ID no\n');
  });

  test('-o - exits with 2 if stdout is a terminal', async () => {
    const api = await start();
    const run = await runCommand(['fetch', PACKAGE_ID, '-o', '-'], { api, isTTY: { stdout: true } });
    expect(run).toMatchObject({ exitCode: 2, stdout: '' });
    expect(run.stderr).toContain('error: refusing to write an archive to a terminal\n');
    expect(api.requests).toHaveLength(0);
  });
});

describe('several packages', () => {
  const packages = [
    { id: 'aaaaaaaa-1', files: ['one'] },
    { id: 'bbbbbbbb-1', files: ['one'] },
  ];

  test('reads IDs from stdin and prints the path of each file', async () => {
    const api = await start({ packages });
    const run = await runCommand(['fetch', '-', '-D', 'out'], { api, input: 'aaaaaaaa-1\nbbbbbbbb-1\n' });
    expect(run.exitCode).toBe(0);
    expect(run.stdout.trimEnd().split('\n').toSorted()).toEqual(
      ['aaaaaaaa.zip', 'bbbbbbbb.zip'].map((name) => join(run.cwd, 'out', name)),
    );
  });

  test('a failed package does not stop the others', async () => {
    const api = await start({ packages });
    const run = await runCommand(['fetch', 'aaaaaaaa-1', 'missing', 'bbbbbbbb-1', '--json'], { api });
    expect(run).toMatchObject({
      exitCode: 3,
      json: {
        results: [
          { id: 'aaaaaaaa-1', outcome: 'downloaded' },
          { id: 'missing', outcome: 'failed', paths: [], error: { code: 'NOT_FOUND', id: 'missing' } },
          { id: 'bbbbbbbb-1', outcome: 'downloaded' },
        ],
        error: { code: 'NOT_FOUND', exitCode: 3 },
      },
    });
    expectFailureDocument('fetch', run.json);
    expect(filesIn(run.cwd)).toEqual(['aaaaaaaa.zip', 'bbbbbbbb.zip']);
  });

  test('exits with 1 when two packages fail for different reasons', async () => {
    const api = await start({ packages: [...packages, { id: 'c', status: 'failed' }] });
    const run = await runCommand(['fetch', 'missing', 'c', 'aaaaaaaa-1', '--json'], { api });
    expect(run).toMatchObject({ exitCode: 1, json: { error: { code: 'FAILED' } } });
    expectFailureDocument('fetch', run.json);
    expect(run.stderr).toContain('2 of 3 packages failed');
    expect(filesIn(run.cwd)).toEqual(['aaaaaaaa.zip']);
  });

  test('downloads packages as they become ready', async () => {
    const api = await start({ packages });
    let looks = 0;
    api.script('GET /v2/downloads/{id}', async (request, reply) => {
      const id = request.path.split('/').at(-1) ?? '';
      looks += id === 'aaaaaaaa-1' ? 1 : 0;
      const isReady = id !== 'aaaaaaaa-1' || looks > 2;
      const data = isReady ? api.packages.get(id) : { id, status: 'preparing' };
      await reply.json(200, { data });
    });
    const run = await runCommand(['fetch', 'aaaaaaaa-1', 'bbbbbbbb-1'], { api });
    expect(run.exitCode).toBe(0);
    expect(run.stdout.trimEnd().split('\n')).toEqual(
      ['bbbbbbbb.zip', 'aaaaaaaa.zip'].map((name) => join(run.cwd, name)),
    );
  });
});

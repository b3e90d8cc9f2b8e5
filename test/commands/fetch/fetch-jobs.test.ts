import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type ApiServer, startApi } from '../../support/api/api-server.ts';
import { inCrowdsOf } from '../../support/crowd.ts';
import type { FaultHandler, FaultRequest } from '../../support/faults/fault-server.ts';
import { makeZipObject, type ServedObject } from '../../support/faults/served-object.ts';
import { makePlace } from '../../support/process/run-place.ts';
import { listTree } from '../../support/temp-folder.ts';
import { expectDocument, expectFailureDocument } from '../output-documents.ts';
import { runCommand } from '../run-command.ts';

const IDS = ['a', 'b', 'c', 'd', 'e'];
const FILES = Object.fromEntries(IDS.map((id) => [id, makeZipObject(5_000, { seed: id })]));
const PACKAGES = IDS.map((id) => ({ id, files: [id] }));

function start(options: Parameters<typeof startApi>[0] = {}): Promise<ApiServer> {
  return startApi({ files: FILES, packages: PACKAGES, ...options });
}

function fileOf({ path }: FaultRequest): ServedObject {
  return FILES[path.slice(-1)] ?? makeZipObject(200);
}

const sendFile: FaultHandler = (request, reply) => reply.file(fileOf(request));

describe('parallel downloads', () => {
  test.each([
    [[], 3],
    [['-j', '1'], 1],
    [['--jobs', '5'], 5],
    [['-j', '16'], 5],
  ])('%j: downloads %d of 5 packages at once', async (flags, expected) => {
    const crowd = inCrowdsOf(expected, sendFile);
    const api = await start({ script: { 'GET /v2/downloads/file/{id}': crowd.handler } });
    const run = await runCommand(['fetch', ...IDS, ...flags, '--json'], { api });
    expect(run).toMatchObject({
      exitCode: 0,
      json: { results: IDS.map((id) => ({ id, outcome: 'downloaded' })) },
    });
    expectDocument('fetch', run.json);
    expect(crowd.most()).toBe(expected);
    for (const id of IDS)
      expect(readFileSync(join(run.cwd, `${id}.zip`)).equals(FILES[id]?.bytes ?? Buffer.alloc(0))).toBe(true);
  });

  test('downloads the files of one package in order, and prints their paths together', async () => {
    const crowd = inCrowdsOf(2, sendFile);
    const api = await start({
      packages: [
        { id: 'x', files: ['a', 'b', 'c'] },
        { id: 'y', files: ['d', 'e'] },
      ],
      script: { 'GET /v2/downloads/file/{id}': crowd.handler },
    });
    const run = await runCommand(['fetch', 'x', 'y'], { api });
    expect(run.exitCode).toBe(0);
    expect(crowd.most()).toBe(2);
    const order = run.stdout
      .trimEnd()
      .split('\n')
      .map((path) => path.slice(run.cwd.length + 1));
    const x = ['x-1.zip', 'x-2.zip', 'x-3.zip'];
    const y = ['y-1.zip', 'y-2.zip'];
    expect([
      [...x, ...y],
      [...y, ...x],
    ]).toContainEqual(order);
    const asked = api.requestsOf('GET /v2/downloads/file/{id}').map(({ path }) => path.slice(-1));
    expect(asked.filter((id) => 'abc'.includes(id))).toEqual(['a', 'b', 'c']);
    expect(asked.filter((id) => 'de'.includes(id))).toEqual(['d', 'e']);
  });

  test('starts the next package after a failure, and reports each failure', async () => {
    const broken = IDS.slice(0, 4);
    const api = await start({
      script: {
        'GET /v2/downloads/file/{id}': (request, reply) =>
          request.path.endsWith('e') ? reply.file(FILES['e'] ?? makeZipObject(200)) : reply.json(404, {}),
      },
    });
    const run = await runCommand(['fetch', ...IDS, '-j', '1', '--json'], { api });
    expect(run).toMatchObject({
      exitCode: 3,
      json: {
        results: [...broken.map((id) => ({ id, outcome: 'failed' })), { id: 'e', outcome: 'downloaded' }],
        error: { code: 'NOT_FOUND' },
      },
    });
    expectFailureDocument('fetch', run.json);
    expect(run.stderr).toContain('4 of 5 packages failed');
    expect(run.stderr.match(/^error: /gm)).toHaveLength(5);
  });

  test('downloads a package once if its ID is given twice', async () => {
    const api = await start();
    const run = await runCommand(['fetch', 'a', 'b', 'a', '-'], { api, input: 'b\na\n' });
    expect(run.exitCode).toBe(0);
    expect(run.stdout.trimEnd().split('\n')).toHaveLength(2);
    expect(api.requestsOf('GET /v2/downloads/file/{id}')).toHaveLength(2);
  });
});

describe('packages whose IDs start with the same characters', () => {
  const packages = [
    { id: 'collection-1', files: ['a'] },
    { id: 'collection-2', files: ['b'] },
  ];
  const ids = packages.map(({ id }) => id);

  test.each([[['-j', '1']], [['-j', '2']]])(
    '%j: each package has its own file name, also in a second run',
    async (flags) => {
      const api = await start({ packages });
      const place = makePlace();
      const run = await runCommand(['fetch', ...ids, ...flags], { api, place });
      expect(run.exitCode).toBe(0);
      const files = ids.map((id) => join(run.cwd, `${id}.zip`));
      expect(run.stdout.trimEnd().split('\n').toSorted()).toEqual(files);
      expect(files.map((file) => readFileSync(file))).toEqual([FILES['a']?.bytes, FILES['b']?.bytes]);
      const again = await runCommand(['fetch', ...ids.toReversed(), ...flags, '--json'], { api, place });
      expect(again.json).toMatchObject({ results: [{ outcome: 'skipped' }, { outcome: 'skipped' }] });
      expect(api.requestsOf('GET /v2/downloads/file/{id}')).toHaveLength(2);
    },
  );

  test('with -x, each package has its own folder', async () => {
    const api = await start({ packages });
    const run = await runCommand(['fetch', ...ids, '-x', '-D', 'out'], { api });
    expect(run.exitCode).toBe(0);
    const folders = listTree(join(run.cwd, 'out')).filter(({ path }) => !path.includes('/'));
    expect(folders.map(({ path }) => path)).toEqual(ids);
  });

  test('the suggested command to continue finds the part', async () => {
    let isCut = true;
    const api = await start({
      packages,
      script: {
        'GET /v2/downloads/file/{id}': (request, reply) =>
          reply.file(fileOf(request), isCut ? { cutAtByte: 2_000 } : {}),
      },
    });
    const place = makePlace();
    const run = await runCommand(['fetch', ...ids, '-D', 'out', '--retries', '0', '--json'], { api, place });
    const { next } = (run.json as { error: { next: string[] } }).error;
    expect(next).toHaveLength(2);
    isCut = false;
    for (const command of next) {
      const [, ...words] = command.split(' ');
      const again = await runCommand([...words, '--json'], { api, place });
      expect(again.json).toMatchObject({ results: [{ outcome: 'resumed', resumedFrom: 2_000 }] });
    }
    const files = ids.map((id) => readFileSync(join(place.cwd, 'out', `${id}.zip`)));
    expect(files).toEqual([FILES['a']?.bytes, FILES['b']?.bytes]);
  });

  test('a single package is named after the first 8 characters of its ID', async () => {
    const api = await start({ packages });
    const run = await runCommand(['fetch', 'collection-2', '-D', 'other'], { api });
    expect(run).toMatchObject({ exitCode: 0, stdout: `${join(run.cwd, 'other', 'collecti.zip')}\n` });
  });
});

describe('packages whose IDs differ only in letter case', () => {
  const packages = [
    { id: 'Part', files: ['a'] },
    { id: 'part', files: ['b'] },
  ];

  test.each([[['-j', '1']], [['-j', '2']], [['-x']]])(
    '%j: downloads one and reports a conflict for the other',
    async (flags) => {
      const api = await start({ packages });
      const run = await runCommand(['fetch', 'Part', 'part', ...flags, '--json'], { api });
      expect(run).toMatchObject({ exitCode: 13, json: { error: { code: 'EXISTS' } } });
      expectFailureDocument('fetch', run.json);
      const { results } = run.json as { results: { id: string; outcome: string }[] };
      expect(results.map(({ outcome }) => outcome).filter((outcome) => outcome !== 'failed')).toHaveLength(1);
      expect(run.stderr).toMatch(/packages part and part would both be saved as .*part/i);
      expect(api.requestsOf('GET /v2/downloads/file/{id}')).toHaveLength(1);
      const kept = listTree(run.cwd).filter(({ type }) => type === 'file');
      expect(kept).toHaveLength(1);
    },
  );

  test('follows the hint: downloads one by itself into its own folder', async () => {
    const api = await start({ packages });
    const run = await runCommand(['fetch', 'part', '-D', 'other'], { api });
    expect(run).toMatchObject({ exitCode: 0, stdout: `${join(run.cwd, 'other', 'part.zip')}\n` });
  });
});

test('--progress json emits an event for a failed package', async () => {
  const api = await start();
  const run = await runCommand(['fetch', 'a', 'nope', '--progress', 'json'], { api });
  const lines = run.stderr.split('\n').filter((line) => line.startsWith('{'));
  const events = lines.map((line): unknown => JSON.parse(line));
  expect(events).toContainEqual(
    expect.objectContaining({ event: 'done', id: 'a', bytes: FILES['a']?.bytes.length }),
  );
  expect(events).toContainEqual(
    expect.objectContaining({
      event: 'done',
      id: 'nope',
      status: 'failed',
      message: expect.stringMatching(/nope/),
    }),
  );
});

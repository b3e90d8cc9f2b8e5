import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type ApiServer, startApi } from '../../support/api/api-server.ts';
import { inCrowdsOf } from '../../support/crowd.ts';
import type { FaultRequest } from '../../support/faults/fault-server.ts';
import { makeZipObject, type ServedObject } from '../../support/faults/served-object.ts';
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

describe('how many packages are fetched at once', () => {
  test.each([
    [[], 3],
    [['-j', '1'], 1],
    [['--jobs', '5'], 5],
    [['-j', '16'], 5],
  ])('%j: %d of 5', async (flags, expected) => {
    const crowd = inCrowdsOf(expected, fileOf);
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

  test('the files of one package come one after the other, and their paths together', async () => {
    const crowd = inCrowdsOf(2, fileOf);
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

  test('a failure makes room for the next one, and each is told as it comes', async () => {
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

  test('an id given twice is one package', async () => {
    const api = await start();
    const run = await runCommand(['fetch', 'a', 'b', 'a', '-'], { api, input: 'b\na\n' });
    expect(run.exitCode).toBe(0);
    expect(run.stdout.trimEnd().split('\n')).toHaveLength(2);
    expect(api.requestsOf('GET /v2/downloads/file/{id}')).toHaveLength(2);
  });
});

describe('packages whose names would be the same', () => {
  const first = 'collection-1';
  const second = 'collection-2';
  const packages = [
    { id: first, files: ['a'] },
    { id: second, files: ['b'] },
  ];

  test.each([[['-j', '1']], [['-j', '2']], [['-x']]])(
    '%j: one is fetched, the other is not taken for it',
    async (flags) => {
      const api = await start({ packages });
      const run = await runCommand(['fetch', first, second, ...flags, '--json'], { api });
      expect(run).toMatchObject({ exitCode: 13, json: { error: { code: 'EXISTS' } } });
      expectFailureDocument('fetch', run.json);
      const { results } = run.json as { results: { id: string; outcome: string }[] };
      expect(results.map(({ outcome }) => outcome).filter((outcome) => outcome !== 'failed')).toHaveLength(1);
      expect(run.stderr).toMatch(
        /packages collection-\d and collection-\d would both be saved as .*collecti/,
      );
      expect(api.requestsOf('GET /v2/downloads/file/{id}')).toHaveLength(1);
      const kept = listTree(run.cwd).filter(({ type }) => type === 'file');
      expect(kept).toHaveLength(1);
    },
  );

  test('the hint works: each by itself into its own folder', async () => {
    const api = await start({ packages });
    const run = await runCommand(['fetch', second, '-D', 'other'], { api });
    expect(run).toMatchObject({ exitCode: 0, stdout: `${join(run.cwd, 'other', 'collecti.zip')}\n` });
  });
});

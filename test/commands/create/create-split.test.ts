import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { CREATED_ID_PREFIX } from '../../support/api/api-packages.ts';
import { makePlace } from '../../support/process/run-place.ts';
import { listTree } from '../../support/temp-folder.ts';
import { expectDocument, expectFailureDocument } from '../output-documents.ts';
import { runCommand } from '../run-command.ts';
import { bodiesSent, calls, startEmpty } from '../scene.ts';

const media = Array.from({ length: 5 }, (_, index) => ({ id: `m${index}`, name: `x${index}` }));
const id = (index: number) => `${CREATED_ID_PREFIX}${index}`;
const many = (count: number) => Array.from({ length: count }, (_, index) => ({ id: `m${index}`, name: 'x' }));

describe('create with a query', () => {
  test('selects all matches, and prints their number before the POST', async () => {
    const api = await startEmpty({ media });
    const run = await runCommand(['create', '--all', '--title', 'T'], { api });
    expect(run).toMatchObject({ exitCode: 0, stdout: `${id(0)}\n` });
    expect(run.stderr).toMatch(/^5 media items selected\.\n/);
    expect(bodiesSent(api)).toEqual([{ title: 'T', selectedMediaIds: ['m0', 'm1', 'm2', 'm3', 'm4'] }]);
  });

  test('exits with 3 and creates nothing without a match', async () => {
    const api = await startEmpty({ media: [] });
    const run = await runCommand(['create', '--all', '--json'], { api });
    expect(run).toMatchObject({ exitCode: 3, json: { error: { code: 'NOT_FOUND' } } });
    expect(bodiesSent(api)).toEqual([]);
  });

  test('accepts up to 1,000 media unless --max-media allows more', async () => {
    const api = await startEmpty({ media: many(1_001) });
    const run = await runCommand(['create', '--all'], { api });
    expect(run).toMatchObject({ exitCode: 2, stdout: '' });
    expect(run.stderr).toContain('matches 1001 media items, more than --max-media 1000');
    expect(bodiesSent(api)).toEqual([]);
    expect((await runCommand(['create', '--all', '--max-media', '1001'], { api })).exitCode).toBe(0);
    const less = await startEmpty({ media: many(1_000) });
    expect((await runCommand(['create', '--all'], { api: less })).exitCode).toBe(0);
  });

  test('adds the matches to renditions and to a file', async () => {
    const api = await startEmpty({ media: media.slice(0, 1) });
    const run = await runCommand(['create', '--all', '-r', 'r1', '-f', '-'], {
      api,
      input: '{"selectedMediaIds":["own"]}',
    });
    expect(run.exitCode).toBe(0);
    expect(bodiesSent(api)).toEqual([{ selectedMediaIds: ['own', 'm0'], selectedRenditionIds: ['r1'] }]);
  });

  test('--dry-run shows the bodies and creates nothing', async () => {
    const api = await startEmpty({ media });
    const run = await runCommand(['create', '--all', '--split', '3', '-n', '--json'], { api });
    expect(run.json).toMatchObject({
      dryRun: true,
      requests: [
        { body: { selectedMediaIds: ['m0', 'm1', 'm2'] } },
        { body: { selectedMediaIds: ['m3', 'm4'] } },
      ],
    });
    expectDocument('dry-run', run.json);
    expect(bodiesSent(api)).toEqual([]);
  });
});

describe('create --split', () => {
  test('creates packages of N media with numbered titles, and prints their IDs', async () => {
    const api = await startEmpty({ media });
    const run = await runCommand(['create', '--all', '--split', '2', '--title', 'T'], { api });
    expect(run).toMatchObject({ exitCode: 0, stdout: `${id(0)}\n${id(1)}\n${id(2)}\n` });
    expect(bodiesSent(api)).toEqual([
      { title: 'T (1/3)', selectedMediaIds: ['m0', 'm1'] },
      { title: 'T (2/3)', selectedMediaIds: ['m2', 'm3'] },
      { title: 'T (3/3)', selectedMediaIds: ['m4'] },
    ]);
  });

  test('does not number the title of a single package', async () => {
    const api = await startEmpty({ media });
    await runCommand(['create', '-m', 'm1', '--split', '2', '--title', 'T'], { api });
    expect(bodiesSent(api)).toEqual([{ title: 'T', selectedMediaIds: ['m1'] }]);
  });

  test('adds transcripts to the package of their media, and creates no package for media without any', async () => {
    const transcripts = {
      m0: [{ id: 't0', languageCode: 'de' }],
      m3: [{ id: 't3', languageCode: 'de' }],
    };
    const api = await startEmpty({ media, transcripts });
    const flags = ['--transcripts', 'srt', '--transcripts-only', '--split', '1'];
    const run = await runCommand(['create', '--all', ...flags], { api });
    expect(run.exitCode).toBe(0);
    expect(bodiesSent(api)).toEqual([
      { selectedTranscripts: [{ id: 't0', format: 'srt' }] },
      { selectedTranscripts: [{ id: 't3', format: 'srt' }] },
    ]);
  });

  test('--json prints one document with all packages', async () => {
    const api = await startEmpty({ media });
    const run = await runCommand(['create', '--all', '--split', '3', '--json'], { api });
    expect(run.json).toMatchObject({
      items: [{ id: id(0) }, { id: id(1) }],
      count: 2,
      truncated: false,
      results: [],
    });
    expectDocument('created', run.json);
  });

  test('--fetch downloads each package into its own file', async () => {
    const api = await startEmpty({ media: media.slice(0, 2) });
    const place = makePlace();
    const line = ['create', '--all', '--split', '1', '--title', 'T', '--fetch', '-D', 'out', '--json'];
    const run = await runCommand(line, { api, place });
    expect(run.exitCode).toBe(0);
    expect(run.json).toMatchObject({ count: 2, results: [{ outcome: 'downloaded' }, {}] });
    expectDocument('created', run.json);
    expect(readdirSync(join(place.cwd, 'out')).toSorted()).toEqual([
      `t-1-2-${id(0)}.zip`,
      `t-2-2-${id(1)}.zip`,
    ]);
  });

  test('--fetch -x unpacks each package into its own folder', async () => {
    const api = await startEmpty({ media: media.slice(0, 2) });
    const place = makePlace();
    const line = ['create', '--all', '--split', '1', '--title', 'T', '--fetch', '-x', '-D', 'out'];
    const run = await runCommand(line, { api, place });
    expect(run.exitCode).toBe(0);
    const files = listTree(join(place.cwd, 'out')).filter(({ type }) => type === 'file');
    expect(files.map(({ path }) => path)).toEqual([
      `t-1-2-${id(0)}/media/clip.bin`,
      `t-2-2-${id(1)}/media/clip.bin`,
    ]);
  });

  test('--fetch gives packages without a title distinct names', async () => {
    const api = await startEmpty({ media: media.slice(0, 3) });
    const place = makePlace();
    const run = await runCommand(['create', '--all', '--split', '1', '--fetch', '-D', 'out'], { api, place });
    expect(run.exitCode).toBe(0);
    const names = [0, 1, 2].map((index) => `${id(index)}.zip`);
    expect(readdirSync(join(place.cwd, 'out')).toSorted()).toEqual(names);
  });

  test('--wait waits for each package', async () => {
    const api = await startEmpty({ media });
    const run = await runCommand(['create', '--all', '--split', '3', '--wait', '--json'], { api });
    expect(run.json).toMatchObject({ items: [{ ready: true }, { ready: true }] });
  });

  test('after a failed create, creates no more, finishes the others, and exits with its code', async () => {
    const api = await startEmpty({ media, script: { 'POST /v2/downloads': ['default', 'default', 403] } });
    const line = ['create', '--all', '--split', '1', '--title', 'T', '--fetch', '--json'];
    const run = await runCommand(line, { api });
    expect(run.exitCode).toBe(4);
    expect(bodiesSent(api)).toHaveLength(3);
    expect(run.json).toMatchObject({
      count: 2,
      truncated: true,
      results: [{ outcome: 'downloaded' }, { outcome: 'downloaded' }],
      error: { code: 'AUTH' },
    });
    expectFailureDocument('created', run.json);
  });

  test('exits with the code of the failed create even if a download also fails', async () => {
    const api = await startEmpty({
      media,
      script: { 'POST /v2/downloads': ['default', 400], 'GET /v2/downloads/file/{id}': 404 },
    });
    const run = await runCommand(['create', '--all', '--split', '1', '--fetch', '--json'], { api });
    expect(run).toMatchObject({ exitCode: 7, json: { results: [{ outcome: 'failed' }] } });
    expect(run.stderr).toMatch(/^error: .*404/m);
  });

  test('an ambiguous create exits with 14 and prints the created packages', async () => {
    const lost = { raw: 'HTTP/1.1 200 OK\r\n', after: 'reset' as const };
    const api = await startEmpty({ media, script: { 'POST /v2/downloads': ['default', lost] } });
    const run = await runCommand(['create', '--all', '--split', '1'], { api });
    expect(run).toMatchObject({ exitCode: 14, stdout: `${id(0)}\n` });
    expect(bodiesSent(api)).toHaveLength(2);
  });

  test('a failed first create stops without waiting', async () => {
    const api = await startEmpty({ media, script: { 'POST /v2/downloads': 403 } });
    const run = await runCommand(['create', '--all', '--split', '1', '--wait', '--json'], { api });
    expect(run).toMatchObject({ exitCode: 4, json: { items: [], count: 0 } });
    expect(calls(api).filter((call) => call.startsWith('GET /v2/downloads'))).toEqual([]);
  });
});

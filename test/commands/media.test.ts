import { describe, expect, test } from 'vitest';
import { startApi } from '../support/api-server.ts';
import { expectDocument, expectFailureDocument } from './output-documents.ts';
import { runCommand } from './run-command.ts';
import { calls } from './scene.ts';

const media = [
  {
    id: 'm1',
    name: 'Interview',
    description: 'Two people',
    type: 'video' as const,
    duration: 61.5,
    tags: ['demo', 'talk'],
    created: '2025-01-07T09:00:00Z',
    renditions: [
      { id: 'r1', name: '1080p', mimeType: 'video/mp4', size: 10 },
      { id: 'r2', name: '720p' },
    ],
  },
  { id: 'm2', name: 'Interview, sound only', type: 'audio' as const, tags: ['demo'] },
  { id: 'm3', name: 'Logo' },
];
const transcripts = { m1: [{ id: 't1', languageCode: 'de-v2' }] };

/** The wire query of each request, decoded. */
function queries(api: Awaited<ReturnType<typeof startApi>>) {
  return api.requests.map(({ path, query }) => ({ path, ...Object.fromEntries(query) }));
}

describe('media list', () => {
  test('prints tab-separated lines in a pipe', async () => {
    const api = await startApi({ media });
    const run = await runCommand(['media', 'list'], { api });
    expect(run).toMatchObject({
      exitCode: 0,
      stdout:
        'm1\tvideo\tInterview\t61.5\tdemo,talk\nm2\taudio\tInterview, sound only\t\tdemo\nm3\t\tLogo\t\t\n',
      stderr: '',
    });
    expect(queries(api)).toEqual([
      { path: '/v2/media', page: '0', perpage: '50' },
      { path: '/v2/media', page: '1', perpage: '50' },
    ]);
  });

  test('--json prints all keys, the other fields of the service unchanged', async () => {
    const api = await startApi({ media });
    const run = await runCommand(['media', 'ls', '--json'], { api });
    expect(run.json).toMatchObject({ count: 3, truncated: false });
    expect(run.json['items']).toEqual([
      { ...media[0], durationSeconds: 61.5, created: '2025-01-07T09:00:00.000Z' },
      {
        ...media[1],
        description: null,
        durationSeconds: null,
        created: null,
        renditions: [],
      },
      {
        id: 'm3',
        name: 'Logo',
        description: null,
        type: null,
        durationSeconds: null,
        tags: [],
        created: null,
        renditions: [],
      },
    ]);
    expectDocument('media list', run.json);
  });

  test('--type, --tag and --sort travel to the service as it documents them', async () => {
    const api = await startApi({ media });
    await runCommand(['media', 'list', '--type', 'video', '--tag', 'a b', '--sort', 'name:desc'], { api });
    expect(api.requests[0]?.target).toContain('filter=type%3Dvideo%2Btags%3Da+b');
    expect(queries(api)[0]).toMatchObject({ filter: 'type=video+tags=a b', sort: 'name:desc' });
  });

  test('a text goes to the search; type and tag are looked at here', async () => {
    const api = await startApi({ media });
    const run = await runCommand(['media', 'list', 'interview', '--tag', 'talk', '--format', 'id'], { api });
    expect(run).toMatchObject({ exitCode: 0, stdout: 'm1\n' });
    expect(queries(api)[0]).toEqual({
      path: '/v2/search',
      type: 'mediaasset',
      text: 'interview',
      page: '0',
      perpage: '50',
    });
    const audio = await runCommand(['media', 'list', 'interview', '--type', 'audio', '--format', 'id'], {
      api,
    });
    expect(audio.stdout).toBe('m2\n');
  });

  test('stops at the limit and says so', async () => {
    const api = await startApi({ media });
    const run = await runCommand(['media', 'list', '-L', '2', '--format', 'id'], { api });
    expect(run).toMatchObject({ exitCode: 0, stdout: 'm1\nm2\n' });
    expect(run.stderr).toMatch(/first 2.*--limit N or --all/);
    const json = await runCommand(['media', 'list', '-L', '2', '--json'], { api });
    expect(json.json).toMatchObject({ count: 2, truncated: true });
  });

  test('--all takes every page, of fifty at most', async () => {
    const api = await startApi({
      media: Array.from({ length: 110 }, (_, index) => ({ id: `m${index}`, name: 'x' })),
    });
    const run = await runCommand(['media', 'list', '--all', '--json'], { api });
    expect(run.json).toMatchObject({ count: 110, truncated: false });
    expect(api.requests.map(({ query }) => [query.get('perpage'), query.get('page')])).toEqual(
      ['0', '1', '2', '3'].map((index) => ['50', index]),
    );
  });

  test('nothing found is a success', async () => {
    const api = await startApi({ media });
    const run = await runCommand(['media', 'list', 'nonsense'], { api });
    expect(run).toMatchObject({ exitCode: 0, stdout: '', stderr: 'no media\n' });
  });

  test('a refusal is told as JSON, too', async () => {
    const api = await startApi({ media, script: { 'GET /v2/media': 403 } });
    const run = await runCommand(['media', 'list', '--json'], { api });
    expect(run).toMatchObject({ exitCode: 4, json: { error: { code: 'AUTH', httpStatus: 403 } } });
    expectFailureDocument('media list', run.json);
  });
});

describe('media show', () => {
  test('prints what create can take, with the flag for each', async () => {
    const api = await startApi({ media, transcripts });
    const run = await runCommand(['media', 'show', 'm1'], { api });
    expect(run).toMatchObject({
      exitCode: 0,
      stdout:
        'medium\tm1\tInterview\t-m\nrendition\tr1\t1080p\t-r\nrendition\tr2\t720p\t-r\ntranscript\tt1\tde-v2\t-t\n',
      stderr: 'Two people\n',
    });
    expect(calls(api)).toEqual(['GET /v2/media/m1', 'GET /v2/media/m1/metadata/transcripts']);
  });

  test('--json prints the medium with its transcripts', async () => {
    const api = await startApi({ media, transcripts });
    const run = await runCommand(['media', 'show', 'm1', '--json'], { api });
    expect(run).toMatchObject({ exitCode: 0, stderr: '' });
    expect(run.json).toEqual({
      ...media[0],
      durationSeconds: 61.5,
      created: '2025-01-07T09:00:00.000Z',
      transcripts: transcripts.m1,
    });
    expectDocument('media show', run.json);
  });

  test('a medium without renditions and transcripts is shown all the same', async () => {
    const api = await startApi({ media });
    const run = await runCommand(['media', 'show', 'm3', '--json'], { api });
    expect(run.json).toMatchObject({ id: 'm3', renditions: [], transcripts: [] });
    expectDocument('media show', run.json);
  });

  test('an unknown medium exits with 3 and says how to find it', async () => {
    const api = await startApi({ media });
    const run = await runCommand(['media', 'show', 'm9', '--json'], { api });
    expect(run).toMatchObject({ exitCode: 3, json: { error: { code: 'NOT_FOUND', id: 'm9' } } });
    expectFailureDocument('media show', run.json);
    expect(run.stderr).toBe(
      'error: no medium with id m9\nhint: find it with: streamdiver-dl media list TEXT\n',
    );
  });
});

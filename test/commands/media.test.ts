import { describe, expect, test } from 'vitest';
import type { Answer } from '../support/api/api-script.ts';
import { startApi } from '../support/api/api-server.ts';
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

/** The path and decoded query of each request. */
function queries(api: Awaited<ReturnType<typeof startApi>>) {
  return api.requests.map(({ path, query }) => ({ path, ...Object.fromEntries(query) }));
}

describe('media list', () => {
  test('prints tab-separated lines to a pipe', async () => {
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

  test('prints a table with readable lengths on a terminal', async () => {
    const api = await startApi({ media });
    const run = await runCommand(['media', 'list', '--no-color'], { api, isTTY: true });
    expect(run.stdout).toMatch(/^ID +TYPE +NAME +LENGTH +TAGS\n/);
    expect(run.stdout).toMatch(/\nm1 +video +Interview +1m 0[12]s +demo,talk\n/);
  });

  test('--json prints all keys, and unknown fields unchanged', async () => {
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

  test('sends --type, --tag, and --sort to the search in its documented parameters', async () => {
    const api = await startApi({ media });
    await runCommand(['media', 'list', '--type', 'video', '--tag', 'a b', '--sort', 'name:desc'], { api });
    expect(queries(api)[0]).toEqual({
      path: '/v2/search',
      type: 'mediaasset',
      assetTypes: 'video',
      tags: 'a b',
      sort: 'name:desc',
      page: '0',
      perpage: '50',
    });
  });

  test('sends a text to the search, and also filters type and tag locally', async () => {
    const api = await startApi({ media });
    const run = await runCommand(['media', 'list', 'interview', '--tag', 'talk', '--format', 'id'], { api });
    expect(run).toMatchObject({ exitCode: 0, stdout: 'm1\n' });
    expect(queries(api)[0]).toEqual({
      path: '/v2/search',
      type: 'mediaasset',
      text: 'interview',
      tags: 'talk',
      page: '0',
      perpage: '50',
    });
    const audio = await runCommand(['media', 'list', 'interview', '--type', 'audio', '--format', 'id'], {
      api,
    });
    expect(audio.stdout).toBe('m2\n');
  });

  describe('when the service does not filter', () => {
    const typed = [
      { id: 'a', name: 'A', assetType: 'VIDEO' },
      { id: 'b', name: 'B', assetType: 'document' },
      { id: 'c', name: 'C', mediaType: 'videoAsset' },
    ];
    const search = (items: readonly object[]): Answer => ({ json: { data: items } });

    test('omits wrong items, whatever the field is called', async () => {
      const api = await startApi({ script: { 'GET /v2/search': search(typed) } });
      const run = await runCommand(['media', 'list', '--type', 'video', '--format', 'id'], { api });
      expect(run).toMatchObject({ exitCode: 0, stdout: 'a\nc\n' });
    });

    test('fails when some items cannot be checked', async () => {
      const untyped = [...typed, { id: 'd', name: 'D' }];
      const api = await startApi({ script: { 'GET /v2/search': search(untyped) } });
      const run = await runCommand(['media', 'list', '--type', 'video', '--json'], { api });
      expect(run).toMatchObject({ exitCode: 7, json: { error: { code: 'BAD_RESPONSE' } } });
      expect(run.stderr).toContain('the service ignores --type');
    });

    test('tests the filter with an impossible value when items lack the field', async () => {
      const untyped = [{ id: 'a', name: 'A', tags: ['x'] }];
      const api = await startApi({ script: { 'GET /v2/search': search(untyped) } });
      const run = await runCommand(['media', 'list', '--type', 'video', '--json'], { api });
      expect(run).toMatchObject({ exitCode: 7, json: { error: { code: 'BAD_RESPONSE' } } });
      const filtering = await startApi({
        script: {
          'GET /v2/search': (request, reply) =>
            reply.json(200, { data: request.query.get('assetTypes') === 'video' ? untyped : [] }),
        },
      });
      const flags = ['--type', 'video', '--format', 'id'];
      expect(await runCommand(['media', 'list', ...flags], { api: filtering })).toMatchObject({
        exitCode: 0,
        stdout: 'a\n',
      });
    });
  });

  test('stops at the limit and reports it', async () => {
    const api = await startApi({ media });
    const run = await runCommand(['media', 'list', '-L', '2', '--format', 'id'], { api });
    expect(run).toMatchObject({ exitCode: 0, stdout: 'm1\nm2\n' });
    expect(run.stderr).toMatch(/first 2.*--limit N or --all/);
    const json = await runCommand(['media', 'list', '-L', '2', '--json'], { api });
    expect(json.json).toMatchObject({ count: 2, truncated: true });
  });

  test('--all reads every page, with at most fifty items each', async () => {
    const api = await startApi({
      media: Array.from({ length: 110 }, (_, index) => ({ id: `m${index}`, name: 'x' })),
    });
    const run = await runCommand(['media', 'list', '--all', '--json'], { api });
    expect(run.json).toMatchObject({ count: 110, truncated: false });
    expect(api.requests.map(({ query }) => [query.get('perpage'), query.get('page')])).toEqual(
      ['0', '1', '2', '3'].map((index) => ['50', index]),
    );
  });

  test('no match is a success', async () => {
    const api = await startApi({ media });
    const run = await runCommand(['media', 'list', 'nonsense'], { api });
    expect(run).toMatchObject({ exitCode: 0, stdout: '', stderr: 'No media\n' });
  });

  test('--json reports an error as JSON', async () => {
    const api = await startApi({ media, script: { 'GET /v2/media': 403 } });
    const run = await runCommand(['media', 'list', '--json'], { api });
    expect(run).toMatchObject({ exitCode: 4, json: { error: { code: 'AUTH', httpStatus: 403 } } });
    expectFailureDocument('media list', run.json);
  });
});

describe('media show', () => {
  test('prints what create accepts, with the flag for each', async () => {
    const api = await startApi({ media, transcripts });
    const run = await runCommand(['media', 'show', 'm1'], { api });
    expect(run).toMatchObject({
      exitCode: 0,
      stdout:
        'medium\tm1\tInterview\t-m\nrendition\tr1\t1080p\t-r\nrendition\tr2\t720p\t-r\ntranscript\tt1\tde-v2\t-t\n',
      stderr: 'Two people\n',
    });
    expect(calls(api)).toEqual([
      'GET /v2/media/m1',
      'GET /v2/media/m1/metadata/transcripts?page=0&perpage=50',
      'GET /v2/media/m1/metadata/transcripts?page=1&perpage=50',
    ]);
  });

  test('--json prints the media item with its transcripts', async () => {
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

  test('prints a media item without renditions and transcripts', async () => {
    const api = await startApi({ media });
    const run = await runCommand(['media', 'show', 'm3', '--json'], { api });
    expect(run.json).toMatchObject({ id: 'm3', renditions: [], transcripts: [] });
    expectDocument('media show', run.json);
  });

  test.each<[string, Answer]>([
    ['404', 404],
    ['204', { raw: 'HTTP/1.1 204 No Content\r\n\r\n' }],
    ['no data', { json: { status: 'success', data: null } }],
  ])('%s from the transcripts endpoint means no transcripts', async (_name, answer) => {
    const api = await startApi({ media, script: { 'GET /v2/media/{id}/metadata/transcripts': answer } });
    const run = await runCommand(['media', 'show', 'm1', '--json'], { api });
    expect(run).toMatchObject({ exitCode: 0, json: { id: 'm1', transcripts: [] } });
  });

  test('includes transcripts from all pages', async () => {
    const many = Array.from({ length: 25 }, (_, index) => ({ id: `t${index}`, languageCode: `l${index}` }));
    const api = await startApi({
      media,
      script: {
        'GET /v2/media/{id}/metadata/transcripts': (request, reply) => {
          const page = Number(request.query.get('page') ?? 0);
          return page < 3
            ? reply.json(200, { data: many.slice(page * 10, page * 10 + 10) })
            : reply.json(404, { status: 'fail', message: 'no such page' });
        },
      },
    });
    const run = await runCommand(['media', 'show', 'm1', '--json'], { api });
    expect(run.json['transcripts']).toHaveLength(25);
  });

  test('an unknown media item exits with 3 and suggests media list', async () => {
    const api = await startApi({ media });
    const run = await runCommand(['media', 'show', 'm9', '--json'], { api });
    expect(run).toMatchObject({ exitCode: 3, json: { error: { code: 'NOT_FOUND', id: 'm9' } } });
    expectFailureDocument('media show', run.json);
    expect(run.stderr).toBe(
      "error: no media item with ID m9\nhint: run 'streamdiver-dl media list TEXT' to find media\n",
    );
  });
});

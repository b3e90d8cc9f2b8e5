import { describe, expect, test } from 'vitest';
import { runCommand } from '../commands/run-command.ts';
import { calls } from '../commands/scene.ts';
import type { Answer } from '../support/api/api-script.ts';
import { startApi } from '../support/api/api-server.ts';
import { FAST_CLOCK_START_MS } from '../support/fast-clock.ts';

const DAY_MS = 86_400_000;
const ago = (days: number) => new Date(FAST_CLOCK_START_MS - days * DAY_MS).toISOString();
const list = (...flags: string[]) => ['media', 'list', ...flags, '--all', '--format', 'id'];

/** A search that supports some parameters and finds nothing for other values of them. */
function searching(items: readonly object[], known: Readonly<Record<string, string>>): Answer {
  return (request, reply) => {
    const isMatch = Object.entries(known).every(([name, value]) => {
      const asked = request.query.get(name);
      return asked === null || asked === value;
    });
    const page = Number(request.query.get('page'));
    return reply.json(200, { data: isMatch && page === 0 ? items : [] });
  };
}

describe('documented parameters are sent to the service', () => {
  test.each([
    ['--search', 'two words', { text: 'two words' }],
    ['--type', 'audio', { assetTypes: 'audio' }],
    ['--tag', 'news', { tags: 'news' }],
    ['--speaker', 'Anna & Ben', { speakers: 'Anna & Ben' }],
    ['--channel', 'c 1', { channelId: 'c 1' }],
  ])('%s', async (flag, value, parameters) => {
    const item = { id: 'm1', name: 'x', type: 'audio', tags: ['news'] };
    const api = await startApi({ script: { 'GET /v2/search': searching([item], parameters) } });
    const run = await runCommand(list(flag, value), { api });
    expect(run).toMatchObject({ exitCode: 0, stdout: 'm1\n' });
    expect(Object.fromEntries(api.requests[0]?.query ?? [])).toEqual({
      type: 'mediaasset',
      ...parameters,
      page: '0',
      perpage: '50',
    });
  });

  test('combines all filters', async () => {
    const parameters = { text: 'x', assetTypes: 'audio', tags: 'news', speakers: 'Anna', channelId: 'c' };
    const item = { id: 'm1', name: 'x', type: 'audio', tags: ['news'], created: ago(1) };
    const api = await startApi({ script: { 'GET /v2/search': searching([item], parameters) } });
    const flags = [
      '--type',
      'audio',
      '--tag',
      'news',
      '--speaker',
      'Anna',
      '--channel',
      'c',
      '--since',
      '7d',
    ];
    const run = await runCommand(list('--search', 'x', ...flags), { api });
    expect(run).toMatchObject({ exitCode: 0, stdout: 'm1\n' });
    expect(Object.fromEntries(api.requests[0]?.query ?? [])).toMatchObject(parameters);
    expect(calls(api).filter((call) => !call.startsWith('GET /v2/search'))).toEqual([]);
  });

  test('--since with --all uses the media list', async () => {
    const api = await startApi({ media: [{ id: 'm1', name: 'x', created: ago(1) }] });
    const run = await runCommand(list('--since', '7d'), { api });
    expect(run).toMatchObject({ exitCode: 0, stdout: 'm1\n' });
    expect(api.requests[0]?.path).toBe('/v2/media');
  });
});

describe('a parameter that the service ignores', () => {
  test.each([
    ['--search', 'x'],
    ['--speaker', 'x'],
    ['--channel', 'x'],
  ])('%s is detected with a value that matches nothing', async (flag, value) => {
    const api = await startApi({ script: { 'GET /v2/search': searching([{ id: 'm1', name: 'x' }], {}) } });
    const run = await runCommand(list(flag, value), { api });
    expect(run).toMatchObject({ exitCode: 7, stdout: '' });
    expect(run.stderr).toContain(`the service ignores ${flag}`);
  });

  test.each([400, 404, 422])(
    'is not assumed if the service rejects that value with HTTP %i',
    async (status) => {
      const api = await startApi({
        script: {
          'GET /v2/search': (request, reply) =>
            request.query.get('channelId') === 'c1'
              ? reply.json(200, { data: request.query.get('page') === '0' ? [{ id: 'm1' }] : [] })
              : reply.json(status, { status: 'fail', message: 'no such channel' }),
        },
      });
      expect(await runCommand(list('--channel', 'c1'), { api })).toMatchObject({
        exitCode: 0,
        stdout: 'm1\n',
      });
    },
  );

  test('is not checked after an empty result', async () => {
    const api = await startApi({ script: { 'GET /v2/search': searching([], {}) } });
    const run = await runCommand(list('--speaker', 'x'), { api });
    expect(run).toMatchObject({ exitCode: 0, stdout: '', stderr: 'No media\n' });
    expect(api.requests).toHaveLength(1);
  });
});

describe('dates', () => {
  test('--since and --until are inclusive and compared by the client', async () => {
    const media = [
      { id: 'old', name: 'x', created: '2025-01-06T23:59:59Z' },
      { id: 'first', name: 'x', created: '2025-01-07T00:00:00Z' },
      { id: 'last', name: 'x', created: '2025-01-08T12:00:00Z' },
      { id: 'new', name: 'x', created: '2025-01-08T12:00:01Z' },
    ];
    const api = await startApi({ media });
    const flags = ['--since', '2025-01-07T00:00:00Z', '--until', '2025-01-08T12:00:00Z'];
    expect(await runCommand(list(...flags), { api })).toMatchObject({ exitCode: 0, stdout: 'first\nlast\n' });
  });

  test('fails with exit code 7 if neither the list nor any item has a date', async () => {
    const api = await startApi({ media: [{ id: 'm1', name: 'x' }] });
    const run = await runCommand(list('--since', '7d'), { api });
    expect(run).toMatchObject({ exitCode: 7, stdout: '' });
    expect(run.stderr).toMatch(/^error: --since: no media item has a date\nhint: /);
    expect(calls(api)).toContain('GET /v2/media/m1');
    expect((await runCommand(list('--until', '7d'), { api })).stderr).toContain('--until: no media item');
  });

  test('fetches undated search hits and keeps items without a date with a warning', async () => {
    const media = [
      { id: 'm1', name: 'x', created: ago(1) },
      { id: 'm2', name: 'x', created: ago(30) },
      { id: 'm3', name: 'x' },
    ];
    const hits = media.map(({ id }) => ({ id }));
    const api = await startApi({ media, script: { 'GET /v2/search': searching(hits, { text: 'x' }) } });
    const run = await runCommand(list('--search', 'x', '--since', '7d'), { api });
    expect(run).toMatchObject({ exitCode: 0, stdout: 'm1\nm3\n' });
    expect(run.stderr).toContain('warning: one media item has no date and stays selected');
  });

  test('skips an undated item that was deleted in the meantime', async () => {
    const api = await startApi({
      media: [
        { id: 'm1', name: 'x' },
        { id: 'm2', name: 'x', created: ago(1) },
      ],
      script: { 'GET /v2/media/{id}': 404 },
    });
    const run = await runCommand(list('--since', '7d'), { api });
    expect(run).toMatchObject({ exitCode: 0, stdout: 'm2\n' });
  });

  test('accepts an empty library', async () => {
    const api = await startApi({ media: [] });
    expect(await runCommand(list('--since', '7d'), { api })).toMatchObject({ exitCode: 0, stdout: '' });
  });

  test.each([
    [['--since', '7'], 'has no unit'],
    [['--since', 'yesterday'], 'is not a date or duration'],
    [['--since', '2999-01-01'], 'is in the future'],
    [['--since', '1d', '--until', '7d'], '--since is later than --until'],
    [['x', '--search', 'y'], 'TEXT and --search cannot be combined'],
  ])('rejects %j before sending a request', async (flags, message) => {
    const api = await startApi({ media: [] });
    const run = await runCommand(['media', 'list', ...flags], { api });
    expect(run.exitCode).toBe(2);
    expect(run.stderr).toContain(message);
    expect(api.requests).toHaveLength(0);
  });

  test('reports the time that a day stands for', async () => {
    const api = await startApi({ media: [] });
    const run = await runCommand(list('--since', '2025-01-07', '--until', '2025-01-07'), { api });
    expect(run.stderr).toContain(`--since 2025-01-07 means ${new Date(2025, 0, 7).toString()}.\n`);
    expect(run.stderr).toContain(
      `--until 2025-01-07 means ${new Date(2025, 0, 7, 23, 59, 59).toString()}.\n`,
    );
  });
});

describe('--max-media', () => {
  const media = Array.from({ length: 3 }, (_, index) => ({ id: `m${index}`, name: 'x' }));

  test('accepts the limit and rejects one more with the count', async () => {
    const api = await startApi({ media });
    expect((await runCommand(list('--max-media', '3'), { api })).exitCode).toBe(0);
    const run = await runCommand(list('--max-media', '2'), { api });
    expect(run).toMatchObject({ exitCode: 2, stdout: '' });
    expect(run.stderr).toContain('matches 3 media items, more than --max-media 2');
  });

  const library = (count: number, more: (index: number) => object = () => ({})) =>
    Array.from({ length: count }, (_, index) => ({ id: `m${index}`, name: 'x', ...more(index) }));
  /** Pages of 50 items, with these additional fields in the envelope. */
  const paged =
    (items: readonly object[], envelope: object = {}): Answer =>
    ({ query }, reply) => {
      const first = Number(query.get('page')) * 50;
      return reply.json(200, { data: items.slice(first, first + 50), ...envelope });
    };

  test('stops after one page of the library if the total exceeds the limit', async () => {
    const api = await startApi({ script: { 'GET /v2/media': paged(library(3_000), { total: 3_000 }) } });
    const run = await runCommand(list('--max-media', '100'), { api });
    expect(run).toMatchObject({ exitCode: 2, stdout: '' });
    expect(run.stderr).toContain('matches 3000 media items, more than --max-media 100');
    expect(run.stderr).toContain('--max-media 3000');
    expect(api.requests).toHaveLength(1);
  });

  test('without a total, counts up to 500 more items', async () => {
    const api = await startApi({ script: { 'GET /v2/media': paged(library(3_000)) } });
    const run = await runCommand(list('--max-media', '100'), { api });
    expect(run.exitCode).toBe(2);
    expect(run.stderr).toContain('matches over 600 media items, more than --max-media 100');
    expect(api.requests).toHaveLength(13);
    const fewer = await startApi({ script: { 'GET /v2/media': paged(library(600)) } });
    const counted = await runCommand(list('--max-media', '100'), { api: fewer });
    expect(counted.stderr).toContain('matches 600 media items');
  });

  test('ignores the total of a search, which may be that of the library', async () => {
    const items = library(60, (index) => ({ type: index < 30 ? 'audio' : 'video' }));
    const script = { 'GET /v2/search': paged(items, { total: 60 }) };
    const run = await runCommand(list('--type', 'audio', '--max-media', '30'), {
      api: await startApi({ script }),
    });
    expect(run.exitCode).toBe(0);
    expect(run.stdout.trimEnd().split('\n')).toHaveLength(30);
  });

  test('counts only media within the time range', async () => {
    const inside = library(3_000, () => ({ created: ago(1) }));
    const many = await startApi({ script: { 'GET /v2/media': paged(inside) } });
    const run = await runCommand(list('--since', '7d', '--max-media', '100'), { api: many });
    expect(run.exitCode).toBe(2);
    expect(run.stderr).toContain('matches over 600 media items');
    expect(many.requests).toHaveLength(13);
    const old = library(3_000, (index) => ({ created: ago(index < 2_999 ? 30 : 1) }));
    const few = await startApi({ script: { 'GET /v2/media': paged(old, { total: 3_000 }) } });
    const one = await runCommand(list('--since', '7d', '--max-media', '1'), { api: few });
    expect(one).toMatchObject({ exitCode: 0, stdout: 'm2999\n' });
  });

  test('counts media beyond the limit of the list', async () => {
    const api = await startApi({ media });
    const flags = ['-L', '1', '--format', 'id'];
    const run = await runCommand(['media', 'list', ...flags, '--max-media', '2'], { api });
    expect(run.exitCode).toBe(2);
    const shown = await runCommand(['media', 'list', ...flags, '--max-media', '3'], { api });
    expect(shown).toMatchObject({ exitCode: 0, stdout: 'm0\n' });
    expect(shown.stderr).toContain('Showing the first 1');
  });
});

test('lists each media item once if pages shift while they are read', async () => {
  const pages = [
    ['a', 'b', 'c'],
    ['c', 'd'],
    ['d', 'e'],
  ];
  const api = await startApi({
    script: {
      'GET /v2/media': (request, reply) =>
        reply.json(200, { data: (pages[Number(request.query.get('page'))] ?? []).map((id) => ({ id })) }),
    },
  });
  expect(await runCommand(list(), { api })).toMatchObject({ exitCode: 0, stdout: 'a\nb\nc\nd\ne\n' });
});

import { describe, expect, test } from 'vitest';
import { runCommand } from '../run-command.ts';
import { bodiesSent, calls, ID, startEmpty } from '../scene.ts';

describe('create --transcripts', () => {
  const transcripts = {
    m1: [
      { id: 't1', languageCode: 'de-v2' },
      { id: 't2', languageCode: 'translate-en-v2' },
    ],
    m2: [{ id: 't3', languageCode: 'DE-v2' }],
    m3: [],
  };
  /** Includes the page after the last one, because a short page does not end a list. */
  const lookups = (...media: string[]) =>
    media.flatMap((id) =>
      [0, 1].map((page) => `GET /v2/media/${id}/metadata/transcripts?page=${page}&perpage=50`),
    );

  test('selects every transcript of the selected media in each format', async () => {
    const api = await startEmpty({ transcripts });
    const run = await runCommand(['create', '-m', 'm1', '-m', 'm2', '--transcripts', 'srt,txt'], { api });
    expect(run.exitCode).toBe(0);
    expect(calls(api).slice(0, -1).toSorted()).toEqual(lookups('m1', 'm2').toSorted());
    expect(calls(api).at(-1)).toBe('POST /v2/downloads');
    expect(bodiesSent(api)).toEqual([
      {
        selectedMediaIds: ['m1', 'm2'],
        selectedTranscripts: ['t1', 't2', 't3'].flatMap((id) => [
          { id, format: 'srt' },
          { id, format: 'txt' },
        ]),
      },
    ]);
  });

  test('--language filters transcripts, and --transcripts-only omits the media themselves', async () => {
    const api = await startEmpty({ transcripts });
    const flags = ['--transcripts', 'json', '--language', 'de-v2', '--transcripts-only'];
    const run = await runCommand(['create', '-m', 'm1', '-m', 'm2', '-r', 'r1', ...flags], { api });
    expect(run.exitCode).toBe(0);
    expect(bodiesSent(api)).toEqual([
      {
        selectedRenditionIds: ['r1'],
        selectedTranscripts: [
          { id: 't1', format: 'json' },
          { id: 't3', format: 'json' },
        ],
      },
    ]);
  });

  test('--transcripts-only also omits the media in a file', async () => {
    const api = await startEmpty({ transcripts });
    const run = await runCommand(['create', '-f', '-', '--transcripts', 'srt', '--transcripts-only'], {
      api,
      input: '{"selectedMediaIds":["m2"]}',
    });
    expect(run.exitCode).toBe(0);
    expect(bodiesSent(api)).toEqual([{ selectedTranscripts: [{ id: 't3', format: 'srt' }] }]);
  });

  test('warns about a media item without a transcript and continues with the others', async () => {
    const api = await startEmpty({ transcripts });
    const run = await runCommand(['create', '-m', 'm2', '-m', 'm3', '--transcripts', 'srt'], { api });
    expect(run).toMatchObject({ exitCode: 0, stdout: `${ID}\n` });
    expect(run.stderr).toContain('warning: no matching transcript for media item m3');
  });

  test('exits with 3, lists the languages, and creates nothing when no language matches', async () => {
    const api = await startEmpty({ transcripts });
    const flags = ['--transcripts', 'srt', '--language', 'fr'];
    const run = await runCommand(['create', '-m', 'm1', ...flags, '--json'], { api });
    expect(run).toMatchObject({ exitCode: 3, json: { error: { code: 'NOT_FOUND' } } });
    expect(run.stderr).toContain('de-v2, translate-en-v2');
    expect(calls(api)).toEqual(lookups('m1'));
  });

  test('exits with 3 for a missing media item', async () => {
    const api = await startEmpty({ script: { 'GET /v2/media/{id}/metadata/transcripts': 404 } });
    const run = await runCommand(['create', '-m', 'nobody', '--transcripts', 'srt', '--json'], { api });
    expect(run).toMatchObject({ exitCode: 3, json: { error: { code: 'NOT_FOUND', id: 'nobody' } } });
    expect(api.requestsOf('POST /v2/downloads')).toHaveLength(0);
  });

  test('exits with 2 when neither flags nor file select a media item', async () => {
    const api = await startEmpty();
    const input = '{"selectedRenditionIds":["r1"]}';
    const run = await runCommand(['create', '-f', '-', '--transcripts', 'srt'], { api, input });
    expect(run).toMatchObject({ exitCode: 2, stdout: '' });
    expect(api.requests).toHaveLength(0);
  });
});

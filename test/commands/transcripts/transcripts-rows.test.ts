import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Answer } from '../../support/api/api-script.ts';
import { startApi } from '../../support/api/api-server.ts';
import { transcriptText } from '../../support/api/default-responses.ts';
import { makePlace } from '../../support/process/run-place.ts';
import { expectFailureDocument } from '../output-documents.ts';
import { runCommand } from '../run-command.ts';

const media = [
  { id: 'm1', name: 'Talk' },
  { id: 'm2', name: 'Broken' },
];
const transcripts = {
  m1: [
    { id: 't1', languageCode: 'de' },
    { id: 't2', languageCode: 'en' },
  ],
  m2: [{ id: 't3', languageCode: 'de' }],
};
const LIST = 'GET /v2/media/{id}/metadata/transcripts';
const DOWNLOAD = 'GET /v2/media/{id}/metadata/transcripts/{id}/download';

const listing: Answer = (request, reply) =>
  request.target.includes('/m2/')
    ? reply.json(503, { status: 'error' })
    : reply.json(200, { data: request.target.includes('page=0') ? transcripts.m1 : [] });

describe('a media item whose transcripts cannot be listed', () => {
  test('has a failed row that sets the exit code', async () => {
    const api = await startApi({ media, transcripts, script: { [LIST]: listing } });
    const line = ['transcripts', '--all', '--retries', '0', '--json'];
    const run = await runCommand(line, { api });
    expect(run).toMatchObject({
      exitCode: 6,
      json: {
        results: [
          {
            mediaId: 'm2',
            transcriptId: null,
            language: null,
            format: null,
            outcome: 'failed',
            path: null,
            error: { code: 'UNAVAILABLE', id: 'm2', httpStatus: 503 },
          },
          { mediaId: 'm1', transcriptId: 't1', outcome: 'downloaded' },
          { mediaId: 'm1', transcriptId: 't2', outcome: 'downloaded' },
        ],
        counts: { media: 2, withoutTranscript: 0 },
      },
    });
    expectFailureDocument('transcripts', run.json);
  });

  test('is counted after the summary of saved transcripts', async () => {
    const api = await startApi({ media, transcripts, script: { [LIST]: listing } });
    const run = await runCommand(['transcripts', '--all', '--retries', '0'], { api });
    expect(run.stderr).toMatch(/^error: .*\(media item m2\)$/m);
    expect(run.stderr).toMatch(/^2 transcripts, 92 B\nerror: 1 of 2 media items failed\n/m);
  });

  test('has an event with --progress json, like a failed transcript', async () => {
    const script: Record<string, Answer> = { [LIST]: listing, [DOWNLOAD]: 400 };
    const api = await startApi({ media, transcripts, script });
    const line = ['transcripts', '--all', '--retries', '0', '--progress', 'json', '--language', 'de'];
    const run = await runCommand(line, { api });
    expect(run.exitCode).toBe(1);
    const events = run.stderr
      .split('\n')
      .filter((text) => text.startsWith('{'))
      .map((text): { event: string; id: string | null; status: string | null } => JSON.parse(text));
    const failed = events.filter(({ event, status }) => event === 'done' && status === 'failed');
    expect(failed.map(({ id }) => id)).toEqual(['m2', 't1']);
    expect(run.stderr).toContain('error: 2 of 2 items failed');
  });

  test('may have the transcript in -t, so it is not reported as missing', async () => {
    const api = await startApi({ media, transcripts, script: { [LIST]: listing } });
    const line = ['transcripts', '--all', '-t', 't3', '--retries', '0'];
    const run = await runCommand(line, { api });
    expect(run.exitCode).toBe(6);
    expect(run.stderr).not.toContain('no transcript with ID');
  });
});

test('a transcript in -t that no media item has gets a failed row', async () => {
  const api = await startApi({ media, transcripts });
  const run = await runCommand(['transcripts', '--all', '-t', 't1', '-t', 'nope', '--json'], { api });
  expect(run).toMatchObject({
    exitCode: 3,
    json: {
      results: [
        { transcriptId: 't1', outcome: 'downloaded' },
        { mediaId: null, transcriptId: 'nope', outcome: 'failed', error: { code: 'NOT_FOUND' } },
      ],
    },
  });
  expectFailureDocument('transcripts', run.json);
});

test('lists files that were saved before the record failed in the results', async () => {
  const place = makePlace();
  const api = await startApi({
    media,
    transcripts,
    script: {
      [DOWNLOAD]: (request, reply) => {
        mkdirSync(join(place.cwd, 'r'), { recursive: true });
        return reply.send(200, {}, transcriptText(request.target, 'srt'));
      },
    },
  });
  const run = await runCommand(['transcripts', 'm1', '--record', 'r', '--json'], { api, place });
  expect(run).toMatchObject({
    exitCode: 13,
    json: { results: [{ outcome: 'downloaded' }, { outcome: 'downloaded' }], error: { code: 'EXISTS' } },
  });
  expectFailureDocument('transcripts', run.json);
});

test('--wait-transcripts lists media with an unreadable status, and waits for a running one', async () => {
  const seen = { m1: 0, m2: 0 };
  const api = await startApi({
    media,
    transcripts,
    script: {
      'GET /v2/media/{id}/metadata': (request, reply) => {
        const id = request.target.includes('/m1/') ? 'm1' : 'm2';
        seen[id] += 1;
        if (id === 'm1' || seen.m2 === 2) return reply.send(200, {}, '<html></html>');
        return reply.json(200, { data: { status: seen.m2 === 1 ? 'running' : 'finished' } });
      },
    },
  });
  const line = ['transcripts', '--all', '--wait-transcripts', '10m', '--json'];
  const run = await runCommand(line, { api });
  expect(run).toMatchObject({
    exitCode: 0,
    json: { results: [{ mediaId: 'm1' }, { mediaId: 'm1' }, { mediaId: 'm2' }], counts: { waiting: 0 } },
  });
  expect(seen).toEqual({ m1: 1, m2: 3 });
});

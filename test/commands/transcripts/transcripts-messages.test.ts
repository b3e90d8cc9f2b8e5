import { expect, test } from 'vitest';
import { startApi } from '../../support/api/api-server.ts';
import { makePlace } from '../../support/process/run-place.ts';
import { runCommand } from '../run-command.ts';

const media = [
  { id: 'm1', name: 'Talk' },
  { id: 'm2', name: 'Film' },
];
const transcripts = { m1: [{ id: 't1', languageCode: 'en' }], m2: [{ id: 't2', languageCode: 'de' }] };
const route = 'GET /v2/media/{id}/metadata/transcripts/{id}/download';
const errorsIn = (stderr: string) => stderr.split('\n').filter((line) => line.startsWith('error: '));

test('reports the failure of the only transcript once', async () => {
  const api = await startApi({
    media,
    transcripts,
    script: { [route]: { text: 'no cue', contentType: 'text/plain' } },
  });
  const run = await runCommand(['transcripts', 'm1'], { api });
  expect([run.exitCode, run.stdout]).toEqual([7, '']);
  expect(errorsIn(run.stderr)).toEqual(['error: the service sent no SubRip instead of a transcript as srt']);
});

test('reports each of several failures with its transcript, and their number', async () => {
  const api = await startApi({
    media,
    transcripts,
    script: { [route]: { text: 'no cue', contentType: 'text/plain' } },
  });
  const run = await runCommand(['transcripts', 'm1', 'm2', '-j', '1'], { api });
  const words = 'the service sent no SubRip instead of a transcript as srt';
  expect([run.exitCode, errorsIn(run.stderr)]).toEqual([
    7,
    [
      `error: ${words} (transcript t1)`,
      `error: ${words} (transcript t2)`,
      'error: 2 of 2 transcripts failed',
    ],
  ]);
});

test('counts downloaded and existing transcripts on one line', async () => {
  const api = await startApi({ media, transcripts });
  const place = makePlace();
  const first = await runCommand(['transcripts', 'm1'], { api, place });
  expect(first.stderr).toBe('1 transcript, 46 B\n');
  const both = await runCommand(['transcripts', 'm1', 'm2'], { api, place });
  expect(both.stderr).toBe('1 transcript, 46 B; 1 already exists\n');
  const again = await runCommand(['transcripts', 'm1', 'm2'], { api, place });
  expect(again.stderr).toBe('2 already exist\n');
});

test('counts media without a transcript', async () => {
  const api = await startApi({ media, transcripts: { m1: transcripts.m1 } });
  const run = await runCommand(['transcripts', 'm1', 'm2'], { api });
  expect([run.exitCode, run.stderr]).toEqual([
    0,
    '1 transcript, 46 B\n1 media item without a matching transcript\n',
  ]);
});

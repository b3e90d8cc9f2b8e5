import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { startApi } from '../../support/api/api-server.ts';
import { makePlace } from '../../support/process/run-place.ts';
import { expectPainted, expectScreen, runOnScreen, screenOf } from './screen.ts';

const ONE = '7e0c2b9e-7d41-4a36-9e58-c1d2e3f4a501';
const TWO = '7e0c2b9e-7d41-4a36-9e58-c1d2e3f4a502';
const FIRST_FILE = 'interview-with-anna-tr-1-de.de-v2.srt';
const SECOND_FILE = 'interview-with-anna-tr-1-en.en-v2.srt';

function start(options: Parameters<typeof startApi>[0] = {}) {
  return startApi({
    media: [
      { id: ONE, name: 'Interview with Anna', type: 'video', duration: 185 },
      { id: TWO, name: 'A lecture whose title is longer than a row has room for', type: 'audio' },
    ],
    transcripts: {
      [ONE]: [
        { id: 'tr-1-de', languageCode: 'de-v2' },
        { id: 'tr-1-en', languageCode: 'en-v2' },
      ],
    },
    ...options,
  });
}

/** The first column is as wide as a temporary folder, which varies. */
const withoutAlignment = (lines: readonly string[]) =>
  lines.map((line) => line.replaceAll(/(?<=\S) {2,}/g, '  '));

describe.each([80, 40])('screens at %d columns', (columns) => {
  test.each([
    ['transcripts', `transcripts ${ONE} --jobs 1`],
    ['transcripts-none', `transcripts ${TWO}`],
    ['transcripts-dry-run', `transcripts ${ONE} -n`],
    ['media-search', 'media list interview'],
    ['media-search-nothing', 'media list nobody'],
    ['media-show', `media show ${ONE}`],
  ])('%s', async (name, line) => {
    await expectScreen(await screenOf(line, { api: await start(), columns }), columns, name);
  });

  test('transcripts: progress of downloads', async () => {
    const route = 'GET /v2/media/{id}/metadata/transcripts/{id}/download';
    const api = await start({ script: { [route]: ['default', { raw: '', after: 'stall' }] } });
    const run = runOnScreen(`transcripts ${ONE} --jobs 1`, { api, columns });
    await run.waitFor('1/2');
    await expectScreen(run, columns, 'transcripts-progress');
  });

  test('transcripts: progress of listing', async () => {
    const api = await start({ script: { 'GET /v2/media/{id}': ['default', { raw: '', after: 'stall' }] } });
    const run = runOnScreen(`transcripts ${ONE} ${TWO} --jobs 1`, { api, columns });
    await run.waitFor('1 of 2 media items listed');
    await expectScreen(run, columns, 'transcripts-listing');
  });

  test('verify', async () => {
    const place = makePlace();
    const api = await start();
    await screenOf(`transcripts ${ONE} --jobs 1 --record record.ndjson`, { api, columns, place });
    const verify = (name: string) =>
      screenOf('verify --record record.ndjson', { columns, place, alike: withoutAlignment }).then((run) =>
        expectScreen(run, columns, name),
      );
    await verify('verify');
    rmSync(join(place.cwd, FIRST_FILE));
    writeFileSync(join(place.cwd, SECOND_FILE), 'another text');
    await verify('verify-differences');
  });
});

test('colors of differences', async () => {
  const place = makePlace();
  const api = await start();
  await screenOf(`transcripts ${ONE} --jobs 1 --record record.ndjson`, { api, columns: 80, place });
  rmSync(join(place.cwd, FIRST_FILE));
  const run = await screenOf('verify --record record.ndjson', {
    columns: 80,
    place,
    alike: withoutAlignment,
  });
  expect(await run.exited).toMatchObject({ exitCode: 10 });
  await expectPainted(run, 80, 'verify-differences');
});

import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { downloadTranscript } from '../../src/transcripts/download-transcript.ts';
import { createSharedPause } from '../../src/transcripts/shared-pause.ts';
import { startApi } from '../support/api/api-server.ts';
import { openClient } from '../support/api/open-client.ts';
import { createFastClock } from '../support/fast-clock.ts';
import { makeTempFolder } from '../support/temp-folder.ts';

const LARGE = `1\n00:00:00,000 --> 00:00:01,000\n${'line\n'.repeat(300_000)}`;

test('keeps one temporary file of two large downloads without a marked end', async () => {
  const api = await startApi({
    token: null,
    script: {
      'GET /v2/media/{id}/metadata/transcripts/{id}/download': {
        raw: `HTTP/1.0 200 OK\r\n\r\n${LARGE}`,
        after: 'end',
      },
    },
  });
  const folder = makeTempFolder();
  const clock = createFastClock();
  const { signal } = new AbortController();
  const client = openClient(api, { clock });
  const content = await downloadTranscript(
    { mediaId: 'm1', transcriptId: 't1', format: 'srt', speakers: true },
    {
      api: client,
      clock,
      signal,
      retry: { retries: 0, clock, random: () => 0, signal },
      pause: createSharedPause(clock),
      temporaryPlace() {
        const path = join(folder, `${readdirSync(folder).length}`);
        return { path, shownPath: path };
      },
    },
  );
  expect(readdirSync(folder)).toEqual(['0']);
  expect(api.requests).toHaveLength(2);
  expect(content?.sizeBytes).toBe(LARGE.length);
  await content?.file?.discard();
});

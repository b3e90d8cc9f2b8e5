import { expect, test } from 'vitest';
import { type ErrorCode, ExpectedError } from '../../src/errors.ts';
import { createSharedPause } from '../../src/transcripts/shared-pause.ts';
import { createStopRule } from '../../src/transcripts/stop-rule.ts';
import { transcriptResult } from '../../src/transcripts/transcripts-result.ts';
import { createHandClock } from '../terminal/make-terminal.ts';

test.each<[ErrorCode, number]>([
  ['AUTH', 1],
  ['INTERRUPTED', 1],
  ['DISK', 20],
  ['UNAVAILABLE', 20],
])('%s stops everything after %i in a row', (code, most) => {
  const rule = createStopRule();
  const errors = Array.from({ length: most }, () => new ExpectedError(code, 'x'));
  for (const [index, error] of errors.entries()) {
    expect(rule.reason()).toBeNull();
    rule.failed(error);
    expect(rule.reason()).toBe(index === most - 1 ? error : null);
  }
  rule.failed(new ExpectedError(code, 'later'));
  rule.succeeded();
  expect(rule.reason()).toBe(errors.at(-1));
});

test('a success or a different failure resets the count', () => {
  const rule = createStopRule();
  const fail = (code: ErrorCode, times: number) => {
    for (let time = 0; time < times; time += 1) rule.failed(new ExpectedError(code, 'x'));
  };
  fail('DISK', 19);
  rule.succeeded();
  fail('DISK', 19);
  fail('UNAVAILABLE', 1);
  fail('DISK', 19);
  fail('NOT_FOUND', 100);
  expect(rule.reason()).toBeNull();
  fail('DISK', 20);
  expect(rule.reason()).not.toBeNull();
});

test('a pause lasts until the latest requested time', async () => {
  const clock = createHandClock();
  const sleeps: number[] = [];
  const pause = createSharedPause({
    ...clock,
    async sleep(delayMs) {
      sleeps.push(delayMs);
      // In the meantime, another request must wait even longer.
      if (sleeps.length === 1) pause.extend(9_000);
      // Ends a loop that does not wait.
      if (sleeps.length > 9) clock.advance(delayMs);
      await new Promise(setImmediate);
      clock.advance(delayMs);
    },
  });
  const { signal } = new AbortController();
  await pause.wait(signal);
  expect(sleeps).toEqual([]);
  pause.extend(7_000);
  pause.extend(5_000);
  await pause.wait(signal);
  expect(sleeps).toEqual([7_000, 2_000]);
  await pause.wait(signal);
  expect(sleeps).toHaveLength(2);
});

test('a result has null for everything unknown', () => {
  const transcript = {
    mediaId: 'm',
    title: 't',
    transcriptId: 'x',
    language: 'de',
    format: 'srt',
    speakers: true,
    components: [],
  } as const;
  const known = { mediaId: 'm', transcriptId: 'x', language: 'de', format: 'srt' };
  expect(transcriptResult(transcript, 'gone')).toEqual({
    ...known,
    outcome: 'gone',
    path: null,
    sizeBytes: null,
    sha256: null,
    error: null,
  });
  const error = new ExpectedError('DISK', 'full');
  const result = transcriptResult(transcript, 'failed', { path: '/p', sizeBytes: 1, sha256: 'd', error });
  expect(result).toMatchObject({ ...known, path: '/p', sizeBytes: 1, sha256: 'd', error: { code: 'DISK' } });
});

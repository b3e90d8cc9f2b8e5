import { expect, test } from 'vitest';
import type { ProgressEvent } from '../../src/terminal/progress/progress-event.ts';
import type { Terminal } from '../../src/terminal/terminal.ts';
import { reportTranscripts } from '../../src/transcripts/transcript-progress.ts';
import { createHandClock } from '../terminal/make-terminal.ts';

test('the sums are told ten times a second at most, and the last one always', () => {
  const told: ProgressEvent[] = [];
  const io = { progress: (event: ProgressEvent) => told.push(event) } as Pick<
    Terminal,
    'progress'
  > as Terminal;
  const clock = createHandClock();
  const progress = reportTranscripts(io, { clock, total: 5, message: 'downloading' });
  for (const afterMs of [0, 99, 1, 0, 0]) {
    clock.advance(afterMs);
    progress.done(10);
  }
  expect(told).toEqual(
    [1, 3, 5].map((files) => ({
      event: 'progress',
      id: null,
      message: 'downloading',
      bytes: files * 10,
      files,
      totalFiles: 5,
    })),
  );
});

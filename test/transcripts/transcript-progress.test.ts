import { expect, test } from 'vitest';
import type { ProgressEvent } from '../../src/terminal/progress/progress-event.ts';
import type { Terminal } from '../../src/terminal/terminal.ts';
import { reportDownloads } from '../../src/transcripts/transcript-progress.ts';
import { createHandClock } from '../terminal/make-terminal.ts';

test('reports totals at most ten times a second, and always the last one', () => {
  const reported: ProgressEvent[] = [];
  const io = { progress: (event: ProgressEvent) => reported.push(event) } as Pick<
    Terminal,
    'progress'
  > as Terminal;
  const clock = createHandClock();
  const progress = reportDownloads(io, { clock, total: 5 });
  for (const afterMs of [0, 99, 1, 0, 0]) {
    clock.advance(afterMs);
    progress.done(10);
  }
  expect(reported).toEqual(
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

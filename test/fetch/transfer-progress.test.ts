import { expect, test } from 'vitest';
import { reportTransfer, type TransferProgress } from '../../src/fetch/transfer-progress.ts';
import type { ProgressEvent } from '../../src/terminal/progress/progress-event.ts';
import type { Terminal } from '../../src/terminal/terminal.ts';
import { createHandClock } from '../terminal/make-terminal.ts';

/** The events reported for steps, each some milliseconds after the last. */
function tell(steps: readonly (TransferProgress & { readonly afterMs: number })[]) {
  const told: ProgressEvent[] = [];
  const clock = createHandClock();
  const io = { progress: (event: ProgressEvent) => told.push(event) } as Pick<
    Terminal,
    'progress'
  > as Terminal;
  const report = reportTransfer(io, { id: 'dl-1', label: 'a.zip', clock });
  for (const { afterMs, ...step } of steps) {
    clock.advance(afterMs);
    report(step);
  }
  return told;
}

test('reports every tenth of a second, and at the end', () => {
  const steps = [
    { afterMs: 0, bytes: 1 },
    { afterMs: 99, bytes: 2 },
    { afterMs: 1, bytes: 3 },
    { afterMs: 99, bytes: 4 },
    { afterMs: 0, bytes: 5 },
  ];
  expect(tell(steps.map((step) => ({ ...step, totalBytes: 5 }))).map(({ bytes }) => bytes)).toEqual([
    1, 3, 5,
  ]);
});

test('reports the end of unpacking only after the last file', () => {
  const step = { afterMs: 0, bytes: 5, totalBytes: 5, totalFiles: 2 };
  const told = tell([
    { ...step, bytes: 1, files: 0 },
    { ...step, files: 1 },
    { ...step, files: 2 },
  ]);
  expect(told.map(({ files }) => files)).toEqual([0, 2]);
});

test('computes the remaining time from the speed and the total, if known', () => {
  const [first, second] = tell([
    { afterMs: 0, bytes: 0, totalBytes: 100 },
    { afterMs: 2_000, bytes: 20, totalBytes: 100 },
  ]);
  expect(first).toMatchObject({
    event: 'progress',
    id: 'dl-1',
    label: 'a.zip',
    bytesPerSecond: null,
    etaSeconds: null,
  });
  expect(second).toMatchObject({ bytes: 20, totalBytes: 100, bytesPerSecond: 10, etaSeconds: 8 });
  const [, unknown] = tell([
    { afterMs: 0, bytes: 0, totalBytes: null },
    { afterMs: 2_000, bytes: 20, totalBytes: null },
  ]);
  expect(unknown).toMatchObject({ bytesPerSecond: 10, etaSeconds: null });
  const [, still] = tell([
    { afterMs: 0, bytes: 0, totalBytes: 9 },
    { afterMs: 2_000, bytes: 0, totalBytes: 9 },
  ]);
  expect(still).toMatchObject({ bytesPerSecond: 0, etaSeconds: null });
});

import { expect, test } from 'vitest';
import type { ProgressEvent } from '../../../src/terminal/progress/progress-event.ts';
import { makeTerminal } from '../make-terminal.ts';

const transfer = (fields: Partial<ProgressEvent>): ProgressEvent => ({
  event: 'progress',
  id: 'dl-1',
  ...fields,
});

/** Returns the lines for events at the given seconds. */
function linesFor(events: readonly (readonly [second: number, event: ProgressEvent])[]): readonly string[] {
  const { terminal, stderr, clock } = makeTerminal();
  let now = 0;
  for (const [second, event] of events) {
    clock.advance((second - now) * 1000);
    now = second;
    terminal.progress(event);
  }
  return stderr.text().split('\n').slice(0, -1);
}

test('prints a repeated state if it has a message', () => {
  const state = { event: 'state', id: 'dl-1', status: 'preparing' } as const;
  expect(
    linesFor([
      [0, state],
      [0, { ...state, message: 'm' }],
      [0, { ...state, message: '' }],
      [0, state],
    ]),
  ).toEqual(['dl-1: preparing', 'dl-1: preparing']);
});

test('each phase has its own 30-second and 10 % steps', () => {
  const verify = (bytes: number) => transfer({ event: 'verify', bytes, totalBytes: 100 });
  expect(
    linesFor([
      [0, transfer({ bytes: 0, totalBytes: 100 })],
      // The steps of the download no longer count.
      [20, verify(40)],
      [35, verify(60)],
      [49, verify(60)],
      [50, verify(45)],
      [51, verify(60)],
      [80, verify(90)],
      [81, verify(65)],
      [82, verify(75)],
    ]),
  ).toEqual(['dl-1: verifying 60 % (60/100 B)', 'dl-1: verifying 75 % (75/100 B)']);
});

test('measures a size that becomes known later from the last printed value', () => {
  expect(
    linesFor([
      [0, transfer({ bytes: 5 })],
      [30, transfer({ bytes: 10, totalBytes: 100 })],
      [60, transfer({ bytes: 20 })],
      [90, transfer({ bytes: 30, totalBytes: 100 })],
    ]),
  ).toEqual(['dl-1: 10 % (10/100 B)', 'dl-1: 20 B', 'dl-1: 30 % (30/100 B)']);
  // The same in a second phase.
  expect(
    linesFor([
      [0, transfer({ bytes: 5, totalBytes: 5 })],
      [1, transfer({ event: 'verify', bytes: 5 })],
      [31, transfer({ event: 'verify', bytes: 5, totalBytes: 10 })],
    ]),
  ).toEqual(['dl-1: verifying 50 % (5/10 B)']);
});

test.each<[Partial<ProgressEvent>, string]>([
  [{}, 'dl-1: downloading'],
  [{ event: 'verify' }, 'dl-1: verifying'],
  [{ bytesPerSecond: 1024 }, 'dl-1: 1 KiB/s'],
  [{ files: 1, totalFiles: 3 }, 'dl-1: unpacking (1/3 files)'],
  [{ files: 1, totalFiles: 3, bytes: 1, totalBytes: 2 }, 'dl-1: unpacking 50 % (1/2 B, 1/3 files)'],
  [{ event: 'verify', bytes: 1 }, 'dl-1: verifying (1 B)'],
])('prints the known values of %j after 30 seconds', (fields, line) => {
  const event = transfer(fields);
  expect(
    linesFor([
      [0, transfer({ ...fields, ...(event.bytes ? { bytes: 0 } : {}) })],
      [30, event],
    ]),
  ).toEqual([line]);
});

test.each<[Partial<ProgressEvent>, string]>([
  [{ event: 'done' }, '✔ dl-1'],
  [{ event: 'done', label: 'Lecture' }, '✔ Lecture'],
  [{ event: 'done', id: null }, '✔ done'],
  [{ event: 'done', message: 'all there' }, '✔ all there'],
  [{ event: 'retry', id: null, attempt: 1, message: 'reset' }, 'retry 1: reset'],
])('prints %j as %s', (fields, line) => {
  expect(linesFor([[0, transfer(fields)]])).toEqual([line]);
});

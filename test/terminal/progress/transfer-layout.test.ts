import { describe, expect, test } from 'vitest';
import type { ProgressEvent } from '../../../src/terminal/progress/progress-event.ts';
import { formatProgressLines } from '../../../src/terminal/progress/progress-line.ts';
import type { ProgressRow } from '../../../src/terminal/progress/progress-row.ts';
import { chooseGlyphs } from '../../../src/terminal/text/glyphs.ts';
import { createStyle } from '../../../src/terminal/text/style.ts';

const EVENT: ProgressEvent = {
  event: 'progress',
  id: 'dl-1',
  label: 'a.zip',
  bytes: 50,
  totalBytes: 100,
  bytesPerSecond: 1024,
  etaSeconds: 5,
};

function linesOf(rows: readonly Partial<ProgressRow>[], { width = 120, maxLines = 20 } = {}) {
  const whole = rows.map((row) => ({ event: EVENT, verification: null, elapsedMs: 0, silentMs: 0, ...row }));
  const glyphs = chooseGlyphs({ LANG: 'C' }, 'linux');
  return formatProgressLines(whole, { width, maxLines, glyphs, style: createStyle(false) });
}
const lineOf = (row: Partial<ProgressRow>) => linesOf([row])[0];

test.each([
  [4_999, /1 KiB\/s - 0:05 left$/],
  [5_000, /stalled 5s$/],
])('shows speed or stall after %i ms without data', (silentMs, end) => {
  expect(lineOf({ silentMs })).toMatch(end);
  expect(lineOf({ silentMs, event: { ...EVENT, bytes: 100 } })).not.toMatch(/stalled|left/);
  expect(lineOf({ silentMs, event: { ...EVENT, event: 'verify' } })).toMatch(/verifying - 0:05 left$/);
});

test.each([
  [9, false],
  [10, true],
  [50, true],
])('shows a verification that lags %i of 100 bytes behind: %j', (bytes, isShown) => {
  const verification: ProgressEvent = { event: 'verify', id: 'dl-1', bytes: 0, totalBytes: 100 };
  expect(lineOf({ verification, event: { ...EVENT, bytes } })?.endsWith('verified 0 %')).toBe(isShown);
  expect(lineOf({ event: { ...EVENT, bytes } })).not.toContain('verified');
});

test('shows 0 % for a verification of unknown size', () => {
  const verification: ProgressEvent = { event: 'verify', id: 'dl-1' };
  expect(lineOf({ verification })).toMatch(/ - verified 0 %$/);
});

test('does not align names if no value fits', () => {
  const wait: ProgressEvent = { event: 'wait', id: 'w', label: 'b', status: 'ok' };
  expect(linesOf([{}, { event: wait, elapsedMs: 0 }], { width: 8 })).toEqual(['50 %', 'b - ok']);
});

test.each([
  [undefined, ''],
  [null, ''],
  [0, ''],
  [1, ''],
  [2, ' - 2 connections'],
])('shows the number of connections only above one: %j', (connections, end) => {
  const event = { ...EVENT, ...(connections === undefined ? {} : { connections }) };
  expect(lineOf({ event })?.endsWith(`0:05 left${end}`)).toBe(true);
});

test('pads the file count to its final width', () => {
  const filesIn = (files: number) => lineOf({ event: { ...EVENT, files, totalFiles: 10 } });
  expect(filesIn(1)).toContain(' -  1/10 files - ');
  expect(filesIn(10)).toContain(' - 10/10 files - ');
});

test('counts rows that do not fit in the last line', () => {
  const rows = Array.from({ length: 4 }, (_, index) => ({ event: { ...EVENT, id: `dl-${index}` } }));
  const shown = (maxLines: number) => linesOf(rows, { maxLines }).map((line) => line.slice(0, 5));
  expect(shown(4)).toEqual(['a.zip', 'a.zip', 'a.zip', 'a.zip']);
  expect(shown(3)).toEqual(['a.zip', 'a.zip', 'and 2']);
  expect(shown(2)).toEqual(['a.zip', 'and 3']);
  expect(shown(1)).toEqual(['a.zip', 'and 3']);
  expect(linesOf(rows, { maxLines: 3, width: 9 }).at(-1)).toBe('and 2...');
});

test('shows files first, then waits, then requests without a package', () => {
  const rows: readonly Partial<ProgressRow>[] = [
    { event: { event: 'retry', id: null, attempt: 1 } },
    { event: { event: 'wait', id: 'w', status: 'preparing' }, elapsedMs: 65_000 },
    { event: { event: 'retry', id: 'r', attempt: 2 } },
    { event: { event: 'progress', id: 'p', bytes: 512 } },
    {},
  ];
  const [first, second, third, fourth, fifth] = linesOf(rows);
  expect([first, second]).toEqual([
    expect.stringMatching(/^r +- retry 2$/),
    expect.stringMatching(/^p +- 512 B$/),
  ]);
  expect(third).toMatch(/^a\.zip - /);
  expect([fourth, fifth]).toEqual([expect.stringMatching(/^w +- preparing - 1m 05s$/), 'retry 1']);
});

test.each([
  [30, 'a.zip - preparing - 1m 05s'],
  [26, 'a.zip - preparing - 1m 05s'],
  [25, 'a.zip - preparing'],
  [17, 'a.zip - preparing'],
  [16, 'preparing'],
  [9, 'preparing'],
  [8, 'prepa...'],
])('shows a wait in %i cells as %j', (width, line) => {
  const event: ProgressEvent = { event: 'wait', id: 'w', label: 'a.zip', status: 'preparing' };
  expect(linesOf([{ event, elapsedMs: 65_000 }], { width })).toEqual([line]);
});

describe('the minimum width', () => {
  const FACTS: readonly (readonly [name: string, pattern: RegExp])[] = [
    ['name', /^[a-z]/],
    ['bar', /#/],
    ['amount', /50\/100 B/],
    ['files', /file/],
    ['rate', /KiB\/s/],
    ['left', /left/],
    ['connections', /4 connections/],
    ['x4', /x4/],
    ['verified', /verified/],
  ];

  /** The parts of a line by width, from 130 cells down: each combination with its minimum width. */
  function factsByWidth(event: Partial<ProgressEvent>, verification: ProgressEvent | null = null) {
    const found: [number, string][] = [];
    for (let width = 130; width > 0; width -= 1) {
      const [line = ''] = linesOf([{ event: { ...EVENT, ...event }, verification }], { width });
      const facts = FACTS.filter(([, pattern]) => pattern.test(line)).map(([name]) => name);
      const text = facts.join(' ');
      const last = found.at(-1);
      if (last?.[1] === text) last[0] = width;
      else found.push([width, text]);
    }
    return found;
  }

  const VERIFICATION: ProgressEvent = { event: 'verify', id: 'dl-1', bytes: 0, totalBytes: 100 };

  test('for each form of a transfer', () => {
    expect(factsByWidth({ connections: 4 }, VERIFICATION)).toEqual([
      [91, 'name bar amount rate left connections verified'],
      [80, 'name bar amount rate left x4 verified'],
      [65, 'name bar amount rate left x4'],
      [60, 'name bar amount rate left'],
      [49, 'name amount rate left'],
      [37, 'name rate left'],
      [25, 'name left'],
      [13, 'name'],
      [1, ''],
    ]);
  });

  test('with a long name', () => {
    expect(factsByWidth({ label: 'a'.repeat(30), connections: 4 })).toEqual([
      [101, 'name bar amount rate left connections'],
      [72, 'name bar amount rate left x4'],
      [67, 'name bar amount rate left'],
      [56, 'name amount rate left'],
      [44, 'name rate left'],
      [32, 'name left'],
      [20, 'name'],
      [1, ''],
    ]);
  });

  test('without a name', () => {
    expect(factsByWidth({ label: '', id: null })).toEqual([
      [52, 'bar amount rate left'],
      [41, 'amount rate left'],
      [29, 'rate left'],
      [17, 'left'],
      [1, ''],
    ]);
  });

  test('while unpacking', () => {
    expect(factsByWidth({ files: 3, totalFiles: 40, connections: 4 }, VERIFICATION)).toEqual([
      [94, 'name bar amount files rate left x4 verified'],
      [74, 'name bar amount files rate left'],
      [62, 'name bar files rate left'],
      [51, 'name files rate left'],
      [49, 'name amount rate left'],
      [37, 'name rate left'],
      [25, 'name left'],
      [13, 'name'],
      [1, ''],
    ]);
  });
});

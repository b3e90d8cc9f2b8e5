import { expect, test } from 'vitest';
import { drawBar } from '../../../src/terminal/progress/draw-bar.ts';
import type { ProgressEvent } from '../../../src/terminal/progress/progress-event.ts';
import { formatProgressJson } from '../../../src/terminal/progress/progress-json.ts';
import {
  describeEvent,
  describeTransfer,
  isUnpacking,
  nameOf,
  shareDone,
} from '../../../src/terminal/progress/progress-words.ts';
import { chooseGlyphs } from '../../../src/terminal/text/glyphs.ts';

const GIB = 1024 ** 3;
const event = (fields: Partial<ProgressEvent>): ProgressEvent => ({
  event: 'progress',
  id: 'dl-1',
  ...fields,
});

test.each([
  [0, '----'],
  [0.25, '#---'],
  [0.99, '###-'],
  [1, '####'],
  [-1, '----'],
  [2, '####'],
])('draws a share of %d as %s', (share, bar) => {
  const paint = (text: string) => text;
  const glyphs = chooseGlyphs({ TERM: 'dumb' }, 'linux');
  expect(drawBar(share, 4, { glyphs, paintDone: paint, paintLeft: paint })).toBe(bar);
});

test.each([
  [0, '(░░░░)'],
  [1 / 32, '▏(░░░)'],
  [0.25, '█(░░░)'],
  [0.49, '█▉(░░)'],
  [0.999, '███▉'],
  [1, '████'],
])('draws a share of %d with partial blocks as %s', (share, bar) => {
  const glyphs = chooseGlyphs({ LANG: 'C.UTF-8' }, 'linux');
  const paintLeft = (text: string) => (text === '' ? '' : `(${text})`);
  const drawn = drawBar(share, 4, { glyphs, paintDone: (text) => text, paintLeft });
  expect(drawn).toBe(bar);
});

test('formats an event as JSON with all keys in order', () => {
  const nowMs = Date.UTC(2026, 0, 15);
  expect(formatProgressJson(event({}), nowMs)).toBe(
    '{"event":"progress","id":"dl-1","time":"2026-01-15T00:00:00.000Z","status":null,"bytes":null,"totalBytes":null,"bytesPerSecond":null,"etaSeconds":null,"attempt":null,"message":null}',
  );
  const known = {
    status: 's',
    bytes: 1,
    totalBytes: 2,
    bytesPerSecond: 3,
    etaSeconds: 4,
    attempt: 5,
    message: 'm',
  };
  expect(JSON.parse(formatProgressJson(event(known), nowMs))).toEqual({
    event: 'progress',
    id: 'dl-1',
    time: '2026-01-15T00:00:00.000Z',
    ...known,
  });
});

test.each<[Partial<ProgressEvent>, object]>([
  [{}, {}],
  [{ bytes: 512 }, { amount: '512 B' }],
  [
    { bytes: 1.5 * GIB, totalBytes: 3 * GIB },
    { share: 0.5, percent: '50 %', amount: '1.5/3 GiB' },
  ],
  [
    { bytes: 0, totalBytes: 0 },
    { share: 1, percent: '100 %', amount: '0/0 B' },
  ],
  [
    { bytes: 3, totalBytes: 2 },
    { share: 1, percent: '100 %', amount: '3/2 B' },
  ],
  [{ totalBytes: 2 }, {}],
  [{ files: 1, totalFiles: 1 }, { files: '1/1 file' }],
  [{ files: 0, totalFiles: 2 }, { files: '0/2 files' }],
  [{ files: 1 }, {}],
  [{ totalFiles: 1 }, {}],
  [{ bytesPerSecond: 0 }, { rate: '0 B/s' }],
  [{ etaSeconds: 0 }, { left: '0:00 left' }],
])('describes a transfer of %j', (fields, words) => {
  const unknown = {
    share: undefined,
    percent: undefined,
    amount: undefined,
    files: undefined,
    rate: undefined,
    left: undefined,
  };
  expect(describeTransfer(event(fields))).toEqual({ ...unknown, ...words });
  expect(shareDone(event(fields))).toBe('share' in words ? words.share : undefined);
  expect(isUnpacking(event(fields))).toBe(fields.totalFiles !== undefined);
});

test.each<[Partial<ProgressEvent>, string]>([
  [{ event: 'retry' }, 'retry'],
  [{ event: 'retry', attempt: 2 }, 'retry 2'],
  [{ event: 'retry', attempt: 2, message: 'reset\n' }, 'retry 2: reset\\n'],
  [{ event: 'verify' }, 'verifying'],
  [{ event: 'verify', bytes: 1, totalBytes: 2 }, 'verifying 50 %'],
  [{ event: 'state', status: 'ready\n', message: 'm' }, 'ready\\n'],
  [{ event: 'state', message: 'm\t' }, 'm\\t'],
  [{ event: 'wait' }, 'waiting'],
  [{ event: 'wait', status: '' }, 'waiting'],
  [{}, 'downloading'],
  [{ totalFiles: 3 }, 'unpacking'],
  [{ message: 'm', totalFiles: 3 }, 'm'],
  [{ event: 'done' }, 'done'],
  [{ event: 'done', message: 'all there' }, 'all there'],
  [{ event: 'done', message: '' }, 'done'],
])('describes %j as %s', (fields, text) => {
  expect(describeEvent(event(fields))).toBe(text);
});

test.each<[Partial<ProgressEvent>, string | undefined]>([
  [{}, 'dl-1'],
  [{ label: 'T\n' }, 'T\\n'],
  [{ label: '' }, 'dl-1'],
  [{ id: '', label: '' }, undefined],
])('names %j %j', (fields, name) => {
  expect(nameOf(event(fields))).toBe(name);
});

import { describe, expect, test } from 'vitest';
import { createClock } from '../../../src/clock.ts';
import { formatProgressLines } from '../../../src/terminal/progress/progress-line.ts';
import type { ProgressRow } from '../../../src/terminal/progress/progress-row.ts';
import { chooseGlyphs } from '../../../src/terminal/text/glyphs.ts';
import { createStyle } from '../../../src/terminal/text/style.ts';
import { type ApiServer, startApi } from '../../support/api/api-server.ts';
import { makeZipObject } from '../../support/faults/served-object.ts';
import { expectScreen, screenOf } from './screen.ts';

const MIB = 1024 ** 2;
const ID = 'b4bef371-7d41-4a36-9e58-c1d2e3f4a500';
const MEDIA_ID = '7e0c2b9e-7d41-4a36-9e58-c1d2e3f4a50';

/** Half an hour off full days, so that a slow run shows the same times. */
function inDays(days: number): string {
  return new Date(createClock().now() + (days * 24 + 0.5) * 3_600_000).toISOString();
}

function start(): Promise<ApiServer> {
  return startApi({
    files: { one: makeZipObject(20_000) },
    packages: [
      { id: ID, title: 'Third lecture', files: ['one'], created: inDays(-2), expires: inDays(5) },
      {
        id: '0a1b2c3d-7d41-4a36-9e58-c1d2e3f4a501',
        title: 'An interview with Anna, Ben, and everyone else who was in Graz that day',
        status: 'preparing',
        created: inDays(-1),
      },
      {
        id: 'ffeeddcc-7d41-4a36-9e58-c1d2e3f4a502',
        title: '日本語の講義 👩‍👩‍👧',
        status: 'failed',
        created: inDays(-400),
      },
      { id: '12345678-7d41-4a36-9e58-c1d2e3f4a503', files: ['one'], created: inDays(-40) },
    ],
    media: [
      {
        id: `${MEDIA_ID}1`,
        name: 'Interview with Anna',
        type: 'video',
        duration: 185,
        tags: ['talk', 'graz'],
      },
      { id: `${MEDIA_ID}2`, name: 'A lecture whose title is longer than a row has room for', type: 'audio' },
      { id: `${MEDIA_ID}3`, name: '', type: 'image' },
    ],
  });
}

const golden = (columns: number, name: string) => `goldens/${columns}/${name}.txt`;

describe.each([80, 40])('screens at %d columns', (columns) => {
  test.each([
    ['list', 'list'],
    ['list-full-ids', 'list --no-trunc'],
    ['status', `status ${ID}`],
    ['media-list', 'media list'],
    ['media-list-limit', 'media list --limit 2'],
    ['contents', `contents ${ID}`],
  ])('%s', async (name, line) => {
    await expectScreen(await screenOf(line, { api: await start(), columns }), columns, name);
  });

  test('the progress of fetch', async () => {
    const transfer = (label: string, bytes: number): ProgressRow => ({
      event: {
        event: 'progress',
        id: label,
        label,
        bytes,
        totalBytes: 500 * MIB,
        bytesPerSecond: 20 * MIB,
        etaSeconds: 20,
        connections: 4,
      },
      verification: null,
      elapsedMs: 5_000,
      silentMs: 0,
    });
    const waiting: ProgressRow = {
      ...transfer('Fourth lecture', 0),
      event: { event: 'wait', id: 'four', label: 'Fourth lecture', status: 'preparing' },
    };
    const rows = [
      transfer('third-lecture-b4bef371.zip', 100 * MIB),
      { ...transfer('interview-with-anna-0a1b2c3d.zip', 321 * MIB), silentMs: 12_000 },
      waiting,
    ];
    const glyphs = chooseGlyphs({ LANG: 'C.UTF-8' }, 'linux');
    const look = { width: columns - 5, maxLines: 10, glyphs, style: createStyle(false) };
    const lines = formatProgressLines(rows, look).join('\n');
    await expect(`${lines}\n`).toMatchFileSnapshot(golden(columns, 'fetch-progress'));
  });
});

const COLORS: Readonly<Record<string, string>> = {
  1: 'bold',
  31: 'red',
  32: 'green',
  33: 'yellow',
  36: 'cyan',
};

test('the colors of a list come from the palette, which suits light and dark backgrounds', async () => {
  const raw = (await screenOf('list', { api: await start(), columns: 80 })).raw();
  const codes = Array.from(raw.matchAll(/\x1b\[(\d+)m/g), ([, code = '']) => code);
  expect(new Set(codes)).toEqual(new Set(['1', '22', '31', '32', '33', '39']));
  const marked = raw
    .replaceAll('\r', '')
    .replaceAll(/\x1b\[(\d+)m/g, (_, code: string) =>
      COLORS[code] === undefined ? '}' : `{${COLORS[code]} `,
    );
  await expect(marked).toMatchFileSnapshot(golden(80, 'list-colors'));
});

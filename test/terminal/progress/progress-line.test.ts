import stringWidth from 'string-width';
import { describe, expect, test } from 'vitest';
import type { ProgressEvent } from '../../../src/terminal/progress/progress-event.ts';
import { formatProgressLines } from '../../../src/terminal/progress/progress-line.ts';
import type { ProgressRow } from '../../../src/terminal/progress/progress-row.ts';
import { chooseGlyphs } from '../../../src/terminal/text/glyphs.ts';
import { createStyle } from '../../../src/terminal/text/style.ts';

const MIB = 1024 ** 2;
const GIB = 1024 ** 3;
const unicode = chooseGlyphs({ LANG: 'C.UTF-8' }, 'linux');
const ascii = chooseGlyphs({ LANG: 'C' }, 'linux');
const TRANSFER: ProgressEvent = {
  event: 'progress',
  id: 'dl-1',
  label: 'Einführung in die Wellenmechanik.zip',
  bytes: 1.25 * GIB,
  totalBytes: 3.45 * GIB,
  bytesPerSecond: 85 * MIB,
  etaSeconds: 23,
};

function row(event: ProgressEvent, more: Partial<ProgressRow> = {}): ProgressRow {
  return { event, verification: null, elapsedMs: 65_000, silentMs: 0, ...more };
}

function lines(
  rows: readonly ProgressRow[],
  width: number,
  { glyphs = unicode, maxLines = 20, hasColor = false } = {},
) {
  return formatProgressLines(rows, { width, maxLines, glyphs, style: createStyle(hasColor) });
}

function line(event: ProgressEvent, width: number, more: Partial<ProgressRow> = {}, look = {}) {
  const [first, ...others] = lines([row(event, more)], width, look);
  expect(others).toEqual([]);
  return first;
}

describe('a transfer line', () => {
  test.each([
    [
      140,
      'Einführung in die Wellenmechanik.zip · ██████████▊░░░░░░░░░░░░░░░░░░░  36 % · 1.2/3.4 GiB ·  85 MiB/s · 0:23 left',
    ],
    [
      100,
      'Einführung in di…llenmechanik.zip · ███████▏░░░░░░░░░░░░  36 % · 1.2/3.4 GiB ·  85 MiB/s · 0:23 left',
    ],
    [77, 'Einführung…hanik.zip · ███▌░░░░░░  36 % · 1.2/3.4 GiB ·  85 MiB/s · 0:23 left'],
    [57, 'Einführung i…echanik.zip ·  36 % ·  85 MiB/s · 0:23 left'],
    [45, 'Einfüh…ik.zip ·  36 % ·  85 MiB/s · 0:23 left'],
    [37, 'Einführu…anik.zip ·  36 % · 0:23 left'],
    [22, 'Einführ…ik.zip ·  36 %'],
    [17, '36 %'],
    [4, '36 %'],
  ])('in %d cells', (width, expected) => {
    expect(line(TRANSFER, width)).toBe(expected);
  });

  test.each([
    [120, 1, 'a.zip · ██████████▊░░░░░░░░░░░░░░░░░░░  36 % · 1.2/3.4 GiB ·  85 MiB/s · 0:23 left'],
    [
      120,
      4,
      'a.zip · ██████████▊░░░░░░░░░░░░░░░░░░░  36 % · 1.2/3.4 GiB ·  85 MiB/s · 0:23 left · 4 connections',
    ],
    [77, 4, 'a.zip · ███████▏░░░░░░░░░░░░  36 % · 1.2/3.4 GiB ·  85 MiB/s · 0:23 left · ×4'],
    [37, 4, 'a.zip ·  36 % ·  85 MiB/s · 0:23 left'],
  ])('in %d cells over %d connections', (width, connections, expected) => {
    expect(line({ ...TRANSFER, label: 'a.zip', connections }, width)).toBe(expected);
  });

  test.each([
    [120, 'a.zip · ██████████▊░░░░░░░░░░░░░░░░░░░  36 % · 1.2/3.4 GiB ·  9/40 files ·  85 MiB/s · 0:23 left'],
    [75, 'a.zip · ████████▎░░░░░░░░░░░░░░  36 % ·  9/40 files ·  85 MiB/s · 0:23 left'],
    [54, 'a.zip ·  36 % ·  9/40 files ·  85 MiB/s · 0:23 left'],
    [45, 'a.zip ·  36 % ·  85 MiB/s · 0:23 left'],
    [35, 'a.zip ·  36 % · 0:23 left'],
  ])('in %d cells while unpacking', (width, expected) => {
    expect(line({ ...TRANSFER, label: 'a.zip', files: 9, totalFiles: 40 }, width)).toBe(expected);
  });

  test('counts unpacked files in a separate column next to downloads', () => {
    const unpacked = row({ ...TRANSFER, label: 'a.zip', files: 1, totalFiles: 1 });
    expect(lines([unpacked, row({ ...TRANSFER, label: 'b.zip' })], 75)).toEqual([
      'a.zip · ████▎░░░░░░░  36 % · 1.2/3.4 GiB · 1/1 file ·  85 MiB/s · 0:23 left',
      'b.zip · ████▎░░░░░░░  36 % · 1.2/3.4 GiB            ·  85 MiB/s · 0:23 left',
    ]);
  });

  test('keeps its columns in place when digits or a speed are added', () => {
    const at = (share: number, more: Partial<ProgressEvent> = {}) =>
      line({ ...TRANSFER, bytes: share * 3.45 * GIB, ...more }, 77)?.replace(/·[^·]*$/, '');
    const first = at(0.05, { bytesPerSecond: null, etaSeconds: null });
    for (const text of [first, at(0.3, { bytesPerSecond: 9.5 * MIB }), at(0.5), at(1)])
      expect(text?.indexOf(' %')).toBe(first?.indexOf(' %'));
  });

  test('shows how long it has stalled instead of an outdated speed', () => {
    expect(line(TRANSFER, 77, { silentMs: 4_999 })).toContain('85 MiB/s · 0:23 left');
    expect(line({ ...TRANSFER, label: 'a.zip' }, 77, { silentMs: 12_000 })).toMatch(
      / 36 % · 1\.2\/3\.4 GiB {13}· stalled 12s$/,
    );
    expect(line({ ...TRANSFER, bytes: 3.45 * GIB }, 77, { silentMs: 12_000 })).not.toContain('stalled');
  });

  test('shows the verification progress when it lags behind', () => {
    const verification = (share: number): ProgressEvent => ({
      event: 'verify',
      id: 'dl-1',
      bytes: share * 3.45 * GIB,
      totalBytes: 3.45 * GIB,
    });
    expect(line(TRANSFER, 140, { verification: verification(0.2) })).toMatch(/0:23 left · verified 20 %$/);
    expect(line(TRANSFER, 140, { verification: verification(0.3) })).toMatch(/0:23 left$/);
    expect(line(TRANSFER, 77, { verification: verification(0.2) })).toMatch(/0:23 left$/);
  });

  test('handles more bytes than announced, and an empty file', () => {
    const full = '█'.repeat(30);
    expect(line({ event: 'progress', id: null, bytes: 300, totalBytes: 100 }, 100)).toBe(
      `${full} 100 % · 300/100 B`,
    );
    expect(line({ event: 'progress', id: null, bytes: 0, totalBytes: 0 }, 100)).toBe(`${full} 100 % · 0/0 B`);
  });

  test('fills the bar only when complete', () => {
    expect(line({ event: 'progress', id: null, bytes: 99_999, totalBytes: 100_000 }, 100)).toContain(
      `${'█'.repeat(29)}▉  99 %`,
    );
  });

  test('shows the received bytes of an unknown size', () => {
    expect(line({ event: 'progress', id: null, bytes: GIB, bytesPerSecond: GIB }, 77)).toBe(
      '1 GiB · 1 GiB/s',
    );
  });

  test('labels a verification', () => {
    const verify: ProgressEvent = { event: 'verify', id: 'dl-1', label: 'a.zip', bytes: 45, totalBytes: 100 };
    expect(line(verify, 77)).toBe(`a.zip · ████████████▏${'░'.repeat(14)}  45 % ·  45/100 B · verifying`);
    expect(line(verify, 37)).toBe('a.zip ·  45 % · verifying');
    expect(line({ event: 'verify', id: null }, 77)).toBe('verifying');
  });

  test('case 117: uses only ASCII on a terminal without UTF-8', () => {
    expect(line({ ...TRANSFER, label: 'x', connections: 4 }, 65, {}, { glyphs: ascii })).toBe(
      'x - ####--------  36 % - 1.2/3.4 GiB -  85 MiB/s - 0:23 left - x4',
    );
  });

  test('case 117: colors only the bar, and only if color is enabled', () => {
    const coloured = line(TRANSFER, 100, {}, { hasColor: true });
    expect(coloured?.replaceAll(/\x1b\[\d+m/g, '')).toBe(line(TRANSFER, 100));
    expect(coloured?.split(/(?=\x1b)|(?<=m)/).filter((part) => part.startsWith('\x1b'))).toEqual([
      '\x1b[36m',
      '\x1b[39m',
      '\x1b[2m',
      '\x1b[22m',
    ]);
  });
});

describe('a line without a bar', () => {
  test('shows the status and duration of a wait', () => {
    expect(line({ event: 'wait', id: null, status: 'preparing' }, 77)).toBe('preparing · 1m 05s');
    expect(line({ event: 'wait', id: 'dl-1', status: 'preparing' }, 77)).toBe('dl-1 · preparing · 1m 05s');
  });

  test('shows the number and reason of a retry', () => {
    expect(line({ event: 'retry', id: null, attempt: 3, message: 'connection reset' }, 77)).toBe(
      'retry 3: connection reset',
    );
  });
});

describe('several lines', () => {
  const second: ProgressEvent = {
    ...TRANSFER,
    id: 'dl-2',
    label: 'b.zip',
    bytes: 20 * MIB,
    totalBytes: 900 * MIB,
    bytesPerSecond: 1.5 * MIB,
    etaSeconds: 754,
    connections: 2,
  };
  const waiting: ProgressEvent = { event: 'wait', id: 'dl-3', status: 'preparing' };
  const again: ProgressEvent = { event: 'retry', id: null, attempt: 1, message: 'connection reset' };

  test('are aligned in columns, files before waits', () => {
    expect(lines([row(again), row(waiting), row(TRANSFER), row(second)], 90)).toEqual([
      'Einführung …echanik.zip · ███▌░░░░░░  36 % ·     1.2/3.4 GiB ·  85 MiB/s ·  0:23 left',
      'b.zip                   · ▏░░░░░░░░░   2 % ·  20.0/900.0 MiB · 1.5 MiB/s · 12:34 left · ×2',
      'dl-3                    · preparing · 1m 05s',
      'retry 1: connection reset',
    ]);
  });

  test('are counted in the last one if they do not fit', () => {
    const rows = Array.from({ length: 9 }, (_, index) => row({ ...waiting, id: `dl-${index}` }));
    expect(lines(rows, 40, { maxLines: 4 })).toEqual([
      ...['dl-0', 'dl-1', 'dl-2'].map((id) => `${id} · preparing · 1m 05s`),
      'and 6 more',
    ]);
    expect(lines(rows, 40, { maxLines: 9 })).toHaveLength(9);
  });

  test('case 117: never exceed the maximum width or number, at any width', () => {
    const label = '日本語の長い題名がここにあります';
    const kinds = ['state', 'wait', 'progress', 'retry', 'verify'] as const;
    for (let width = 1; width <= 200; width += width < 60 ? 1 : 15) {
      for (const glyphs of [unicode, ascii]) {
        for (const id of ['dl-1', null]) {
          const rows = kinds.map((event) => {
            const shown = { ...TRANSFER, label: id === null ? '' : label, id, event, status: 'preparing' };
            return row({ ...shown, message: label, connections: 8 }, { verification: TRANSFER });
          });
          for (const some of [rows, ...rows.map((one) => [one])]) {
            const drawn = lines(some, width, { glyphs, maxLines: 4, hasColor: true });
            expect(Math.max(...drawn.map((text) => stringWidth(text)))).toBeLessThanOrEqual(width);
            expect(drawn.length).toBeLessThanOrEqual(4);
          }
        }
      }
    }
  });

  test('case 113: escape control characters in names from the service or the disk', () => {
    const evil = 'a\x1b[2J\r\nb\u202egpj\x9b31m\x07';
    const rows = [
      row({ ...TRANSFER, label: evil }),
      row({ event: 'wait', id: evil, status: evil }),
      row({ event: 'retry', id: 'dl-1', message: evil }),
    ];
    const drawn = lines(rows, 200);
    expect(drawn).toHaveLength(3);
    for (const text of drawn) expect(text).not.toMatch(/[\p{Cc}\p{Bidi_Control}]/u);
  });

  test('case 114: align columns after wide and combining names', () => {
    const rows = ['日本語.zip', 'e\u0301tude.zip', '👩‍👩‍👧.zip', 'plain'].map((label) =>
      row({ ...TRANSFER, label }),
    );
    const places = lines(rows, 100).map((text) => stringWidth(text.split(' · ')[0] ?? ''));
    expect(new Set(places).size).toBe(1);
  });
});

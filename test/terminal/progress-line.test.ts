import stringWidth from 'string-width';
import { describe, expect, test } from 'vitest';
import { chooseGlyphs } from '../../src/terminal/glyphs.ts';
import { formatProgressLine } from '../../src/terminal/progress-line.ts';
import type { ProgressEvent } from '../../src/terminal/terminal.ts';

const GIB = 1024 ** 3;
const unicode = chooseGlyphs({ LANG: 'C.UTF-8' }, 'linux');
const ascii = chooseGlyphs({ LANG: 'C' }, 'linux');
const TRANSFER: ProgressEvent = {
  event: 'progress',
  id: 'dl-1',
  label: 'Einführung in die Wellenmechanik.zip',
  bytes: 1.25 * GIB,
  totalBytes: 3.45 * GIB,
  bytesPerSecond: 85 * 1024 * 1024,
  etaSeconds: 23,
};

function line(
  event: ProgressEvent,
  width: number,
  { elapsedMs = 65_000, activeCount = 1, glyphs = unicode } = {},
) {
  return formatProgressLine({ event, elapsedMs, activeCount }, width, glyphs);
}

describe('the redrawn line', () => {
  test.each([
    [120, 'Einführung in die Wellenmechanik.zip · ━━━─────── 36 % · 1.2/3.4 GiB · 85 MiB/s · 0:23 left'],
    [80, 'Einführung in die Wellen… · ━━━─────── 36 % · 1.2/3.4 GiB · 85 MiB/s · 0:23 left'],
    [60, 'Einführung in d… · 36 % · 1.2/3.4 GiB · 85 MiB/s · 0:23 left'],
    [45, 'Einführung in… · 36 % · 85 MiB/s · 0:23 left'],
    [40, 'Einführung in die We… · 36 % · 0:23 left'],
    [20, 'Einführung i… · 36 %'],
    [4, '36 %'],
  ])('of a transfer at %d cells', (width, expected) => {
    expect(line(TRANSFER, width)).toBe(expected);
  });

  test('faults 117: is never wider than it may be, at any width', () => {
    const label = '日本語の長い題名がここにあります';
    for (let width = 1; width <= 200; width += width < 50 ? 1 : 15) {
      for (const glyphs of [unicode, ascii]) {
        for (const event of ['state', 'wait', 'progress', 'retry', 'verify'] as const) {
          for (const activeCount of [1, 12]) {
            const text = line({ ...TRANSFER, label, event, status: 'preparing', message: label }, width, {
              glyphs,
              activeCount,
            });
            expect(stringWidth(text)).toBeLessThanOrEqual(width);
          }
        }
      }
    }
  });

  test('faults 117: is never too wide without a name either', () => {
    for (let width = 1; width <= 60; width += 1) {
      const text = line({ ...TRANSFER, id: null, label: '' }, width);
      expect(stringWidth(text)).toBeLessThanOrEqual(width);
    }
  });

  test('survives a server that sends more than it announced, and an empty file', () => {
    expect(line({ event: 'progress', id: null, bytes: 300, totalBytes: 100 }, 77)).toBe(
      '━━━━━━━━━━ 100 % · 300/100 B',
    );
    expect(line({ event: 'progress', id: null, bytes: 0, totalBytes: 0 }, 77)).toBe(
      '━━━━━━━━━━ 100 % · 0/0 B',
    );
  });

  test('of a wait says the state and for how long', () => {
    expect(line({ event: 'wait', id: null, status: 'preparing' }, 77)).toBe('preparing · 1m 05s');
    expect(line({ event: 'wait', id: 'dl-1', status: 'preparing' }, 77)).toBe('dl-1 · preparing · 1m 05s');
  });

  test('of a verification says how far it is', () => {
    expect(line({ event: 'verify', id: null, bytes: 45, totalBytes: 100 }, 77)).toBe('verifying 45 %');
  });

  test('of a retry says which and why', () => {
    expect(line({ event: 'retry', id: null, attempt: 3, message: 'connection reset' }, 77)).toBe(
      'retry 3: connection reset',
    );
  });

  test('of an unknown size shows what came', () => {
    expect(line({ event: 'progress', id: null, bytes: GIB, bytesPerSecond: GIB }, 77)).toBe(
      '1 GiB · 1 GiB/s',
    );
  });

  test('of several at once says how many', () => {
    expect(line({ event: 'wait', id: 'dl-2', status: 'preparing' }, 77, { activeCount: 3 })).toBe(
      '3 at once · dl-2 · preparing · 1m 05s',
    );
  });

  test('faults 117: is ASCII where the terminal has nothing else', () => {
    expect(line({ ...TRANSFER, label: 'x' }, 77, { glyphs: ascii })).toBe(
      'x - ###------- 36 % - 1.2/3.4 GiB - 85 MiB/s - 0:23 left',
    );
  });
});

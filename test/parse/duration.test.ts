import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseDuration } from '../../src/parse/duration.ts';

describe('parseDuration', () => {
  test.each([
    ['0', 0],
    ['0s', 0],
    ['90s', 90_000],
    ['1.5s', 1_500],
    ['15m', 900_000],
    ['6h', 21_600_000],
    ['7d', 604_800_000],
    ['2w', 1_209_600_000],
    ['1h30m', 5_400_000],
    ['1H30m', 5_400_000],
    ['1w2d3h4m5s', 788_645_000],
    ['P7D', 604_800_000],
    ['P2W', 1_209_600_000],
    ['PT1H30M', 5_400_000],
    ['p1dt0.5s', 86_400_500],
  ])('%s is %i ms', (text, durationMs) => {
    expect(parseDuration(text)).toBe(durationMs);
  });

  test.each(['1', '300', '1.5', '-1', '-300'])(
    'rejects the number %s without a unit and hints at units',
    (text) => {
      const digits = text.replace('-', '');
      expect(() => parseDuration(text)).toThrow(
        expect.objectContaining({
          code: 'USAGE',
          details: expect.objectContaining({ hint: expect.stringContaining(`${digits}s for seconds`) }),
        }),
      );
    },
  );

  test.each([
    '',
    ' ',
    's',
    'P',
    'PT',
    'P1DT',
    '-5s',
    '+5s',
    '5 s',
    '5ms',
    '5M5H',
    '1h1h',
    'P1M',
    'P1Y',
    '1e3s',
    '٣s',
    'soon',
  ])('rejects %j', (text) => {
    expect(() => parseDuration(text)).toThrow(expect.objectContaining({ code: 'USAGE' }));
  });

  test.each(['1M', '1h30M', '1H30M', '15M', 'P1M', 'p1m', 'P1MT5M'])(
    'rejects %s, which may mean months',
    (text) => {
      expect(() => parseDuration(text)).toThrow(
        expect.objectContaining({ code: 'USAGE', message: expect.stringContaining('ambiguous') }),
      );
    },
  );

  test('adds up all parts', () => {
    const part = fc.nat(1_000);
    fc.assert(
      fc.property(part, part, part, part, part, (weeks, days, hours, minutes, seconds) => {
        const sumMs = ((((weeks * 7 + days) * 24 + hours) * 60 + minutes) * 60 + seconds) * 1_000;
        expect(parseDuration(`${weeks}w${days}d${hours}h${minutes}m${seconds}s`)).toBe(sumMs);
        expect(parseDuration(`P${weeks}W${days}DT${hours}H${minutes}M${seconds}S`)).toBe(sumMs);
      }),
    );
  });
});

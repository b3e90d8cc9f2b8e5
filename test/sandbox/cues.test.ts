import { describe, expect, test } from 'vitest';
import type { Cue } from '../../src/sandbox/library/cue.ts';
import { formatCues } from '../../src/sandbox/library/format-cues.ts';
import { parsePlainCues, parseTimedCues } from '../../src/sandbox/library/parse-cues.ts';

const CUES: readonly Cue[] = [
  { startMs: 0, endMs: 1500, speaker: 'Anna', text: 'One & <two>' },
  { startMs: 3_661_001, endMs: 3_662_020, text: 'Two\nlines' },
];
const OPTIONS = { languageCode: 'de-v2' };

describe('formatCues', () => {
  test('writes SubRip', () => {
    expect(formatCues(CUES, 'srt', OPTIONS)).toBe(
      '1\n00:00:00,000 --> 00:00:01,500\nAnna: One & <two>\n\n2\n01:01:01,001 --> 01:01:02,020\nTwo\nlines\n',
    );
  });

  test('writes WebVTT with voices and entities', () => {
    expect(formatCues(CUES, 'vtt', OPTIONS)).toBe(
      'WEBVTT\n\n00:00:00.000 --> 00:00:01.500\n<v Anna>One &amp; &lt;two&gt;\n\n01:01:01.001 --> 01:01:02.020\nTwo\nlines\n',
    );
  });

  test('escapes a speaker in WebVTT, as its own reader expects', () => {
    const cue = { startMs: 0, endMs: 1000, speaker: 'A & B <guest>', text: 'One' };
    const text = formatCues([cue], 'vtt', OPTIONS);
    expect(text).toContain('\n<v A &amp; B &lt;guest&gt;>One\n');
    expect(parseTimedCues(text)).toEqual([cue]);
  });

  test.each([
    [59_999, '00:00:59,999'],
    [60_000, '00:01:00,000'],
    [3_599_000, '00:59:59,000'],
    [3_600_000, '01:00:00,000'],
    [359_999_999, '99:59:59,999'],
    [360_000_000, '100:00:00,000'],
  ])('writes %i ms as %s', (endMs, time) => {
    expect(formatCues([{ startMs: 0, endMs, text: 'One' }], 'srt', OPTIONS)).toBe(
      `1\n00:00:00,000 --> ${time}\nOne\n`,
    );
  });

  test('writes text', () => {
    expect(formatCues(CUES, 'txt', OPTIONS)).toBe('Anna: One & <two>\nTwo\nlines\n');
  });

  test('writes JSON with seconds', () => {
    expect(JSON.parse(formatCues(CUES, 'json', OPTIONS))).toEqual({
      languageCode: 'de-v2',
      cues: [
        { start: 0, end: 1.5, speaker: 'Anna', text: 'One & <two>' },
        { start: 3661.001, end: 3662.02, text: 'Two\nlines' },
      ],
    });
  });

  test.each(['srt', 'vtt', 'txt', 'json'] as const)(
    'omits speakers from %s with omitSpeakerLabels',
    (format) => {
      const text = formatCues(CUES, format, { ...OPTIONS, omitSpeakerLabels: true });
      expect(text).not.toContain('Anna');
      expect(text).toContain('One');
    },
  );
});

describe('parseTimedCues', () => {
  test.each(['vtt', 'srt'] as const)('reads the output of formatCues as %s', (format) => {
    const withoutSpeakers = CUES.map(({ startMs, endMs, text }) => ({
      startMs,
      endMs,
      text: text.replace(/ <.*>/, ''),
    }));
    expect(parseTimedCues(formatCues(withoutSpeakers, format, OPTIONS))).toEqual(withoutSpeakers);
  });

  test('reads voices, entities, settings, notes, styles, CRLF, and a BOM', () => {
    const text = [
      '\uFEFFWEBVTT - title',
      'Kind: captions',
      '',
      'NOTE nothing',
      '',
      'STYLE',
      '::cue { color: red }',
      '',
      'first',
      '00:01.000 --> 00:02.500 align:start position:0%',
      '<v.loud Anna &amp; Ben><i>One</i> &lt;2&gt;',
      '',
      '',
      '00:03.5 --> 00:04.25',
      '',
      '',
    ].join('\r\n');
    expect(parseTimedCues(text)).toEqual([
      { startMs: 1000, endMs: 2500, speaker: 'Anna & Ben', text: 'One <2>' },
    ]);
  });

  test('returns no cues for text without times', () => {
    expect(parseTimedCues('just\ntext\n\nand more')).toEqual([]);
    expect(parseTimedCues('')).toEqual([]);
  });
});

test('parsePlainCues gives each line three seconds', () => {
  expect(parsePlainCues('\uFEFFone\r\n\r\n two \n')).toEqual([
    { startMs: 0, endMs: 3000, text: 'one' },
    { startMs: 3000, endMs: 6000, text: 'two' },
  ]);
});

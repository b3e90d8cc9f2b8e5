import { array, assert, constantFrom, integer, oneof, property, string } from 'fast-check';
import { describe, expect, test } from 'vitest';
import { escapeText, formatJson } from '../../../src/terminal/text/escape.ts';

const NEVER_SHOWN =
  /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\p{Bidi_Control}\u200b-\u200f\u2060-\u206f\ufeff\u00ad\u{e0000}-\u{e007f}]/u;
/** Arbitrary UTF-16, with a bias toward the characters that matter. */
const nastyText = array(
  oneof(
    string({ unit: 'binary' }),
    integer({ min: 0, max: 0xffff }).map((unit) => String.fromCharCode(unit)),
    integer({ min: 0, max: 0xa0 }).map((unit) => String.fromCharCode(unit)),
    constantFrom('\u202e', '\u200b', '\ufeff', '\u2028', '\u061c', '\u{e0041}', '##[', '::', '\n', 'é'),
  ),
).map((parts) => parts.join(''));

describe('escapeText', () => {
  test('case 113: leaves no control, bidi, or invisible character in any text', () => {
    assert(
      property(nastyText, (text) => {
        expect(escapeText(text)).not.toMatch(NEVER_SHOWN);
      }),
      { numRuns: 2000 },
    );
  });

  test('case 113: prints each of the lowest 256 characters as itself or as an escape', () => {
    for (let code = 0; code < 256; code += 1) {
      const isControl = code < 0x20 || (code >= 0x7f && code < 0xa0) || code === 0xad;
      const character = String.fromCharCode(code);
      const shown = isControl ? /^\\(?:x[0-9a-f]{2}|[nrt])$/ : /^[^]$/;
      expect(escapeText(character)).toMatch(shown);
      expect(escapeText(character) === character).toBe(!isControl);
    }
  });

  test.each([
    ['a CSI sequence', '\x1b[31mred', '\\x1b[31mred'],
    ['a window title with BEL', '\x1b]0;pwned\x07', '\\x1b]0;pwned\\x07'],
    ['a clipboard write in C1', '\x9d52;c;aGk=\x9c', '\\x9d52;c;aGk=\\x9c'],
    ['a device control string', '\x1bP+q\x1b\\', '\\x1bP+q\\x1b\\'],
    ['an overwriting carriage return', 'safe\rrm -rf', 'safe\\rrm -rf'],
    ['a line break and a tab', 'a\nb\tc', 'a\\nb\\tc'],
    ['DEL and NUL', 'a\x7f\0', 'a\\x7f\\x00'],
  ])('case 113: shows %s', (_name, text, shown) => {
    expect(escapeText(text)).toBe(shown);
  });

  test.each([
    ['a bidi override', 'exe.\u202etxt', 'exe.\\u202etxt'],
    ['bidi isolates', '\u2066a\u2069', '\\u2066a\\u2069'],
    ['the Arabic letter mark', '\u061ca', '\\u061ca'],
    ['zero-width characters', 'a\u200bb\u200dc\ufeff', 'a\\u200bb\\u200dc\\ufeff'],
    ['line and paragraph separators', 'a\u2028b\u2029', 'a\\u2028b\\u2029'],
    [
      'a joiner that joins no emoji',
      '🎉\u200d a\u200d👧 👩\u200d\u200d👧',
      '🎉\\u200d a\\u200d👧 👩\\u200d\\u200d👧',
    ],
    ['tag characters', 'a\u{e0041}', 'a\\u{e0041}'],
    ['annotation characters', 'a\ufff9b', 'a\\ufff9b'],
    ['a lone surrogate', 'a\ud800b', 'a\\ud800b'],
  ])('case 114: shows %s', (_name, text, shown) => {
    expect(escapeText(text)).toBe(shown);
  });

  test('case 114: escapes excess combining marks', () => {
    const shown = escapeText(`a${'\u0301'.repeat(40)}b`);
    expect(shown).toBe(`a${'\u0301'.repeat(8)}${'\\u0301'.repeat(32)}b`);
  });

  test.each([
    'Grüße aus Zürich',
    '日本語の字幕',
    'สวัสดี',
    'नमस्ते',
    'مرحبا',
    '❤️ 🇩🇪 👍🏽',
    '👩‍👩‍👧 👩🏽‍💻 ❤️‍🔥',
    'C:\\Users',
    "it's",
  ])('keeps ordinary text unchanged: %s', (text) => {
    expect(escapeText(text)).toBe(text);
  });
});

describe('formatJson', () => {
  test('case 113: parses back to the value and contains nothing active on a terminal or log', () => {
    assert(
      property(nastyText, constantFrom(0, 2), (text, indent) => {
        const json = formatJson({ [text]: [text, null, 1] }, indent);
        expect(JSON.parse(json)).toEqual({ [text]: [text, null, 1] });
        expect(json.replaceAll('\n', '')).not.toMatch(NEVER_SHOWN);
        expect(json).not.toContain('##[');
      }),
      { numRuns: 2000 },
    );
  });

  test('uses \\u escapes that every JSON parser supports', () => {
    expect(formatJson('\x1b\x9b\u202e\u{e0041}')).toBe('"\\u001b\\u009b\\u202e\\udb40\\udc41"');
  });
});

import { stringifyExactly } from '../../parse/exact-number.ts';

/**
 * Characters that must never reach a terminal or a log: C0, DEL, and C1 controls, line and paragraph
 * separators, lone surrogates, interlinear annotations, and everything that Unicode calls default
 * ignorable (bidi controls, zero-width characters, tags, fillers). Exceptions are the variation selectors
 * of emoji and ideographs, and the joiner between two emoji, as in a family (UTS #51, ED-16).
 */
const UNSAFE =
  /(?!(?<=\p{Extended_Pictographic}(?:\uFE0F|\p{Emoji_Modifier})?)\u200D(?=\p{Extended_Pictographic}))(?![\uFE00-\uFE0F\u{E0100}-\u{E01EF}])[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\p{Bidi_Control}\uFFF9-\uFFFB]/gu;

/** More marks on one letter than any language needs; the rest would cover other lines. */
const MARK_FLOOD = /(?<=\p{M}{8})\p{M}+/gu;

const SHORT_ESCAPES: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/**
 * Makes every control, bidi, and invisible character of a text visible, such as `\x1b` or `\u202e`. This
 * includes newlines, so the result is one line that is displayed as it reads. Every text from the service,
 * the file system, or the user passes through here before a person sees it.
 */
export function escapeText(text: string): string {
  return inPieces(text, (piece) =>
    piece.replace(UNSAFE, escapeCharacter).replace(MARK_FLOOD, (marks) => {
      return Array.from(marks, escapeCharacter).join('');
    }),
  );
}

/** The text without such characters, for a line that a person edits. */
export function visiblePart(text: string): string {
  return inPieces(text, (piece) => piece.replace(UNSAFE, '').replace(MARK_FLOOD, ''));
}

function escapeCharacter(character: string): string {
  const short = SHORT_ESCAPES[character];
  if (short !== undefined) return short;
  const codePoint = character.codePointAt(0) ?? 0;
  const hex = codePoint.toString(16);
  if (codePoint <= 0xff) return `\\x${hex.padStart(2, '0')}`;
  return codePoint <= 0xffff ? `\\u${hex.padStart(4, '0')}` : `\\u{${hex}}`;
}

/**
 * The JSON text of a value with the same characters as `\u` escapes (RFC 8259 section 7): safe to print, and
 * equal to the value when parsed. It also breaks up `##[`, which GitHub Actions executes anywhere in a line.
 */
export function formatJson(value: unknown, indent = 0): string {
  const json = stringifyExactly(value, indent);
  // JSON escapes C0; the remaining line ends are between tokens.
  return inPieces(json, (piece) =>
    piece.replace(UNSAFE, (character) => (character === '\n' ? character : escapeForJson(character))),
  ).replaceAll('##[', '#\\u0023[');
}

function escapeForJson(character: string): string {
  let escaped = '';
  for (let index = 0; index < character.length; index += 1) {
    escaped += `\\u${character.charCodeAt(index).toString(16).padStart(4, '0')}`;
  }
  return escaped;
}

/** `replace` records each match; millions of matches would need far more memory than the text. */
const PIECE_LENGTH = 65_536;

/** Replaces in pieces that never split a character. */
function inPieces(text: string, replace: (piece: string) => string): string {
  if (text.length <= PIECE_LENGTH) return replace(text);
  const pieces: string[] = [];
  for (let start = 0; start < text.length; ) {
    let end = Math.min(start + PIECE_LENGTH, text.length);
    if (/^[\uDC00-\uDFFF]/.test(text.slice(end, end + 1))) end += 1;
    pieces.push(replace(text.slice(start, end)));
    start = end;
  }
  return pieces.join('');
}

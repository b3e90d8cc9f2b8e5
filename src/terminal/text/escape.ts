import { stringifyExactly } from '../../parse/exact-number.ts';

/**
 * What must never reach a terminal or a log as itself: C0, DEL and C1 controls, line and paragraph
 * separators, lone surrogates, interlinear annotations, and everything Unicode calls default
 * ignorable (bidi controls, zero-width characters, tags, fillers), save the variation selectors
 * that emoji and ideographs are written with.
 */
const UNSAFE =
  /(?![\uFE00-\uFE0F\u{E0100}-\u{E01EF}])[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\p{Bidi_Control}\uFFF9-\uFFFB]/gu;

/** More marks on one letter than any language needs: the rest would be drawn over other lines. */
const MARK_FLOOD = /(?<=\p{M}{8})\p{M}+/gu;

const SHORT_ESCAPES: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/**
 * Makes every control, bidi and invisible character of a text visible, such as `\x1b` or `\u202e`,
 * newlines included: the result is one line that a terminal draws as it reads. Every text of the
 * service, the file system or the user that is shown to a person passes through here.
 */
export function escapeText(text: string): string {
  return inPieces(text, (piece) =>
    piece.replace(UNSAFE, escapeCharacter).replace(MARK_FLOOD, (marks) => {
      return Array.from(marks, escapeCharacter).join('');
    }),
  );
}

/** What is left of a text without such characters: for lines that a person goes on typing in. */
export function visiblePart(text: string): string {
  return Array.from(text, (character) => (escapeText(character) === character ? character : '')).join('');
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
 * The JSON text of a value, with the same characters as `\u` escapes (RFC 8259 section 7): safe to
 * print, and equal to the value when parsed. `##[` is broken up too, because GitHub Actions obeys it
 * anywhere in a line.
 */
export function formatJson(value: unknown, indent = 0): string {
  const json = stringifyExactly(value, indent);
  // JSON escapes C0 itself; the line ends that are left stand between tokens.
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

/** A replacement keeps a note of each match: of millions in one text they would take far more memory than the text. */
const PIECE_LENGTH = 65_536;

/** Replaces piece by piece, none of which begins within a character. */
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

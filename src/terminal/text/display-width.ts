import stringWidth from 'string-width';

/** ASCII, Latin letters, dashes, quotes, and the ellipsis: one cell each, without Unicode tables. */
const ONE_CELL_EACH = /^[ -~\u00C0-\u024F\u2010-\u2026]*$/;

/** The width of a text in terminal cells. */
export function displayWidth(text: string): number {
  return ONE_CELL_EACH.test(text) ? text.length : stringWidth(text);
}

/** The graphemes of a text: what people see as one character. */
function graphemesOf(text: string): Iterable<{ readonly segment: string }> {
  if (ONE_CELL_EACH.test(text)) return Array.from(text, (segment) => ({ segment }));
  return new Intl.Segmenter().segment(text);
}

/** The text, truncated before an ellipsis if it is too wide; never inside a grapheme. */
export function truncateToWidth(text: string, width: number, ellipsis: string): string {
  if (displayWidth(text) <= width) return text;
  const end = displayWidth(ellipsis) < width ? ellipsis : '';
  let room = width - displayWidth(end);
  let kept = '';
  for (const { segment } of graphemesOf(text)) {
    room -= displayWidth(segment);
    if (room < 0) break;
    kept += segment;
  }
  return kept.trimEnd() + end;
}

/** The text, or its start and end around an ellipsis if it is too wide; never inside a grapheme. */
export function truncateMiddle(text: string, width: number, ellipsis: string): string {
  if (displayWidth(text) <= width) return text;
  const room = width - displayWidth(ellipsis);
  if (room < 2) return truncateToWidth(text, width, ellipsis);
  const segments = Array.from(graphemesOf(text), ({ segment }) => segment);
  const head = takeCells(segments, Math.ceil(room / 2)).join('');
  const tail = takeCells(segments.toReversed(), room - displayWidth(head))
    .toReversed()
    .join('');
  return head + ellipsis + tail;
}

/** The first segments that fit. */
function takeCells(segments: readonly string[], width: number): readonly string[] {
  let room = width;
  const end = segments.findIndex((segment) => {
    room -= displayWidth(segment);
    return room < 0;
  });
  return end === -1 ? segments : segments.slice(0, end);
}

import stringWidth from 'string-width';

const graphemes = new Intl.Segmenter();

/** How many terminal cells a text takes. */
export function displayWidth(text: string): number {
  return stringWidth(text);
}

/** The text if it fits, else as much of it as fits before the ellipsis; whole graphemes only. */
export function truncateToWidth(text: string, width: number, ellipsis: string): string {
  if (displayWidth(text) <= width) return text;
  const end = displayWidth(ellipsis) < width ? ellipsis : '';
  let room = width - displayWidth(end);
  let kept = '';
  for (const { segment } of graphemes.segment(text)) {
    room -= displayWidth(segment);
    if (room < 0) break;
    kept += segment;
  }
  return kept.trimEnd() + end;
}

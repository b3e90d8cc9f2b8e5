import { displayWidth } from './display-width.ts';

const graphemes = new Intl.Segmenter();

/** Wraps a text at spaces to at most `width` cells. Only longer words are broken. */
export function wrapText(text: string, width: number): readonly string[] {
  return wrapWords(text.split(' '), ' ', width);
}

/** The same for phrases that stay together, with a separator between those on one line. */
export function wrapWords(words: readonly string[], separator: string, width: number): readonly string[] {
  const lines: string[] = [];
  let line: string | undefined;
  for (const piece of words.flatMap((word) => cutToWidth(word, width))) {
    const longer: string = line === undefined ? piece : line + separator + piece;
    if (line === undefined || displayWidth(longer) <= width) line = longer;
    else {
      lines.push(line);
      line = piece;
    }
  }
  return line === undefined ? lines : [...lines, line];
}

function cutToWidth(word: string, width: number): readonly string[] {
  if (displayWidth(word) <= width) return [word];
  const pieces: string[] = [];
  let piece = '';
  for (const { segment } of graphemes.segment(word)) {
    if (piece !== '' && displayWidth(piece + segment) > width) {
      pieces.push(piece);
      piece = '';
    }
    piece += segment;
  }
  return [...pieces, piece];
}

import type { Glyphs } from '../text/glyphs.ts';

/**
 * Draws a share of 1 as a bar, in the finest steps that the terminal supports; full only at 1. The two parts
 * differ in color and in shape.
 */
export function drawBar(
  share: number,
  width: number,
  {
    glyphs,
    paintDone,
    paintLeft,
  }: { glyphs: Glyphs; paintDone: (text: string) => string; paintLeft: (text: string) => string },
): string {
  const { barSteps, barLeft } = glyphs;
  const steps = Math.floor(Math.min(1, Math.max(0, share)) * width * barSteps.length);
  const full = Math.floor(steps / barSteps.length);
  const part = barSteps[(steps % barSteps.length) - 1] ?? '';
  const done = (barSteps.at(-1) ?? '').repeat(full) + part;
  return paintDone(done) + paintLeft(barLeft.repeat(width - full - part.length));
}

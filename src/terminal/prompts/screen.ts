import { clearScreenDown, cursorTo } from 'node:readline';
import type { OutputStream } from '../../world.ts';

/** Clears the screen and moves the cursor to the first line, where every prompt starts. */
export function clearScreen(stderr: OutputStream): void {
  cursorTo(stderr, 0, 0);
  clearScreenDown(stderr);
}

/**
 * Redraws when the window is resized. A narrower terminal wraps its lines, and the prompt library would
 * erase too few of them.
 */
export function watchResize(stderr: OutputStream, redraw: () => void): () => void {
  const onResize = () => {
    clearScreen(stderr);
    redraw();
  };
  stderr.on('resize', onResize);
  return () => stderr.off('resize', onResize);
}

import { clearScreenDown, cursorTo } from 'node:readline';
import type { OutputStream } from '../../world.ts';

/** The empty screen, the cursor in its first line, where every prompt begins. */
export function clearScreen(stderr: OutputStream): void {
  cursorTo(stderr, 0, 0);
  clearScreenDown(stderr);
}

/**
 * Draws anew when the window changes its size. A terminal that gets narrower breaks the lines which
 * are on it, and the prompt library would erase too few of them.
 */
export function watchResize(stderr: OutputStream, redraw: () => void): () => void {
  const onResize = () => {
    clearScreen(stderr);
    redraw();
  };
  stderr.on('resize', onResize);
  return () => stderr.off('resize', onResize);
}

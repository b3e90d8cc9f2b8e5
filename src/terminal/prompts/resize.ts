import { clearScreenDown, cursorTo, moveCursor } from 'node:readline';
import type { OutputStream } from '../../world.ts';

/**
 * A terminal that gets narrower breaks the lines which are on it, and the prompt library would erase
 * too few of them. The cursor stands in the first line of a prompt: everything from there on is
 * cleared, and the cursor left where the library believes it to be.
 */
export function followResize(
  stderr: OutputStream,
  { linesBelow, onResize }: { readonly linesBelow: () => number; readonly onResize: () => void },
): () => void {
  const clear = () => {
    cursorTo(stderr, 0);
    clearScreenDown(stderr);
    // The library moves down to the last line before it erases upwards; there must be such lines.
    stderr.write('\n'.repeat(linesBelow()));
    moveCursor(stderr, 0, -linesBelow());
    onResize();
  };
  stderr.on('resize', clear);
  return () => stderr.off('resize', clear);
}

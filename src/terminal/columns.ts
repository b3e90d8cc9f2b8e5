import type { OutputStream, World } from '../world.ts';

const DEFAULT_COLUMNS = 80;

/** COLUMNS wins over what the stream says, as it does for other programs; a width of 0 is none. */
export function columnsOf(stream: OutputStream, env: World['env']): number {
  const asked = Number(env['COLUMNS']);
  if (Number.isInteger(asked) && asked > 0) return asked;
  return stream.columns || DEFAULT_COLUMNS;
}

const guarded = new WeakSet<OutputStream>();

/**
 * Keeps a terminal that reports no width, or 0 columns, from reaching libraries that divide by it: they
 * read the default width until there is a real one.
 */
export function keepWidthUsable(stream: OutputStream): void {
  if (stream.isTTY !== true || guarded.has(stream)) return;
  guarded.add(stream);
  let reported: unknown = stream.columns;
  Object.defineProperty(stream, 'columns', {
    configurable: true,
    enumerable: true,
    get: () => (typeof reported === 'number' && reported > 0 ? reported : DEFAULT_COLUMNS),
    // Node sets it anew when the window changes its size.
    set: (columns: unknown) => {
      reported = columns;
    },
  });
}

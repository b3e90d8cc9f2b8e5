import type { OutputStream, World } from '../world.ts';

const DEFAULT_COLUMNS = 80;

/** COLUMNS takes precedence over the width of the stream, as in other programs; 0 means unknown. */
export function columnsOf(stream: OutputStream, env: World['env']): number {
  const asked = Number(env['COLUMNS']);
  if (Number.isInteger(asked) && asked > 0) return asked;
  return stream.columns || DEFAULT_COLUMNS;
}

const guarded = new WeakSet<OutputStream>();

/**
 * Hides a missing width, or a width of 0, from libraries that divide by it. They get the default width until
 * the terminal reports a real one.
 */
export function keepWidthUsable(stream: OutputStream): void {
  if (stream.isTTY !== true || guarded.has(stream)) return;
  guarded.add(stream);
  let reported: unknown = stream.columns;
  Object.defineProperty(stream, 'columns', {
    configurable: true,
    enumerable: true,
    get: () => (typeof reported === 'number' && reported > 0 ? reported : DEFAULT_COLUMNS),
    // Node sets it again when the window is resized.
    set: (columns: unknown) => {
      reported = columns;
    },
  });
}

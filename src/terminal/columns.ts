import type { OutputStream, World } from '../world.ts';

const DEFAULT_COLUMNS = 80;

/** COLUMNS wins over what the stream says, as it does for other programs; a width of 0 is none. */
export function columnsOf(stream: OutputStream, env: World['env']): number {
  const asked = Number(env['COLUMNS']);
  if (Number.isInteger(asked) && asked > 0) return asked;
  return stream.columns || DEFAULT_COLUMNS;
}

import { statSync } from 'node:fs';
import { expect } from 'vitest';
import { onWindows } from './launcher.ts';

/** Compares the permission bits of a file or folder; Windows has none. */
export function expectMode(path: string, mode: number): void {
  if (!onWindows) expect(statSync(path).mode & 0o7777).toBe(mode);
}

import { expect } from 'vitest';

/** A title with every kind of harmful sequence at once. */
export const EVIL =
  '::error::no\n##[command]\x1b[2J\x1b]0;t\x07\x1b]8;;http://x\x07\x9b31m\x1bP\x1b\\\r\b\x7f\0\u202e\u2066\u200b\ufeff\u2028\u061c\t"';

/** Asserts that a text contains nothing active on a terminal. Our own newlines and tabs are allowed. */
export function expectHarmless(text: string): void {
  expect(text).not.toMatch(/(?![\n\t])[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}\u200b-\u200f\ufeff]/u);
}

import { createHash } from 'node:crypto';

/** An ID that looks random, but is always the same for the same text. */
export function opaqueId(text: string): string {
  const hex = createHash('sha256').update(`streamdiver-sandbox ${text}`).digest('hex');
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `4${hex.slice(13, 16)}`,
    `a${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ].join('-');
}

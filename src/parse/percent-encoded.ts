/** Encodes a text for a URL. A lone surrogate has no UTF-8 form and becomes U+FFFD, as in browsers. */
export function percentEncoded(text: string): string {
  return encodeURIComponent(Buffer.from(text).toString());
}

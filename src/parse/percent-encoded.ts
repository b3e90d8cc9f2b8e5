/** A text as part of a URL. Half a surrogate pair has no UTF-8; as in a browser it becomes U+FFFD. */
export function percentEncoded(text: string): string {
  return encodeURIComponent(Buffer.from(text).toString());
}

interface Span {
  readonly start: number;
  readonly end: number;
}

/** Tracks which bytes of an object were sent. */
export interface SentBytes {
  /** Adds the half-open range. Returns how many of its bytes had been sent before. */
  add(start: number, end: number): number;
}

export function createSentBytes(): SentBytes {
  let spans: Span[] = [];
  return {
    add(start, end) {
      const touching = spans.filter((span) => span.start <= end && span.end >= start);
      const repeated = touching.map((span) => Math.min(span.end, end) - Math.max(span.start, start));
      spans = spans.filter((span) => !touching.includes(span));
      spans.push({
        start: Math.min(start, ...touching.map((span) => span.start)),
        end: Math.max(end, ...touching.map((span) => span.end)),
      });
      return repeated.reduce((sum, count) => sum + count, 0);
    },
  };
}

/** Half-open, in bytes. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

/** The available bytes of an object, as ordered ranges that do not touch. */
export interface ByteRanges {
  list(): readonly ByteRange[];
  totalBytes(): number;
  /** The end of the last range; 0 if there is none. */
  end(): number;
  has(start: number, end: number): boolean;
  /** The number of contiguous bytes directly before `position`. */
  bytesBefore(position: number): number;
  /** The end of the range that contains `position`; `position` itself if there is none. */
  endOf(position: number): number;
  /** The gaps up to `end`, in order. */
  missing(end: number): readonly ByteRange[];
}

export interface GrowingByteRanges extends ByteRanges {
  add(start: number, end: number): void;
  remove(start: number, end: number): void;
  clear(): void;
}

export function createByteRanges(initial: readonly ByteRange[] = []): GrowingByteRanges {
  let ranges: ByteRange[] = [];
  let totalBytes = 0;

  const replace = (next: ByteRange[]) => {
    ranges = next.filter(({ start, end }) => end > start);
    totalBytes = ranges.reduce((total, { start, end }) => total + end - start, 0);
  };
  const self: GrowingByteRanges = {
    list: () => ranges,
    totalBytes: () => totalBytes,
    end: () => ranges.at(-1)?.end ?? 0,
    has: (start, end) => end <= start || ranges.some((range) => range.start <= start && end <= range.end),
    bytesBefore(position) {
      const range = ranges.find(({ start, end }) => start < position && position <= end);
      return range === undefined ? 0 : position - range.start;
    },
    endOf: (position) =>
      ranges.find(({ start, end }) => start <= position && position < end)?.end ?? position,
    missing(end) {
      const gaps: ByteRange[] = [];
      let position = 0;
      for (const range of ranges) {
        if (range.start >= end) break;
        if (range.start > position) gaps.push({ start: position, end: range.start });
        position = range.end;
      }
      if (position < end) gaps.push({ start: position, end });
      return gaps;
    },
    add(start, end) {
      if (end <= start) return;
      const before = ranges.filter((range) => range.end < start);
      const after = ranges.filter((range) => range.start > end);
      const touching = ranges.slice(before.length, ranges.length - after.length);
      const joined = {
        start: Math.min(start, touching[0]?.start ?? start),
        end: Math.max(end, touching.at(-1)?.end ?? end),
      };
      replace([...before, joined, ...after]);
    },
    remove(start, end) {
      replace(
        ranges.flatMap((range) => [
          { start: range.start, end: Math.min(range.end, start) },
          { start: Math.max(range.start, end), end: range.end },
        ]),
      );
    },
    clear: () => replace([]),
  };
  if (initial.every(({ start }, index) => start > (initial[index - 1]?.end ?? -1))) {
    replace([...initial]);
  } else for (const { start, end } of initial) self.add(start, end);
  return self;
}

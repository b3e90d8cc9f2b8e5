import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createByteRanges } from '../../../src/download/part/byte-ranges.ts';
import { type Chunk, createScheduler } from '../../../src/download/transfer/scheduler.ts';

const MIB = 1_048_576;
const GIB = 1_024 * MIB;

function takeAll(plan: ReturnType<typeof createScheduler>): Chunk[] {
  const chunks: Chunk[] = [];
  for (let chunk = plan.next(); chunk !== null; chunk = plan.next()) chunks.push(chunk);
  return chunks;
}

describe('next', () => {
  test('returns each gap as one chunk for one connection', () => {
    const gaps = [
      { start: 5, end: 100 * MIB },
      { start: 200 * MIB, end: Number.POSITIVE_INFINITY },
    ];
    expect(takeAll(createScheduler(gaps, { connections: 1 }))).toMatchObject(gaps);
  });

  test('returns chunks from 64 MiB down to 1 MiB, smaller toward the end', () => {
    const sizes = takeAll(createScheduler([{ start: 0, end: 2 * GIB }], { connections: 4 })).map(
      ({ start, end }) => end - start,
    );
    expect(sizes[0]).toBe(64 * MIB);
    expect(sizes.every((size) => size >= MIB)).toBe(true);
    // The last chunk includes any remainder.
    const others = sizes.slice(0, -1);
    expect(others).toEqual(others.toSorted((one, other) => other - one));
  });

  test.each([
    ['two pieces', 2 * MIB, 2],
    ['a byte more than two', 2 * MIB + 1, 2],
    ['a byte less than two', 2 * MIB - 1, 1],
    ['one byte', 1, 1],
  ])('splits a file of %s', (_name, sizeBytes, count) => {
    const chunks = takeAll(createScheduler([{ start: 0, end: sizeBytes }], { connections: 8 }));
    expect(chunks).toHaveLength(count);
    expect(chunks.at(-1)?.end).toBe(sizeBytes);
  });

  test('case 90: supports offsets beyond 2^32', () => {
    const chunks = takeAll(
      createScheduler([{ start: 5 * GIB - 1, end: 5 * GIB + 3 * MIB }], { connections: 2 }),
    );
    expect(chunks[0]?.start).toBe(5 * GIB - 1);
    expect(chunks.at(-1)?.end).toBe(5 * GIB + 3 * MIB);
  });

  test('a piece has at least 8 MiB, or the share of a connection if that is less', () => {
    const sizes = takeAll(createScheduler([{ start: 0, end: 20 * MIB }], { connections: 2 })).map(
      ({ start, end }) => end - start,
    );
    expect(sizes).toEqual([8 * MIB, 6 * MIB, 3 * MIB, 1.5 * MIB, 1.5 * MIB]);
  });

  test('a connection that is alone gets at most 256 MiB', () => {
    const plan = createScheduler([{ start: 0, end: 4 * GIB }], { connections: 4, sharing: () => 1 });
    expect(plan.next()).toMatchObject({ start: 0, end: 256 * MIB });
  });

  test('returns the first range whole, first, and only once', () => {
    const first = { start: 19 * MIB, end: 20 * MIB };
    const [tail, ...others] = takeAll(
      createScheduler([{ start: 0, end: 20 * MIB }], { connections: 4, first }),
    );
    expect(tail).toMatchObject(first);
    expect(others.at(-1)?.end).toBe(19 * MIB);
  });
});

test('delivers every byte exactly once, whatever the connections do', () => {
  const step = fc.record({
    act: fc.constantFrom('take', 'take', 'receive', 'receive', 'finish', 'put back', 'take over'),
    which: fc.nat(20),
    share: fc.double({ min: 0, max: 1, noNaN: true }),
    rate: fc.constantFrom(0, 1_000, Number.POSITIVE_INFINITY),
  });
  const size = fc.integer({ min: 1, max: 40 * MIB });
  fc.assert(
    fc.property(
      fc.array(step, { maxLength: 60 }),
      size,
      fc.integer({ min: 2, max: 8 }),
      (steps, end, connections) => {
        const plan = createScheduler([{ start: 0, end }], { connections });
        const brought = createByteRanges();
        const active: Chunk[] = [];
        const receive = (chunk: Chunk, sizeBytes: number) => {
          const to = Math.min(chunk.position + sizeBytes, chunk.end);
          expect(
            brought.missing(to).some(({ start }) => start <= chunk.position) || to === chunk.position,
          ).toBe(true);
          brought.add(chunk.position, to);
          chunk.position = to;
        };
        const begin = (chunk: Chunk | null, rate: number) => {
          if (chunk === null) return;
          chunk.bytesPerSecond = () => rate;
          active.push(chunk);
        };
        for (const { act, which, share, rate } of steps) {
          const index = which % Math.max(active.length, 1);
          const chunk = active[index];
          if (act === 'take') begin(plan.next(), rate);
          if (act === 'take over') begin(plan.steal(), rate);
          if (chunk === undefined) continue;
          if (act === 'receive') receive(chunk, Math.ceil((chunk.end - chunk.position) * share));
          if (act === 'put back') plan.requeue(...(active.splice(index, 1) as [Chunk]));
          if (act === 'finish') {
            receive(chunk, end);
            plan.finish(...(active.splice(index, 1) as [Chunk]));
          }
        }
        for (const chunk of [...active, ...takeAll(plan)]) receive(chunk, end);
        expect(brought.list()).toEqual([{ start: 0, end }]);
      },
    ),
  );
});

describe('steal', () => {
  function lastPiece(rate: number, endBytes = 8 * MIB) {
    const plan = createScheduler([{ start: 0, end: endBytes }], { connections: 1 });
    const chunk = plan.next();
    if (chunk === null) throw new Error('nothing to take');
    let stops = 0;
    chunk.stop = () => {
      stops += 1;
    };
    chunk.position = MIB;
    chunk.bytesPerSecond = () => rate;
    return { plan, chunk, stops: () => stops };
  }

  test('leaves a slow connection half of the rest', () => {
    const { plan, chunk, stops } = lastPiece(100_000);
    expect(plan.steal()).toMatchObject({ start: 4.5 * MIB, end: 8 * MIB });
    expect([chunk.end, stops()]).toEqual([4.5 * MIB, 0]);
  });

  test('stops a silent connection once, but not the one that takes over', () => {
    const { plan, chunk, stops } = lastPiece(0);
    const second = plan.steal();
    expect(second).toMatchObject({ start: MIB, end: 8 * MIB });
    expect([chunk.end, stops()]).toEqual([MIB, 1]);
    plan.finish(chunk);
    if (second !== null) second.bytesPerSecond = () => 0;
    expect(plan.steal()).toBeNull();
  });

  test('stops a silent connection with a single byte left', () => {
    const { plan, stops } = lastPiece(0, MIB + 1);
    expect(plan.steal()).toMatchObject({ start: MIB, end: MIB + 1 });
    expect(stops()).toBe(1);
  });

  test('halves a slow piece down to 256 KiB', () => {
    const { plan, chunk } = lastPiece(1_000, 1.5 * MIB);
    expect(plan.steal()).toMatchObject({ start: 1.25 * MIB, end: 1.5 * MIB });
    expect(chunk.end).toBe(1.25 * MIB);
    expect(plan.steal()).toBeNull();
  });

  test('steals from a piece that takes slightly longer than two seconds', () => {
    expect(lastPiece(3.5 * MIB - 1).plan.steal()).not.toBeNull();
    expect(lastPiece(3.5 * MIB).plan.steal()).toBeNull();
  });

  test.each([
    ['one that ends within two seconds', 4 * MIB, 8 * MIB],
    ['one with no known rate yet', Number.POSITIVE_INFINITY, 8 * MIB],
    ['one with less than twice 256 KiB left', 1_000, 1.5 * MIB - 1],
  ])('steals nothing from %s', (_name, rate, endBytes) => {
    expect(lastPiece(rate, endBytes).plan.steal()).toBeNull();
  });
});

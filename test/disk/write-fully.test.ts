import { expect, test } from 'vitest';
import { writeFully, writeFullySync } from '../../src/disk/write-fully.ts';

const NO_MORE = { code: 'DISK', message: 'the system took no more bytes for the file' };

/** A disk that accepts at most `mostBytes` per write. */
function disk(mostBytes: number) {
  const written: Buffer[] = [];
  const positions: number[] = [];
  const write = (rest: readonly Buffer[], position: number): number => {
    const taken = Buffer.concat(rest).subarray(0, mostBytes);
    expect(rest.every((chunk) => chunk.length > 0)).toBe(true);
    written.push(taken);
    positions.push(position);
    return taken.length;
  };
  return { write, text: () => Buffer.concat(written).toString(), positions };
}

const chunks = ['abc', '', 'd', 'efgh'].map((text) => Buffer.from(text));

test.each([
  [100, [0]],
  [3, [0, 3, 6]],
  [4, [0, 4]],
  [5, [0, 5]],
  [1, [0, 1, 2, 3, 4, 5, 6, 7]],
])('continues short writes of at most %i bytes at %j', async (mostBytes, positions) => {
  const parts = disk(mostBytes);
  expect(await writeFully(chunks, async (rest, written) => parts.write(rest, written))).toBe(8);
  expect([parts.text(), parts.positions]).toEqual(['abcdefgh', positions]);
  const whole = disk(mostBytes);
  let written = 0;
  writeFullySync(Buffer.from('abcdefgh'), (rest) => {
    const count = whole.write([rest], written);
    written += count;
    return count;
  });
  expect([whole.text(), whole.positions]).toEqual(['abcdefgh', positions]);
});

test('does not write empty input', async () => {
  const never = () => expect.unreachable();
  expect(await writeFully([], never)).toBe(0);
  expect(await writeFully([Buffer.alloc(0)], never)).toBe(0);
  writeFullySync(Buffer.alloc(0), never);
});

test('reports a write of zero bytes without a retry', async () => {
  let count = 0;
  const nothing = () => {
    count += 1;
    return 0;
  };
  await expect(writeFully(chunks, async () => nothing())).rejects.toMatchObject(NO_MORE);
  expect(() => writeFullySync(Buffer.from('a'), nothing)).toThrow(expect.objectContaining(NO_MORE));
  expect(count).toBe(2);
});

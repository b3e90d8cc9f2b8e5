import { describe, expect, test } from 'vitest';
import type { Sandbox } from '../../src/sandbox/start.ts';
import { get, makeFile, openSandbox, type Received } from './conversation.ts';

/** The archive of a sandbox without faults, which is identical byte for byte. */
async function trueBytes(): Promise<Buffer> {
  const calm = await openSandbox();
  const { url } = await makeFile(calm);
  return (await get(calm, url)).bytes;
}

async function getSome(sandbox: Sandbox, times: number): Promise<Received[]> {
  const { url } = await makeFile(sandbox);
  const answers = [];
  for (let count = 0; count < times; count += 1)
    answers.push(await get(sandbox, url, {}, { patienceMs: 1000 }));
  return answers;
}

describe('bodies that end early', () => {
  test.each([
    ['cut=1000', [1000, 'whole', 'whole']],
    ['cut=0', [0, 'whole', 'whole']],
    ['cut=300K,2', [307_200, 307_200, 'whole']],
    ['cut=5,all', [5, 5, 5]],
    ['stall=1000', [1000, 'whole', 'whole']],
  ])('%s', async (fault, expected) => {
    const whole = await trueBytes();
    const answers = await getSome(await openSandbox(fault), 3);
    expect(answers.map(({ bytes }) => (bytes.equals(whole) ? 'whole' : bytes.length))).toEqual(expected);
    for (const { status, bytes, isComplete, headers } of answers) {
      expect(status).toBe(200);
      expect(bytes.equals(whole.subarray(0, bytes.length))).toBe(true);
      expect(isComplete).toBe(bytes.length === whole.length);
      expect(headers['content-length']).toBe(String(whole.length));
    }
  });

  test('count separately for each file, and ignore shorter bodies', async () => {
    const sandbox = await openSandbox('cut=1000');
    const [one, other] = [await makeFile(sandbox), await makeFile(sandbox)];
    const lengths = [];
    for (const { url } of [one, other]) {
      lengths.push((await get(sandbox, url, { range: 'bytes=0-999' })).bytes.length);
      lengths.push((await get(sandbox, url, { range: 'bytes=0-1000' })).bytes.length);
      lengths.push((await get(sandbox, url, { range: 'bytes=0-1000' })).bytes.length);
    }
    expect(lengths).toEqual([1000, 1000, 1001, 1000, 1000, 1001]);
  });

  test('stall keeps the connection open', async () => {
    const sandbox = await openSandbox('stall=10');
    const { url } = await makeFile(sandbox);
    let isOver = false;
    const transfer = get(sandbox, url, {}, { patienceMs: 600 }).then((received) => {
      isOver = true;
      return received;
    });
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(isOver).toBe(false);
    expect((await transfer).bytes.length).toBe(10);
  });
});

describe('slow or damaged bodies', () => {
  test('slow', async () => {
    const sandbox = await openSandbox('slow=100K');
    const { url, size } = await makeFile(sandbox);
    const { bytes } = await get(sandbox, url, {}, { patienceMs: 500 });
    expect(bytes.length).toBeGreaterThan(0);
    // Twice the bytes for half a second. The file is six times as long.
    expect(bytes.length).toBeLessThanOrEqual(102_400);
    expect(bytes.length).toBeLessThan(size);
  });

  test('flip-bit', async () => {
    const whole = await trueBytes();
    const sandbox = await openSandbox('flip-bit=300000');
    const { url } = await makeFile(sandbox);
    const before = await get(sandbox, url, { range: 'bytes=0-299999' });
    expect(before.bytes.equals(whole.subarray(0, 300_000))).toBe(true);
    const wrong = await get(sandbox, url, { range: 'bytes=100-' });
    const difference = [...wrong.bytes.keys()].filter((index) => wrong.bytes[index] !== whole[100 + index]);
    expect(difference).toEqual([299_900]);
    expect((await get(sandbox, url)).bytes.equals(whole)).toBe(true);
  });
});

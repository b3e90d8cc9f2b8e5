import { once } from 'node:events';
import { connect } from 'node:net';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import type { Sandbox } from '../../src/sandbox/start.ts';
import { get, makeFile, openSandbox, type Received, send } from './conversation.ts';

/** What a sandbox without faults gives for the same package: archives are the same byte for byte. */
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

/** The answer as it is on the wire: Node's own client refuses some of them. */
async function getRaw(sandbox: Sandbox): Promise<string> {
  const { url } = await makeFile(sandbox);
  const { hostname, port, pathname, host } = new URL(url);
  const socket = connect(Number(port), hostname);
  let received = '';
  socket.on('data', (chunk: Buffer) => {
    received += chunk.toString('latin1');
  });
  socket.write(
    `GET ${pathname} HTTP/1.1\r\nHost: ${host}\r\nAuthorization: Bearer ${sandbox.token}\r\nConnection: close\r\n\r\n`,
  );
  await once(socket, 'close');
  return received;
}

describe('bodies that end early', () => {
  test.each([
    ['cut=1000', [1000, 'whole', 'whole']],
    ['cut=0', [0, 'whole', 'whole']],
    ['cut=300K,2', [307_200, 307_200, 'whole']],
    ['cut=5,all', [5, 5, 5]],
    ['chunked-cut=1000', [1000, 'whole', 'whole']],
    ['stall=1000', [1000, 'whole', 'whole']],
  ])('%s', async (fault, expected) => {
    const whole = await trueBytes();
    const answers = await getSome(await openSandbox(fault), 3);
    expect(answers.map(({ bytes }) => (bytes.equals(whole) ? 'whole' : bytes.length))).toEqual(expected);
    for (const { status, bytes, isComplete, headers } of answers) {
      expect(status).toBe(200);
      expect(bytes.equals(whole.subarray(0, bytes.length))).toBe(true);
      expect(isComplete).toBe(bytes.length === whole.length);
      expect(headers['transfer-encoding']).toBe(fault.startsWith('chunked') ? 'chunked' : undefined);
      expect(headers['content-length']).toBe(fault.startsWith('chunked') ? undefined : String(whole.length));
    }
  });

  test('reset', async () => {
    const whole = await trueBytes();
    const [first, second] = await getSome(await openSandbox('reset=100K'), 2);
    expect(first?.isComplete).toBe(false);
    expect(first?.bytes.equals(whole.subarray(0, 102_400))).toBe(true);
    expect(second?.bytes.equals(whole)).toBe(true);
  });

  test('count for each file apart, and not where the body is shorter', async () => {
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

describe('bodies that travel oddly', () => {
  test('slow', async () => {
    const sandbox = await openSandbox('slow=100K');
    const { url, size } = await makeFile(sandbox);
    const { bytes } = await get(sandbox, url, {}, { patienceMs: 500 });
    expect(bytes.length).toBeGreaterThan(0);
    // Twice of what half a second gives; the file is six times as long.
    expect(bytes.length).toBeLessThanOrEqual(102_400);
    expect(bytes.length).toBeLessThan(size);
  });

  test('chunked', async () => {
    const whole = await trueBytes();
    const [answer] = await getSome(await openSandbox('chunked'), 1);
    expect(answer?.headers).toMatchObject({ 'transfer-encoding': 'chunked' });
    expect(answer?.headers['content-length']).toBeUndefined();
    expect(answer?.bytes.equals(whole)).toBe(true);
  });

  test('no-length', async () => {
    const whole = await trueBytes();
    const [answer] = await getSome(await openSandbox('no-length'), 1);
    expect(answer?.headers).toMatchObject({ connection: 'close' });
    expect(answer?.headers['content-length']).toBeUndefined();
    expect(answer?.headers['transfer-encoding']).toBeUndefined();
    expect(answer?.bytes.equals(whole)).toBe(true);
  });

  test('no-length with cut looks complete', async () => {
    const [answer] = await getSome(await openSandbox(['no-length', 'cut=1000']), 1);
    expect([answer?.bytes.length, answer?.isComplete]).toEqual([1000, true]);
  });

  test('double-length', async () => {
    const answer = await getRaw(await openSandbox('double-length'));
    const lengths = answer.match(/^content-length: \d+/gim);
    expect(lengths).toHaveLength(2);
    expect(new Set(lengths).size).toBe(2);
  });

  test('length-and-chunked', async () => {
    const answer = await getRaw(await openSandbox('length-and-chunked'));
    const [head = ''] = answer.split('\r\n\r\n');
    expect(head).toMatch(/^content-length: \d+/im);
    expect(head).toMatch(/^transfer-encoding: chunked/im);
    expect(answer).toMatch(/\r\n0\r\n\r\n$/);
  });

  test('extra-bytes', async () => {
    const answer = await getRaw(await openSandbox('extra-bytes=7'));
    const [, length] = /^content-length: (\d+)/im.exec(answer) ?? [];
    const bodyLength = answer.length - answer.indexOf('\r\n\r\n') - 4;
    expect(bodyLength).toBe(Number(length) + 7);
    expect(answer.endsWith('xxxxxxx')).toBe(true);
  });

  test('gzip-encoding', async () => {
    const whole = await trueBytes();
    const [answer] = await getSome(await openSandbox('gzip-encoding'), 1);
    expect(answer?.headers['content-encoding']).toBe('gzip');
    expect(gunzipSync(answer?.bytes ?? '').equals(whole)).toBe(true);
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

  test('max-connections', async () => {
    const sandbox = await openSandbox(['max-connections=2', 'slow=100K']);
    const { url } = await makeFile(sandbox);
    const answers = await Promise.all([1, 2, 3].map(() => get(sandbox, url, {}, { patienceMs: 500 })));
    expect(answers.map(({ status }) => status).toSorted((one, other) => one - other)).toEqual([
      200, 200, 503,
    ]);
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(
      (await send(url, { method: 'HEAD', headers: { authorization: `Bearer ${sandbox.token}` } })).status,
    ).toBe(200);
  });
});

import { expect, test } from 'vitest';
import { anonymousCredential, commandCredential, tokenCredential } from '../../src/auth/credential.ts';

const signal = new AbortController().signal;

test('a plain token cannot be renewed, and an anonymous credential has none', async () => {
  const plain = tokenCredential('abc');
  expect([plain.kind, await plain.authorization(signal), await plain.renew('Bearer abc', signal)]).toEqual([
    'token',
    'Bearer abc',
    false,
  ]);
  expect([
    await anonymousCredential.authorization(signal),
    await anonymousCredential.renew(null, signal),
  ]).toEqual([null, false]);
});

/** A token command that numbers its tokens; each run ends on `endLast`. */
function numbered() {
  const endings: (() => void)[] = [];
  const credential = commandCredential(async () => {
    const number = endings.length + 1;
    await new Promise<void>((resolve) => {
      endings.push(resolve);
    });
    return `token-${number}`;
  });
  return { credential, runs: () => endings.length, endLast: () => endings.at(-1)?.() };
}

test('concurrent requests share one run of the command', async () => {
  const { credential, runs, endLast } = numbered();
  const both = Promise.all([credential.authorization(signal), credential.authorization(signal)]);
  endLast();
  expect(await both).toEqual(['Bearer token-1', 'Bearer token-1']);
  expect(await credential.authorization(signal)).toBe('Bearer token-1');
  expect(runs()).toBe(1);
});

test('concurrent renewals share one run, and the next renewal starts another', async () => {
  const { credential, runs, endLast } = numbered();
  const first = credential.authorization(signal);
  endLast();
  const refused = await first;
  const both = Promise.all([credential.renew(refused, signal), credential.renew(refused, signal)]);
  endLast();
  expect(await both).toEqual([true, true]);
  expect(runs()).toBe(2);
  expect(await credential.renew(refused, signal)).toBe(true);
  expect(runs()).toBe(2);
  const third = credential.renew('Bearer token-2', signal);
  endLast();
  expect([await third, runs()]).toEqual([true, 3]);
});

test('renew returns false if the command prints the rejected token again', async () => {
  const credential = commandCredential(async () => 'always-the-same');
  const refused = await credential.authorization(signal);
  expect(await credential.renew(refused, signal)).toBe(false);
});

test('the next request runs a failed command again', async () => {
  let runs = 0;
  const credential = commandCredential(async () => {
    runs += 1;
    if (runs === 1) throw new Error('locked');
    return 'token';
  });
  await expect(credential.authorization(signal)).rejects.toThrow('locked');
  expect(await credential.authorization(signal)).toBe('Bearer token');
});

import { expect, test } from 'vitest';
import { anonymousCredential, tokenCredential } from '../../src/auth/credential.ts';

const signal = new AbortController().signal;

test('a plain token cannot be renewed, and nobody has none', async () => {
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

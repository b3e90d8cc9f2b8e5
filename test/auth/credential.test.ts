import { expect, test } from 'vitest';
import { anonymousCredential, tokenCredential } from '../../src/auth/credential.ts';
import { type Answer } from '../support/api-script.ts';

const signal = new AbortController().signal;

const token = (name: string, expiresIn?: unknown): Answer => ({
  json: { access_token: name, ...(expiresIn === undefined ? {} : { expires_in: expiresIn }) },
});

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

import { describe, expect, test } from 'vitest';
import { clientCredential } from '../../src/auth/client-credential.ts';
import type { Clock } from '../../src/clock.ts';
import { type Answer } from '../support/api-script.ts';
import { startApi } from '../support/api-server.ts';
import { createFastClock } from '../support/fast-clock.ts';
import { openTransport } from '../support/open-transport.ts';

const signal = new AbortController().signal;

/** A credential whose clock can be put forward, over a real connection. */
async function makeCredential(answers: Answer | readonly Answer[], retries = 2) {
  const sso = await startApi({ script: { 'POST token': answers } });
  const real = createFastClock({ speed: 20 });
  let aheadMs = 0;
  const clock: Clock = { ...real, monotonicMs: () => real.monotonicMs() + aheadMs };
  const transport = openTransport(clock);
  const credential = clientCredential({
    transport,
    clock,
    random: () => 0,
    ssoUrl: new URL(sso.origin),
    tenant: 'demo',
    clientId: 'robot',
    clientSecret: 'word',
    retries,
  });
  const pass = (durationMs: number) => {
    aheadMs += durationMs;
  };
  return { sso, credential, pass };
}

const token = (name: string, expiresIn?: unknown): Answer => ({
  json: { access_token: name, ...(expiresIn === undefined ? {} : { expires_in: expiresIn }) },
});

describe('client credentials', () => {
  test('the token is asked for when it is needed first, and then kept', async () => {
    const { sso, credential } = await makeCredential([token('one', 3_600)]);
    expect(sso.requests).toHaveLength(0);
    expect(await credential.authorization(signal)).toBe('Bearer one');
    expect(await credential.authorization(signal)).toBe('Bearer one');
    expect(sso.requests).toHaveLength(1);
  });

  test.each<[string, string]>([
    ['a byte order mark', '\uFEFF{"access_token":"one","expires_in":"3600"}'],
    ['camel case', '{"accessToken":"one","expiresIn":3600}'],
    ['capital keys', '{"AccessToken":"one","ExpiresIn":"3600","TokenType":"Bearer"}'],
  ])('%s in the response is no obstacle', async (_name, text) => {
    const { sso, credential, pass } = await makeCredential([{ text, status: 200 }, token('two')]);
    expect(await credential.authorization(signal)).toBe('Bearer one');
    pass(3_600_000 - 61_000);
    expect(await credential.authorization(signal)).toBe('Bearer one');
    pass(62_000);
    expect(await credential.authorization(signal)).toBe('Bearer two');
    expect(sso.requests).toHaveLength(2);
  });

  test.each([
    ['3600 seconds: a minute early', 3_600, 3_600_000 - 61_000 - 60_000, 62_000],
    ['60 seconds: at half of it', 60, 15_000, 16_000],
    ['no lifetime: 16 hours', undefined, 57_600_000 - 180_000, 121_000],
    ['a lifetime that is no number: 16 hours', 'long', 57_600_000 - 180_000, 121_000],
    ['a lifetime as text', '3600', 3_600_000 - 61_000 - 60_000, 62_000],
    ['a lifetime that no clock can count: 16 hours', 1e16, 57_600_000 - 180_000, 121_000],
    ['a negative lifetime: 16 hours', -5, 57_600_000 - 180_000, 121_000],
    ['a lifetime that is an object: 16 hours', { toString: 1 }, 57_600_000 - 180_000, 121_000],
    ['a lifetime of 0: 16 hours', 0, 57_600_000 - 180_000, 121_000],
  ])('%s', async (_name, expiresIn, keptMs, thenMs) => {
    const { sso, credential, pass } = await makeCredential([
      token('one', expiresIn),
      token('two', expiresIn),
    ]);
    await credential.authorization(signal);
    pass(keptMs);
    expect(await credential.authorization(signal)).toBe('Bearer one');
    pass(thenMs);
    expect(await credential.authorization(signal)).toBe('Bearer two');
    expect(sso.requests).toHaveLength(2);
  });

  test('requests that need it at once, or are refused at once, share one', async () => {
    const { sso, credential } = await makeCredential([token('one'), token('two')]);
    const first = await Promise.all(Array.from({ length: 5 }, () => credential.authorization(signal)));
    expect(new Set(first)).toEqual(new Set(['Bearer one']));
    const renewed = await Promise.all(
      Array.from({ length: 5 }, () => credential.renew('Bearer one', signal)),
    );
    expect(renewed).toEqual(Array(5).fill(true));
    expect(await credential.renew('Bearer one', signal)).toBe(true);
    expect(await credential.authorization(signal)).toBe('Bearer two');
    expect(sso.requests).toHaveLength(2);
  });

  test('the same token again is nothing new to try', async () => {
    const { credential } = await makeCredential(token('one'));
    await credential.authorization(signal);
    expect(await credential.renew('Bearer one', signal)).toBe(false);
  });

  test('a service that is busy is asked again, and after all tries the error asks for no more', async () => {
    const recovers = await makeCredential([503, { raw: '', after: 'reset' }, token('one')]);
    expect(await recovers.credential.authorization(signal)).toBe('Bearer one');
    const never = await makeCredential(503);
    await expect(never.credential.authorization(signal)).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      details: { transient: false, httpStatus: 503 },
    });
    expect(never.sso.requests).toHaveLength(3);
  });

  test.each([
    [
      'a wrong secret',
      { status: 401, json: { error: 'invalid_client', error_description: 'no such' } },
      'AUTH',
      'no such',
    ],
    [
      'an unknown realm',
      { status: 404, json: { error: 'Realm does not exist' } },
      'AUTH',
      'Realm does not exist',
    ],
    ['a redirect', { status: 302, json: {}, headers: { Location: '/x' } }, 'BAD_RESPONSE', 'never followed'],
    ['no token', { json: { token_type: 'Bearer' } }, 'BAD_RESPONSE', 'without a token'],
    ['a page', { text: '<html>' }, 'BAD_RESPONSE', 'without a token'],
    ['a token that cannot be sent', { json: { access_token: 'a\nb' } }, 'AUTH', 'position 2'],
  ] as const)('%s is told and not tried again', async (_name, answer, code, message) => {
    const { sso, credential } = await makeCredential(answer);
    await expect(credential.authorization(signal)).rejects.toMatchObject({
      code,
      message: expect.stringContaining(message),
    });
    expect(sso.requests).toHaveLength(1);
  });
});

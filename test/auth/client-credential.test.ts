import { describe, expect, test } from 'vitest';
import { clientCredential } from '../../src/auth/client-credential.ts';
import type { CachedToken, TokenCache } from '../../src/auth/token-cache.ts';
import type { Clock } from '../../src/clock.ts';
import { type Answer } from '../support/api/api-script.ts';
import { startApi } from '../support/api/api-server.ts';
import { openTransport } from '../support/api/open-transport.ts';
import { createFastClock } from '../support/fast-clock.ts';

const signal = new AbortController().signal;
const FROZEN_MS = Date.UTC(2026, 0, 15);

interface Given {
  readonly retries?: number;
  readonly cache?: TokenCache;
  /** Only `pass` advances its clock. */
  readonly isFrozen?: boolean;
}

/** A credential with a clock that can be advanced, over a real connection. */
async function makeCredential(
  answers: Answer | readonly Answer[],
  { retries = 2, cache, isFrozen = false }: Given = {},
) {
  const sso = await startApi({ script: { 'POST token': answers } });
  const real = createFastClock({ speed: 20 });
  let aheadMs = 0;
  const clock: Clock = {
    ...real,
    now: () => (isFrozen ? FROZEN_MS + aheadMs : real.now()),
    monotonicMs: () => (isFrozen ? 0 : real.monotonicMs()) + aheadMs,
  };
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
    ...(cache === undefined ? {} : { cache }),
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
  test('request the token on first use and keep it', async () => {
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
  ])('accept %s in the response', async (_name, text) => {
    const { sso, credential, pass } = await makeCredential([{ text, status: 200 }, token('two')]);
    expect(await credential.authorization(signal)).toBe('Bearer one');
    pass(3_600_000 - 61_000);
    expect(await credential.authorization(signal)).toBe('Bearer one');
    pass(62_000);
    expect(await credential.authorization(signal)).toBe('Bearer two');
    expect(sso.requests).toHaveLength(2);
  });

  test.each([
    ['3600 seconds: renewed a minute early', 3_600, 3_600_000 - 61_000 - 60_000, 62_000],
    ['60 seconds: renewed at half of it', 60, 15_000, 16_000],
    ['no lifetime: 16 hours', undefined, 57_600_000 - 180_000, 121_000],
    ['a lifetime that is not a number: 16 hours', 'long', 57_600_000 - 180_000, 121_000],
    ['a lifetime as text', '3600', 3_600_000 - 61_000 - 60_000, 62_000],
    ['a lifetime beyond any clock: 16 hours', 1e16, 57_600_000 - 180_000, 121_000],
    ['ten years', 315_360_000, 315_360_000_000 - 180_000, 121_000],
    ['a second more than ten years: 16 hours', 315_360_001, 57_600_000 - 180_000, 121_000],
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

  test('are sent as a form, and ask for JSON without compression', async () => {
    const { sso, credential } = await makeCredential([token('one')]);
    await credential.authorization(signal);
    const { headers } = sso.requests[0] ?? {};
    expect(['accept', 'accept-encoding', 'content-type'].map((name) => headers?.get(name))).toEqual([
      'application/json',
      'identity',
      'application/x-www-form-urlencoded',
    ]);
  });

  test('share one token request between concurrent requests and concurrent renewals', async () => {
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

  test('renew returns false for the same token', async () => {
    const { credential } = await makeCredential(token('one'));
    await credential.authorization(signal);
    expect(await credential.renew('Bearer one', signal)).toBe(false);
  });

  test('retry while the service is busy, then fail with an error that is not transient', async () => {
    const recovers = await makeCredential([503, { raw: '', after: 'reset' }, token('one')]);
    expect(await recovers.credential.authorization(signal)).toBe('Bearer one');
    const never = await makeCredential(503);
    await expect(never.credential.authorization(signal)).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      details: { transient: false, httpStatus: 503 },
    });
    expect(never.sso.requests).toHaveLength(3);
    const limited = { status: 403, json: {}, headers: { 'Retry-After': '1' } };
    const limits = await makeCredential([limited, token('one')]);
    expect(await limits.credential.authorization(signal)).toBe('Bearer one');
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
    [
      'a redirect',
      { status: 302, json: {}, headers: { Location: '/x' } },
      'BAD_RESPONSE',
      'refusing redirect of the token request',
    ],
    [
      'a response without a token',
      { json: { token_type: 'Bearer' } },
      'BAD_RESPONSE',
      'no token in the response',
    ],
    [
      'an error with HTTP 200',
      { json: { error: 'invalid_client', error_description: 'wrong secret' } },
      'AUTH',
      '(HTTP 200: wrong secret)',
    ],
    ['a web page', { text: '<html>' }, 'BAD_RESPONSE', 'no token in the response'],
    ['a token that cannot be sent', { json: { access_token: 'a\nb' } }, 'AUTH', 'position 2'],
  ] as const)('report %s without a retry', async (_name, answer, code, message) => {
    const { sso, credential } = await makeCredential(answer);
    await expect(credential.authorization(signal)).rejects.toMatchObject({
      code,
      message: expect.stringContaining(message),
    });
    expect(sso.requests).toHaveLength(1);
  });
});

test('renews a token exactly when it is due, not a millisecond earlier', async () => {
  const { credential, pass } = await makeCredential([token('one', 3_600), token('two', 3_600)], {
    isFrozen: true,
  });
  expect(await credential.authorization(signal)).toBe('Bearer one');
  expect(credential.expiresMs()).toBe(FROZEN_MS + 3_600_000);
  pass(3_540_000 - 1);
  expect(await credential.authorization(signal)).toBe('Bearer one');
  pass(1);
  expect(await credential.authorization(signal)).toBe('Bearer two');
});

test.each([
  [300, 'BAD_RESPONSE'],
  [399, 'BAD_RESPONSE'],
  [400, 'AUTH'],
])('HTTP %i of the token request is %s', async (status, code) => {
  const { credential } = await makeCredential({ status, json: {} });
  await expect(credential.authorization(signal)).rejects.toMatchObject({ code });
});

test('accepts a token response of 1 MiB and rejects one byte more', async () => {
  const text = JSON.stringify({ access_token: 'one' }).padEnd(1_048_576);
  const within = await makeCredential({ text });
  expect(await within.credential.authorization(signal)).toBe('Bearer one');
  const beyond = await makeCredential({ text: `${text} ` });
  await expect(beyond.credential.authorization(signal)).rejects.toMatchObject({ code: 'BAD_RESPONSE' });
});

describe('a cached token', () => {
  const kept = (over: Partial<CachedToken> = {}): CachedToken => ({
    token: 'kept',
    fetchedMs: FROZEN_MS,
    renewMs: FROZEN_MS + 10_000,
    expiresMs: FROZEN_MS + 20_000,
    ...over,
  });
  /** Returns `later` after `exclusively` was called. */
  const cacheOf = (now: CachedToken | null, later = now) => {
    const written: CachedToken[] = [];
    let shown = now;
    const cache: TokenCache = {
      read: async () => shown,
      write: async (value) => {
        written.push(value);
      },
      exclusively: (work) => {
        shown = later;
        return work();
      },
    };
    return { cache, written };
  };

  test.each<[string, CachedToken, string]>([
    ['is used', kept(), 'Bearer kept'],
    ['is not used when its renewal is due', kept({ renewMs: FROZEN_MS }), 'Bearer new'],
    ['is used until a millisecond before that', kept({ renewMs: FROZEN_MS + 1 }), 'Bearer kept'],
    ['from a clock one minute ahead is used', kept({ fetchedMs: FROZEN_MS + 60_000 }), 'Bearer kept'],
    ['from a clock further ahead is not used', kept({ fetchedMs: FROZEN_MS + 60_001 }), 'Bearer new'],
  ])('%s', async (_name, value, authorization) => {
    const { cache, written } = cacheOf(value);
    const { sso, credential } = await makeCredential(token('new', 3_600), { cache, isFrozen: true });
    expect(await credential.authorization(signal)).toBe(authorization);
    const isNew = authorization === 'Bearer new';
    expect(sso.requests).toHaveLength(isNew ? 1 : 0);
    expect(written.map((one) => one.token)).toEqual(isNew ? ['new'] : []);
  });

  test('that another process has fetched in the meantime is used', async () => {
    const { cache, written } = cacheOf(null, kept());
    const { sso, credential } = await makeCredential(token('new'), { cache, isFrozen: true });
    expect(await credential.authorization(signal)).toBe('Bearer kept');
    expect([sso.requests.length, written.length]).toEqual([0, 0]);
  });

  test('that was rejected is not used again', async () => {
    const { cache } = cacheOf(kept());
    const { credential } = await makeCredential(token('new'), { cache, isFrozen: true });
    expect(await credential.authorization(signal)).toBe('Bearer kept');
    expect(await credential.renew('Bearer kept', signal)).toBe(true);
    expect(await credential.authorization(signal)).toBe('Bearer new');
  });
});

test.each([
  [401, /^check the client ID and secret; /],
  [404, /^check the tenant and --sso-url with /],
  [302, /^check --sso-url$/],
])('hints at the setting to check after HTTP %i', async (status, hint) => {
  const { credential } = await makeCredential({ status, json: {} });
  const failed: unknown = await credential.authorization(signal).catch((error: unknown) => error);
  expect(failed).toMatchObject({ details: { httpStatus: status, hint: expect.stringMatching(hint) } });
});

import { describe, expect, test } from 'vitest';
import type { StoredCredential } from '../../src/config/credential-file.ts';
import {
  type CredentialSources,
  resolveCredential,
  storedCredential,
} from '../../src/config/credential-settings.ts';

const STORED = { kind: 'token', token: 'of-the-store', source: 'credentials.json' } as const;

function credentialOf(env: CredentialSources['env']) {
  return resolveCredential({
    env,
    readTextFile: async (path) => `content-of-${path}\n`,
    stored: async () => STORED,
  });
}

describe('case 133: the credential', () => {
  const token = { STREAMDIVER_TOKEN: 'the-token' };
  const client = {
    STREAMDIVER_TENANT: 'demo',
    STREAMDIVER_CLIENT_ID: 'robot',
    STREAMDIVER_CLIENT_SECRET: 'the-secret',
  };
  const clientSettings = { kind: 'client', tenant: 'demo', clientId: 'robot', isStored: false };

  test.each([
    [{}, STORED],
    [{ STREAMDIVER_TOKEN: '', STREAMDIVER_TENANT: '', STREAMDIVER_CLIENT_SECRET_FILE: '' }, STORED],
    [token, { kind: 'token', token: 'the-token', source: 'STREAMDIVER_TOKEN' }],
    [
      { STREAMDIVER_TOKEN: ' the-token\n' },
      { kind: 'token', token: 'the-token', source: 'STREAMDIVER_TOKEN' },
    ],
    [
      { STREAMDIVER_TOKEN_FILE: 'f' },
      { kind: 'token', token: 'content-of-f', source: 'STREAMDIVER_TOKEN_FILE' },
    ],
    [
      { ...token, STREAMDIVER_TOKEN_FILE: 'f' },
      { kind: 'token', token: 'the-token', source: 'STREAMDIVER_TOKEN' },
    ],
    [client, { ...clientSettings, clientSecret: 'the-secret', source: 'STREAMDIVER_CLIENT_SECRET' }],
    [
      { ...client, STREAMDIVER_CLIENT_SECRET: '', STREAMDIVER_CLIENT_SECRET_FILE: 'f' },
      { ...clientSettings, clientSecret: 'content-of-f', source: 'STREAMDIVER_CLIENT_SECRET_FILE' },
    ],
    [
      { ...client, ...token },
      { kind: 'token', token: 'the-token', source: 'STREAMDIVER_TOKEN' },
    ],
    [
      { ...token, STREAMDIVER_TENANT: 'demo' },
      { kind: 'token', token: 'the-token', source: 'STREAMDIVER_TOKEN' },
    ],
  ])('%j', async (env, credential) => {
    expect(await credentialOf(env)).toEqual(credential);
  });

  test.each([
    [{ STREAMDIVER_TENANT: 'demo' }, 'STREAMDIVER_CLIENT_ID and STREAMDIVER_CLIENT_SECRET'],
    [{ ...client, STREAMDIVER_CLIENT_ID: '' }, 'STREAMDIVER_CLIENT_ID not set'],
    [{ STREAMDIVER_CLIENT_SECRET: 'x' }, 'STREAMDIVER_TENANT and STREAMDIVER_CLIENT_ID'],
  ])('%j is incomplete', async (env, message) => {
    await expect(credentialOf(env)).rejects.toThrow(
      expect.objectContaining({ code: 'CONFIG', message: expect.stringContaining(message) }),
    );
  });

  test('rejects an invalid token with the position, without repeating it', async () => {
    await expect(credentialOf({ STREAMDIVER_TOKEN: 'abc\u200bdef' })).rejects.toThrow(
      expect.objectContaining({
        code: 'AUTH',
        message: 'STREAMDIVER_TOKEN has an illegal character at position 4',
      }),
    );
  });
});

describe('case 23: a stored credential', () => {
  const entry = (token: string): StoredCredential => ({ kind: 'token', token });
  const client: StoredCredential = {
    kind: 'client',
    ssoUrl: 'https://sso.example/',
    tenant: 'demo',
    clientId: 'robot',
    clientSecret: 'the-secret',
  };
  const credentials = new Map([
    [
      'default',
      new Map([
        ['https://api.example', entry('a')],
        ['https://api.example:8443', entry('b')],
        ['https://client.example', client],
      ]),
    ],
    ['work', new Map([['https://work.example', entry('c')]])],
  ]);
  const lookUp = (profile: string, apiUrl: string, ssoUrl = 'https://sso.example/') =>
    storedCredential(credentials, {
      profile,
      apiUrl: new URL(apiUrl),
      ssoUrl: new URL(ssoUrl),
      source: 'credentials.json',
    });

  test.each([
    ['default', 'https://api.example/v2', 'a'],
    ['default', 'https://api.example:8443/other', 'b'],
    ['work', 'https://work.example/v2', 'c'],
  ])('of profile %s for %s is %s', (profile, apiUrl, token) => {
    expect(lookUp(profile, apiUrl)).toMatchObject({ kind: 'token', token });
  });

  test.each([
    ['default', 'https://work.example/v2'],
    ['work', 'https://api.example/v2'],
    ['default', 'https://api.example:444/v2'],
    ['default', 'https://sub.api.example/v2'],
    ['default', 'https://example/v2'],
  ])('of profile %s does not exist for %s', (profile, apiUrl) => {
    expect(() => lookUp(profile, apiUrl)).toThrow(
      expect.objectContaining({
        code: 'AUTH',
        message: expect.stringContaining(`no credential for ${new URL(apiUrl).origin}`),
      }),
    );
  });

  test('is anonymous if the profile has none', () => {
    expect(lookUp('nobody', 'https://api.example')).toEqual({ kind: 'anonymous' });
  });

  test('of a client is used only for its own sign-in service', () => {
    expect(lookUp('default', 'https://client.example')).toMatchObject({ kind: 'client', isStored: true });
    expect(() => lookUp('default', 'https://client.example', 'https://other.example')).toThrow(
      expect.objectContaining({
        code: 'AUTH',
        message: expect.stringContaining('no credential for https://other.example'),
      }),
    );
  });
});

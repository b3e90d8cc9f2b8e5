import { describe, expect, test } from 'vitest';
import { type Profile, resolveSettings, type SettingsSources } from '../../src/config/settings.ts';
import { isExpectedError } from '../../src/errors.ts';

function settingsOf(changed: Partial<SettingsSources>) {
  return resolveSettings({
    flags: {},
    env: {},
    profile: {},
    readTextFile: (path) => `content-of-${path}\n`,
    ...changed,
  });
}

/** Every way in which the four sources can have a value or not; empty counts as unset. */
const PRESENCE = [undefined, '', 'set'] as const;

const MATRIX = PRESENCE.flatMap((flag) =>
  PRESENCE.flatMap((env) => PRESENCE.map((profile) => [flag, env, profile] as const)),
);

describe.each([
  ['apiUrl', 'STREAMDIVER_API_URL', 'https://api.streamdiver.com/v2'],
  ['ssoUrl', 'STREAMDIVER_SSO_URL', 'https://sso.streamdiver.com/'],
] as const)('%s', (name, variable, fallback) => {
  test.each(MATRIX)('flag %j, environment %j, profile %j', (flag, env, profile) => {
    const value = (presence: string | undefined, from: string) =>
      presence === 'set' ? `https://${from}.example/` : presence;
    const profileValues: Profile = { [name]: value(profile, 'profile') };
    const settings = settingsOf({
      flags: { [name]: value(flag, 'flag') },
      env: { [variable]: value(env, 'environment') },
      profile: profileValues,
    });
    const from =
      flag === 'set' ? 'flag' : env === 'set' ? 'environment' : profile === 'set' ? 'profile' : null;
    expect(settings[name].href).toBe(from === null ? fallback : `https://${from}.example/`);
  });
});

describe('certificates', () => {
  test.each([
    [{}, {}, {}, []],
    [{ cacert: 'f' }, { STREAMDIVER_CA_FILE: 'e', SSL_CERT_FILE: 's' }, { cacert: 'p' }, ['f']],
    [{}, { STREAMDIVER_CA_FILE: 'e', SSL_CERT_FILE: 's' }, { cacert: 'p' }, ['e']],
    [{ cacert: '' }, { STREAMDIVER_CA_FILE: '' }, { cacert: 'p' }, ['p']],
    [{}, { SSL_CERT_FILE: 's' }, {}, ['s']],
    [{}, { SSL_CERT_FILE: 's', NODE_EXTRA_CA_CERTS: 'n' }, {}, ['s', 'n']],
    // Node itself reads this one while no other is named.
    [{}, { NODE_EXTRA_CA_CERTS: 'n' }, {}, []],
  ])('flags %j, environment %j, profile %j', (flags, env, profile, files) => {
    expect(settingsOf({ flags, env, profile }).certificateFiles).toEqual(files);
  });
});

describe('credentials', () => {
  const token = { STREAMDIVER_TOKEN: 'the-token' };
  const client = {
    STREAMDIVER_TENANT: 'demo',
    STREAMDIVER_CLIENT_ID: 'robot',
    STREAMDIVER_CLIENT_SECRET: 'the-secret',
  };
  const clientSettings = { kind: 'client', tenant: 'demo', clientId: 'robot' };

  test.each([
    [{}, { kind: 'anonymous' }],
    [{ STREAMDIVER_TOKEN: '' }, { kind: 'anonymous' }],
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
  ])('%j', (env, credential) => {
    expect(settingsOf({ env }).credential).toEqual(credential);
  });

  test('--anonymous wins over all of them, and reads no file', () => {
    const readTextFile = () => {
      throw new Error('read');
    };
    const env = { ...client, STREAMDIVER_TOKEN_FILE: 'f' };
    expect(settingsOf({ flags: { anonymous: true }, env, readTextFile }).credential).toEqual({
      kind: 'anonymous',
    });
  });

  test.each([
    [{ STREAMDIVER_TENANT: 'demo' }, 'STREAMDIVER_CLIENT_ID and STREAMDIVER_CLIENT_SECRET'],
    [{ ...client, STREAMDIVER_CLIENT_ID: '' }, 'STREAMDIVER_CLIENT_ID not set'],
    [{ STREAMDIVER_CLIENT_SECRET: 'x' }, 'STREAMDIVER_TENANT and STREAMDIVER_CLIENT_ID'],
  ])('%j is incomplete', (env, message) => {
    expect(() => settingsOf({ env })).toThrow(
      expect.objectContaining({ code: 'CONFIG', message: expect.stringContaining(message) }),
    );
  });

  test('a token that cannot be sent is refused by position and not repeated', () => {
    expect(() => settingsOf({ env: { STREAMDIVER_TOKEN: 'abc\u200bdef' } })).toThrow(
      expect.objectContaining({
        code: 'AUTH',
        message: 'STREAMDIVER_TOKEN has an illegal character at position 4',
      }),
    );
  });

  test.each([
    ['https://api.example.com', {}, false],
    ['http://127.0.0.1:1', { STREAMDIVER_SSO_URL: 'http://127.0.0.1:1' }, true],
    ['http://127.0.0.1:1', {}, false],
  ])('NODE_TLS_REJECT_UNAUTHORIZED=0 with %s %j is allowed: %j', (apiUrl, env, isAllowed) => {
    const resolve = () =>
      settingsOf({ flags: { apiUrl }, env: { ...env, NODE_TLS_REJECT_UNAUTHORIZED: '0' } });
    let isResolved = true;
    try {
      resolve();
    } catch (error) {
      isResolved = !isExpectedError(error, 'CONFIG');
    }
    expect(isResolved).toBe(isAllowed);
  });
});

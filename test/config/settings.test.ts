import { describe, expect, test } from 'vitest';
import type { Profile } from '../../src/config/config-file.ts';
import { type ConnectionSources, resolveConnection, resolveProfileName } from '../../src/config/settings.ts';
import { isExpectedError } from '../../src/errors.ts';

function settingsOf(changed: Partial<ConnectionSources>) {
  return resolveConnection({ flags: {}, env: {}, profileName: 'default', profile: {}, ...changed });
}

/** All combinations of set and unset sources; empty counts as unset. */
const PRESENCE = [undefined, '', 'set'] as const;

const MATRIX = PRESENCE.flatMap((flag) =>
  PRESENCE.flatMap((env) => PRESENCE.map((profile) => [flag, env, profile] as const)),
);

describe.each([
  ['apiUrl', 'STREAMDIVER_API_URL', 'https://api.streamdiver.com/v2'],
  ['ssoUrl', 'STREAMDIVER_SSO_URL', 'https://sso.streamdiver.com/'],
] as const)('case 133: %s', (name, variable, fallback) => {
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
    const flagName = name === 'apiUrl' ? '--api-url' : '--sso-url';
    const told = { flag: flagName, environment: variable, profile: 'profile default' };
    expect(settings.origins[name]).toBe(from === null ? 'default' : told[from]);
  });
});

describe('case 133: the profile', () => {
  test.each(MATRIX)('flag %j, environment %j, config.json %j', (flag, env, config) => {
    const value = (presence: string | undefined, from: string) => (presence === 'set' ? from : presence);
    const { name, origin } = resolveProfileName(
      { profile: value(flag, 'by-flag') },
      { STREAMDIVER_PROFILE: value(env, 'by-variable') },
      { profile: value(config, 'by-file') },
    );
    const wanted =
      flag === 'set'
        ? ['by-flag', '--profile']
        : env === 'set'
          ? ['by-variable', 'STREAMDIVER_PROFILE']
          : config === 'set'
            ? ['by-file', 'config.json']
            : ['default', 'default'];
    expect([name, origin]).toEqual(wanted);
  });

  test.each(['a b', '-x', '../x', 'a\u0000', 'ä', 'x'.repeat(65)])('rejects the name %j', (profile) => {
    expect(() => resolveProfileName({ profile }, {}, {})).toThrow(
      expect.objectContaining({ code: 'CONFIG' }),
    );
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
    // Node itself reads this one unless another one is set.
    [{}, { NODE_EXTRA_CA_CERTS: 'n' }, {}, []],
  ])('flags %j, environment %j, profile %j', (flags, env, profile, files) => {
    expect(settingsOf({ flags, env, profile }).certificateFiles).toEqual(files);
  });
});

test.each([
  ['https://api.example.com', {}, false],
  ['http://127.0.0.1:1', { STREAMDIVER_SSO_URL: 'http://127.0.0.1:1' }, true],
  ['http://127.0.0.1:1', {}, false],
])('NODE_TLS_REJECT_UNAUTHORIZED=0 with %s %j is allowed: %j', (apiUrl, env, isAllowed) => {
  const resolve = () => settingsOf({ flags: { apiUrl }, env: { ...env, NODE_TLS_REJECT_UNAUTHORIZED: '0' } });
  let isResolved = true;
  try {
    resolve();
  } catch (error) {
    isResolved = !isExpectedError(error, 'CONFIG');
  }
  expect(isResolved).toBe(isAllowed);
});

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { rootCertificates } from 'node:tls';
import { describe, expect, test } from 'vitest';
import { runCommand } from './commands/run-command.ts';
import { type ApiServer, startApi } from './support/api/api-server.ts';
import { makeCertificate } from './support/certificate.ts';
import { createFastClock } from './support/fast-clock.ts';
import { CANARY_TOKEN } from './support/process/canary.ts';
import { makePlace } from './support/process/run-place.ts';
import { credentialsOf, placeWithStore } from './support/stored-files.ts';

const PACKAGES = 'GET /v2/downloads';
const authorizations = (api: ApiServer) => api.requests.map(({ headers }) => headers.get('authorization'));

describe('a profile', () => {
  const token = { kind: 'token', token: 'token-of-the-profile' };

  test.each([
    ['--profile', ['--profile', 'other'], {}, {}],
    ['STREAMDIVER_PROFILE', [], { STREAMDIVER_PROFILE: 'other' }, {}],
    ['config.json', [], {}, { profile: 'other' }],
  ])('rejects a profile that does not exist: %s', async (origin, flags, env, config) => {
    const api = await startApi();
    const place = placeWithStore({ config: { profiles: { default: {} }, ...config } });
    const run = await runCommand(['list', '--json', ...flags], { api, place, env });
    expect(run).toMatchObject({
      exitCode: 2,
      json: { error: { code: 'CONFIG', message: `no profile "other" (${origin})` } },
    });
    expect(run.stderr).toContain('hint: to create it, run: streamdiver-dl login --profile other\n');
    expect(api.requests).toEqual([]);
  });

  test.each([
    ['is the default one', [], {}, {}],
    ['is the default one, by name', ['--profile', 'default'], {}, {}],
    ['has settings', ['--profile', 'other'], { profiles: { other: {} } }, {}],
    ['has a credential', ['--profile', 'other'], {}, 'stored'],
  ])('accepts a profile that %s', async (_name, flags, config, credentials) => {
    const api = await startApi();
    const place = placeWithStore({
      config,
      ...(credentials === 'stored' ? { credentials: credentialsOf(api.origin, token, 'other') } : {}),
    });
    const run = await runCommand(['list', ...flags], { api, place });
    expect(run.exitCode, run.stderr).toBe(0);
  });

  test('login and config set create a profile', async () => {
    const place = makePlace();
    const login = ['login', '--with-token', '--no-verify', '--profile', 'other'];
    expect(await runCommand(login, { place, input: `${CANARY_TOKEN}\n`, token: null })).toMatchObject({
      exitCode: 0,
    });
    const set = ['config', 'set', 'api-url', 'https://api.example/v2', '--profile', 'third'];
    expect(await runCommand(set, { place })).toMatchObject({ exitCode: 0 });
  });
});

describe('a config file that cannot be read', () => {
  test('stops a command', async () => {
    const api = await startApi();
    const place = placeWithStore({ config: '{' });
    const run = await runCommand(['list'], { api, place });
    expect(run.exitCode).toBe(2);
    expect(run.stderr).toMatch(/^error: .*config\.json/);
    expect(api.requests).toEqual([]);
  });

  test('is ignored by login, with a warning', async () => {
    const place = placeWithStore({ config: '{' });
    const run = await runCommand(['login', '--with-token', '--no-verify'], {
      place,
      input: `${CANARY_TOKEN}\n`,
      token: null,
    });
    expect(run.exitCode, run.stderr).toBe(0);
    expect(run.stderr).toMatch(/^warning: .*config\.json.*; ignoring the file$/m);
  });
});

describe('a credential', () => {
  test('is sent unless the command is anonymous', async () => {
    const api = await startApi();
    await runCommand(['list'], { api });
    expect(new Set(authorizations(api))).toEqual(new Set([`Bearer ${CANARY_TOKEN}`]));
    const other = await startApi();
    await runCommand(['create', '-r', 'one', '--anonymous'], { api: other });
    expect(new Set(authorizations(other))).toEqual(new Set([undefined]));
  });

  test('stops the command if its file cannot be read', async () => {
    const api = await startApi();
    const file = join(makePlace().cwd, 'missing');
    const env = { STREAMDIVER_TOKEN_FILE: file };
    expect(await runCommand(['list', '--json'], { api, env, token: null })).toMatchObject({
      exitCode: 2,
      json: {
        error: {
          code: 'CONFIG',
          message: `cannot read ${file}: no such file or folder`,
          hint: 'check the path and its permissions',
        },
      },
    });
    expect(api.requests).toEqual([]);
  });

  test('a stored client exchanges its credential once, one from the environment each time', async () => {
    const api = await startApi();
    const client = {
      kind: 'client',
      ssoUrl: `${api.origin}/`,
      tenant: 'demo',
      clientId: 'robot',
      clientSecret: 'secret-of-the-client',
    };
    const place = placeWithStore({ credentials: credentialsOf(api.origin, client) });
    for (const _run of [1, 2]) {
      const run = await runCommand(['list'], { api, place, token: null });
      expect(run.exitCode, run.stderr).toBe(0);
    }
    expect(api.requestsOf('POST token')).toHaveLength(1);
    const env = {
      STREAMDIVER_TENANT: 'demo',
      STREAMDIVER_CLIENT_ID: 'robot',
      STREAMDIVER_CLIENT_SECRET: 'secret-of-the-client',
    };
    for (const _run of [1, 2])
      expect((await runCommand(['list'], { api, env, token: null })).exitCode).toBe(0);
    expect(api.requestsOf('POST token')).toHaveLength(3);
  });
});

describe('secrets in API responses are not printed', () => {
  const SECRET = 'a-secret-of-many-letters';
  const TITLE = `before ${SECRET} after`;
  const proxy = `http://user:${SECRET}@127.0.0.1:1`;
  const list = ['list', '--format', 'tsv'];

  test('token', async () => {
    const api = await startApi({ token: SECRET, packages: [{ title: TITLE }] });
    const run = await runCommand(list, { api, token: SECRET });
    expect(run.stdout, run.stderr).toContain('before *** after');
  });

  test('output of a token command', async () => {
    const api = await startApi({ token: SECRET, packages: [{ title: TITLE }] });
    const command = { kind: 'command', command: `printf %s-%s a secret-of-many-letters` };
    const place = placeWithStore({ credentials: credentialsOf(api.origin, command) });
    const run = await runCommand(list, { api, place, token: null });
    expect(run.stdout, run.stderr).toContain('before *** after');
  });

  test('client secret and its token', async () => {
    const api = await startApi({
      token: 'token-of-the-service',
      packages: [{ title: `${SECRET} and token-of-the-service` }],
    });
    const env = {
      STREAMDIVER_TENANT: 'demo',
      STREAMDIVER_CLIENT_ID: 'robot',
      STREAMDIVER_CLIENT_SECRET: SECRET,
    };
    const run = await runCommand(list, { api, env, token: null });
    expect(run.stdout, run.stderr).toContain('*** and ***');
  });

  test.each([
    ['the password of an HTTP proxy', SECRET, { HTTP_PROXY: proxy }],
    ['the password of an HTTPS proxy', SECRET, { HTTPS_PROXY: proxy }],
    ['the header for a proxy', Buffer.from(`user:${SECRET}`).toString('base64'), { HTTPS_PROXY: proxy }],
  ])('%s', async (_name, secret, env) => {
    const api = await startApi({ packages: [{ title: `before ${secret} after` }] });
    const run = await runCommand(list, { api, env });
    expect(run.stdout, run.stderr).toContain('before *** after');
  });
});

describe('diagnostics', () => {
  test.each([
    ['undici', true],
    ['http,fetch', true],
    ['http', false],
    ['prefetch', false],
    [undefined, false],
  ])('NODE_DEBUG=%s prints a warning: %j', async (value, isWarned) => {
    const run = await runCommand(['list'], { api: await startApi(), env: { NODE_DEBUG: value } });
    const warning = 'warning: ignoring NODE_DEBUG, which would print signed URLs; use -vv instead\n';
    expect(run.stderr.includes(warning)).toBe(isWarned);
  });

  test('-v prints one line per request, -vv also its headers', async () => {
    const api = await startApi();
    const [quiet, verbose, most] = [
      await runCommand(['list'], { api }),
      await runCommand(['list', '-v'], { api }),
      await runCommand(['list', '-vv'], { api }),
    ];
    expect(quiet.stderr).not.toMatch(/GET|accept/i);
    expect(verbose.stderr).toMatch(/GET .*\/v2\/downloads/);
    expect(verbose.stderr).not.toMatch(/user-agent/i);
    expect(most.stderr).toMatch(/user-agent: streamdiver-dl\//i);
  });

  test.each([
    ['0', '1 s'],
    ['2.5', '3 s'],
    ['3', '3 s'],
  ])('prints that a retry follows Retry-After: %s', async (seconds, words) => {
    const api = await startApi();
    api.script(PACKAGES, [
      { status: 503, json: { status: 'error', message: 'busy' }, headers: { 'Retry-After': seconds } },
    ]);
    const run = await runCommand(['list', '--progress', 'plain'], { api });
    expect(run.exitCode, run.stderr).toBe(0);
    expect(run.stderr).toMatch(new RegExp(`^retry 1: .*; retrying in ${words}$`, 'm'));
  });

  test('retries five times by default', async () => {
    const api = await startApi();
    api.script(PACKAGES, 503);
    const run = await runCommand(['list'], { api, clock: createFastClock({ skipsSleeps: true }) });
    expect(run.exitCode).toBe(6);
    expect(api.requests).toHaveLength(6);
  });
});

describe('a certificate file', () => {
  test('is not read for a local API without TLS', async () => {
    const run = await runCommand(['list', '--cacert', '/missing.pem'], { api: await startApi() });
    expect(run.exitCode, run.stderr).toBe(0);
  });

  test.each([
    ['apiUrl', 'list'],
    ['ssoUrl', 'list'],
  ])('is read if the %s uses TLS', async (which, command) => {
    const api = await startApi();
    const url = { apiUrl: 'STREAMDIVER_API_URL', ssoUrl: 'STREAMDIVER_SSO_URL' }[which] ?? '';
    const run = await runCommand([command, '--json', '--cacert', '/missing.pem'], {
      api,
      env: { [url]: 'https://127.0.0.1:1/v2' },
    });
    expect(run).toMatchObject({
      exitCode: 2,
      json: { error: { code: 'CONFIG', message: expect.stringContaining('/missing.pem') } },
    });
  });

  test('is trusted in addition to the built-in authorities and NODE_EXTRA_CA_CERTS', async () => {
    const certificate = makeCertificate();
    const folder = makePlace().cwd;
    const [junk, other] = [join(folder, 'junk.pem'), join(folder, 'other.pem')];
    writeFileSync(junk, 'not a certificate');
    writeFileSync(other, rootCertificates[0] ?? '');
    const api = await startApi({ tls: certificate });
    for (const env of [
      { SSL_CERT_FILE: certificate.certPath },
      { SSL_CERT_FILE: certificate.certPath, NODE_EXTRA_CA_CERTS: junk },
      { SSL_CERT_FILE: other, NODE_EXTRA_CA_CERTS: certificate.certPath },
    ]) {
      const run = await runCommand(['list'], { api, env });
      expect(run.exitCode, run.stderr).toBe(0);
    }
    expect(await runCommand(['list', '--json'], { api, env: { SSL_CERT_FILE: junk } })).toMatchObject({
      exitCode: 2,
      json: { error: { code: 'CONFIG' } },
    });
  });
});

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { runCommand } from '../commands/run-command.ts';
import { startApi } from '../support/api/api-server.ts';
import { makePlace } from '../support/process/run-place.ts';
import { expectMode } from '../support/windows/expect-mode.ts';

function placeWithConfig(text: string) {
  const place = makePlace();
  mkdirSync(place.configDir, { recursive: true });
  const file = join(place.configDir, 'config.json');
  writeFileSync(file, text, { mode: 0o640 });
  return { place, file };
}

const CLIENT_SECRET = 'client-SECRET+/8Jq4kW9~v7Rb';

describe('the API URL', () => {
  async function askedOrigin(flags: readonly string[], env: Record<string, string>) {
    const [byFlag, byEnvironment, byProfile, byDefaultProfile] = await Promise.all(
      Array.from({ length: 4 }, () => startApi({ token: null })),
    );
    const servers = {
      flag: byFlag,
      environment: byEnvironment,
      profile: byProfile,
      standard: byDefaultProfile,
    };
    const url = (name: string) =>
      Object.entries(servers)
        .find(([key]) => key === name)?.[1]
        ?.origin.concat('/v2') ?? name;
    const { place } = placeWithConfig(
      JSON.stringify({
        profiles: { work: { apiUrl: url('profile') }, default: { apiUrl: url('standard') } },
      }),
    );
    const run = await runCommand(['status', 'missing', ...flags.map(url)], {
      place,
      env: Object.fromEntries(Object.entries(env).map(([name, value]) => [name, url(value)])),
    });
    expect(run.exitCode).toBe(3);
    return Object.entries(servers)
      .filter(([, server]) => (server?.requests.length ?? 0) > 0)
      .map(([name]) => name);
  }

  test.each([
    [['--api-url', 'flag', '--profile', 'work'], { STREAMDIVER_API_URL: 'environment' }, 'flag'],
    [['--api-url', '', '--profile', 'work'], { STREAMDIVER_API_URL: 'environment' }, 'environment'],
    [['--profile', 'work'], { STREAMDIVER_API_URL: 'environment' }, 'environment'],
    [['--profile', 'work'], { STREAMDIVER_API_URL: '' }, 'profile'],
    [['--profile', 'work'], {}, 'profile'],
    [[], { STREAMDIVER_PROFILE: 'work' }, 'profile'],
    [['--profile', 'default'], { STREAMDIVER_PROFILE: 'work' }, 'standard'],
    [['--profile', ''], { STREAMDIVER_PROFILE: '' }, 'standard'],
    [[], {}, 'standard'],
  ] as const)('flags %j and environment %j use that of the %s', async (flags, env, wanted) => {
    expect(await askedOrigin(flags, env)).toEqual([wanted]);
  });
});

describe('the config file', () => {
  const broken = ['', '{', '\ufeff{}', '{"profiles":7}', '{"profiles":{"default":7}}', 'PK\u0003\u0004'];
  test.each([
    ...broken,
    '{"profiles":{"default":{"apiUrl":7}}}',
    '{"profiles":{"default":{"cacert":["a"]}}}',
  ])('case 130: rejects %j with its path and does not change it', async (text) => {
    const api = await startApi();
    const { place, file } = placeWithConfig(text);
    const run = await runCommand(['list', '--json'], { api, place });
    expect(run).toMatchObject({ exitCode: 2, json: { error: { code: 'CONFIG' } } });
    expect(run.stderr).toContain(file);
    expect(api.requests).toHaveLength(0);
    expect(readFileSync(file, 'utf8')).toBe(text);
    expectMode(file, 0o640);
  });

  test.each([
    ['--help'],
    ['--version'],
    ['help'],
    ['list', '--help'],
    ['help', 'json'],
    ['help', 'environment'],
  ])('is not needed by %s %s', async (...line) => {
    const { place } = placeWithConfig('{');
    const run = await runCommand(
      line.filter((word) => word !== undefined),
      { place },
    );
    expect(run).toMatchObject({ exitCode: 0, stderr: '' });
  });

  test.each([
    [['--profile', 'nobody'], {}],
    [[], { STREAMDIVER_PROFILE: 'nobody' }],
    [['--profile', '__proto__'], {}],
  ])('rejects an unknown profile: %j %j', async (flags, env) => {
    const api = await startApi();
    const { place } = placeWithConfig('{"profiles":{}}');
    const run = await runCommand(['list', ...flags], { api, place, env });
    expect(run).toMatchObject({ exitCode: 2, stdout: '' });
    expect(run.stderr).toMatch(/nobody|__proto__/);
    expect(api.requests).toHaveLength(0);
  });

  test('case 131: is not read from the working directory', async () => {
    const api = await startApi();
    const place = makePlace();
    for (const name of ['config.json', '.env', '.streamdiver-dl.json', 'streamdiver-dl.json']) {
      writeFileSync(join(place.cwd, name), '{"profiles":{"default":{"apiUrl":"http://127.0.0.1:1"}}}');
    }
    expect((await runCommand(['list'], { api, place })).exitCode).toBe(0);
  });
});

describe('URLs', () => {
  test.each([
    'http://api.example.com/v2',
    'http://127.0.0.1.example.com',
    'http://127.1.2.3.4:80',
    'http://localhost.example.com',
    'ftp://127.0.0.1/v2',
    'file:///etc/passwd',
    'javascript:alert(1)',
    'https://user:word@api.example.com',
    'https://api.example.com/v2?x=1',
    'https://api.example.com/v2#x',
    'api.example.com',
    'https://',
  ])('case 131: rejects %s as --api-url and as --sso-url', async (url) => {
    for (const flag of ['--api-url', '--sso-url']) {
      const run = await runCommand(['list', flag, url, '--json']);
      expect(run, flag).toMatchObject({ exitCode: 2, json: { error: { code: 'CONFIG' } } });
      expect(run.stderr).not.toContain('user:word');
    }
  });

  test.each(['/v2', '/v2/', '/deep/er/v2//'])(
    'keeps the base path %s without trailing slashes',
    async (path) => {
      const api = await startApi();
      await runCommand(['status', 'a', '--api-url', `${api.origin}${path}`]);
      expect(api.requests[0]?.target).toBe(`${path.replace(/\/+$/, '')}/downloads/a`);
    },
  );
});

describe('client credentials', () => {
  const env = {
    STREAMDIVER_TENANT: 'my tenant',
    STREAMDIVER_CLIENT_ID: 'robot',
    STREAMDIVER_CLIENT_SECRET: CLIENT_SECRET,
  };

  test('request the token once from the sign-in service with a form', async () => {
    const sso = await startApi();
    const api = await startApi();
    const run = await runCommand(['status', 'a', 'b', 'c', '--sso-url', sso.origin], {
      api,
      token: null,
      env,
    });
    expect(run.exitCode).toBe(3);
    expect(sso.requests).toHaveLength(1);
    const [request] = sso.requests;
    expect(request?.target).toBe('/realms/my%20tenant/protocol/openid-connect/token');
    expect(request?.headers.get('content-type')).toBe('application/x-www-form-urlencoded');
    expect(Object.fromEntries(new URLSearchParams(String(request?.body)))).toEqual({
      grant_type: 'client_credentials',
      client_id: 'robot',
      client_secret: CLIENT_SECRET,
    });
    expect(api.requests).toHaveLength(3);
  });

  test('are not used if a token is set', async () => {
    const sso = await startApi();
    const api = await startApi();
    const run = await runCommand(['list', '--sso-url', sso.origin], { api, env });
    expect(run.exitCode).toBe(0);
    expect(sso.requests).toHaveLength(0);
  });

  test.each(['STREAMDIVER_TENANT', 'STREAMDIVER_CLIENT_ID', 'STREAMDIVER_CLIENT_SECRET'])(
    'are incomplete without %s, which the error names',
    async (name) => {
      const api = await startApi();
      const run = await runCommand(['list', '--json'], { api, token: null, env: { ...env, [name]: '' } });
      expect(run).toMatchObject({ exitCode: 2, json: { error: { code: 'CONFIG' } } });
      expect(run.stderr).toContain(name);
      expect(api.requests).toHaveLength(0);
    },
  );

  test('can be read from files', async () => {
    const api = await startApi();
    const folder = makePlace();
    const file = join(folder.temp, 'secret');
    writeFileSync(file, `${CLIENT_SECRET}\n`);
    const files = { ...env, STREAMDIVER_CLIENT_SECRET: '', STREAMDIVER_CLIENT_SECRET_FILE: file };
    const run = await runCommand(['list'], { api, token: null, env: files, secrets: [CLIENT_SECRET] });
    expect(run.exitCode).toBe(0);
    const missing = { STREAMDIVER_TOKEN_FILE: join(folder.temp, 'nothing') };
    const refused = await runCommand(['list', '--json'], { api, token: null, env: missing });
    expect(refused).toMatchObject({ exitCode: 2, json: { error: { code: 'CONFIG' } } });
    expect(refused.stderr).toContain('nothing');
  });
});

test('sends no Authorization header without a credential', async () => {
  const api = await startApi({ token: null });
  await runCommand(['media', 'list'], { api, token: null });
  expect(api.requests[0]?.headers.has('authorization')).toBe(false);
});

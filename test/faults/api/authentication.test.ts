import { expect, test } from 'vitest';
import { PACKAGE_ID } from '../../support/api/api-packages.ts';
import type { Answer } from '../../support/api/api-script.ts';
import { startApi } from '../../support/api/api-server.ts';
import { makeCertificate } from '../../support/certificate.ts';
import { cutAtHalfThen } from '../../support/faults/fault-mode.ts';
import { startFaultServer } from '../../support/faults/fault-server.ts';
import { makeZipObject } from '../../support/faults/served-object.ts';
import { assertNoCanaryElsewhere } from '../../support/process/canary.ts';
import { runBinary } from '../../support/process/run-binary.ts';
import { runCli } from '../../support/process/run-cli.ts';
import { makePlace } from '../../support/process/run-place.ts';
import { listTree } from '../../support/temp-folder.ts';

const CLIENT_SECRET = 'client-SECRET+/8Jq4kW9~v7Rb';
const CLIENT_ENV = {
  STREAMDIVER_TENANT: 'demo',
  STREAMDIVER_CLIENT_ID: 'robot',
  STREAMDIVER_CLIENT_SECRET: CLIENT_SECRET,
};
const object = makeZipObject(300_000);

test('case 14: a 401 on the first request fails with an AUTH error and no retry', async () => {
  const api = await startApi({ script: { 'GET /v2/downloads': 401 } });
  const run = await runCli(['list', '--json'], { api });
  expect(run).toMatchObject({ exitCode: 4, json: { error: { code: 'AUTH', httpStatus: 401 } } });
  expect(api.requests).toHaveLength(1);
});

test.each([
  ['a missing scope', { json: { status: 'fail', message: 'scope downloads:read missing\u001b[31m' } }],
  ['a rate limit', { json: { status: 'error', message: 'rate limit' } }],
  ['a CAPTCHA page', { text: '<html><title>Are you a robot?</title></html>' }],
])('case 17: a 403 for %s is not retried and shows the message of the service', async (_name, answer) => {
  const api = await startApi({ script: { 'GET /v2/downloads': { status: 403, ...answer } } });
  const run = await runCli(['list', '--json'], { api });
  expect(run).toMatchObject({ exitCode: 4 });
  expect(run.stderr).toMatch(/scope downloads:read missing|rate limit|Are you a robot/);
  expect(api.requests).toHaveLength(1);
});

test.each(['--token', '--client-secret', '--password', '--access-token'])(
  'case 6: rejects the option %s without printing its value',
  async (flag) => {
    for (const args of [
      ['list', flag, 'value-of-a-secret'],
      ['list', `${flag}=value-of-a-secret`],
      [flag, 'value-of-a-secret', 'list'],
      ['login', flag, 'value-of-a-secret'],
    ]) {
      const api = await startApi();
      const run = await runCli(args, { api, secrets: ['value-of-a-secret'] });
      expect(run.exitCode, args.join(' ')).toBe(2);
      expect(api.requests).toHaveLength(0);
    }
  },
);

test.each([
  ['a line feed inside', 'sandbox-CANARY\n8Jq4kW9v7Rb'],
  ['a carriage return inside', 'sandbox-CANARY\r8Jq4kW9v7Rb'],
  ['a zero-width space', 'sandbox-CANARY\u200b8Jq4kW9v7Rb'],
  ['a no-break space inside', 'sandbox-CANARY\u00a08Jq4kW9v7Rb'],
  ['letters beyond ASCII', 'sandbox-CÄNARY8Jq4kW9v7Rb'],
  ['an escape', 'sandbox-CANARY\u001b[31m8Jq4kW9v7Rb'],
])(
  'case 8: rejects a token with %s before any request, naming the position but not the value',
  async (_name, token) => {
    const api = await startApi();
    const run = await runCli(['list', '--json'], { api, token, secrets: ['8Jq4kW9v7Rb'] });
    expect(run).toMatchObject({ exitCode: 4, json: { error: { code: 'AUTH' } } });
    expect(run.stderr).toMatch(/position \d+/);
    expect(api.requests).toHaveLength(0);
  },
);

test('trims spaces around a token, and sends a very long one', async () => {
  const token = `sandbox-${'x8Jq'.repeat(2_000)}`;
  const api = await startApi({ token });
  const run = await runCli(['list'], { api, token: ` \t${token}\n` });
  expect(run.exitCode).toBe(0);
});

test.each([['-v'], ['-vv'], ['--debug']])('case 9: %s prints no URL or header secret', async (flag) => {
  const secrets = [
    'AMZ-SIGNATURE-0001',
    'AZURE-SIG-0001',
    'TOKEN-PARAM-0001',
    'COOKIE-VALUE-0001',
    'ERROR-ECHO-0001',
  ];
  const storage = await startFaultServer((_request, reply) =>
    reply.file(object, { headers: { 'Set-Cookie': 'session=COOKIE-VALUE-0001; HttpOnly' } }),
  );
  const query = 'X-Amz-Signature=AMZ-SIGNATURE-0001&sig=AZURE-SIG-0001&token=TOKEN-PARAM-0001';
  const api = await startApi({
    files: { one: object },
    script: {
      'GET /v2/downloads/file/{id}': (_request, reply) => reply.redirect(302, `${storage.origin}/x?${query}`),
    },
  });
  const run = await runCli(['fetch', PACKAGE_ID, '-o', 'object.zip', flag], { api, secrets });
  expect(run.exitCode).toBe(0);
});

test('case 15: keeps the part when a token expires during a download, and resumes later', async () => {
  const first = cutAtHalfThen(object, (_request, reply) => reply.json(401, { message: 'expired' }));
  const api = await startApi({ files: { one: object } });
  api.script('GET /v2/downloads/file/{id}', first);
  const run = await runCli(['fetch', PACKAGE_ID, '-o', 'object.zip', '--json'], { api });
  expect(run.exitCode).toBe(4);
  api.script('GET /v2/downloads/file/{id}', (_request, reply) => reply.file(object));
  const again = await runCli(['fetch', PACKAGE_ID, '-o', 'object.zip', '--json'], { api, place: run });
  expect(again).toMatchObject({ exitCode: 0, json: { results: [{ outcome: 'resumed' }] } });
});

test('case 15: renews a token once during a download with client credentials, and continues', async () => {
  let tokens = 0;
  const api = await startApi({
    token: null,
    files: { one: object },
    script: {
      'POST token': (_request, reply) => {
        tokens += 1;
        return reply.json(200, { access_token: `sandbox-token-number-${tokens}`, expires_in: 3_600 });
      },
    },
  });
  const cut = cutAtHalfThen(object, (request, reply) =>
    request.headers.get('authorization') === 'Bearer sandbox-token-number-1'
      ? reply.json(401, { message: 'expired' })
      : reply.file(object),
  );
  api.script('GET /v2/downloads/file/{id}', cut);
  const run = await runCli(['fetch', PACKAGE_ID, '-o', 'object.zip', '--json'], {
    api,
    token: null,
    env: CLIENT_ENV,
    secrets: ['sandbox-token-number-1', 'sandbox-token-number-2'],
  });
  expect(run.exitCode).toBe(0);
  expect(api.requestsOf('POST token')).toHaveLength(2);
  expect(api.requestsOf('GET /v2/downloads/file/{id}').at(-1)?.headers.get('range')).toMatch(
    /^bytes=1\d{5}-/,
  );
});

test('case 127: processes that sign in at the same time each request a token and store none', async () => {
  let tokens = 0;
  const api = await startApi({
    token: null,
    packages: [{ id: PACKAGE_ID, status: 'ready' }],
    script: {
      'POST token': (_request, reply) => {
        tokens += 1;
        return reply.json(200, { access_token: `sandbox-token-number-${tokens}`, expires_in: 3_600 });
      },
    },
  });
  const place = makePlace();
  const runs = await Promise.all(
    Array.from({ length: 4 }, () =>
      runBinary(['status', PACKAGE_ID, '--json'], { api, place, token: null, env: CLIENT_ENV }),
    ),
  );
  expect(runs.map(({ exitCode }) => exitCode)).toEqual([0, 0, 0, 0]);
  const sent = api.requestsOf('GET /v2/downloads/{id}').map(({ headers }) => headers.get('authorization'));
  expect(new Set(sent)).toEqual(
    new Set([1, 2, 3, 4].map((number) => `Bearer sandbox-token-number-${number}`)),
  );
  expect(api.requestsOf('POST token')).toHaveLength(4);
  expect(listTree(place.home)).toEqual([]);
});

const RENEWALS: readonly (readonly [
  name: string,
  answer: Answer,
  exitCodes: readonly number[],
  most: number,
])[] = [
  ['200 without a token', { json: {} }, [4, 7], 2],
  ['200 with a number for a token', { json: { access_token: 7 } }, [4, 7], 2],
  ['200 with an unsendable token', { json: { access_token: 'a\nb' } }, [4, 7], 2],
  ['HTML', { text: '<html>sign in</html>' }, [4, 7], 2],
  ['400 invalid_client', { status: 400, json: { error: 'invalid_client' } }, [4], 2],
  [
    '401 invalid_client',
    { status: 401, json: { error: 'invalid_client', error_description: 'wrong' } },
    [4],
    2,
  ],
  ['404 unknown realm', { status: 404, json: { error: 'Realm does not exist' } }, [4], 2],
  ['429', { status: 429, json: {}, headers: { 'Retry-After': 1 } }, [6], 7],
  ['500', 500, [6], 7],
  ['a redirect', { status: 302, json: {}, headers: { Location: 'http://127.0.0.1:9/' } }, [4, 7, 12], 2],
];

test.each(RENEWALS)(
  'case 16: does not loop when the token endpoint returns %s',
  async (_name, answer, exitCodes, most) => {
    const api = await startApi({ script: { 'POST token': answer } });
    const run = await runCli(['list', '--json'], { api, token: null, env: CLIENT_ENV });
    expect(exitCodes).toContain(run.exitCode);
    expect(api.requestsOf('POST token').length).toBeLessThanOrEqual(most);
    expect(api.requestsOf('GET /v2/downloads')).toHaveLength(0);
  },
);

test('renews a rejected token only once', async () => {
  let tokens = 0;
  const api = await startApi({
    script: {
      'GET /v2/downloads': 401,
      'POST token': (_request, reply) => {
        tokens += 1;
        return reply.json(200, { access_token: `sandbox-token-number-${tokens}`, expires_in: 3_600 });
      },
    },
  });
  const run = await runCli(['list', '--json'], { api, token: null, env: CLIENT_ENV });
  expect(run.exitCode).toBe(4);
  expect(tokens).toBe(2);
});

test('case 16: eight requests that get a 401 share one token renewal', async () => {
  let tokens = 0;
  const api = await startApi({
    token: null,
    script: {
      'POST token': (_request, reply) => {
        tokens += 1;
        return reply.json(200, { access_token: `sandbox-token-number-${tokens}`, expires_in: 3_600 });
      },
      'GET /v2/downloads/{id}': (request, reply) =>
        request.headers.get('authorization') === 'Bearer sandbox-token-number-1'
          ? reply.json(401, {})
          : reply.json(200, { data: { id: request.path.split('/')[3], status: 'preparing' } }),
    },
  });
  const ids = Array.from({ length: 8 }, (_, index) => `id-${index}`);
  const run = await runCli(['status', ...ids, '--json'], { api, token: null, env: CLIENT_ENV });
  expect(run).toMatchObject({ exitCode: 0, json: { count: 8 } });
  expect(tokens).toBe(2);
});

test('sends the client secret only to the sign-in service', async () => {
  const sso = await startApi();
  const api = await startApi();
  const run = await runCli(['list'], {
    api,
    token: null,
    env: { ...CLIENT_ENV, STREAMDIVER_SSO_URL: sso.origin },
  });
  expect(run.exitCode).toBe(0);
  expect(sso.requestsOf('POST token')).toHaveLength(1);
  assertNoCanaryElsewhere([api], sso.origin, [CLIENT_SECRET]);
});

test.each([
  ['self-signed', {}, false],
  ['for another host', { names: ['DNS:other.example'] }, true],
  ['expired', { isExpired: true }, true],
])(
  'case 21: rejects a certificate that is %s before sending the token',
  async (_name, options, isTrusted) => {
    const certificate = makeCertificate(options);
    const api = await startApi({ tls: certificate });
    const run = await runCli(['list', '--json'], {
      api,
      env: isTrusted ? { STREAMDIVER_CA_FILE: certificate.certPath } : {},
    });
    expect(run).toMatchObject({ exitCode: 6, json: { error: { code: 'UNAVAILABLE' } } });
    expect(run.stderr).toMatch(/certificate/);
    expect(api.requests).toHaveLength(0);
  },
);

test('trusts a certificate from the CA in --cacert', async () => {
  const certificate = makeCertificate();
  const api = await startApi({ tls: certificate });
  const run = await runCli(['list', '--cacert', certificate.certPath], { api });
  expect(run.exitCode).toBe(0);
});

test('case 21: refuses disabled certificate checks for a remote API', async () => {
  const run = await runCli(['list', '--json', '--api-url', 'https://api.streamdiver.example/v2'], {
    env: { NODE_TLS_REJECT_UNAUTHORIZED: '0' },
  });
  expect(run).toMatchObject({ exitCode: 2, json: { error: { code: 'CONFIG' } } });
});

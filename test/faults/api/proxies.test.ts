import { expect, test } from 'vitest';
import { runCommand } from '../../commands/run-command.ts';
import { PACKAGE_ID } from '../../support/api/api-packages.ts';
import { startApi } from '../../support/api/api-server.ts';
import { type ProxyBehaviour, startProxy } from '../../support/api/proxy.ts';
import { makeCertificate } from '../../support/certificate.ts';
import { startFaultServer } from '../../support/faults/fault-server.ts';
import { makeZipObject } from '../../support/faults/served-object.ts';
import { assertNoCanaryElsewhere, CANARY_TOKEN } from '../../support/process/canary.ts';

const HOST = 'api.example.test';
const PROXY_PASSWORD = 'proxy-PASSWORD-0001';
const certificate = { names: [`DNS:${HOST}`] };

/** An API that looks public: its name resolves only through the proxy. */
async function behindProxy(options: Parameters<typeof startApi>[0] = {}, behaviour?: ProxyBehaviour) {
  const tls = makeCertificate(certificate);
  const api = await startApi({ tls, ...options });
  const proxy = await startProxy(behaviour ?? { target: api.origin });
  const env = {
    STREAMDIVER_API_URL: `https://${HOST}/v2`,
    STREAMDIVER_CA_FILE: tls.certPath,
    HTTPS_PROXY: `http://user:${PROXY_PASSWORD}@127.0.0.1:${proxy.port}`,
  };
  return { api, proxy, env, run: { env, secrets: [PROXY_PASSWORD] } };
}

test('case 22: sends the proxy credential only to the proxy, and the token only to the API', async () => {
  const { api, proxy, run } = await behindProxy();
  const result = await runCommand(['list', '-vv'], run);
  expect(result.exitCode).toBe(0);
  expect(proxy.heads[0]).toMatch(new RegExp(`^CONNECT ${HOST}:443 HTTP/1.1\r\n`));
  const basic = Buffer.from(`user:${PROXY_PASSWORD}`).toString('base64');
  expect(proxy.heads[0]?.toLowerCase()).toContain(`proxy-authorization: basic ${basic.toLowerCase()}`);
  assertNoCanaryElsewhere([proxy], api.origin, [CANARY_TOKEN]);
  expect(api.requests[0]?.headers.get('authorization')).toBe(`Bearer ${CANARY_TOKEN}`);
  expect(api.requests[0]?.headers.has('proxy-authorization')).toBe(false);
});

test.each([PROXY_PASSWORD, Buffer.from(`user:${PROXY_PASSWORD}`).toString('base64')])(
  'masks a proxy credential that the service echoes as %s',
  async (echoed) => {
    const { run } = await behindProxy({
      script: { 'GET /v2/downloads': { status: 400, json: { message: `not ${echoed}` } } },
    });
    const result = await runCommand(['list', '--json'], run);
    expect(result).toMatchObject({
      exitCode: 7,
      json: { error: { message: expect.stringContaining('not ***') } },
    });
  },
);

test('accepts a bare percent sign in a proxy password', async () => {
  const { proxy, env } = await behindProxy();
  const HTTPS_PROXY = `http://us%er:100%@127.0.0.1:${proxy.port}`;
  const result = await runCommand(['list', '--json'], { env: { ...env, HTTPS_PROXY } });
  expect(result.exitCode).toBe(0);
  const basic = Buffer.from('us%er:100%').toString('base64');
  expect(proxy.heads[0]?.toLowerCase()).toContain(`proxy-authorization: basic ${basic.toLowerCase()}`);
});

test.each(['*', `a.example, *`, `${HOST}.`, '.example.test', `${HOST}:443`])(
  'NO_PROXY=%s bypasses the proxy',
  async (NO_PROXY) => {
    const { proxy, env } = await behindProxy();
    expect(await runCommand(['list', '--json'], { env: { ...env, NO_PROXY } })).toMatchObject({
      exitCode: 6,
    });
    expect(proxy.heads).toHaveLength(0);
  },
);

test.each<[name: string, answer: string]>([
  ['asks for a password', 'HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n'],
  ['returns a web page', 'HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<html>sign in</html>'],
  ['returns 403', 'HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n'],
  ['is not a proxy', 'SSH-2.0-OpenSSH_9.2\r\n'],
  ['sends an endless header', ''],
])('case 22: a proxy that %s is an error that shows no secret', async (_name, answer) => {
  const { api, run } = await behindProxy({}, answer === '' ? 'endless header' : { answer });
  const result = await runCommand(['list', '--json', '-vv'], run);
  expect(result).toMatchObject({ exitCode: 6, json: { error: { code: 'UNAVAILABLE' } } });
  expect(api.requests).toHaveLength(0);
});

test.each(['NO_PROXY', 'no_proxy'])('case 22: %s bypasses the proxy', async (name) => {
  const { proxy, env } = await behindProxy();
  const result = await runCommand(['list', '--json'], { env: { ...env, [name]: HOST } });
  // The name does not resolve without the proxy.
  expect(result.exitCode).toBe(6);
  expect(proxy.heads).toHaveLength(0);
});

test.each([
  'https://127.0.0.1:PORT/x',
  'https://localhost:PORT/x',
  'https://169.254.169.254/latest/meta-data/',
  'https://10.1.2.3/x',
  'https://192.168.0.1/x',
  'https://0x7f.1:PORT/x',
  'https://[::1]:PORT/x',
  'https://[::ffff:10.0.0.1]/x',
  'https://[fd00:ec2::254]/latest/',
])('case 5: refuses a redirect or file URL from a public API to %s', async (address) => {
  const inside = await startFaultServer((_request, reply) => reply.send(200, [], 'inside'));
  const location = address.replace('PORT', new URL(inside.origin).port);
  const byRedirect = await behindProxy({
    files: { one: makeZipObject(1_000) },
    script: {
      'GET /v2/downloads': (_request, reply) => reply.redirect(302, location),
      'GET /v2/downloads/{id}': {
        json: { data: { id: PACKAGE_ID, status: 'ready', files: [{ url: location }] } },
      },
    },
  });
  for (const line of [
    ['list', '--json'],
    ['fetch', PACKAGE_ID, '--json'],
  ]) {
    const result = await runCommand(line, byRedirect.run);
    expect(result, line.join(' ')).toMatchObject({ exitCode: 12, json: { error: { code: 'UNSAFE' } } });
    expect(result.stderr).toContain('private address');
  }
  expect(inside.requests).toHaveLength(0);
  expect(byRedirect.proxy.heads.every((head) => head.startsWith(`CONNECT ${HOST}:443`))).toBe(true);
});

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { PACKAGE_ID } from '../../support/api/api-packages.ts';
import { startApi } from '../../support/api/api-server.ts';
import { makeCertificate } from '../../support/certificate.ts';
import { type FaultServer, startFaultServer } from '../../support/faults/fault-server.ts';
import { makeZipObject } from '../../support/faults/served-object.ts';
import { assertNoCanaryElsewhere, CANARY_TOKEN } from '../../support/process/canary.ts';
import { runCli } from '../../support/process/run-cli.ts';

const object = makeZipObject(5_000);
const SECRET_HEADERS = ['authorization', 'cookie', 'referer', 'x-api-key', 'proxy-authorization'];

async function startStorage(host = '127.0.0.1'): Promise<FaultServer> {
  return startFaultServer((_request, reply) => reply.file(object), { host });
}

function expectNoSecretHeaders(server: FaultServer): void {
  for (const request of server.requests) {
    expect(SECRET_HEADERS.filter((name) => request.headers.has(name))).toEqual([]);
  }
}

test.each(
  [301, 302, 303, 307, 308].flatMap((status) =>
    [
      ['another port', '127.0.0.1'],
      ['another host', '127.0.0.2'],
    ].map(([where, host]) => [status, where, host] as const),
  ),
)(
  'case 1: follows a %i from the file endpoint to %s without the credential',
  async (status, _where, host) => {
    const storage = await startStorage(host);
    const api = await startApi({
      files: { one: object },
      script: {
        'GET /v2/downloads/file/{id}': (_request, reply) =>
          reply.redirect(status, `${storage.origin}/x?sig=1`),
      },
    });
    const run = await runCli(['fetch', PACKAGE_ID, '-o', 'object.zip'], { api });
    expect(run).toMatchObject({ exitCode: 0 });
    expect(readFileSync(join(run.cwd, 'object.zip')).equals(object.bytes)).toBe(true);
    expect(api.requestsOf('GET /v2/downloads/file/{id}')[0]?.headers.get('authorization')).toBe(
      `Bearer ${CANARY_TOKEN}`,
    );
    expect(storage.requests).toHaveLength(1);
    expectNoSecretHeaders(storage);
    assertNoCanaryElsewhere([storage], api.origin);
  },
);

test('case 1: does not send the credential again when a redirect leads back to the API', async () => {
  const api = await startApi({ files: { one: object } });
  const between = await startFaultServer((_request, reply) =>
    reply.redirect(302, `${api.origin}/v2/downloads/file/one?back=1`),
  );
  api.script('GET /v2/downloads/file/{id}', (request, reply) =>
    request.query.has('back') ? reply.file(object) : reply.redirect(302, `${between.origin}/x`),
  );
  const run = await runCli(['fetch', PACKAGE_ID, '-o', 'object.zip'], { api });
  expect(run.exitCode).toBe(0);
  expect(between.requests).toHaveLength(1);
  const files = api.requestsOf('GET /v2/downloads/file/{id}');
  expect(files.map((request) => request.headers.has('authorization'))).toEqual([true, false]);
  expectNoSecretHeaders(between);
});

test('case 2: sends no credential to a file URL of another origin', async () => {
  const storage = await startStorage('127.0.0.2');
  const api = await startApi({
    packages: [{ files: [{ url: `${storage.origin}/x`, size: 5_000, mimeType: 'application/zip' }] }],
  });
  const run = await runCli(['fetch', PACKAGE_ID, '-o', 'object.zip'], { api });
  expect(run.exitCode).toBe(0);
  expectNoSecretHeaders(storage);
});

test.each(['GET /v2/downloads/{id}', 'GET /v2/downloads'] as const)(
  'a redirect of %s to another origin sends no secret',
  async (route) => {
    const elsewhere = await startFaultServer((_request, reply) => reply.json(200, { data: [] }));
    const api = await startApi({
      script: {
        [route]: (_request: unknown, reply: { redirect(status: number, location: string): Promise<void> }) =>
          reply.redirect(302, `${elsewhere.origin}/stolen`),
      },
    });
    const args = route === 'GET /v2/downloads' ? ['list'] : ['status', PACKAGE_ID];
    const run = await runCli(args, { api });
    expect([0, 7, 12]).toContain(run.exitCode);
    expectNoSecretHeaders(elsewhere);
    assertNoCanaryElsewhere([elsewhere], api.origin);
  },
);

/** Locations that hide their host from a careless parser. `PORT` is the port of another server. */
const LOCATIONS: readonly (readonly [location: string, exitCodes: readonly number[]])[] = [
  ['http://127.0.0.1@127.0.0.2:PORT/', [12]],
  ['http://user:pass@127.0.0.2:PORT/', [12]],
  ['//127.0.0.2:PORT/', [0]],
  ['/\\127.0.0.2:PORT/', [0, 7, 12]],
  ['http:\\\\127.0.0.2:PORT/', [0, 7, 12]],
  ['\\\\127.0.0.2:PORT\\', [0, 7, 12]],
  ['HTTP://127.0.0.2:PORT/', [0]],
  ['http://0177.0.0.2:PORT/', [0]],
  ['http://0x7f.0.0.2:PORT/', [0]],
  ['http://2130706434:PORT/', [0]],
  ['http://127.0.0.2.:PORT/', [0, 6, 7, 12]],
  ['http://127.0.2:PORT/', [0]],
  ['http://127.0.0.2:PORT/#http://127.0.0.1/', [0]],
  ['http://127.0.0.2:PORT?@127.0.0.1/', [0]],
  ['  http://127.0.0.2:PORT/  ', [0]],
  ['http://127.0.\t0.2:PORT/', [0, 6, 7, 12]],
  ['http://[::ffff:127.0.0.2]:PORT/', [0, 6, 7, 12]],
  ['http://①②⑦.0.0.2:PORT/', [0, 6, 7, 12]],
  ['https://127.0.0.2:PORT/', [6, 7, 12]],
  ['http://', [7, 12]],
  ['http://127.0.0.2:99999/', [7, 12]],
  ['file:///etc/passwd', [7, 12]],
  ['javascript:alert(1)', [7, 12]],
  ['data:application/zip;base64,UEsFBg==', [7, 12]],
  ['', [7, 12]],
];

test.each(LOCATIONS)(
  'case 4: Location %j exits with one of %j and leaks no secret',
  async (location, exitCodes) => {
    const other = await startStorage('127.0.0.2');
    const api = await startApi({ files: { one: object } });
    api.script('GET /v2/downloads/file/{id}', async (_request, reply) => {
      const bytes = Buffer.from(location.replace('PORT', String(other.port)), 'utf8').toString('latin1');
      await reply.raw(`HTTP/1.1 302 Found\r\nLocation: ${bytes}\r\nContent-Length: 0\r\n\r\n`);
    });
    const run = await runCli(['fetch', PACKAGE_ID, '-o', 'object.zip', '--json'], { api });
    expect(exitCodes).toContain(run.exitCode);
    expectNoSecretHeaders(other);
    assertNoCanaryElsewhere([other], api.origin);
  },
);

test.each(['redirect', 'file URL'])(
  'case 3: refuses an HTTP %s from an HTTPS API without connecting',
  async (kind) => {
    const certificate = makeCertificate();
    const plain = await startStorage();
    const api = await startApi({
      tls: certificate,
      files: { one: object },
      ...(kind === 'file URL'
        ? { packages: [{ files: [{ url: `${plain.origin}/x`, size: 5_000, mimeType: 'application/zip' }] }] }
        : {
            script: {
              'GET /v2/downloads/file/{id}': (_request, reply) => reply.redirect(302, `${plain.origin}/x`),
            },
          }),
    });
    const run = await runCli(['fetch', PACKAGE_ID, '-o', 'object.zip', '--json'], {
      api,
      env: { STREAMDIVER_CA_FILE: certificate.certPath },
    });
    expect(run).toMatchObject({ exitCode: 12, json: { error: { code: 'UNSAFE' } } });
    expect(plain.connectionCount).toBe(0);
  },
);

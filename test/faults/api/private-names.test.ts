import { expect, test } from 'vitest';
import { PACKAGE_ID } from '../../support/api/api-packages.ts';
import { startApi } from '../../support/api/api-server.ts';
import { fakeHostFlags } from '../../support/api/fake-hosts.ts';
import { makeCertificate } from '../../support/certificate.ts';
import { startFaultServer } from '../../support/faults/fault-server.ts';
import { makeZipObject } from '../../support/faults/served-object.ts';
import { runBinary } from '../../support/process/run-binary.ts';

const PUBLIC = '93.184.216.34';
const object = makeZipObject(1_000);

/** Fetches a file from another host, which resolves to these addresses. Both servers run on this machine. */
async function fetchFrom(addresses: readonly string[], apiAddress = PUBLIC, via: 'url' | 'redirect' = 'url') {
  const tls = makeCertificate({ names: ['DNS:api.example.test', 'DNS:files.example.test'] });
  const storage = await startFaultServer((_request, reply) => reply.file(object), { tls });
  const fileUrl = `https://files.example.test:${storage.port}/object.zip`;
  const api = await startApi({
    tls,
    files: { one: object },
    ...(via === 'url'
      ? { packages: [{ files: [{ url: fileUrl, size: 1_000, mimeType: 'application/zip' }] }] }
      : { script: { 'GET /v2/downloads/file/{id}': (_request, reply) => reply.redirect(302, fileUrl) } }),
  });
  const apiUrl = `https://api.example.test:${api.port}`;
  const run = await runBinary(['fetch', PACKAGE_ID, '-o', 'object.zip', '--json'], {
    nodeFlags: fakeHostFlags({ 'api.example.test': [apiAddress], 'files.example.test': addresses }),
    env: {
      STREAMDIVER_API_URL: `${apiUrl}/v2`,
      STREAMDIVER_SSO_URL: apiUrl,
      STREAMDIVER_CA_FILE: tls.certPath,
    },
  });
  return { run, storage };
}

test.each([
  '127.0.0.1',
  '10.1.2.3',
  '192.168.0.1',
  '169.254.169.254',
  '::1',
  'fd00:ec2::254',
  '64:ff9b::a00:1',
])('case 5: does not connect to a file host that resolves to %s', async (address) => {
  const { run, storage } = await fetchFrom([address]);
  expect(run).toMatchObject({ exitCode: 12, json: { error: { code: 'UNSAFE' } } });
  expect(run.stderr).toContain('private address files.example.test');
  expect(storage.connectionCount).toBe(0);
});

test('does not follow a redirect to a host that resolves to a private address', async () => {
  const { run, storage } = await fetchFrom(['10.1.2.3'], PUBLIC, 'redirect');
  expect(run).toMatchObject({ exitCode: 12, json: { error: { code: 'UNSAFE' } } });
  expect(storage.connectionCount).toBe(0);
});

test.each([[['10.1.2.3', PUBLIC]], [['64:ff9b::5db8:d822']], [[PUBLIC]]])(
  'connects to a public address of %j',
  async (addresses) => {
    const { run, storage } = await fetchFrom(addresses);
    expect(run.exitCode).toBe(0);
    expect(storage.requests.length).toBeGreaterThan(0);
  },
);

test('an API in a private network may use file hosts in private networks', async () => {
  const { run } = await fetchFrom(['10.1.2.3'], '10.9.8.7');
  expect(run.exitCode).toBe(0);
});

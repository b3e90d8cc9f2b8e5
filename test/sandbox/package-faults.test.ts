import { expect, test } from 'vitest';
import type { DownloadPackage } from '../../src/api/wire.ts';
import type { Sandbox } from '../../src/sandbox/start.ts';
import {
  call,
  callUnchecked,
  createPackage,
  get,
  makeFile,
  mediumNamed,
  openSandbox,
  send,
  transcriptsOf,
  waitForPackage,
} from './conversation.ts';
import { unpack } from './unpack.ts';

async function look(sandbox: Sandbox, id: string): Promise<DownloadPackage> {
  const path = `/downloads/${encodeURIComponent(id)}`;
  return (await call<DownloadPackage>(sandbox, 'GET', path)).body.data;
}

function isSettled({ status }: DownloadPackage): boolean {
  return status !== 'preparing';
}

test('never-ready', async () => {
  const sandbox = await openSandbox('never-ready');
  const { id } = await createPackage(sandbox);
  await new Promise((resolve) => setTimeout(resolve, 200));
  expect(await look(sandbox, id)).toMatchObject({ status: 'preparing' });
});

test.each([
  ['job-fails', 'failed'],
  ['job-fails=Cancelled', 'Cancelled'],
])('%s', async (fault, status) => {
  const sandbox = await openSandbox(fault, { prepareMs: 100 });
  const { id, status: before } = await createPackage(sandbox);
  expect(before).toBe('preparing');
  const failed = await waitForPackage(sandbox, id, isSettled);
  expect(failed).toMatchObject({ status, error: expect.any(String) });
  expect(failed.files).toBeUndefined();
});

test('prepare-status', async () => {
  const sandbox = await openSandbox('prepare-status=queued', { prepareMs: 100 });
  const created = await createPackage(sandbox);
  expect(created.status).toBe('queued');
  expect(await look(sandbox, created.id)).toMatchObject({ status: 'queued' });
  expect(await waitForPackage(sandbox, created.id)).toMatchObject({ status: 'ready' });
});

test('ready-status', async () => {
  const sandbox = await openSandbox('ready-status=READY');
  const { id } = await createPackage(sandbox);
  expect(await waitForPackage(sandbox, id)).toMatchObject({ status: 'READY' });
});

test('ready-at-once', async () => {
  const sandbox = await openSandbox('ready-at-once', { prepareMs: 60_000 });
  expect(await createPackage(sandbox)).toMatchObject({
    status: 'ready',
    files: [{ mimeType: 'application/zip' }],
  });
});

test('ready-without-files', async () => {
  const sandbox = await openSandbox('ready-without-files');
  const { id } = await createPackage(sandbox);
  expect(await waitForPackage(sandbox, id, isSettled)).not.toHaveProperty('files');
});

test('flapping', async () => {
  const sandbox = await openSandbox(['flapping', 'ready-at-once']);
  const { id } = await createPackage(sandbox);
  const statuses = [];
  for (let count = 0; count < 4; count += 1) statuses.push((await look(sandbox, id)).status);
  expect(statuses).toEqual(['ready', 'preparing', 'ready', 'preparing']);
});

test('package-404', async () => {
  const sandbox = await openSandbox('package-404=2');
  const { id } = await createPackage(sandbox);
  const statuses = [];
  for (let count = 0; count < 3; count += 1) {
    statuses.push((await call(sandbox, 'GET', `/downloads/${id}`)).status);
  }
  expect(statuses).toEqual([404, 404, 200]);
});

test('package-gone-after', async () => {
  const sandbox = await openSandbox('package-gone-after=1');
  const { id } = await createPackage(sandbox);
  const statuses = [];
  for (let count = 0; count < 3; count += 1) {
    statuses.push((await call(sandbox, 'GET', `/downloads/${id}`)).status);
  }
  expect(statuses).toEqual([200, 410, 410]);
});

test('several-files', async () => {
  const sandbox = await openSandbox('several-files');
  const welcome = await mediumNamed(sandbox, 'Welcome to Streamdiver');
  const [transcript] = await transcriptsOf(sandbox, welcome);
  const { id, compressed } = await createPackage(sandbox, {
    selectedMediaIds: [welcome.id, (await mediumNamed(sandbox, 'Logo')).id],
    selectedTranscripts: [{ id: transcript?.id, format: 'srt' }],
  });
  expect(compressed).toBe(false);
  const { files = [] } = await waitForPackage(sandbox, id);
  expect(files?.map(({ mimeType }) => mimeType)).toEqual([
    'video/mp4',
    'image/png',
    'application/x-subrip; charset=utf-8',
  ]);
  for (const { url, size } of files ?? []) expect((await get(sandbox, url)).bytes.length).toBe(size);
});

test.each([
  ['wrong-size', 1],
  ['wrong-size=-1000', -1000],
])('%s', async (fault, delta) => {
  const sandbox = await openSandbox(fault);
  const { url, size } = await makeFile(sandbox);
  const { headers, bytes } = await get(sandbox, url);
  expect(size).toBe(bytes.length + delta);
  expect(headers['content-length']).toBe(String(bytes.length));
});

test('no-size', async () => {
  const sandbox = await openSandbox('no-size');
  const file = await makeFile(sandbox);
  expect(Object.keys(file).toSorted()).toEqual(['mimeType', 'url']);
});

test('zip64', async () => {
  const sandbox = await openSandbox('zip64');
  const { url } = await makeFile(sandbox);
  const { bytes } = await get(sandbox, url);
  // End of central directory record and its locator (APPNOTE 4.3.14 and 4.3.15).
  expect(bytes.includes('PK\x06\x06', 0, 'latin1')).toBe(true);
  expect(bytes.includes('PK\x06\x07', 0, 'latin1')).toBe(true);
  expect((await unpack(bytes)).size).toBe(1);
});

test('strange-ids', async () => {
  const sandbox = await openSandbox('strange-ids');
  const { id } = await createPackage(sandbox);
  expect(id).toMatch(/^pkg\/\.\.\/.*\?.*#.*%2F /);
  const { files } = await waitForPackage(sandbox, id);
  expect((await get(sandbox, files?.[0]?.url ?? '')).status).toBe(200);
  expect((await call(sandbox, 'DELETE', `/downloads/${encodeURIComponent(id)}`)).status).toBe(200);
});

test('number-ids', async () => {
  const sandbox = await openSandbox('number-ids');
  const { id } = await mediumNamed(sandbox, 'Logo');
  const answer = await callUnchecked(sandbox, 'POST', '/downloads', { body: { selectedMediaIds: [id] } });
  const [, digits = '0'] = /"id":(\d+),/.exec(answer.bytes.toString()) ?? [];
  expect(BigInt(digits)).toBeGreaterThan(2n ** 53n);
});

test('foreign-url', async () => {
  const sandbox = await openSandbox('foreign-url');
  const { url, size } = await makeFile(sandbox);
  expect(new URL(url).origin).not.toBe(new URL(sandbox.apiUrl).origin);
  expect((await send(url)).bytes.length).toBe(size);
  const refused = await get(sandbox, url);
  expect([refused.status, refused.headers['content-type']]).toEqual([400, 'application/xml']);
});

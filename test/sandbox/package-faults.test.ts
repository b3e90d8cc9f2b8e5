import { expect, test } from 'vitest';
import type { DownloadPackage } from '../../src/api/wire.ts';
import type { Sandbox } from '../../src/sandbox/start.ts';
import { call, createPackage, get, makeFile, openSandbox, waitForPackage } from './conversation.ts';

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

test('package-gone-after', async () => {
  const sandbox = await openSandbox('package-gone-after=1');
  const { id } = await createPackage(sandbox);
  const statuses = [];
  for (let count = 0; count < 3; count += 1) {
    statuses.push((await call(sandbox, 'GET', `/downloads/${id}`)).status);
  }
  expect(statuses).toEqual([200, 410, 410]);
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

import { spawnSync } from 'node:child_process';
import { cpSync, readdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { startSandbox } from '../../src/sandbox/start.ts';
import { replaceDiskCall, systemError } from '../support/replace-disk-call.ts';
import { listTree, makeTempFolder } from '../support/temp-folder.ts';
import { createPackage, get, makeFile, openSandbox, send, waitForPackage } from './conversation.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

afterEach(() => vi.unstubAllEnvs());

/** The folder where the sandboxes of this test store their files. */
function ownTemporaryFolder(): string {
  const folder = makeTempFolder();
  vi.stubEnv('TMPDIR', folder);
  return folder;
}

describe('case 140: the temporary folder', () => {
  test('is private to the user and removed by close', async () => {
    const temporary = ownTemporaryFolder();
    const sandbox = await openSandbox();
    const [name = ''] = readdirSync(temporary);
    expect(name).toMatch(/^streamdiver-sandbox-/);
    expect(statSync(join(temporary, name)).mode & 0o777).toBe(0o700);
    await makeFile(sandbox);
    const modes = listTree(temporary).map(({ type, mode }) => `${type} ${mode.toString(8)}`);
    expect(new Set(modes)).toEqual(new Set(['folder 700', 'file 600']));
    await sandbox.close();
    expect(readdirSync(temporary)).toEqual([]);
  });

  test('no longer contains a deleted package', async () => {
    const temporary = ownTemporaryFolder();
    const sandbox = await openSandbox();
    const { id } = await createPackage(sandbox);
    await waitForPackage(sandbox, id);
    const archives = () => listTree(temporary).filter(({ path }) => path.endsWith('.zip'));
    expect(archives()).toHaveLength(1);
    await send(`${sandbox.apiUrl}/downloads/${id}`, {
      method: 'DELETE',
      headers: { authorization: `Bearer ${sandbox.token}` },
    });
    await vi.waitFor(() => expect(archives()).toEqual([]));
  });

  test('is removed when the start fails', async () => {
    const temporary = ownTemporaryFolder();
    const mediaDirectory = join(temporary, 'missing');
    await expect(startSandbox({ port: 0, prepareMs: 0, faults: [], mediaDirectory })).rejects.toMatchObject({
      code: 'USAGE',
    });
    expect(readdirSync(temporary)).toEqual([]);
  });

  test('is removed when the port is in use or does not exist', async () => {
    const temporary = ownTemporaryFolder();
    const port = Number(new URL((await openSandbox()).apiUrl).port);
    const before = readdirSync(temporary);
    await expect(startSandbox({ port, prepareMs: 0, faults: [] })).rejects.toMatchObject({
      code: 'USAGE',
      message: `cannot listen on 127.0.0.1:${port} (EADDRINUSE)`,
      details: { hint: 'use another port, or omit --port for a free one' },
    });
    await expect(startSandbox({ port: 65_536, prepareMs: 0, faults: [] })).rejects.toMatchObject({
      code: 'ERR_SOCKET_BAD_PORT',
    });
    expect(readdirSync(temporary)).toEqual(before);
  });

  test.each(['media', 'packages'])('is removed when it has no room for %s', async (name) => {
    const temporary = ownTemporaryFolder();
    replaceDiskCall('promises.mkdir', (real, [path, options]) =>
      basename(String(path)) === name ? Promise.reject(systemError('ENOSPC')) : real(path, options),
    );
    await expect(startSandbox({ port: 0, prepareMs: 0, faults: [] })).rejects.toMatchObject({
      code: 'DISK',
      message: expect.stringMatching(/^could not write .*: no space left on the disk$/) as string,
    });
    expect(readdirSync(temporary)).toEqual([]);
  });

  test.each([
    ['exits', 'process.exit(3)'],
    ['throws', 'throw new Error("on purpose")'],
  ])('is removed when the built program %s without close', async (_what, ending) => {
    const temporary = makeTempFolder();
    const built = buildElsewhere();
    writeFileSync(
      join(built, 'run.js'),
      `import { readdirSync } from 'node:fs';
       import { startSandbox } from './dist/sandbox/start.js';
       await startSandbox({ port: 0, prepareMs: 0, faults: [] });
       console.log(readdirSync(process.env.TMPDIR).join());
       ${ending};`,
    );
    const { stdout, status } = spawnSync(process.execPath, [join(built, 'run.js')], {
      encoding: 'utf8',
      env: { ...process.env, TMPDIR: temporary },
    });
    expect(stdout).toMatch(/^streamdiver-sandbox-\w+\n$/);
    expect(status).not.toBe(0);
    expect(readdirSync(temporary)).toEqual([]);
  });
});

/** The sandbox as JavaScript, laid out as in the published package. */
function buildElsewhere(): string {
  const folder = makeTempFolder();
  const options = ['--outDir', join(folder, 'dist'), '--rootDir', join(ROOT, 'src'), '--ignoreConfig'];
  const language = ['--module', 'nodenext', '--target', 'es2023', '--types', 'node', '--skipLibCheck'];
  const { stdout } = spawnSync(
    process.execPath,
    [
      join(ROOT, 'node_modules/.bin/tsc'),
      join(ROOT, 'src/sandbox/start.ts'),
      ...options,
      ...language,
      '--rewriteRelativeImportExtensions',
    ],
    { encoding: 'utf8' },
  );
  if (stdout !== '') throw new Error(stdout);
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  cpSync(join(ROOT, 'assets'), join(folder, 'assets'), { recursive: true });
  return folder;
}

describe('close', () => {
  test('ends transfers and pending waits at once', async () => {
    const sandbox = await openSandbox(['stall=10,all', 'api-slow=1']);
    const { url } = await makeFile(sandbox);
    const transfer = get(sandbox, url);
    await new Promise((resolve) => setTimeout(resolve, 50));
    await sandbox.close();
    expect((await transfer).isComplete).toBe(false);
    await expect(send(`${sandbox.apiUrl}/media`)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });

  test('may be called twice', async () => {
    const sandbox = await openSandbox();
    await sandbox.close();
    await expect(sandbox.close()).resolves.toBeUndefined();
  });

  test('stops writing packages', async () => {
    const temporary = ownTemporaryFolder();
    const sandbox = await openSandbox();
    for (let count = 0; count < 5; count += 1) await createPackage(sandbox);
    await sandbox.close();
    expect(readdirSync(temporary)).toEqual([]);
  });
});

describe('ports', () => {
  test('case 140: a port in use is a usage error', async () => {
    const sandbox = await openSandbox();
    const port = Number(new URL(sandbox.apiUrl).port);
    await expect(startSandbox({ port, prepareMs: 0, faults: [] })).rejects.toMatchObject({
      code: 'USAGE',
      message: expect.stringContaining(String(port)),
    });
  });

  test('two sandboxes share no files or tokens', async () => {
    const [one, other] = [await openSandbox(), await openSandbox()];
    const { url } = await makeFile(one);
    expect((await get(other, url.replace(one.apiUrl, other.apiUrl))).status).toBe(404);
    const headers = { authorization: `Bearer ${one.token}` };
    expect((await send(`${other.apiUrl}/media`, { headers })).status).toBe(401);
  });
});

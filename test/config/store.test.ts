import { mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createStore } from '../../src/config/store.ts';
import { createFastClock, type FastClock } from '../support/fast-clock.ts';
import { watchDisk } from '../support/file-handles.ts';
import { makeTempFolder } from '../support/temp-folder.ts';

/** The store of a folder, and the warnings it reports. */
function storeIn(folder: string | null, signal = new AbortController().signal) {
  const said: string[] = [];
  // Waits advance the clock, but take no real time.
  const clock = createFastClock({ speed: 1, skipsSleeps: true });
  const store = createStore({
    folder,
    owner: {
      pid: process.pid,
      hostname: 'here',
      isProcessAlive: () => true,
      processStartedAt: () => 'then',
      uptimeMs: () => 3_600_000,
    },
    clock,
    platform: process.platform,
    signal,
    userId: process.geteuid?.() ?? null,
    warn: (text) => said.push(text),
    onCacheProblem: (text) => said.push(text),
  });
  return { store, said, clock };
}

test('sets only broken credentials aside, under the first free name', async () => {
  const folder = makeTempFolder();
  const { store } = storeIn(folder);
  const credentials = join(folder, 'credentials.json');
  expect(await store.setBrokenCredentialsAside()).toBeNull();
  writeFileSync(credentials, '{"version":1,"profiles":{}}', { mode: 0o600 });
  expect(await store.setBrokenCredentialsAside()).toBeNull();
  for (const number of [1, 2, 3]) {
    writeFileSync(credentials, `broken ${number}`, { mode: 0o600 });
    const aside = `${credentials}.broken-${number}`;
    expect(await store.setBrokenCredentialsAside()).toBe(aside);
    expect(readFileSync(aside, 'utf8')).toBe(`broken ${number}`);
  }
  expect(readdirSync(folder)).toHaveLength(3);
});

test.skipIf(process.platform !== 'linux')('fails if no name for broken credentials is possible', async () => {
  // The path of the file fits, but any suffix makes it too long.
  let folder = makeTempFolder();
  while (folder.length < 4_095 - 'credentials.json'.length - 1) {
    const left = 4_095 - 'credentials.json'.length - 2 - folder.length;
    folder = join(folder, 'x'.repeat(left > 400 ? 200 : left > 255 ? left - 210 : left));
    mkdirSync(folder);
  }
  writeFileSync(join(folder, 'credentials.json'), 'broken', { mode: 0o600 });
  await expect(storeIn(folder).store.setBrokenCredentialsAside()).rejects.toMatchObject({ code: 'DISK' });
});

const KEY = { ssoUrl: 'https://sso.example/', tenant: 't', clientId: 'c' };
const TOKEN = { token: 'abc', fetchedMs: 1, renewMs: 2, expiresMs: 3 };

test('caches a token for its own client until it is forgotten', async () => {
  const { store, said } = storeIn(makeTempFolder());
  const cache = store.tokenCache(KEY);
  expect(await cache.read()).toBeNull();
  await cache.write(TOKEN);
  expect(await cache.read()).toEqual(TOKEN);
  for (const other of [{ ssoUrl: 'x' }, { tenant: 'x' }, { clientId: 'x' }])
    expect(await store.tokenCache({ ...KEY, ...other }).read()).toBeNull();
  await store.forgetTokens((name) => !name.includes('sso.example'));
  expect(await cache.read()).toEqual(TOKEN);
  await store.forgetTokens((name) => name.includes('sso.example'));
  expect(await cache.read()).toBeNull();
  expect(said).toEqual([]);
});

test('reports a token that cannot be cached without failing', async () => {
  const folder = join(makeTempFolder(), 'file');
  writeFileSync(folder, '');
  const { store, said } = storeIn(folder);
  await store.tokenCache(KEY).write(TOKEN);
  expect(said).toEqual([
    expect.stringMatching(/^cannot cache the token: .*\/file is in the way: it is not a folder$/),
  ]);
});

/** Expects a wait of this length on the test clock, plus at most one poll of the lock. */
function expectWait(clock: FastClock, waitMs: number): void {
  expect(clock.monotonicMs()).toBeGreaterThanOrEqual(waitMs);
  expect(clock.sleepsMs.reduce((sum, sleepMs) => sum + sleepMs, 0)).toBeLessThanOrEqual(waitMs + 50);
}

const lockedBy = (pid: number) => JSON.stringify({ pid, startedAt: 'then', hostname: 'here' });

test('exclusively holds the lock and releases it even after a failure', async () => {
  const folder = makeTempFolder();
  const { store } = storeIn(folder);
  const cache = store.tokenCache(KEY);
  expect(await cache.exclusively(async () => readdirSync(folder))).toEqual(['credential-cache.json.lock']);
  await expect(cache.exclusively(() => Promise.reject(new Error('failed')))).rejects.toThrow('failed');
  expect(readdirSync(folder)).toEqual([]);
});

test('exclusively can be interrupted while it waits for the lock', async () => {
  const folder = makeTempFolder();
  writeFileSync(join(folder, 'credential-cache.json.lock'), lockedBy(process.pid + 1));
  const ending = new AbortController();
  const { store } = storeIn(folder, ending.signal);
  let isDone = false;
  const renewing = store.tokenCache(KEY).exclusively(async () => {
    isDone = true;
  });
  ending.abort(new Error('stopped'));
  await expect(renewing).rejects.toThrow('stopped');
  expect(isDone).toBe(false);
});

test('exclusively runs after a minute without the lock, and also if the lock cannot be created', async () => {
  const folder = makeTempFolder();
  writeFileSync(join(folder, 'credential-cache.json.lock'), lockedBy(process.pid + 1));
  const { store, clock } = storeIn(folder);
  expect(await store.tokenCache(KEY).exclusively(async () => 'done')).toBe('done');
  expectWait(clock, 60_000);
  expect(readdirSync(folder)).toEqual(['credential-cache.json.lock']);
  const file = join(folder, 'file');
  writeFileSync(file, '');
  expect(
    await storeIn(file)
      .store.tokenCache(KEY)
      .exclusively(async () => 'done'),
  ).toBe('done');
  expect(
    await storeIn(null)
      .store.tokenCache(KEY)
      .exclusively(async () => 'done'),
  ).toBe('done');
});

test('fails with BUSY after ten seconds if another process holds the lock, and names it', async () => {
  const folder = makeTempFolder();
  const lock = join(folder, 'store.lock');
  writeFileSync(lock, lockedBy(process.pid + 1));
  const { store, clock } = storeIn(folder);
  await expect(store.changeConfig((config) => config)).rejects.toMatchObject({
    code: 'BUSY',
    details: { hint: `if no other process is running, remove ${lock}` },
  });
  expectWait(clock, 10_000);
  expect(readFileSync(lock, 'utf8')).toBe(lockedBy(process.pid + 1));
});

test('reads nothing and rejects writes without a folder', async () => {
  const { store } = storeIn(null);
  expect([store.configPath, store.credentialsPath]).toEqual([null, null]);
  expect(await store.readConfig()).toEqual({ profiles: new Map() });
  expect(await store.readCredentials()).toEqual(new Map());
  await expect(store.changeConfig((config) => config)).rejects.toMatchObject({ code: 'CONFIG' });
});

test('removes what an earlier process of the same ID left behind', async () => {
  const folder = makeTempFolder();
  const left = `.new-${process.pid}-0123456789ab-config.json`;
  writeFileSync(join(folder, left), 'a secret');
  mkdirSync(join(folder, `${left}.staging`));
  writeFileSync(join(folder, `${left}.staging`, 'config.json'), 'a secret');
  await storeIn(folder).store.changeConfig(() => ({ profiles: new Map() }));
  expect(readdirSync(folder)).toEqual(['config.json']);
});

test('syncs the folder before a change ends', async () => {
  const folder = makeTempFolder();
  const { store } = storeIn(folder);
  const calls = await watchDisk(folder);
  await store.changeConfig(() => ({ profiles: new Map() }));
  expect(calls.filter((call) => !call.includes('.lock'))).toEqual(['sync .']);
});

test('reads a file of 1 MiB but not one byte more', async () => {
  const folder = makeTempFolder();
  const { store } = storeIn(folder);
  const write = (sizeBytes: number) =>
    writeFileSync(join(folder, 'config.json'), '{"profiles":{}}'.padEnd(sizeBytes));
  write(1_048_576);
  expect(await store.readConfig()).toEqual({ profiles: new Map() });
  write(1_048_577);
  await expect(store.readConfig()).rejects.toThrow('is larger than 1 MiB');
});

test('ignores unreadable cached tokens and rejects a link in place of the cache', async () => {
  const folder = makeTempFolder();
  const cache = storeIn(folder).store.tokenCache(KEY);
  const file = join(folder, 'credential-cache.json');
  for (const text of ['', '{', '{"version":1,"tokens":7}', '{"version":1,"tokens":{"x":{}}}']) {
    writeFileSync(file, text, { mode: 0o600 });
    expect(await cache.read()).toBeNull();
  }
  await cache.write(TOKEN);
  expect(await cache.read()).toEqual(TOKEN);
  rmSync(file);
  symlinkSync(join(folder, 'elsewhere'), file);
  await expect(cache.read()).rejects.toMatchObject({ code: 'CONFIG' });
});

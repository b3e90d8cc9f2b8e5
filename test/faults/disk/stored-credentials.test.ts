import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { runCommand } from '../../commands/run-command.ts';
import type { Answer } from '../../support/api/api-script.ts';
import { startApi } from '../../support/api/api-server.ts';
import { diskFaultFlags } from '../../support/disk-fault.ts';
import { createFastClock } from '../../support/fast-clock.ts';
import { CANARY_TOKEN } from '../../support/process/canary.ts';
import { runBinary } from '../../support/process/run-binary.ts';
import { makePlace } from '../../support/process/run-place.ts';
import { credentialsOf, placeWithStore, readJson, storedFiles } from '../../support/stored-files.ts';
import { listTree } from '../../support/temp-folder.ts';

const CLIENT_SECRET = 'client-SECRET+/8Jq4kW9~v7Rb';
const FETCHED = 'sandbox-fetched-token-number-';

/** A sign-in service that numbers its tokens and revokes each one when it issues the next. */
async function startRotating({ delayMs = 0, expiresIn = 3_600 } = {}) {
  let issued = 0;
  const answerToken: Answer = async (_request, reply) => {
    issued += 1;
    const mine = issued;
    if (delayMs > 0) await new Promise((resolve) => setTimeout(resolve, delayMs));
    await reply.json(200, { access_token: `${FETCHED}${mine}`, expires_in: expiresIn });
  };
  const api = await startApi({
    token: null,
    script: {
      'POST token': answerToken,
      'GET /v2/downloads': (request, reply) =>
        request.headers.get('authorization') === `Bearer ${FETCHED}${issued}`
          ? reply.json(200, { data: [] })
          : reply.json(401, { message: 'taken back' }),
    },
  });
  const entry = {
    kind: 'client',
    ssoUrl: `${api.origin}/`,
    tenant: 'demo',
    clientId: 'robot',
    clientSecret: CLIENT_SECRET,
  };
  const place = placeWithStore({ credentials: credentialsOf(api.origin, entry) });
  const secrets = [CLIENT_SECRET, ...[1, 2, 3].map((number) => `${FETCHED}${number}`)];
  return { api, place, issued: () => issued, run: { api, place, token: null, secrets } };
}

test('case 23: never sends a sandbox credential to another API, or the other way around', async () => {
  const [sandbox, production] = [await startApi(), await startApi()];
  const profile = (origin: string) => ({ [origin]: { kind: 'token', token: CANARY_TOKEN } });
  const place = placeWithStore({
    config: { profiles: { production: { apiUrl: `${production.origin}/v2` } } },
    credentials: {
      version: 1,
      profiles: { default: profile(sandbox.origin), production: profile(production.origin) },
    },
  });
  for (const [profileName, wrong, right] of [
    ['default', production, sandbox],
    ['production', sandbox, production],
  ] as const) {
    const line = ['list', '--json', '--profile', profileName, '--api-url'];
    const before = wrong.requests.length;
    const refused = await runCommand([...line, `${wrong.origin}/v2`], { place, token: null });
    expect(refused).toMatchObject({ exitCode: 4, json: { error: { code: 'AUTH' } } });
    expect(refused.stderr).toContain(`no credential for ${wrong.origin}`);
    expect(wrong.requests).toHaveLength(before);
    const accepted = await runCommand([...line, `${right.origin}/v2`], { place, token: null });
    expect(accepted.exitCode).toBe(0);
  }
});

test('case 23: --anonymous works without a credential for the origin', async () => {
  const api = await startApi({ token: null });
  const place = placeWithStore({
    credentials: credentialsOf('https://api.example', { kind: 'token', token: CANARY_TOKEN }),
  });
  const run = await runCommand(['create', '-r', 'r1', '--anonymous'], { api, place, token: null });
  expect(run.exitCode).toBe(0);
  expect(api.requests[0]?.headers.has('authorization')).toBe(false);
});

test('caches a fetched token for the next run, per client and readable only by the owner', async () => {
  const { place, issued, run } = await startRotating();
  for (let count = 0; count < 3; count += 1) expect((await runCommand(['list'], run)).exitCode).toBe(0);
  expect(issued()).toBe(1);
  const { tokens } = storedFiles(place);
  expect(listTree(place.configDir).map(({ path, mode }) => [path, mode])).toEqual([
    ['credential-cache.json', 0o600],
    ['credentials.json', 0o600],
  ]);
  expect(JSON.stringify(readJson(tokens))).toContain('robot');
});

test('does not store a token from client credentials in the environment', async () => {
  const api = await startApi();
  const env = {
    STREAMDIVER_TENANT: 'demo',
    STREAMDIVER_CLIENT_ID: 'robot',
    STREAMDIVER_CLIENT_SECRET: CLIENT_SECRET,
  };
  const run = await runCommand(['list'], { api, token: null, env });
  expect(run.exitCode).toBe(0);
  expect(existsSync(run.configDir)).toBe(false);
});

test.each([
  ['cut off', '{"tokens": {'],
  ['empty', ''],
  ['of another format', '{"tokens": {"x": 1}}'],
])('replaces a token cache that is %s', async (_name, text) => {
  const { place, issued, run } = await startRotating();
  writeFileSync(storedFiles(place).tokens, text, { mode: 0o600 });
  expect((await runCommand(['list'], run)).exitCode).toBe(0);
  expect((await runCommand(['list'], run)).exitCode).toBe(0);
  expect(issued()).toBe(1);
});

test('case 19: a changed system clock only causes token renewals', async () => {
  const { issued, run } = await startRotating();
  const at = (startMs: number) => ({ ...run, clock: createFastClock({ speed: 20, startMs }) });
  const start = Date.UTC(2026, 0, 15);
  for (const startMs of [start, 0, start + 86_400_000, start, start - 86_400_000]) {
    expect((await runCommand(['list'], at(startMs))).exitCode).toBe(0);
  }
  expect(issued()).toBeGreaterThan(2);
});

test('case 127: eight processes without a valid token fetch only one token', async () => {
  const { place, issued, run } = await startRotating({ delayMs: 300 });
  const each = () => Promise.all(Array.from({ length: 8 }, () => runBinary(['list', '--json'], run)));
  expect((await each()).map(({ exitCode }) => exitCode)).toEqual(Array(8).fill(0));
  expect(issued()).toBe(1);
  const { tokens } = storedFiles(place);
  writeFileSync(tokens, readFileSync(tokens, 'utf8').replace(`${FETCHED}1`, `${FETCHED}0`));
  expect((await each()).map(({ exitCode }) => exitCode)).toEqual(Array(8).fill(0));
  expect(issued()).toBe(2);
});

test('case 127: a lock of a dead process does not block', async () => {
  const { place, run } = await startRotating();
  const { pid } = spawnSync(process.execPath, ['-e', '']);
  const { hostname } = await import('node:os');
  for (const name of ['credential-cache.json.lock', 'store.lock']) {
    writeFileSync(join(place.configDir, name), JSON.stringify({ pid, hostname: hostname() }));
  }
  const startedAtMs = performance.now();
  expect((await runBinary(['list'], run)).exitCode).toBe(0);
  expect(performance.now() - startedAtMs).toBeLessThan(8_000);
  expect(readdirSync(place.configDir)).toEqual(['credential-cache.json', 'credentials.json']);
});

test('case 127: a lock with a reused process ID does not block', async () => {
  const { place, run } = await startRotating();
  const { hostname } = await import('node:os');
  const lock = {
    pid: process.pid,
    startedAt: 'another time',
    hostname: hostname().split('.')[0]?.toLowerCase(),
  };
  for (const name of ['credential-cache.json.lock', 'store.lock']) {
    writeFileSync(join(place.configDir, name), JSON.stringify(lock));
  }
  expect((await runBinary(['list'], run)).exitCode).toBe(0);
  expect(readdirSync(place.configDir)).toEqual(['credential-cache.json', 'credentials.json']);
});

// The errors of Linux, macOS, and Windows for file systems without hard links.
test.each(['EPERM', 'ENOTSUP', 'EISDIR'] as const)(
  'stores settings and tokens on a file system without hard links (%s)',
  async (effect) => {
    const { place, issued, run } = await startRotating();
    const { nodeFlags } = diskFaultFlags({ call: 'link', nth: 'every', effect, pathPart: '.lock' });
    const set = ['config', 'set', 'apiUrl', 'https://a.example', '--profile', 'work'];
    expect(await runBinary(set, { ...run, nodeFlags })).toMatchObject({ exitCode: 0 });
    for (let count = 0; count < 2; count += 1) {
      expect((await runBinary(['list'], { ...run, nodeFlags })).exitCode).toBe(0);
    }
    expect(issued()).toBe(1);
    expect(readdirSync(place.configDir)).toEqual([
      'config.json',
      'credential-cache.json',
      'credentials.json',
    ]);
  },
);

test('case 128: processes that change settings at the same time lose no change', async () => {
  const place = makePlace();
  const names = Array.from({ length: 8 }, (_, index) => `profile-${index}`);
  const runs = await Promise.all(
    names.map((name) =>
      runBinary(['config', 'set', 'apiUrl', `https://${name}.example`, '--profile', name], { place }),
    ),
  );
  expect(runs.map(({ exitCode }) => exitCode)).toEqual(names.map(() => 0));
  const profiles = Object.fromEntries(names.map((name) => [name, { apiUrl: `https://${name}.example/` }]));
  expect(readJson(storedFiles(place).config)).toEqual({ version: 1, profiles });
  expect(readdirSync(place.configDir)).toEqual(['config.json']);
});

const hasStrace = spawnSync('strace', ['-V']).status === 0;
/** System calls that change folders or sync data. Only the store makes them here. */
const CALLS = ['mkdir', 'fsync', 'fchmod', 'chmod', 'link', 'rename', 'unlink', 'unlinkat', 'rmdir'];

/** Runs `login` under strace, which injects an effect at the nth call of each of these kinds. */
function loginUnder(
  effect: string,
  { calls, nth }: { readonly calls: readonly string[]; readonly nth: number },
  run: Parameters<typeof runBinary>[1] & { place: ReturnType<typeof makePlace> },
) {
  const { configDir } = run.place;
  const wrapper = [
    'strace',
    '-f',
    '-qq',
    '-o',
    join(run.place.temp, 'strace.log'),
    '-e',
    `trace=${calls.join(',')}`,
    '-e',
    `inject=${calls.join(',')}:${effect}:when=${nth}`,
  ];
  return runBinary(['login', '--with-token', '--no-verify'], {
    ...run,
    // strace counts calls per thread.
    env: { ...run.env, UV_THREADPOOL_SIZE: '1' },
    wrapper,
    input: 'sandbox-the-new-token-0001',
    mayHoldSecret: (path) => path.startsWith(configDir) || path.endsWith('strace.log'),
    deadlineMs: 60_000,
  });
}

test.runIf(hasStrace)(
  'case 12: a kill at any call leaves complete credentials, old or new',
  { timeout: 300_000 },
  async () => {
    const origin = 'http://127.0.0.1:1';
    const endings: string[] = [];
    const killsAt = async (call: string, nth: number): Promise<boolean> => {
      const place = placeWithStore({
        credentials: credentialsOf(origin, { kind: 'token', token: 'sandbox-the-old-token' }),
      });
      const run = { place, token: null, env: { STREAMDIVER_API_URL: origin } };
      const killed = await loginUnder('signal=KILL', { calls: [call], nth }, run);
      const text = JSON.stringify(readJson(storedFiles(place).credentials));
      expect(text).toMatch(/the-(old|new)-token/);
      endings.push(text.includes('the-old') ? 'old' : 'new');
      const again = await runCommand(['login', '--with-token', '--no-verify'], {
        ...run,
        input: 'sandbox-the-new-token-0002',
      });
      expect(again.exitCode, `${call} ${nth}`).toBe(0);
      expect(readdirSync(place.configDir), `${call} ${nth}`).toEqual(['credentials.json']);
      return killed.exitCode !== 0;
    };
    // strace counts each kind of call separately.
    for (const call of CALLS) for (let nth = 1; await killsAt(call, nth); nth += 1);
    expect(endings.length).toBeGreaterThan(CALLS.length + 4);
    expect(new Set(endings)).toEqual(new Set(['old', 'new']));
  },
);

test.runIf(hasStrace)('case 12: a full disk leaves the old credentials in place', async () => {
  const origin = 'http://127.0.0.1:1';
  const place = placeWithStore({
    credentials: credentialsOf(origin, { kind: 'token', token: 'sandbox-the-old-token' }),
  });
  const before = readFileSync(storedFiles(place).credentials);
  const wrapper = ['strace', '-f', '-qq', '-o', join(place.temp, 'strace.log')];
  const run = await runBinary(['login', '--with-token', '--no-verify', '--json'], {
    place,
    token: null,
    env: { STREAMDIVER_API_URL: origin },
    input: CANARY_TOKEN,
    wrapper: [...wrapper, '-e', 'trace=fsync', '-e', 'inject=fsync:error=ENOSPC'],
  });
  expect(run).toMatchObject({ exitCode: 9, json: { error: { code: 'DISK' } } });
  expect(readFileSync(storedFiles(place).credentials)).toEqual(before);
  expect(readdirSync(place.configDir)).toEqual(['credentials.json']);
});

test.runIf(hasStrace)(
  'case 12: syncs a new file before it gets its name, and the folder afterwards',
  async () => {
    const place = makePlace();
    const log = join(place.temp, 'strace.log');
    const run = await runBinary(['config', 'set', 'apiUrl', 'https://a.example'], {
      place,
      wrapper: ['strace', '-f', '-qq', '-y', '-o', log, '-e', 'trace=fsync,fdatasync,rename'],
    });
    expect(run.exitCode).toBe(0);
    const steps = readFileSync(log, 'utf8')
      .split('\n')
      // A call that overlaps with one of another thread takes two lines.
      .filter((line) => line.includes(place.configDir))
      .map((line) => {
        const [, call = '', paths = ''] = /(\w+)\((.*)/.exec(line) ?? [];
        const named = [...paths.matchAll(/[<"]([^<>"]+)[>"]/g)].map(([, path = '']) =>
          path.replace(place.configDir, '').replace(/^\/\.new-\d+-(?:[0-9a-f]{12}-)?/, '/NEW-'),
        );
        return `${call} ${named.join(' ')}`;
      });
    const [synced, renamed, folder] = [
      'fsync /NEW-config.json/config.json',
      'rename /NEW-config.json/config.json /config.json',
      'fsync ',
    ].map((step) => steps.lastIndexOf(step));
    expect([steps, synced !== -1, renamed, folder]).toEqual([
      steps,
      true,
      expect.toSatisfy((place: number) => place > (synced ?? 0)),
      expect.toSatisfy((place: number) => place > (renamed ?? 0)),
    ]);
  },
);

test.runIf(hasStrace)('case 12: a write that stores less than reported leaves the old settings', async () => {
  const place = placeWithStore({ config: { version: 1, profiles: {} } });
  const before = readFileSync(storedFiles(place).config);
  const wrapper = ['strace', '-f', '-qq', '-o', join(place.temp, 'strace.log')];
  const run = await runBinary(['config', 'set', 'apiUrl', 'https://a.example', '--json'], {
    place,
    wrapper: [...wrapper, '-e', 'trace=pwrite64', '-e', 'inject=pwrite64:retval=20:when=1'],
  });
  expect(run).toMatchObject({ exitCode: 9, json: { error: { code: 'DISK' } } });
  expect(run.stderr).toContain('the write was incomplete');
  expect(readFileSync(storedFiles(place).config)).toEqual(before);
  expect(readdirSync(place.configDir)).toEqual(['config.json']);
});

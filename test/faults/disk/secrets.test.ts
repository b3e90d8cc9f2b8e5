import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { runCommand } from '../../commands/run-command.ts';
import { PACKAGE_ID } from '../../support/api/api-packages.ts';
import { startApi } from '../../support/api/api-server.ts';
import { startFaultServer } from '../../support/faults/fault-server.ts';
import { makeZipObject } from '../../support/faults/served-object.ts';
import { assertNoCanaryElsewhere, assertNoSecret, CANARY_TOKEN } from '../../support/process/canary.ts';
import { runBinary, startBinary } from '../../support/process/run-binary.ts';
import { makePlace } from '../../support/process/run-place.ts';
import { credentialsOf, placeWithStore } from '../../support/stored-files.ts';

const object = makeZipObject(20_000);

/** An API whose files are on another origin, and a place with a stored token for it. */
async function startScene() {
  const storage = await startFaultServer((_request, reply) => reply.file(object));
  const api = await startApi({
    files: { one: object },
    media: [{ id: 'm1', name: 'Interview' }],
    script: {
      'GET /v2/downloads/file/{id}': (_request, reply) =>
        reply.redirect(302, `${storage.origin}/x?X-Amz-Signature=AMZ-SIGNATURE-0001`),
    },
  });
  const place = placeWithStore({
    credentials: credentialsOf(api.origin, { kind: 'token', token: CANARY_TOKEN }),
  });
  return { api, storage, place };
}

test('case 9: no command leaks the stored token to output, files, or other origins', {
  timeout: 120_000,
}, async () => {
  const { api, storage, place } = await startScene();
  const options = { api, place, token: null, secrets: ['AMZ-SIGNATURE-0001'] };
  for (const line of [
    ['list'],
    ['status', PACKAGE_ID],
    ['create', '-m', 'm1'],
    ['create', '-m', 'm1', '--dry-run'],
    ['media', 'list'],
    ['media', 'show', 'm1'],
    ['fetch', PACKAGE_ID],
    ['fetch', PACKAGE_ID, '-x', '-D', 'out'],
    ['whoami'],
    ['whoami', '--no-verify'],
    ['config', 'list', '--show-origin'],
    ['config', 'get', 'apiUrl'],
    ['config', 'set', 'ssoUrl', 'https://sso.example'],
    ['status', 'missing'],
    ['list', '--no-such-flag'],
    ['login', '--with-token'],
    ['rm', '-y', PACKAGE_ID],
    ['logout'],
  ]) {
    for (const flags of [[], ['-vv'], ['--json']]) {
      // runCommand searches both outputs and all files after each run.
      const input = line[0] === 'login' ? CANARY_TOKEN : '';
      const { exitCode } = await runCommand([...line, ...flags], { ...options, input });
      expect(exitCode, [...line, ...flags].join(' ')).not.toBe(70);
    }
  }
  expect(storage.requests.length).toBeGreaterThan(0);
  assertNoCanaryElsewhere([storage], api.origin);
});

test('case 7: the stored token is not in the arguments or environment of any process', async () => {
  const { api, place } = await startScene();
  api.script('GET /v2/downloads', (_request, reply) => reply.stall());
  const run = startBinary(['list'], { api, place, token: null });
  const seen: Buffer[] = [];
  for (let look = 0; look < 30 && api.requestsOf('GET /v2/downloads').length === 0; look += 1) {
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  for (const pid of [run.pid, ...childrenOf(run.pid)]) {
    for (const name of ['cmdline', 'environ']) {
      const path = `/proc/${pid}/${name}`;
      if (existsSync(path)) seen.push(readFileSync(path));
    }
  }
  run.kill('SIGTERM');
  expect((await run.result).exitCode).toBe(143);
  expect(seen.length).toBeGreaterThanOrEqual(process.platform === 'linux' ? 2 : 0);
  for (const bytes of seen) assertNoSecret('a process', bytes);
});

function childrenOf(pid: number): readonly string[] {
  const path = `/proc/${pid}/task/${pid}/children`;
  return existsSync(path) ? readFileSync(path, 'utf8').split(' ').filter(Boolean) : [];
}

test('case 10: warns that it ignores NODE_DEBUG, and prints no signed URL', async () => {
  const { api, place } = await startScene();
  const run = await runBinary(['fetch', PACKAGE_ID], {
    api,
    place,
    token: null,
    env: { NODE_DEBUG: 'http,undici,fetch' },
    secrets: ['AMZ-SIGNATURE-0001'],
  });
  expect(run.exitCode).toBe(0);
  expect(run.stderr).toContain('warning: ignoring NODE_DEBUG');
});

test('a bug report contains no secrets, whether stored or not', async () => {
  const { api, place } = await startScene();
  api.script('GET /v2/downloads', 503);
  const run = await runCommand(['list', '-v'], {
    api,
    place,
    token: null,
    mayBeBug: true,
    random: () => {
      throw new Error(
        `https://a.example/x?sig=AMZ-SIGNATURE-0001 Bearer another-secret-0001 ${CANARY_TOKEN}`,
      );
    },
    secrets: ['AMZ-SIGNATURE-0001', 'another-secret-0001'],
  }).catch((error: unknown) => error);
  // The stack that -v prints is the only violation in this run.
  expect(String(run)).toMatch(/standard error has a stack/);
  const reports = readdirSync(place.temp).filter((name) => name.includes('-bug-'));
  expect(reports).toHaveLength(1);
  expect(readFileSync(join(place.temp, reports[0] ?? ''), 'utf8')).toContain(
    'https://a.example/x?… Bearer *** ***',
  );
});

test('case 20: never uses credentials of other programs', async () => {
  const api = await startApi({ token: null });
  const place = makePlace();
  const home = join(place.temp, 'home');
  mkdirSync(home);
  const host = new URL(api.origin).hostname;
  writeFileSync(join(home, '.netrc'), `machine ${host} login somebody password netrc-PASSWORD-0001\n`);
  writeFileSync(join(home, '.curlrc'), 'header = "Authorization: Bearer curlrc-TOKEN-0001"\n');
  writeFileSync(join(home, '.npmrc'), `//${host}/:_authToken=npmrc-TOKEN-0001\n`);
  const run = await runCommand(['media', 'list'], { api, place, token: null, env: { HOME: home } });
  expect(run.exitCode).toBe(0);
  expect(api.requests[0]?.headers.has('authorization')).toBe(false);
  expect(api.requests[0]?.headers.has('cookie')).toBe(false);
  assertNoCanaryElsewhere([api], 'none', ['netrc-PASSWORD-0001', 'curlrc-TOKEN-0001', 'npmrc-TOKEN-0001']);
});

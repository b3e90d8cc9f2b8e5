import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { PACKAGE_ID } from '../../support/api/api-packages.ts';
import { startApi } from '../../support/api/api-server.ts';
import { diskFaultFlags } from '../../support/disk-fault.ts';
import { inTurn } from '../../support/faults/fault-mode.ts';
import { startFaultServer } from '../../support/faults/fault-server.ts';
import { makeZipObject } from '../../support/faults/served-object.ts';
import { runBinary, startBinary } from '../../support/process/run-binary.ts';
import { runCli } from '../../support/process/run-cli.ts';
import { makePlace, type RunPlace } from '../../support/process/run-place.ts';
import { describeRun } from '../../support/process/run-result.ts';
import { listTree, makeTempFolder } from '../../support/temp-folder.ts';
import { handOut } from '../download/fetch-with-fault.ts';

const object = makeZipObject(3_000_000);
const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const ARGS = ['fetch', PACKAGE_ID, '-o', 'object.zip', '--json'];

function isRight(place: RunPlace): boolean {
  const path = join(place.cwd, 'object.zip');
  return existsSync(path) && readFileSync(path).equals(object.bytes);
}

test('case 64: names a storage server that is down, and the rerun resumes', async () => {
  const api = await startApi();
  const place = makePlace();
  const storage = await startFaultServer(
    inTurn(
      (_request, reply) => reply.file(object, { cutAtByte: 2_000_000 }),
      (_request, reply) => reply.send(404, {}, ''),
    ),
  );
  handOut(api, storage, object.contentType, object.bytes.length);
  expect(await runCli(ARGS, { api, place })).toMatchObject({ exitCode: 3 });
  await storage.close();
  const run = await runCli(ARGS, { api, place });
  expect(run).toMatchObject({ exitCode: 6, json: { error: { code: 'UNAVAILABLE', retryable: true } } });
  expect(run.stderr).toContain(`127.0.0.1:${storage.port}`);
  await startFaultServer((_request, reply) => reply.file(object), { port: storage.port });
  const again = await runCli(ARGS, { api, place });
  expect(again).toMatchObject({ exitCode: 0, json: { results: [{ resumedFrom: 2_000_000 }] } });
  expect(isRight(place)).toBe(true);
});

test.each([
  ['kill before', 'link', 'object.zip.part /'],
  ['kill after', 'link', 'object.zip.part /'],
  ['kill before', 'unlink', 'object.zip.part.json [object'],
  ['kill after', 'unlink', 'object.zip.part.json [object'],
] as const)(
  'case 80: after a %s the final %s, no bytes are downloaded again',
  async (effect, call, pathPart) => {
    const api = await startApi({ files: { one: object } });
    const place = makePlace();
    const { nodeFlags, markerPath } = diskFaultFlags({ call, nth: 1, effect, pathPart });
    expect((await runBinary(ARGS, { api, place, nodeFlags })).exitCode).toBe(137);
    expect(existsSync(markerPath)).toBe(true);
    const before = api.requestsOf('GET /v2/downloads/file/{id}').length;
    expect((await runBinary(ARGS, { api, place })).exitCode).toBe(0);
    expect(api.requestsOf('GET /v2/downloads/file/{id}')).toHaveLength(before);
    expect(isRight(place)).toBe(true);
    expect(listTree(place.cwd).map(({ path }) => path)).toEqual(['object.zip']);
  },
);

test('case 81: does not start a download that cannot fit, and reports how much space is missing', async () => {
  const api = await startApi({ files: { one: object } });
  handOut(api, api, 'application/zip', 2 ** 52);
  const run = await runCli(ARGS, { api });
  expect(run).toMatchObject({ exitCode: 9, json: { error: { code: 'DISK' } } });
  expect(run.stderr).toMatch(/not enough space.*: [34](\.\d)? PiB are missing\n/);
  expect(run.stderr).toContain('--no-space-check');
  expect(api.requestsOf('GET /v2/downloads/file/{id}')).toEqual([]);
  expect(listTree(run.cwd)).toEqual([]);
});

test('case 91: the file mode follows the umask and is never executable', async () => {
  const api = await startApi({ files: { one: object } });
  const place = makePlace();
  const wrapper = ['sh', '-c', 'umask 027 && exec "$@"', 'sh'];
  expect((await runBinary(ARGS, { api, place, wrapper })).exitCode).toBe(0);
  expect(statSync(join(place.cwd, 'object.zip')).mode & 0o7777).toBe(0o640);
});

test('case 92: ignores files with similar names', async () => {
  const api = await startApi({ files: { one: object } });
  const place = makePlace();
  const others = ['object', 'object.zip.lock', 'object.zip.json', 'object.zip.part2', 'other.zip.part'];
  for (const name of others) writeFileSync(join(place.cwd, name), name);
  expect((await runCli(ARGS, { api, place })).exitCode).toBe(0);
  expect(listTree(place.cwd).map(({ path }) => path)).toEqual([...others, 'object.zip'].toSorted());
  expect(others.every((name) => readFileSync(join(place.cwd, name), 'utf8') === name)).toBe(true);
});

test('case 121: a process that was stopped continues the same request', async () => {
  const api = await startApi({ files: { one: object } });
  api.script('GET /v2/downloads/file/{id}', async (_request, reply) => {
    await reply.head(200, { 'Content-Type': 'application/zip', 'Content-Length': object.bytes.length });
    await reply.slowly(object.bytes, 100_000, 20);
  });
  const run = startBinary(ARGS, { api });
  while (!existsSync(join(run.place.cwd, 'object.zip.part'))) await delay(10);
  run.kill('SIGSTOP');
  await delay(2_000);
  run.kill('SIGCONT');
  expect((await run.result).exitCode).toBe(0);
  expect(isRight(run.place)).toBe(true);
  expect(api.requestsOf('GET /v2/downloads/file/{id}')).toHaveLength(1);
});

test('case 93: removes temporary files of a hundred killed runs, but keeps all parts', async () => {
  const api = await startApi({ files: { one: makeZipObject(10_000) } });
  const place = makePlace();
  const host = createHash('sha256').update(hostname()).digest('hex').slice(0, 8);
  const parts: string[] = [];
  for (let number = 0; number < 100; number += 1) {
    const random = String(number).padStart(12, '0');
    // No process has this ID: pid_max on Linux is 2^22.
    const own = join(place.cwd, `.streamdiver-dl-${host}-4194305-${random}`);
    mkdirSync(own);
    writeFileSync(join(own, '0.tmp'), 'half of a file');
    writeFileSync(`${own}.lock`, '');
    parts.push(`talk-${number}.zip.part`);
    writeFileSync(join(place.cwd, `talk-${number}.zip.part`), 'half of a talk');
  }
  const run = await runCli(['fetch', PACKAGE_ID, '--extract', '--keep-archive', '-D', '.', '--json'], {
    api,
    place,
  });
  expect(run.exitCode).toBe(0);
  const left = listTree(place.cwd).map(({ path }) => path);
  expect(left.filter((path) => path.startsWith('.'))).toEqual([]);
  expect(left.filter((path) => path.endsWith('.part'))).toEqual(parts.toSorted());
});

test.each([
  ['closed', 'exec "$@" <&-'],
  ['empty', 'exec "$@" </dev/null'],
])(
  'case 124: with a standard input that is %s, rm and create send no requests and do not prompt',
  async (_what, script) => {
    const api = await startApi();
    const wrapper = ['sh', '-c', script, 'sh'];
    const rm = await runBinary(['rm', PACKAGE_ID], { api, wrapper });
    expect(rm).toMatchObject({ exitCode: 2, stdout: '' });
    expect(rm.stderr).toContain('--yes');
    const create = await runBinary(['create'], { api, wrapper });
    expect(create).toMatchObject({ exitCode: 2, stdout: '' });
    expect(create.stderr).toContain('-m ID');
    expect(api.requests).toHaveLength(0);
  },
);

test('case 128: processes that read the settings at the same time leave them unchanged', async () => {
  const api = await startApi({ packages: [{ id: PACKAGE_ID, status: 'ready' }] });
  const place = makePlace();
  const settings = JSON.stringify({ profiles: { default: { apiUrl: `${api.origin}/v2` } } });
  mkdirSync(place.configDir);
  writeFileSync(join(place.configDir, 'config.json'), settings, { mode: 0o600 });
  const env = { STREAMDIVER_API_URL: undefined };
  const runs = await Promise.all(
    Array.from({ length: 4 }, () => runBinary(['status', PACKAGE_ID, '--json'], { api, place, env })),
  );
  expect(runs.map(({ exitCode }) => exitCode)).toEqual([0, 0, 0, 0]);
  expect(readFileSync(join(place.configDir, 'config.json'), 'utf8')).toBe(settings);
  expect(listTree(place.configDir).map(({ path }) => path)).toEqual(['config.json']);
});

test('case 128: a cache with several writers is always complete, and the last write wins', async () => {
  const folder = makeTempFolder();
  // Built separately, because in the bundle it is part of a larger file.
  const built = join(makeTempFolder(), 'id-cache.mjs');
  const rolldown = ['node_modules/rolldown/bin/cli.mjs', 'src/completion/id-cache.ts', '--platform', 'node'];
  await promisify(execFile)(process.execPath, [...rolldown, '--file', built], { cwd: ROOT });
  const script = `import { createIdCache } from ${JSON.stringify(built)};
    const cache = createIdCache(${JSON.stringify(folder)}, { key: 'k', nowMs: 0, pid: process.pid });
    for (let count = 0; count < 300; count += 1)
      cache.write('packages', Array(count).fill({ value: String(process.pid), description: 'x'.repeat(99) }));`;
  const writers = Array.from({ length: 3 }, () =>
    promisify(execFile)(process.execPath, ['--input-type=module', '-e', script]),
  );
  const path = join(folder, 'completion.json');
  while (writers.some(({ child }) => child.exitCode === null)) {
    const { packages } = existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : {};
    const authors = new Set(packages?.candidates.map(({ value }: { value: string }) => value));
    expect(authors.size).toBeLessThanOrEqual(1);
    await delay(1);
  }
  await Promise.all(writers);
  expect(JSON.parse(readFileSync(path, 'utf8')).packages.candidates).toHaveLength(299);
  const last = promisify(execFile)(process.execPath, ['--input-type=module', '-e', script]);
  await last;
  const { candidates } = JSON.parse(readFileSync(path, 'utf8')).packages;
  expect(candidates[0]).toMatchObject({ value: String(last.child.pid) });
  expect(listTree(folder).map(({ path }) => path)).toEqual(['completion.json']);
});

test('case 123: works with a small heap and few open files', async () => {
  const large = makeZipObject(24_000_000);
  const api = await startApi({ files: { one: large } });
  const place = makePlace();
  const run = await runBinary(ARGS, {
    api,
    place,
    nodeFlags: ['--max-old-space-size=64'],
    wrapper: ['sh', '-c', 'ulimit -n 100 && exec "$@"', 'sh'],
  });
  expect(run.exitCode).toBe(0);
  expect(readFileSync(join(place.cwd, 'object.zip')).equals(large.bytes)).toBe(true);
});

test('case 123: reports too few open files to load the program', async () => {
  const run = await runBinary(['--version', '--json'], { nodeFlags: withoutFilesFor('launch.js') });
  expect(run).toMatchObject({ exitCode: 9, json: { error: { code: 'DISK', exitCode: 9, next: [] } } });
  expect(run.stderr).toMatch(/^error: .*too many open files\nhint: .*ulimit -n/);
});

test('case 123: eight connections with few open files give the right bytes or a hint', async () => {
  const large = makeZipObject(24_000_000);
  const api = await startApi({ files: { one: large } });
  const place = makePlace();
  const run = await runBinary([...ARGS, '--connections', '8', '--json'], {
    api,
    place,
    wrapper: ['bash', '-c', 'ulimit -n 64 && exec "$@"', 'bash'],
  });
  const final = join(place.cwd, 'object.zip');
  const isWhole = run.exitCode === 0 && readFileSync(final).equals(large.bytes);
  // The number of files that Node and loading the program need can vary.
  const isRefused = run.exitCode === 9 && run.stderr.includes('ulimit -n') && !existsSync(final);
  expect(isWhole || isRefused, describeRun(run)).toBe(true);
});

test('case 123: too few open files to load a command is not a bug', async () => {
  const run = await runBinary(['status', PACKAGE_ID], { nodeFlags: withoutFilesFor('status.js') });
  expect(run.exitCode).toBe(9);
  expect(run.stderr).toMatch(/too many open files\nhint: .*ulimit -n/);
});

/** Simulates the error, because the number of files that Node opens varies, so no limit would hit just this one. */
function withoutFilesFor(name: string): readonly string[] {
  const preload = join(makeTempFolder(), 'preload.cjs');
  writeFileSync(
    preload,
    `const fs = require('node:fs');
    const { readFileSync } = fs;
    fs.readFileSync = (file, ...more) => {
      if (!String(file).endsWith('${name}')) return readFileSync(file, ...more);
      throw Object.assign(new Error('EMFILE: too many open files, open'), { code: 'EMFILE', syscall: 'open' });
    };`,
  );
  return ['--require', preload];
}

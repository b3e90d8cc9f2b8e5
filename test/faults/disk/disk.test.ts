import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { PACKAGE_ID } from '../../support/api/api-packages.ts';
import { type ApiServer, startApi } from '../../support/api/api-server.ts';
import { type DiskCall, type DiskFault, diskFaultFlags } from '../../support/disk-fault.ts';
import { makeZipObject } from '../../support/faults/served-object.ts';
import { runBinary } from '../../support/process/run-binary.ts';
import { runCli } from '../../support/process/run-cli.ts';
import { makePlace, type RunPlace } from '../../support/process/run-place.ts';
import { describeRun, fail } from '../../support/process/run-result.ts';
import { listTree } from '../../support/temp-folder.ts';

const object = makeZipObject(100_000);
const ARGS = ['fetch', PACKAGE_ID, '-o', 'object.zip', '--json'];

function finalOf(place: RunPlace): Buffer | undefined {
  const path = join(place.cwd, 'object.zip');
  return existsSync(path) ? readFileSync(path) : undefined;
}

/** One run with a fault and one without; true while the fault still found its call. */
async function survives(api: ApiServer, fault: DiskFault, exitCodes: readonly number[]): Promise<boolean> {
  const place = makePlace();
  const { nodeFlags, markerPath } = diskFaultFlags(fault);
  const run = await runBinary(ARGS, { api, place, nodeFlags });
  const told = `${JSON.stringify(fault)}\n${describeRun(run)}`;
  const final = finalOf(place);
  if (final !== undefined && !final.equals(object.bytes)) fail(`a wrong file\n${told}`);
  if (run.exitCode === 0 && final === undefined) fail(`a success without file\n${told}`);
  if (!existsSync(markerPath)) {
    expect([run.exitCode, told]).toEqual([0, told]);
    return false;
  }
  if (!exitCodes.includes(run.exitCode)) fail(`expected ${exitCodes.join(' or ')}\n${told}`);
  const again = await runCli(ARGS, { api, place });
  if (again.exitCode !== 0 || finalOf(place)?.equals(object.bytes) !== true) {
    fail(`the same command does not help afterwards\n${told}\n${describeRun(again)}`);
  }
  const temporary = listTree(place.cwd).filter(({ path }) => path.startsWith('.streamdiver-dl-'));
  if (temporary.length > 0)
    fail(`${temporary[0]?.path} stayed
${told}`);
  return true;
}

async function survivesEach(
  call: DiskCall,
  effect: DiskFault['effect'],
  exitCodes: readonly number[],
  pathPart = 'object.zip',
) {
  const api = await startApi({ files: { one: object } });
  let nth = 1;
  while (await survives(api, { call, nth, effect, pathPart }, exitCodes)) nth += 1;
  return nth - 1;
}

const DEADLINE = { timeout: 120_000 };

test.each<[DiskCall, DiskFault['effect']]>([
  ['open', 'EACCES'],
  ['open', 'EMFILE'],
  ['write', 'ENOSPC'],
  ['write', 'EDQUOT'],
  ['write', 'EIO'],
  ['sync', 'EIO'],
  ['truncate', 'EIO'],
  ['read', 'EIO'],
  ['rename', 'EIO'],
  ['rename', 'ESTALE'],
])(
  'case 82: every single %s that fails with %s is a disk error and is overcome later',
  DEADLINE,
  async (call, effect) => {
    // What is cleaned up after the final name is there may fail without spoiling the success.
    expect(await survivesEach(call, effect, [0, 9])).toBeGreaterThan(0);
  },
);

test.each<[DiskCall, DiskFault['effect']]>([
  ['close', 'EIO'],
  ['unlink', 'EIO'],
  ['link', 'EPERM'],
  ['link', 'EXDEV'],
])(
  'case 82: every single %s that fails with %s is overcome or is a disk error',
  DEADLINE,
  async (call, effect) => {
    expect(await survivesEach(call, effect, [0, 9])).toBeGreaterThan(0);
  },
);

test.each<[DiskCall]>([
  ['open'],
  ['write'],
  ['sync'],
  ['truncate'],
  ['rename'],
  ['link'],
  ['unlink'],
  ['close'],
])('case 73: a kill around any %s leaves nothing wrong and the next run finishes', DEADLINE, async (call) => {
  expect(await survivesEach(call, 'kill before', [137])).toBeGreaterThan(0);
  expect(await survivesEach(call, 'kill after', [137])).toBeGreaterThan(0);
});

test.each<[DiskCall]>([['open'], ['write'], ['link'], ['unlink'], ['close']])(
  'case 126: what a kill around any %s leaves of a lock that is being made is cleared away by the next run',
  DEADLINE,
  async (call) => {
    for (const effect of ['kill before', 'kill after'] as const) {
      expect(await survivesEach(call, effect, [137], '.streamdiver-dl-')).toBeGreaterThan(0);
    }
  },
);

test('case 83: writes and reads that take fewer bytes than given are completed', async () => {
  for (const call of ['write', 'read'] as const) {
    const api = await startApi({ files: { one: object } });
    const place = makePlace();
    const { nodeFlags, markerPath } = diskFaultFlags({
      call,
      nth: 'every',
      effect: 'short',
      pathPart: 'object.zip',
    });
    const run = await runBinary(ARGS, { api, place, nodeFlags });
    expect(run.exitCode, call).toBe(0);
    expect(existsSync(markerPath)).toBe(true);
    expect(finalOf(place)?.equals(object.bytes)).toBe(true);
  }
});

test('case 81: a full disk says how much is missing or what to do, and keeps what fits', async () => {
  const api = await startApi({ files: { one: object } });
  const { nodeFlags } = diskFaultFlags({
    call: 'write',
    nth: 'every',
    effect: 'ENOSPC',
    pathPart: 'object.zip.part',
  });
  const run = await runBinary(ARGS, { api, nodeFlags });
  expect(run).toMatchObject({ exitCode: 9, json: { error: { code: 'DISK' } } });
  expect(run.stderr).toMatch(/no space/);
  expect(run.stderr).toMatch(/^hint: /m);
});

test('case 82: a journal that cannot be replaced once, by what the server says of the file, is a disk error', async () => {
  const api = await startApi({ files: { one: object } });
  const place = makePlace();
  const fault: DiskFault = { call: 'rename', nth: 1, effect: 'EIO', pathPart: 'object.zip.part.json' };
  const { nodeFlags, markerPath } = diskFaultFlags(fault);
  const run = await runBinary(ARGS, { api, place, nodeFlags });
  expect(run).toMatchObject({ exitCode: 9, json: { error: { code: 'DISK' } } });
  expect(existsSync(markerPath)).toBe(true);
  expect(finalOf(place)).toBeUndefined();
});

test('case 116: standard output that is full is a disk error, and one that was closed is none of a bug', async () => {
  const api = await startApi({ files: { one: object } });
  const args = ['fetch', PACKAGE_ID, '-o', '-'];
  const full = await runBinary(args, { api, wrapper: ['sh', '-c', '"$@" > /dev/full', 'sh'] });
  expect(full.exitCode).toBe(9);
  const closed = await runBinary(args, { api, wrapper: ['sh', '-c', '"$@" | head -c 10 > /dev/null', 'sh'] });
  expect(closed.stderr).not.toMatch(/bug/);
});

test('case 86: a target folder that vanished is a disk error', async () => {
  const api = await startApi({ files: { one: object } });
  const place = makePlace();
  const run = await runBinary(ARGS, {
    api,
    place,
    wrapper: ['sh', '-c', 'mkdir gone && cd gone && rmdir ../gone && exec "$@"', 'sh'],
  });
  expect([2, 9]).toContain(run.exitCode);
  writeFileSync(join(place.cwd, 'still-here'), '');
});

/** Makes a call of the system to a folder fail, as file systems do that lack it. */
function withoutCall(name: string, folder: string, code: string): readonly string[] {
  return ['strace', '-f', '-qq', '-o', '/dev/null', '-P', folder, '-e', `inject=${name}:error=${code}`];
}

test.skipIf(spawnSync('strace', ['-V']).status !== 0).each([
  ['statfs', 'ENOSYS', 0, true],
  ['statfs', 'EOPNOTSUPP', 0, true],
  ['statfs', 'EIO', 9, false],
  ['fsync', 'EINVAL', 0, true],
  ['fsync', 'EOPNOTSUPP', 0, true],
  ['fsync', 'ENOSYS', 0, true],
  ['fsync', 'EIO', 9, true],
])('a file system that answers %s of a folder with %s', async (name, code, exitCode, isThere) => {
  const api = await startApi({ files: { one: object } });
  const place = makePlace();
  const run = await runBinary(ARGS, { api, place, wrapper: withoutCall(name, place.cwd, code) });
  expect([run.exitCode, finalOf(place)?.equals(object.bytes) ?? false]).toEqual([exitCode, isThere]);
});

test.skipIf(process.platform !== 'linux').each([
  ['/proc/streamdiver-dl-test', []],
  ['/proc/streamdiver-dl-test', ['-x']],
  ['/proc/streamdiver-dl-test/below', []],
  ['/proc/streamdiver-dl-test/below', ['-x']],
])(
  'case 86: a folder that no file system can make (%s %j) is a disk error, and soon',
  async (folder, flags) => {
    const api = await startApi({ files: { one: object } });
    const run = await runBinary(['fetch', PACKAGE_ID, '-D', folder, ...flags], { api, deadlineMs: 20_000 });
    expect(run.exitCode).toBe(9);
    expect(run.stderr).toContain(
      'could not make the folder /proc/streamdiver-dl-test: no such file or folder',
    );
    expect(run.stderr).toMatch(/^hint: choose another folder/m);
  },
);

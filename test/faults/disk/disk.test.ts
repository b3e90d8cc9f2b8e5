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

/** Does one run with a fault and one without. Returns true as long as the fault still hits a call. */
async function survives(api: ApiServer, fault: DiskFault, exitCodes: readonly number[]): Promise<boolean> {
  const place = makePlace();
  const { nodeFlags, markerPath } = diskFaultFlags(fault);
  const run = await runBinary(ARGS, { api, place, nodeFlags });
  const told = `${JSON.stringify(fault)}\n${describeRun(run)}`;
  const final = finalOf(place);
  if (final !== undefined && !final.equals(object.bytes)) fail(`wrong file\n${told}`);
  if (run.exitCode === 0 && final === undefined) fail(`exit code 0 without a file\n${told}`);
  if (!existsSync(markerPath)) {
    expect([run.exitCode, told]).toEqual([0, told]);
    return false;
  }
  if (!exitCodes.includes(run.exitCode)) fail(`expected ${exitCodes.join(' or ')}\n${told}`);
  const again = await runCli(ARGS, { api, place });
  if (again.exitCode !== 0 || finalOf(place)?.equals(object.bytes) !== true) {
    fail(`the rerun failed\n${told}\n${describeRun(again)}`);
  }
  const temporary = listTree(place.cwd).filter(({ path }) => path.startsWith('.streamdiver-dl-'));
  if (temporary.length > 0)
    fail(`left behind: ${temporary[0]?.path}
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
  'case 82: reports a failure of any %s with %s as a disk error, and the rerun succeeds',
  DEADLINE,
  async (call, effect) => {
    // Cleanup after the file has its final name may fail without failing the run.
    expect(await survivesEach(call, effect, [0, 9])).toBeGreaterThan(0);
  },
);

test.each<[DiskCall, DiskFault['effect']]>([
  ['close', 'EIO'],
  ['unlink', 'EIO'],
  ['link', 'EPERM'],
  ['link', 'EXDEV'],
])(
  'case 82: a failure of any %s with %s is at most a disk error, and the rerun succeeds',
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
])('case 73: a kill around any %s leaves no wrong file, and the rerun succeeds', DEADLINE, async (call) => {
  expect(await survivesEach(call, 'kill before', [137])).toBeGreaterThan(0);
  expect(await survivesEach(call, 'kill after', [137])).toBeGreaterThan(0);
});

test.each<[DiskCall]>([['open'], ['write'], ['link'], ['unlink'], ['close']])(
  'case 126: the next run removes what a kill before or after any %s leaves of a new lock',
  DEADLINE,
  async (call) => {
    for (const effect of ['kill before', 'kill after'] as const) {
      expect(await survivesEach(call, effect, [137], '.streamdiver-dl-')).toBeGreaterThan(0);
    }
  },
);

test('case 83: completes short writes and short reads', async () => {
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

test('case 81: a full disk keeps what was written, and the next run resumes', DEADLINE, async () => {
  const large = makeZipObject(12_000_000);
  const api = await startApi({ files: { one: large } });
  const place = makePlace();
  const fault: DiskFault = { call: 'write', nth: 5, effect: 'ENOSPC', pathPart: 'object.zip.part' };
  const { nodeFlags } = diskFaultFlags(fault);
  const run = await runBinary(ARGS, { api, place, nodeFlags });
  expect(run).toMatchObject({ exitCode: 9, json: { error: { code: 'DISK' } } });
  expect(finalOf(place)).toBeUndefined();
  const again = await runBinary(ARGS, { api, place });
  expect(again).toMatchObject({ exitCode: 0, json: { results: [{ outcome: 'resumed' }] } });
  const [result] = again.json['results'] as [{ transferredBytes: number }];
  expect(result.transferredBytes).toBeLessThan(large.bytes.length);
  expect(finalOf(place)?.equals(large.bytes)).toBe(true);
});

test('case 81: reports a full disk with a hint', async () => {
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

test('case 82: a single failure to replace the journal is a disk error', async () => {
  const api = await startApi({ files: { one: object } });
  const place = makePlace();
  const fault: DiskFault = { call: 'rename', nth: 1, effect: 'EIO', pathPart: 'object.zip.part.json' };
  const { nodeFlags, markerPath } = diskFaultFlags(fault);
  const run = await runBinary(ARGS, { api, place, nodeFlags });
  expect(run).toMatchObject({ exitCode: 9, json: { error: { code: 'DISK' } } });
  expect(existsSync(markerPath)).toBe(true);
  expect(finalOf(place)).toBeUndefined();
});

test('case 116: a full standard output is a disk error, and a closed one is not a bug', async () => {
  const api = await startApi({ files: { one: object } });
  const args = ['fetch', PACKAGE_ID, '-o', '-'];
  const full = await runBinary(args, { api, wrapper: ['sh', '-c', '"$@" > /dev/full', 'sh'] });
  expect(full.exitCode).toBe(9);
  const closed = await runBinary(args, { api, wrapper: ['sh', '-c', '"$@" | head -c 10 > /dev/null', 'sh'] });
  expect(closed.stderr).not.toMatch(/bug/);
});

test('case 86: a deleted working directory is a disk error', async () => {
  const api = await startApi({ files: { one: object } });
  const place = makePlace();
  const run = await runBinary(ARGS, {
    api,
    place,
    wrapper: ['sh', '-c', 'mkdir gone && cd gone && rmdir ../gone && exec "$@"', 'sh'],
  });
  expect(run).toMatchObject({ exitCode: 9, json: { error: { code: 'DISK' } } });
  writeFileSync(join(place.cwd, 'still-here'), '');
});

/** Makes a system call on a folder fail, as on file systems without that call. */
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
])('handles a file system where %s of a folder fails with %s', async (name, code, exitCode, isThere) => {
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
  'case 86: a folder that cannot be created (%s %j) is a disk error within seconds',
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

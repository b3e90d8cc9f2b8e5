import { execFileSync } from 'node:child_process';
import { chownSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type BinaryRun, startBinary } from '../support/process/run-binary.ts';
import { makePlace, type RunPlace } from '../support/process/run-place.ts';
import { listTree, makeTempFolder } from '../support/temp-folder.ts';

async function startSandboxIn(place: RunPlace): Promise<BinaryRun> {
  const run = startBinary(['sandbox'], { place, keepInputOpen: true });
  await run.waitFor(/STREAMDIVER_CLIENT_SECRET/);
  return run;
}

async function end(run: BinaryRun, signal: NodeJS.Signals): Promise<number> {
  run.kill(signal);
  return (await run.result).exitCode;
}

function foldersIn(place: RunPlace): readonly string[] {
  return readdirSync(place.temp).filter((name) => name.startsWith('streamdiver-'));
}

test('case 140: a sandbox removes the folder of a killed one, but not of a running one', {
  timeout: 90_000,
}, async () => {
  const place = makePlace();
  const killed = await startSandboxIn(place);
  expect(await end(killed, 'SIGKILL')).toBe(137);
  const [left] = foldersIn(place);
  const first = await startSandboxIn(place);
  const [own = ''] = foldersIn(place);
  expect(own).not.toBe(left);
  const second = await startSandboxIn(place);
  expect(foldersIn(place)).toHaveLength(2);
  expect(foldersIn(place)).toContain(own);
  expect(await end(first, 'SIGTERM')).toBe(0);
  expect(await end(second, 'SIGTERM')).toBe(0);
  expect(foldersIn(place)).toEqual([]);
});

test('a demo removes the folder of a killed one, but not of a finished one', {
  timeout: 90_000,
}, async () => {
  const place = makePlace();
  const demo = async () => (await startBinary(['demo'], { place, deadlineMs: 60_000 }).result).exitCode;
  expect(await demo()).toBe(0);
  const [finished = ''] = foldersIn(place);
  expect(listTree(join(place.temp, finished)).some(({ path }) => path.startsWith('.'))).toBe(false);
  const killed = startBinary(['demo'], { place });
  await killed.waitFor(/\$ streamdiver-dl create/);
  await end(killed, 'SIGKILL');
  expect(foldersIn(place)).toHaveLength(3);
  expect(await demo()).toBe(0);
  const after = foldersIn(place);
  expect(after).toHaveLength(2);
  expect(after).toContain(finished);
});

test('removes only folders of dead processes of this user on this machine', {
  timeout: 90_000,
}, async () => {
  const place = makePlace();
  const elsewhere = makeTempFolder();
  const machine = hostname().split('.')[0]?.toLowerCase() ?? '';
  const sign = (folder: string, holder: unknown) =>
    writeFileSync(join(folder, '.unfinished'), JSON.stringify(holder));
  // No process has this ID: pid_max on Linux is 2^22.
  const dead = { pid: 4_194_305, startedAt: '1', hostname: machine };
  const make = (name: string, holder: unknown) => {
    const folder = join(place.temp, `streamdiver-sandbox-${name}`);
    mkdirSync(folder);
    if (holder !== null) sign(folder, holder);
    return folder;
  };
  make('unsigned', null);
  make('garbage', 'no holder');
  make('other-machine', { ...dead, hostname: 'elsewhere' });
  make('alive', { pid: process.pid, startedAt: null, hostname: machine });
  const pipe = make('pipe', null);
  execFileSync('mkfifo', [join(pipe, '.unfinished')]);
  sign(elsewhere, dead);
  symlinkSync(elsewhere, join(place.temp, 'streamdiver-sandbox-link'));
  if (process.getuid?.() === 0) chownSync(make('other-user', dead), 65_534, 65_534);
  const kept = foldersIn(place);
  make('dead', dead);
  const run = await startSandboxIn(place);
  const own = foldersIn(place).filter((name) => !kept.includes(name));
  expect(own).toHaveLength(1);
  expect(own).not.toEqual(['streamdiver-sandbox-dead']);
  expect(foldersIn(place)).toEqual(expect.arrayContaining([...kept]));
  expect(listTree(elsewhere)).toHaveLength(1);
  await end(run, 'SIGTERM');
});

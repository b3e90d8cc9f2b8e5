import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { formatLine, recordLine } from '../../../src/record/record-line.ts';
import { start } from '../../commands/fetch/fetch-scene.ts';
import { runCommand } from '../../commands/run-command.ts';
import { PACKAGE_ID } from '../../support/api/api-packages.ts';
import { type ApiServer, startApi } from '../../support/api/api-server.ts';
import { type DiskCall, type DiskEffect, diskFaultFlags, KEPT_ALIVE } from '../../support/disk-fault.ts';
import { makeZipObject } from '../../support/faults/served-object.ts';
import { runBinary, startBinary } from '../../support/process/run-binary.ts';
import { makePlace, type RunPlace } from '../../support/process/run-place.ts';

const ARGS = ['fetch', PACKAGE_ID, '-x', '-D', 'out', '--record', 'r/rec.ndjson', '--only-new'];
const BEFORE = formatLine(recordLine('media', 0, { mediaId: 'm1', title: 'Before' }));

/** A place with a record of one line, in its own folder. */
function placeWithRecord(): { place: RunPlace; file: string } {
  const place = makePlace();
  mkdirSync(join(place.cwd, 'r'));
  const file = join(place.cwd, 'r', 'rec.ndjson');
  writeFileSync(file, BEFORE);
  return { place, file };
}

interface Line {
  readonly kind: string;
  readonly [field: string]: unknown;
}

function linesOf(file: string): Line[] {
  return readFileSync(file, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
}

/** Fetches and kills at the nth call of a kind. Returns whether the kill happened. */
async function isKilledAt(
  api: ApiServer,
  place: RunPlace,
  fault: { call: DiskCall; nth: number; effect: DiskEffect; pathPart: string },
): Promise<boolean> {
  const { nodeFlags, markerPath } = diskFaultFlags(fault);
  const run = await runBinary(ARGS, { api, place, nodeFlags, mayBeBug: true, withoutJsonCheck: true });
  const isHit = existsSync(markerPath);
  expect([run.signal, run.exitCode]).toEqual(isHit ? ['SIGKILL', 137] : [null, 0]);
  return isHit;
}

/** Expects the next run to repair everything: each item once, all files unchanged, nothing left over. */
async function expectPutRight(api: ApiServer, place: RunPlace, file: string, what: string): Promise<void> {
  const again = await runCommand(ARGS, { api, place });
  expect(again.exitCode, `${what}: ${again.stderr}`).toBe(0);
  const lines = linesOf(file);
  expect(
    lines.filter(({ kind }) => kind === 'package'),
    what,
  ).toHaveLength(1);
  expect(lines[0], what).toEqual(JSON.parse(BEFORE));
  expect(lines.some(({ kind }) => kind === 'file')).toBe(true);
  const verified = await runCommand(['verify', 'out', '--record', 'r/rec.ndjson'], { place });
  expect(verified.exitCode, what).toBe(0);
  // The lock of the dead process stays until a run needs it.
  expect((await runCommand(ARGS.slice(0, -1), { api, place })).exitCode).toBe(0);
  expect(readdirSync(join(file, '..')), what).toEqual(['rec.ndjson']);
  expect(linesOf(file), what).toEqual(lines);
}

test.each<[DiskCall, string]>([
  ['open', '/r/'],
  ['write', '/r/'],
  ['sync', '/r'],
  ['link', '/r/'],
  ['unlink', '/r/'],
  ['close', '/r/'],
  ['sync', '/out'],
])('a kill at any %s in %s costs at most another fetch', { timeout: 240_000 }, async (call, pathPart) => {
  const api = await start();
  let count = 0;
  for (const effect of ['kill before', 'kill after'] as const) {
    for (let nth = 1; nth < 20; nth += 1) {
      const { place, file } = placeWithRecord();
      if (!(await isKilledAt(api, place, { call, nth, effect, pathPart }))) break;
      count += 1;
      await expectPutRight(api, place, file, `${effect} ${call} ${nth}`);
    }
  }
  expect(count).toBeGreaterThan(0);
});

test.each<[DiskCall, DiskEffect]>([
  ['write', 'ENOSPC'],
  ['write', 'EIO'],
  ['write', 'short'],
  ['sync', 'EIO'],
  ['sync', 'ENOSPC'],
])(
  'a %s of the record that fails with %s leaves the record unchanged and the files in place',
  async (call, effect) => {
    const api = await start();
    const { place, file } = placeWithRecord();
    const { nodeFlags, markerPath } = diskFaultFlags({ call, nth: 'every', effect, pathPart: 'rec.ndjson' });
    const args = [...ARGS, '--rm', '--json'];
    const run = await runBinary(args, { api, place, nodeFlags });
    expect(existsSync(markerPath)).toBe(true);
    expect(run).toMatchObject({
      exitCode: 9,
      json: { results: [{ outcome: 'extracted', deleted: false, error: { code: 'DISK' } }] },
    });
    expect(run.stderr).toContain('is in place, not recorded');
    expect(readFileSync(file, 'utf8')).toBe(BEFORE);
    expect(api.requestsOf('DELETE /v2/downloads/{id}')).toHaveLength(0);
    await expectPutRight(api, place, file, `${call} ${effect}`);
  },
);

test('does not record a file that cannot be synced', async () => {
  const api = await start();
  const { place, file } = placeWithRecord();
  const { nodeFlags } = diskFaultFlags({ call: 'sync', nth: 'every', effect: 'EIO', pathPart: '/out/' });
  const run = await runBinary(ARGS, { api, place, nodeFlags });
  expect(run.exitCode).toBe(9);
  expect(readFileSync(file, 'utf8')).toBe(BEFORE);
  await expectPutRight(api, place, file, 'sync');
});

test('processes that append to one record at the same time all succeed and lose no lines', {
  timeout: 120_000,
}, async () => {
  const ids = Array.from({ length: 6 }, (_, index) => `pkg-${index}-000000`);
  const api = await startApi({
    files: { one: makeZipObject(20_000) },
    packages: ids.map((id) => ({ id, files: ['one'] })),
  });
  const place = makePlace();
  const runs = await Promise.all(
    // The first package is fetched twice.
    [...ids, ids[0] ?? ''].map((id, index) =>
      runBinary(['fetch', id, '-x', '-D', `out-${index}`, '--record', 'rec.ndjson'], { api, place }),
    ),
  );
  expect(runs.map(({ exitCode }) => exitCode)).toEqual(runs.map(() => 0));
  const lines = linesOf(join(place.cwd, 'rec.ndjson'));
  const recorded = lines.filter(({ kind }) => kind === 'package').map(({ packageId }) => String(packageId));
  expect(recorded.toSorted((one, other) => one.localeCompare(other))).toEqual(ids);
  expect(lines.filter(({ kind }) => kind === 'file')).toHaveLength(runs.length);
  const verified = await runBinary(['verify', '--record', 'rec.ndjson'], { place });
  expect(verified.exitCode).toBe(0);
  rmSync(join(place.cwd, 'out-3'), { recursive: true });
  expect((await runBinary(['verify', '--record', 'rec.ndjson'], { place })).exitCode).toBe(10);
});

test('a process waits while another one appends, and continues when that one is killed', {
  timeout: 60_000,
}, async () => {
  const other = 'bbbbbbbb-000000';
  const packages = [
    { id: PACKAGE_ID, files: ['one'] },
    { id: other, files: ['one'] },
  ];
  const api = await startApi({ files: { one: makeZipObject(20_000) }, packages });
  const { place, file } = placeWithRecord();
  const { nodeFlags, markerPath } = diskFaultFlags({
    call: 'sync',
    nth: 1,
    effect: 'hang',
    pathPart: 'rec.ndjson',
  });
  const hanging = startBinary(ARGS, {
    api,
    place,
    nodeFlags: [...KEPT_ALIVE, ...nodeFlags],
    withoutJsonCheck: true,
  });
  while (!existsSync(markerPath)) await delay(10);
  const waiting = startBinary(['fetch', other, '-D', 'out', '--record', 'r/rec.ndjson'], { api, place });
  await waiting.waitFor(/bbbbbbbb\.zip/);
  await delay(1_000);
  expect(readFileSync(file, 'utf8')).not.toContain(other);
  hanging.kill('SIGKILL');
  await hanging.result;
  expect((await waiting.result).exitCode).toBe(0);
  const recorded = linesOf(file).filter(({ kind }) => kind === 'package');
  expect(recorded.map(({ packageId }) => packageId)).toEqual([PACKAGE_ID, other]);
});

import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  existsSync,
  linkSync,
  mkdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { assert, asyncProperty, constantFrom, double, record } from 'fast-check';
import { expect, test } from 'vitest';
import {
  cutAtHalfThen,
  type FaultMode,
  headersWith,
  OVERCOME,
  wellBehaved,
} from '../../support/faults/fault-mode.ts';
import { makeZipObject, siblingOf } from '../../support/faults/served-object.ts';
import { runCli } from '../../support/process/run-cli.ts';
import { describeRun } from '../../support/process/run-result.ts';
import { onWindows } from '../../support/windows/launcher.ts';
import { type FaultScene, handOut, OBJECT_NAME, setScene } from './fetch-with-fault.ts';

/** Sends half of the object, then only 404 for the rest of this run. */
const HALF: FaultMode = {
  failureCase: 73,
  name: 'half',
  outcome: OVERCOME,
  handler: (object) => cutAtHalfThen(object, (_request, reply) => reply.send(404, {}, '')),
};

interface HalfDone extends FaultScene {
  readonly partPath: string;
  readonly journalPath: string;
  readonly finalPath: string;
}

/** A download that stopped at half. From now on the storage behaves. */
async function stopAtHalf(sizeBytes = 300_000): Promise<HalfDone> {
  const scene = await setScene(HALF, makeZipObject(sizeBytes));
  const run = await scene.fetch();
  const finalPath = join(scene.place.cwd, OBJECT_NAME);
  const partPath = `${finalPath}.part`;
  if (run.exitCode !== 3 || !existsSync(partPath))
    throw new Error(`did not stop at half: ${describeRun(run)}`);
  scene.storage.use(wellBehaved(scene.object));
  return { ...scene, partPath, journalPath: `${partPath}.json`, finalPath };
}

function rangesSince(scene: FaultScene, firstIndex: number): (string | undefined)[] {
  return scene.storage.requests.slice(firstIndex).map(({ headers }) => headers.get('range'));
}

test('case 60: the same command resumes from another URL, and reports it', async () => {
  const scene = await stopAtHalf();
  const before = scene.storage.requests.length;
  const run = await scene.fetch();
  expect(run).toMatchObject({ exitCode: 0, json: { results: [{ outcome: 'resumed' }] } });
  expect(scene.finalBytes()?.equals(scene.object.bytes)).toBe(true);
  const [range] = rangesSince(scene, before);
  expect(Number(/^bytes=(\d+)-$/.exec(range ?? '')?.[1])).toBeGreaterThanOrEqual(150_000 - 65_536);
  expect(scene.storage.requests.at(-1)?.headers.get('if-range')).toBe(scene.object.etag);
});

test('case 55: a web page instead of the rest loses no saved bytes', async () => {
  const scene = await stopAtHalf();
  scene.storage.use((_request, reply) => reply.send(200, { 'Content-Type': 'text/html' }, '<html>Sign in'));
  expect(await scene.fetch()).toMatchObject({ exitCode: 7 });
  scene.storage.use(wellBehaved(scene.object));
  expect(await scene.fetch()).toMatchObject({ exitCode: 0, json: { results: [{ resumedFrom: 150_000 }] } });
});

test('case 70: does not report a resume if the server ignores ranges', async () => {
  const scene = await stopAtHalf();
  scene.storage.use((_request, reply) => reply.send(200, headersWith(scene.object), scene.object.bytes));
  const run = await scene.fetch('--progress', 'plain');
  expect(run).toMatchObject({ exitCode: 0, json: { results: [{ outcome: 'downloaded', resumedFrom: 0 }] } });
  expect(run.stderr).toContain('the server cannot continue files; restarting the download');
  expect(run.stderr).not.toContain('continued after');
});

test('case 68: does not report a resume if the file has changed', async () => {
  const scene = await stopAtHalf();
  scene.storage.use(wellBehaved(siblingOf(scene.object)));
  const run = await scene.fetch('--progress', 'plain');
  expect(run).toMatchObject({ exitCode: 0, json: { results: [{ outcome: 'downloaded', resumedFrom: 0 }] } });
  expect(run.stderr).not.toContain('continued after');
});

test('--no-resume restarts the download', async () => {
  const scene = await stopAtHalf();
  const before = scene.storage.requests.length;
  expect(await scene.fetch('--no-resume')).toMatchObject({ exitCode: 0 });
  expect(rangesSince(scene, before)).toEqual([undefined]);
});

test('case 72: finishes from a complete part with at most one request', async () => {
  const scene = await stopAtHalf();
  writeFileSync(scene.partPath, scene.object.bytes);
  const before = scene.storage.requests.length;
  expect((await scene.fetch()).exitCode).toBe(0);
  expect(scene.finalBytes()?.equals(scene.object.bytes)).toBe(true);
  expect(scene.storage.requests.length - before).toBeLessThanOrEqual(1);
});

test('case 72: needs no bytes if the journal trusts the complete part', async () => {
  const scene = await stopAtHalf();
  writeFileSync(scene.partPath, scene.object.bytes);
  const journal = readFileSync(scene.journalPath, 'utf8');
  const size = scene.object.bytes.length;
  writeFileSync(scene.journalPath, journal.replaceAll('[0,150000]', `[0,${size}]`));
  const before = scene.storage.requests.length;
  const run = await scene.fetch();
  expect(run).toMatchObject({
    exitCode: 0,
    json: { results: [{ transferredBytes: 0, resumedFrom: size, verified: { archive: true, crc: true } }] },
  });
  expect(scene.finalBytes()?.equals(scene.object.bytes)).toBe(true);
  expect(scene.storage.requests).toHaveLength(before);
});

test('case 72: replaces a part that is too long', async () => {
  const scene = await stopAtHalf();
  writeFileSync(scene.partPath, Buffer.concat([scene.object.bytes, Buffer.alloc(1)]));
  expect((await scene.fetch()).exitCode).toBe(0);
  expect(scene.finalBytes()?.equals(scene.object.bytes)).toBe(true);
});

test.each<[string, 'downloaded' | 'resumed', (partPath: string) => void]>([
  ['is missing', 'downloaded', (path) => rmSync(path)],
  ['is empty', 'downloaded', (path) => truncateSync(path)],
  ['is shorter', 'downloaded', (path) => truncateSync(path, 100_000)],
  ['is longer', 'resumed', (path) => appendFileSync(path, 'more bytes')],
  [
    'ends with zeros',
    'downloaded',
    (path) => {
      truncateSync(path, 149_000);
      truncateSync(path, 150_000);
    },
  ],
  ['has another last byte', 'downloaded', (path) => flipByte(path, 149_999)],
])('case 75: a part that %s: the right file is %s', async (_name, outcome, damage) => {
  const scene = await stopAtHalf();
  damage(scene.partPath);
  expect(await scene.fetch()).toMatchObject({ exitCode: 0, json: { results: [{ outcome }] } });
  expect(scene.finalBytes()?.equals(scene.object.bytes)).toBe(true);
});

test.each<[string, (journalPath: string) => void]>([
  ['is empty', (path) => truncateSync(path)],
  ['is truncated', (path) => truncateSync(path, 20)],
  ['is not JSON', (path) => writeFileSync(path, 'PK\x03\x04')],
  ['is JSON of another kind', (path) => writeFileSync(path, '[1,2]')],
])('case 75: a journal that %s: keeps the part and suggests --no-resume', async (_name, damage) => {
  const scene = await stopAtHalf();
  damage(scene.journalPath);
  const part = readFileSync(scene.partPath);
  const refused = await scene.fetch();
  expect(refused).toMatchObject({ exitCode: 13, json: { error: { code: 'EXISTS' } } });
  expect(refused.stderr).toContain('--no-resume');
  expect(readFileSync(scene.partPath).equals(part)).toBe(true);
  expect(scene.finalBytes()).toBeUndefined();
  expect(await scene.fetch('--no-resume')).toMatchObject({ exitCode: 0 });
  expect(scene.finalBytes()?.equals(scene.object.bytes)).toBe(true);
});

test('case 79: refuses a journal of a newer version and changes nothing', async () => {
  const scene = await stopAtHalf();
  const journal = readFileSync(scene.journalPath, 'utf8').replace('"schema":2', '"schema":99');
  writeFileSync(scene.journalPath, journal);
  const run = await scene.fetch();
  expect(run).toMatchObject({ exitCode: 2, json: { error: { code: 'CONFIG' } } });
  expect(readFileSync(scene.journalPath, 'utf8')).toBe(journal);
  expect(readFileSync(scene.partPath)).toHaveLength(150_000);
});

test('case 77: does not touch the part of another package', async () => {
  const scene = await stopAtHalf();
  const journal = readFileSync(scene.journalPath, 'utf8').replace(
    /"packageId":"[^"]*"/,
    '"packageId":"another"',
  );
  writeFileSync(scene.journalPath, journal);
  const run = await scene.fetch();
  expect(run.exitCode).toBe(13);
  expect(readFileSync(scene.partPath)).toHaveLength(150_000);
});

test('case 74: syncs all received bytes after a failure, so that they survive a system crash', async () => {
  const { journalPath } = await stopAtHalf();
  const [head = ''] = readFileSync(journalPath, 'utf8').split('\n');
  expect(JSON.parse(head)).toMatchObject({ synced: [[0, 150_000]], holder: null });
});

test('case 78: keeps the part of a package that was recreated with another ID until --no-resume', async () => {
  const scene = await stopAtHalf();
  const again = '7a1d4c2e-0b3f-4e8d-a6c5-9f8e7d6c5b4a';
  const file = {
    url: `${scene.storage.origin}/again`,
    size: scene.object.bytes.length,
    mimeType: 'application/zip',
  };
  scene.api.script('GET /v2/downloads/{id}', {
    json: { status: 'success', data: { id: again, status: 'ready', compressed: true, files: [file] } },
  });
  const args = ['fetch', again, '-o', OBJECT_NAME, '--json'];
  const refused = await runCli(args, { api: scene.api, place: scene.place });
  expect(refused).toMatchObject({ exitCode: 13, json: { error: { code: 'EXISTS' } } });
  expect(readFileSync(scene.partPath)).toHaveLength(150_000);
  expect(refused.stderr).toContain('--no-resume');
  const told = await runCli([...args, '--no-resume'], { api: scene.api, place: scene.place });
  expect(told).toMatchObject({ exitCode: 0, json: { results: [{ outcome: 'downloaded' }] } });
  expect(scene.finalBytes()?.equals(scene.object.bytes)).toBe(true);
});

test('case 76: two files with the same name from two packages do not share a part', async () => {
  const scene = await stopAtHalf();
  const { api, storage, object, place } = scene;
  const other = siblingOf(object);
  storage.use((request, reply) => reply.file(request.path === '/other' ? other : object));
  api.script('GET /v2/downloads/{id}', ({ path }, reply) => {
    const id = path.slice('/v2/downloads/'.length);
    const url = `${storage.origin}/${id === 'other' ? 'other' : 'object'}`;
    const file = { url, size: object.bytes.length, mimeType: object.contentType };
    return reply.json(200, { data: { id, status: 'ready', compressed: true, files: [file] } });
  });
  const kept = [readFileSync(scene.partPath), readFileSync(scene.journalPath)];
  const before = storage.requests.length;
  const second = await runCli(['fetch', 'other', '-o', OBJECT_NAME, '--json'], { api, place });
  expect(second).toMatchObject({ exitCode: 13, json: { error: { code: 'EXISTS' } } });
  expect([readFileSync(scene.partPath), readFileSync(scene.journalPath)]).toEqual(kept);
  expect(storage.requests).toHaveLength(before);

  const first = await scene.fetch();
  expect(first).toMatchObject({ exitCode: 0, json: { results: [{ resumedFrom: 150_000 }] } });
  expect(scene.finalBytes()?.equals(object.bytes)).toBe(true);
  const elsewhere = await runCli(['fetch', 'other', '-o', 'other.zip', '--json'], { api, place });
  expect(elsewhere).toMatchObject({ exitCode: 0, json: { results: [{ outcome: 'downloaded' }] } });
  expect(readFileSync(join(place.cwd, 'other.zip')).equals(other.bytes)).toBe(true);
});

test.each([
  ['a link', 13, (path: string, other: string) => symlinkSync(other, path)],
  ['a dangling link', 13, (path: string, other: string) => symlinkSync(`${other}-nowhere`, path)],
  // It is shorter than the journal says, so the program replaces it.
  ['a hard link', 0, (path: string, other: string) => linkSync(other, path)],
  ['a folder', 13, (path: string) => mkdirSync(path)],
  ['a FIFO', 13, (path: string) => execFileSync('mkfifo', [path])],
])('case 75: does not write through %s in place of the part', async (_name, exitCode, plant) => {
  const scene = await stopAtHalf();
  const other = join(scene.place.cwd, 'precious');
  const precious = Buffer.alloc(1_000, 'precious');
  writeFileSync(other, precious);
  rmSync(scene.partPath);
  plant(scene.partPath, other);
  expect(await scene.fetch()).toMatchObject({ exitCode });
  expect(readFileSync(other).equals(precious)).toBe(true);
  expect(existsSync(`${other}-nowhere`)).toBe(false);
});

test('case 75: does not write through a link in place of the journal', async () => {
  const scene = await stopAtHalf();
  const other = join(scene.place.cwd, 'precious');
  writeFileSync(other, readFileSync(scene.journalPath));
  const before = readFileSync(other, 'utf8');
  rmSync(scene.journalPath);
  symlinkSync(other, scene.journalPath);
  expect(await scene.fetch()).toMatchObject({ exitCode: 13 });
  expect(readFileSync(other, 'utf8')).toBe(before);
});

test('case 80: a crash while the finished file has two names never damages it', async () => {
  const scene = await stopAtHalf();
  const part = readFileSync(scene.partPath);
  const journal = readFileSync(scene.journalPath, 'utf8');
  expect(part).toHaveLength(150_000);
  expect((await scene.fetch()).exitCode).toBe(0);
  // The state after link(2) when the process dies before unlink(2).
  linkSync(scene.finalPath, scene.partPath);
  writeFileSync(scene.journalPath, journal);
  scene.storage.use((_request, reply) => reply.send(404, {}, ''));
  handOut(scene.api, scene.storage, 'application/zip', scene.object.bytes.length + 1);
  const run = await scene.fetch('--overwrite');
  expect(run.exitCode).not.toBe(0);
  expect(scene.finalBytes()?.equals(scene.object.bytes)).toBe(true);
});

test('case 75: damage to the part or journal never produces a wrong file', { timeout: 300_000 }, async () => {
  const numRuns = onWindows ? 8 : 25;
  const checking = assert(
    asyncProperty(
      record({
        file: constantFrom('part', 'journal'),
        kind: constantFrom('flip', 'cut', 'append', 'zero the end', 'replace'),
        at: double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
      }),
      async ({ file, kind, at }) => {
        const scene = await stopAtHalf();
        const path = file === 'part' ? scene.partPath : scene.journalPath;
        const bytes = readFileSync(path);
        const offset = Math.floor(at * bytes.length);
        if (kind === 'flip') flipByte(path, offset);
        if (kind === 'cut') truncateSync(path, offset);
        if (kind === 'append') appendFileSync(path, bytes.subarray(0, offset + 1));
        if (kind === 'zero the end') writeFileSync(path, Buffer.from(bytes).fill(0, offset));
        if (kind === 'replace') writeFileSync(path, Buffer.from(bytes).toReversed());
        for (let count = 0; count < 3; count++) {
          const run = await scene.fetch(...(count === 2 ? ['--no-resume'] : []));
          const final = scene.finalBytes();
          if (final !== undefined && !final.equals(scene.object.bytes)) throw new Error(describeRun(run));
          if (run.exitCode === 0 && final === undefined) throw new Error(describeRun(run));
          if (run.exitCode === 0) break;
          if (count === 2 || run.exitCode === 70) throw new Error(describeRun(run));
        }
        await Promise.all([scene.api.close(), scene.storage.close()]);
      },
    ),
    { numRuns },
  );
  await expect(checking).resolves.toBeUndefined();
});

function flipByte(path: string, offset: number): void {
  const bytes = readFileSync(path);
  bytes[offset] = (bytes[offset] ?? 0) ^ 0x01;
  writeFileSync(path, bytes);
}

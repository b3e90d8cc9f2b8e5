import {
  closeSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  statfsSync,
  writeFileSync,
} from 'node:fs';
import { hostname } from 'node:os';
import { dirname } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readBootId } from '../../src/download/part/journal.ts';
import { type DownloadScene, ownerOf, setDownload } from '../support/download-scene.ts';
import { wellBehaved } from '../support/faults/fault-mode.ts';
import type { FaultHandler } from '../support/faults/fault-server.ts';
import { makePlainObject, makeZipObject } from '../support/faults/served-object.ts';
import { listTree } from '../support/temp-folder.ts';

const ETAG = '"zeros"';
const REST_BYTES = 100_000;

/** Writes the journal of a run that ended normally. */
async function putJournal(
  { target, server }: DownloadScene,
  {
    sizeBytes,
    writtenBytes,
    fileId = 'one',
    holder = null,
  }: { sizeBytes: number; writtenBytes: number; fileId?: string; holder?: object | null },
): Promise<void> {
  const ranges = [[0, writtenBytes]];
  const journal = {
    schema: 2,
    identity: { origin: server.origin, packageId: 'package', fileId },
    sizeBytes,
    validator: { etag: ETAG, lastModified: null },
    synced: ranges,
    written: ranges,
    bootId: await readBootId(),
    holder,
    rejected: null,
  };
  writeFileSync(`${target}.part.json`, `${JSON.stringify(journal)}\n`);
}

/** Serves zeros from any offset. */
const zeros = (sizeBytes: number): FaultHandler => {
  return (request, reply) => {
    const [, first] = /^bytes=(\d+)-/.exec(request.headers.get('range') ?? '') ?? [];
    const start = Number(first);
    return reply.send(
      206,
      {
        ETag: ETAG,
        'Content-Type': 'video/mp4',
        'Content-Range': `bytes ${start}-${sizeBytes - 1}/${sizeBytes}`,
      },
      Buffer.alloc(sizeBytes - start),
    );
  };
};

describe('the space a download needs', () => {
  /** A sparse part file larger than the free space, whose bytes need no more space. */
  async function setHuge(restBytes: (freeBytes: number) => number) {
    const object = makePlainObject(0);
    const scene = await setDownload(object, wellBehaved(object));
    const { bavail, bsize } = statfsSync(dirname(scene.target));
    const writtenBytes = Math.ceil(bavail * bsize * 1.5);
    const sizeBytes = writtenBytes + restBytes(bavail * bsize);
    const part = openSync(`${scene.target}.part`, 'w');
    ftruncateSync(part, writtenBytes);
    closeSync(part);
    await putJournal(scene, { sizeBytes, writtenBytes });
    scene.server.use(zeros(sizeBytes));
    return { scene, sizeBytes };
  }

  test('does not include bytes already on disk', async () => {
    const { scene, sizeBytes } = await setHuge(() => REST_BYTES);
    const { transferredBytes, resumedFrom } = await scene.download({ request: { sizeBytes } });
    expect(resumedFrom).toBe(sizeBytes - REST_BYTES);
    expect(transferredBytes).toBeGreaterThanOrEqual(REST_BYTES);
  });

  test('includes all missing bytes', async () => {
    const { scene, sizeBytes } = await setHuge((freeBytes) => freeBytes * 2);
    await expect(scene.download({ request: { sizeBytes } })).rejects.toMatchObject({
      code: 'DISK',
      message: expect.stringContaining('not enough space'),
    });
    expect(scene.server.requests).toEqual([]);
  });
});

describe('a part file next to a complete file', () => {
  const object = makeZipObject(50_000);

  async function setFinished(fileId: string): Promise<DownloadScene> {
    const scene = await setDownload(object, wellBehaved(object));
    await scene.download();
    writeFileSync(`${scene.target}.part`, object.bytes.subarray(0, 100));
    await putJournal(scene, { sizeBytes: object.bytes.length, writtenBytes: 100, fileId });
    return scene;
  }
  const namesBeside = ({ target }: DownloadScene) => listTree(dirname(target)).map(({ path }) => path);

  test('is removed if it belongs to the same object', async () => {
    const scene = await setFinished('one');
    expect(await scene.download()).toMatchObject({ isAlreadyThere: true });
    expect(namesBeside(scene)).toEqual(['object.zip']);
  });

  test('is reported if it cannot be removed, and the download succeeds', async () => {
    const scene = await setFinished('one');
    const part = `${scene.target}.part`;
    rmSync(part);
    mkdirSync(part);
    expect(await scene.download()).toMatchObject({ isAlreadyThere: true });
    const leftover = scene.events.filter(({ kind }) => kind === 'leftover');
    expect(leftover).toEqual([{ kind: 'leftover', reason: expect.stringContaining(part) as string }]);
    expect(namesBeside(scene)).toEqual(['object.zip', 'object.zip.part', 'object.zip.part.json']);
  });

  test('is left alone if it belongs to another object', async () => {
    const scene = await setFinished('two');
    const journal = readFileSync(`${scene.target}.part.json`, 'utf8');
    expect(await scene.download()).toMatchObject({ isAlreadyThere: true });
    expect(namesBeside(scene)).toEqual(['object.zip', 'object.zip.part', 'object.zip.part.json']);
    expect(readFileSync(`${scene.target}.part.json`, 'utf8')).toBe(journal);
  });
});

describe('an existing file that another process is downloading again', () => {
  const object = makeZipObject(50_000);
  const other = { pid: 4_711, startedAt: 'now', hostname: hostname() };
  const owner = { ...ownerOf(process.pid), isProcessAlive: () => true, processStartedAt: () => 'now' };

  test.each(['lock', 'json'])('keeps the part if a part.%s names that process', async (named) => {
    const scene = await setDownload(object, wellBehaved(object));
    await scene.download();
    writeFileSync(`${scene.target}.part`, object.bytes.subarray(0, 100));
    const holder = named === 'json' ? other : null;
    await putJournal(scene, { sizeBytes: object.bytes.length, writtenBytes: 100, holder });
    if (named === 'lock') writeFileSync(`${scene.target}.part.lock`, JSON.stringify(other));
    const before = listTree(dirname(scene.target));
    expect(await scene.download({ context: { owner } })).toMatchObject({ isAlreadyThere: true });
    expect(listTree(dirname(scene.target))).toEqual(before);
    expect(scene.events.filter(({ kind }) => kind === 'leftover')).toEqual([]);
    rmSync(`${scene.target}.part.lock`, { force: true });
  });
});

describe('a file listed as empty', () => {
  test('is requested and created', async () => {
    const object = makePlainObject(0);
    const scene = await setDownload(object, wellBehaved(object));
    expect(await scene.download()).toMatchObject({ sizeBytes: 0, transferredBytes: 0 });
    expect(scene.ranges()).toEqual([undefined]);
    expect(scene.finalBytes()).toHaveLength(0);
  });

  test('is rejected if the server sends bytes', async () => {
    const object = makePlainObject(1);
    const scene = await setDownload(object, wellBehaved(object));
    await expect(scene.download({ request: { sizeBytes: 0 } })).rejects.toMatchObject({ code: 'INTEGRITY' });
    expect(scene.finalBytes()).toBeUndefined();
  });
});

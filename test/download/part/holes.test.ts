import { readFileSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { openPartFile } from '../../../src/download/part/open-part-file.ts';
import {
  askedRange,
  type DownloadScene,
  eventsOf,
  isRight,
  setDownload,
  slowly,
  writerOf,
} from '../../support/download-scene.ts';
import { wellBehaved } from '../../support/faults/fault-mode.ts';

import { makeZipObject, siblingOf } from '../../support/faults/served-object.ts';

const MIB = 1_048_576;
const OVERLAP_BYTES = 65_536;
const object = makeZipObject(17 * MIB);
const HAVE = [
  { start: 0, end: MIB },
  { start: 5 * MIB, end: 6 * MIB + 123 },
  { start: 16 * MIB, end: object.bytes.length },
];
const HAVE_BYTES = HAVE.reduce((total, { start, end }) => total + end - start, 0);

/** Leaves a part file like an earlier run with several connections. */
async function leaveHoles(scene: DownloadScene): Promise<void> {
  const part = await openPartFile({
    target: scene.target,
    identity: { origin: scene.server.origin, packageId: 'package', fileId: 'one' },
    ...writerOf(1_001),
    mayResume: true,
  });
  const validator = { etag: object.etag ?? null, lastModified: null };
  await part.describeObject({ sizeBytes: object.bytes.length, validator });
  for (const { start, end } of HAVE) await part.write([object.bytes.subarray(start, end)], start);
  await part.checkpoint();
  await part.close();
}

test.each([1, 4])(
  'case 73: fills a part file with holes and fetches only the missing bytes (connections: %i)',
  async (connections) => {
    const scene = await setDownload(object, slowly(wellBehaved(object)));
    await leaveHoles(scene);
    const result = await scene.download({ context: { connections } });
    expect(isRight(scene)).toBe(true);
    expect(result.resumedFrom).toBe(HAVE_BYTES);
    const missingBytes = object.bytes.length - HAVE_BYTES;
    expect(result.transferredBytes - missingBytes).toBeLessThanOrEqual(HAVE.length * OVERLAP_BYTES);
    const asked = scene.server.requests.map((request) => askedRange(request, object));
    for (const { start, end } of HAVE) {
      // Only the bytes right before a hole are fetched again, to compare them.
      expect(asked.filter((range) => range.start < end - OVERLAP_BYTES && range.end > start)).toEqual([]);
    }
  },
);

test('case 69: detects a changed file by the bytes before a hole', async () => {
  const changed = { ...siblingOf(object), etag: object.etag, lastModified: object.lastModified };
  const scene = await setDownload(object, slowly(wellBehaved(changed)));
  await leaveHoles(scene);
  await scene.download();
  expect(isRight(scene, changed)).toBe(true);
  expect(eventsOf(scene, 'restart')).toMatchObject([{ lostBytes: expect.any(Number) }]);
});

test('case 74: completes the file after a power cut that lost the unsynced bytes', async () => {
  const scene = await setDownload(object, slowly(wellBehaved(object)));
  await leaveHoles(scene);
  const journalPath = `${scene.target}.part.json`;
  const journal = JSON.parse(readFileSync(journalPath, 'utf8'));
  const synced = [[0, MIB]];
  writeFileSync(journalPath, `${JSON.stringify({ ...journal, synced, bootId: 'before the power cut' })}\n`);
  writeFileSync(`${scene.target}.part`, Buffer.from(readFileSync(`${scene.target}.part`)).fill(0, MIB));
  expect(await scene.download()).toMatchObject({ resumedFrom: MIB });
  expect(eventsOf(scene, 'unsynced')).toEqual([{ kind: 'unsynced', bytes: expect.any(Number) }]);
  expect(isRight(scene)).toBe(true);
});

import { expect, test } from 'vitest';
import { askedRange, eventsOf, isRight, setDownload, slowly } from '../../support/download-scene.ts';
import { wellBehaved as serve } from '../../support/faults/fault-mode.ts';
import { makeZipObject } from '../../support/faults/served-object.ts';

const MIB = 1_048_576;
const object = makeZipObject(17 * MIB);
const wellBehaved = slowly(serve(object));

test('case 61: fetches a damaged entry again, and only that', async () => {
  const damaged = { ...object, bytes: Buffer.from(object.bytes) };
  damaged.bytes.writeUInt8(damaged.bytes.readUInt8(5 * MIB) ^ 1, 5 * MIB);
  let isDamaged = true;
  const scene = await setDownload(object, (request, reply) => {
    const { start, end } = askedRange(request, object);
    const isHit = isDamaged && start <= 5 * MIB && end > 5 * MIB;
    if (isHit) isDamaged = false;
    return reply.file(isHit ? damaged : object);
  });
  const result = await scene.download({ context: { connections: 1 } });
  expect(isRight(scene)).toBe(true);
  expect(eventsOf(scene, 'repair')).toHaveLength(1);
  expect(result.resumedFrom).toBe(0);
  expect(result.transferredBytes).toBeGreaterThan(object.bytes.length);
  expect(result.transferredBytes).toBeLessThanOrEqual(2 * object.bytes.length);
});

test('case 61: rejects an entry that stays damaged, and starts over on the next run', async () => {
  const damaged = { ...object, bytes: Buffer.from(object.bytes) };
  damaged.bytes.writeUInt8(damaged.bytes.readUInt8(5 * MIB) ^ 1, 5 * MIB);
  const scene = await setDownload(object, (_request, reply) => reply.file(damaged));
  await expect(scene.download()).rejects.toMatchObject({ code: 'INTEGRITY' });
  expect(scene.finalBytes()).toBeUndefined();
  scene.server.use(wellBehaved);
  expect(await scene.download()).toMatchObject({ resumedFrom: 0 });
  expect(isRight(scene)).toBe(true);
  expect(eventsOf(scene, 'discarded')).toHaveLength(1);
});

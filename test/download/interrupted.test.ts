import { getEventListeners } from 'node:events';
import { expect, test } from 'vitest';
import { setDownload, slowly } from '../support/download-scene.ts';
import { wellBehaved as serve } from '../support/faults/fault-mode.ts';
import { makeZipObject } from '../support/faults/served-object.ts';

const MIB = 1_048_576;
const object = makeZipObject(17 * MIB);
const wellBehaved = slowly(serve(object));

test('sends no request if already interrupted', async () => {
  const scene = await setDownload(object, wellBehaved);
  const interrupted = new Error('interrupted');
  const signal = AbortSignal.abort(interrupted);
  await expect(scene.download({ context: { signal } })).rejects.toBe(interrupted);
  expect(scene.server.requests).toHaveLength(0);
});

test('removes its abort listeners when the download ends', async () => {
  const scene = await setDownload(object, wellBehaved);
  const { signal } = new AbortController();
  await scene.download({ context: { signal } });
  expect(scene.server.requests.length).toBeGreaterThan(2);
  expect(getEventListeners(signal, 'abort')).toEqual([]);
});

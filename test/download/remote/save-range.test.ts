import { join } from 'node:path';
import { expect, test } from 'vitest';
import { wellBehaved } from '../../support/faults/fault-mode.ts';
import { startFaultServer } from '../../support/faults/fault-server.ts';
import { makePlainObject } from '../../support/faults/served-object.ts';
import { replaceDiskCall, systemError } from '../../support/replace-disk-call.ts';
import { makeTempFolder } from '../../support/temp-folder.ts';
import { openRemoteSource } from './open-remote.ts';

test('reports a part that the disk cannot open under the name of its file', async () => {
  const source = await openRemoteSource(await startFaultServer(wellBehaved(makePlainObject(10_000))));
  const path = join(makeTempFolder(), 'part');
  replaceDiskCall('promises.open', (real, [name, ...more]) =>
    name === path ? Promise.reject(systemError('ENOSPC')) : real(name, ...more),
  );
  const place = {
    path,
    shownPath: 'film.mp4',
    journalPath: `${path}.json`,
    aside: () => `${path}.aside`,
  };
  const saving = source.save?.(0, 5_000, {
    place,
    key: 'film.mp4',
    crc32: 0,
    signal: undefined,
    onProgress: () => undefined,
  });
  await expect(saving).rejects.toMatchObject({
    code: 'DISK',
    message: 'could not open film.mp4: no space left on the disk',
  });
});

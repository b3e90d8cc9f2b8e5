import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { PACKAGE_ID } from '../../support/api/api-packages.ts';
import {
  cutAtHalfThen,
  type FaultMode,
  inTurn,
  OVERCOME,
  wellBehaved,
} from '../../support/faults/fault-mode.ts';
import { makeZipObject } from '../../support/faults/served-object.ts';
import { runBinary } from '../../support/process/run-binary.ts';
import { listTree } from '../../support/temp-folder.ts';
import { windowsNameFlags } from '../../support/windows-names.ts';
import { OBJECT_NAME, setScene } from '../download/fetch-with-fault.ts';

const SIZE_BYTES = 9 * 2 ** 20;
const DONE = { exitCode: 0, isTidy: true, files: [OBJECT_NAME] };

async function fetchWithWindowsNames(handler: FaultMode['handler'], ...args: readonly string[]) {
  const scene = await setScene(
    { failureCase: 88, name: 'names', outcome: OVERCOME, handler },
    makeZipObject(SIZE_BYTES),
  );
  const fetch = () =>
    runBinary(['fetch', PACKAGE_ID, '-o', OBJECT_NAME, '--json', ...args], {
      ...scene,
      nodeFlags: windowsNameFlags(),
    });
  const fetchAndLook = async () => {
    const { exitCode, stderr } = await fetch();
    const files = listTree(scene.place.cwd).map(({ path }) => path);
    return { exitCode, isTidy: !stderr.includes('the file is complete, but'), files };
  };
  const holds = (bytes: Buffer) => scene.finalBytes()?.equals(bytes);
  return { ...scene, fetch, fetchAndLook, holds };
}

describe.skipIf(process.platform !== 'linux')('where open files keep their names', () => {
  test('a download gets its final name and leaves no other files', async () => {
    const { object, fetchAndLook, holds } = await fetchWithWindowsNames(wellBehaved);
    expect(await fetchAndLook()).toEqual(DONE);
    expect(holds(object.bytes)).toBe(true);
  });

  test('--overwrite replaces a file', async () => {
    const { object, place, fetchAndLook, holds } = await fetchWithWindowsNames(wellBehaved, '--overwrite');
    writeFileSync(join(place.cwd, OBJECT_NAME), 'an older one');
    expect(await fetchAndLook()).toEqual(DONE);
    expect(holds(object.bytes)).toBe(true);
  });

  test('a download restarts when the file has changed', async () => {
    const other = makeZipObject(SIZE_BYTES, { seed: 'B' });
    const { fetchAndLook, holds } = await fetchWithWindowsNames((object) =>
      cutAtHalfThen(object, wellBehaved(other)),
    );
    expect(await fetchAndLook()).toEqual(DONE);
    expect(holds(other.bytes)).toBe(true);
  });

  test.each([[[]], [['--no-resume']]])('a second run completes the download, %j', async (args) => {
    const { object, storage, fetch, fetchAndLook, holds } = await fetchWithWindowsNames(
      (served) =>
        cutAtHalfThen(
          served,
          inTurn((_request, reply) => reply.send(404, {}, '')),
        ),
      ...args,
    );
    expect((await fetch()).exitCode).toBe(3);
    storage.use(wellBehaved(object));
    expect(await fetchAndLook()).toEqual(DONE);
    expect(holds(object.bytes)).toBe(true);
  });
});

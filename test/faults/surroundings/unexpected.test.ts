import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { startApi } from '../../support/api/api-server.ts';
import { makeZipObject } from '../../support/faults/served-object.ts';
import { runBinary } from '../../support/process/run-binary.ts';
import { makeTempFolder } from '../../support/temp-folder.ts';

test('a bug with one of several packages fails only that one; the others finish', async () => {
  const object = makeZipObject(20_000);
  const ids = ['one', 'two', 'three'];
  const api = await startApi({
    files: { file: object },
    packages: ids.map((id) => ({ id, title: id, files: ['file'] })),
  });
  const folder = makeTempFolder();
  mkdirSync(join(folder, 'preload'));
  const preload = join(folder, 'preload', 'preload.cjs');
  writeFileSync(
    preload,
    `const files = require('node:fs/promises');
    const { lstat } = files;
    files.lstat = (path, ...more) => {
      if (String(path).includes('two')) throw new TypeError('a planted bug');
      return lstat(path, ...more);
    };
    require('node:module').syncBuiltinESMExports();`,
  );
  const run = await runBinary(['fetch', ...ids, '--json'], {
    api,
    nodeFlags: ['--require', preload],
    mayBeBug: true,
  });
  expect(run.json).toMatchObject({
    results: [
      { outcome: 'downloaded', error: null },
      { outcome: 'failed', error: { code: 'INTERNAL', exitCode: 70, id: 'two' } },
      { outcome: 'downloaded', error: null },
    ],
  });
  expect(run.stderr).not.toContain('planted');
});

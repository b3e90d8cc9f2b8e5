import { expect, test } from 'vitest';
import { PACKAGE_ID } from '../../support/api/api-packages.ts';
import {
  cutAtHalfThen,
  type FaultMode,
  halfOf,
  OVERCOME,
  wellBehaved,
} from '../../support/faults/fault-mode.ts';
import { makeZipObject, siblingOf } from '../../support/faults/served-object.ts';
import { runCli } from '../../support/process/run-cli.ts';
import { setScene } from './fetch-with-fault.ts';

const object = makeZipObject(300_000);

/** Writes the object to standard output. The first response ends at half, further ones have these bytes. */
async function fetchInTwo(next = object) {
  const mode: FaultMode = {
    failureCase: 68,
    name: 'in two',
    outcome: OVERCOME,
    handler: () => cutAtHalfThen(object, wellBehaved(next)),
  };
  const { api, place } = await setScene(mode, object);
  return await runCli(['fetch', PACKAGE_ID, '-o', '-'], { api, place, isOutputData: true });
}

test('case 68: standard output never gets bytes of two versions', async () => {
  const run = await fetchInTwo(siblingOf(object));
  expect(run.exitCode).toBe(10);
  expect(run.stdoutBytes.equals(object.bytes.subarray(0, halfOf(object)))).toBe(true);
  expect(run.stderr).toContain('error: the file changed after 150000 bytes had gone to standard output\n');
  expect(run.stderr).toContain('hint: what was written belongs to an older version; run the command again\n');
});

test('case 73: standard output continues after a broken connection', async () => {
  const run = await fetchInTwo();
  expect(run.exitCode).toBe(0);
  expect(run.stdoutBytes.equals(object.bytes)).toBe(true);
});

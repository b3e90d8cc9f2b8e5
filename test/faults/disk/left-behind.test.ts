import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { faultMode } from '../../support/faults/fault-modes.ts';
import { listTree } from '../../support/temp-folder.ts';
import { OBJECT_NAME, setScene } from '../download/fetch-with-fault.ts';

const NOTHING: readonly string[] = [];
const PART = [`${OBJECT_NAME}.part`, `${OBJECT_NAME}.part.json`];

/** As documented in docs/fetch.md. */
test.each([
  [6, 'every body is cut at half', PART],
  [6, 'every request stays without a response', NOTHING],
  [3, '404 after half of the object', PART],
  [3, '404 from the start', NOTHING],
  [4, '403 after half of the object, for every URL', PART],
  [7, 'an HTML page with 200 and the length of the object', NOTHING],
  [7, 'an HTML page with 200', NOTHING],
  [7, 'an HTML page with 200 after half of the object', PART],
  [7, 'an HTML page with 200 and no Content-Length after half of an object of unknown size', PART],
  [7, '204 after half of the object', PART],
  [10, 'every body has a flipped bit in the middle', PART],
  [10, 'the API lists one byte too many', NOTHING],
] as const)('exit code %i after %s leaves %j', async (exitCode, name, files) => {
  const scene = await setScene(faultMode(name));
  expect(await scene.fetch()).toMatchObject({ exitCode });
  expect(listTree(scene.place.cwd).map(({ path }) => path)).toEqual(files);
});

test.each([
  [12, ['--max-size', '1K'], NOTHING],
  [10, ['--checksum', `sha256=${'0'.repeat(64)}`], PART],
] as const)('exit code %i with %j leaves %j', async (exitCode, flags, files) => {
  const scene = await setScene(faultMode('one 503'));
  expect(await scene.fetch(...flags)).toMatchObject({ exitCode });
  expect(listTree(scene.place.cwd).map(({ path }) => path)).toEqual(files);
});

test('case 55: reports a sign-in page instead of the file by its title', async () => {
  const scene = await setScene(faultMode('an HTML page with 200'));
  const run = await scene.fetch('--json');
  expect(run.json).toMatchObject({ error: { code: 'BAD_RESPONSE', retryable: false } });
  expect(run.stderr).toContain('a web page instead of the zip archive: Sign in');
});

test('exit code 13 leaves the existing file', async () => {
  const scene = await setScene(faultMode('one 503'));
  writeFileSync(join(scene.place.cwd, OBJECT_NAME), 'precious');
  expect(await scene.fetch()).toMatchObject({ exitCode: 13 });
  expect(scene.finalBytes()?.toString()).toBe('precious');
  expect(listTree(scene.place.cwd)).toHaveLength(1);
});

import { mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { PACKAGE_ID } from '../../support/api/api-packages.ts';
import { makePlace } from '../../support/process/run-place.ts';
import { replaceDiskCall } from '../../support/replace-disk-call.ts';
import { expectDocument, expectFailureDocument } from '../output-documents.ts';
import { runCommand } from '../run-command.ts';
import { filesIn, object, start } from './fetch-scene.ts';

describe('existing files', () => {
  test('skips a file that is already there and verified', async () => {
    const api = await start();
    const place = makePlace();
    await runCommand(['fetch', PACKAGE_ID, '-o', 'out.zip'], { api, place });
    const again = await runCommand(['fetch', PACKAGE_ID, '-o', 'out.zip', '--json'], { api, place });
    expect(again).toMatchObject({
      exitCode: 0,
      json: { results: [{ outcome: 'skipped', transferredBytes: 0, sizeBytes: 20_000 }] },
    });
    expectDocument('fetch', again.json);
    expect(again.stderr).toContain('already exists');
    expect(api.requestsOf('GET /v2/downloads/file/{id}')).toHaveLength(1);
  });

  test.each([
    ['another size', 'mine'],
    ['the same size', 'x'.repeat(20_000)],
  ])('keeps another file of that name and of %s, and suggests flags', async (_what, text) => {
    const api = await start();
    const place = makePlace();
    writeFileSync(join(place.cwd, 'out.zip'), text);
    const run = await runCommand(['fetch', PACKAGE_ID, '-o', 'out.zip', '--json'], { api, place });
    expect(run).toMatchObject({ exitCode: 13, json: { error: { code: 'EXISTS' } } });
    expectFailureDocument('fetch', run.json);
    expect(run.stderr).toMatch(/hint: .*--overwrite/);
    expect(readFileSync(join(place.cwd, 'out.zip'), 'utf8')).toBe(text);
    expect(filesIn(place.cwd)).toEqual(['out.zip']);
    expect(api.requestsOf('GET /v2/downloads/file/{id}')).toEqual([]);
  });

  test.each([
    ['taken', []],
    ['taken', ['-x']],
    ['taken', ['-x', '--overwrite']],
    ['taken', ['--skip-existing']],
    ['taken/below', []],
    ['taken/below', ['-x']],
    ['nowhere', []],
  ])('fails if a file blocks the target folder (-D %s %j)', async (folder, flags) => {
    const api = await start();
    const place = makePlace();
    writeFileSync(join(place.cwd, 'taken'), 'mine');
    symlinkSync('missing', join(place.cwd, 'nowhere'));
    const run = await runCommand(['fetch', PACKAGE_ID, '-D', folder, ...flags, '--json'], { api, place });
    expect(run).toMatchObject({ exitCode: 13, json: { error: { code: 'EXISTS' } } });
    const targetExistsError = join(place.cwd, folder.replace('/below', ''));
    expect(run.stderr).toContain(`${targetExistsError} is in the way: it is not a folder`);
    expect(run.stderr).toMatch(/^hint: move it away or choose another folder$/m);
    expect(filesIn(place.cwd)).toEqual(['taken']);
    expect(readFileSync(join(place.cwd, 'taken'), 'utf8')).toBe('mine');
  });

  test.each([[[]], [['--overwrite']], [['--skip-existing']]])(
    'keeps a folder of that name, and suggests no flag that would not help (%j)',
    async (flags) => {
      const api = await start();
      const place = makePlace();
      const args = ['fetch', PACKAGE_ID, '-D', '.', ...flags];
      await runCommand(args, { api, place });
      const [name = ''] = filesIn(place.cwd);
      rmSync(join(place.cwd, name));
      mkdirSync(join(place.cwd, name));
      const run = await runCommand(args, { api, place });
      expect(run.exitCode).toBe(13);
      expect(run.stderr).toContain(`${join(place.cwd, name)} is in the way: it is a folder`);
      expect(run.stderr).toMatch(/^hint: move it away or choose another name with -o$/m);
      expect(api.requestsOf('GET /v2/downloads/file/{id}')).toHaveLength(1);
    },
  );

  test.each([
    [['--skip-existing'], 0, 'mine'],
    [['--no-clobber'], 0, 'mine'],
    [['--overwrite'], 0, object.bytes.toString('latin1')],
    [['--clobber'], 0, object.bytes.toString('latin1')],
  ])('another file of that name with %j exits with %i', async (flags, exitCode, content) => {
    const api = await start();
    const place = makePlace();
    writeFileSync(join(place.cwd, 'out.zip'), 'mine');
    const run = await runCommand(['fetch', PACKAGE_ID, '-o', 'out.zip', ...flags, '--json'], { api, place });
    expect(run.exitCode).toBe(exitCode);
    expect(readFileSync(join(place.cwd, 'out.zip'), 'latin1')).toBe(content);
    expect(filesIn(place.cwd)).toEqual(['out.zip']);
  });
});

test('needs no free space for selected entries that are already there', async () => {
  const api = await start();
  const place = makePlace();
  const args = ['fetch', PACKAGE_ID, '--include', '*', '-D', 'out'];
  expect(await runCommand(args, { api, place })).toMatchObject({ exitCode: 0 });
  replaceDiskCall('promises.statfs', async () => ({ blocks: 1_000, bavail: 0, bsize: 4_096 }));
  const again = await runCommand([...args, '--json'], { api, place });
  expect(again).toMatchObject({ exitCode: 0 });
  const other = await runCommand([...args.slice(0, -1), 'other'], { api, place });
  expect(other).toMatchObject({ exitCode: 9 });
});

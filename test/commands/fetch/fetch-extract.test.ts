import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { PACKAGE_ID } from '../../support/api/api-packages.ts';
import { pseudoRandomBytes } from '../../support/bytes.ts';
import { inTurn, wellBehaved } from '../../support/faults/fault-mode.ts';
import type { FaultHandler } from '../../support/faults/fault-server.ts';
import { serveArchive } from '../../support/faults/served-archive.ts';
import { makePlainObject } from '../../support/faults/served-object.ts';
import { makePlace } from '../../support/process/run-place.ts';
import { expectDocument } from '../output-documents.ts';
import { runCommand } from '../run-command.ts';
import { filesIn, start } from './fetch-scene.ts';

describe('fetch -x', () => {
  const entry = 'media/clip.bin';

  test.each([
    ['into a folder named after the archive', [], ['grusse-aus-graz-5f0c2b9e/media/clip.bin']],
    ['into -D itself', ['-D', 'out'], ['out/media/clip.bin']],
    [
      'and keeps the archive',
      ['--keep-archive', '-D', 'out'],
      ['out/grusse-aus-graz-5f0c2b9e.zip', 'out/media/clip.bin'],
    ],
    ['into a folder named after -o without .zip', ['-o', 'talk.zip'], ['talk/media/clip.bin']],
    ['into a folder named after -o without .ZIP', ['-o', 'TALK.ZIP'], ['TALK/media/clip.bin']],
    ['into a folder with the name of -o', ['-o', 'release-2025.01'], ['release-2025.01/media/clip.bin']],
  ])('unpacks %s', async (_name, flags, paths) => {
    const api = await start();
    const run = await runCommand(['fetch', PACKAGE_ID, '-x', ...flags, '--json'], { api });
    expect(run).toMatchObject({
      exitCode: 0,
      json: { results: [{ outcome: 'extracted', paths: paths.map((path) => join(run.cwd, path)) }] },
    });
    expectDocument('fetch', run.json);
    expect(filesIn(run.cwd)).toEqual(paths);
  });

  test('unpacks several packages into a folder each in -D', async () => {
    const packages = [
      { id: 'aaaaaaaa-1', files: ['one'] },
      { id: 'bbbbbbbb-1', files: ['one'] },
    ];
    const api = await start({ packages });
    const run = await runCommand(['fetch', 'aaaaaaaa-1', 'bbbbbbbb-1', '-xD', 'out'], { api });
    expect(run.exitCode).toBe(0);
    expect(filesIn(run.cwd)).toEqual([`out/aaaaaaaa/${entry}`, `out/bbbbbbbb/${entry}`]);
    expect(run.stdout.trimEnd().split('\n').toSorted()).toEqual(
      ['aaaaaaaa', 'bbbbbbbb'].map((name) => join(run.cwd, 'out', name, entry)),
    );
  });

  test('warns that --skip-existing did not read or unpack an existing archive', async () => {
    const place = makePlace();
    const api = await start();
    writeFileSync(join(place.cwd, 'a.zip'), 'mine');
    const flags = ['-x', '--keep-archive', '--skip-existing', '-o', 'a.zip'];
    const run = await runCommand(['fetch', PACKAGE_ID, ...flags], { api, place });
    expect(run).toMatchObject({ exitCode: 0, stdout: `${join(run.cwd, 'a.zip')}\n` });
    expect(run.stderr).toContain(
      'warning: a.zip already exists and was not read (--skip-existing); nothing was',
    );
    expect(run.stderr).not.toContain('no archive');
  });

  test.each([
    ['without a download', []],
    ['from a kept archive', ['--keep-archive']],
    ['first remotely, then locally', ['--include', '*']],
  ] as const)('warns once about converted names, %s', async (way, flags) => {
    const entries = [
      { name: Buffer.from([0x81, 0x62]), content: 'c' },
      { name: 'so\u00adft.txt', content: pseudoRandomBytes(200_000, 1) },
      { name: 'e\\b.txt', content: 'b', central: { madeBy: 0x0014 } },
    ];
    const one = serveArchive(entries);
    const whole: FaultHandler = (_request, reply) => reply.file(one, { withoutRanges: true });
    const script = { 'GET /v2/downloads/file/{id}': inTurn(wellBehaved(one), whole) };
    const api = await start({
      files: { one },
      ...(way === 'first remotely, then locally' ? { script } : {}),
    });
    const run = await runCommand(['fetch', PACKAGE_ID, '-x', '-D', 'out', ...flags], { api });
    expect(run.exitCode).toBe(0);
    expect(filesIn(join(run.cwd, 'out')).filter((path) => !path.endsWith('.zip'))).toEqual([
      'e/b.txt',
      'so_ft.txt',
      'üb',
    ]);
    expect(run.stderr.match(/warning: .* read as CP437: "üb"; /g)).toHaveLength(1);
    expect(run.stderr.match(/read as folder separators: "e\/b\.txt"\n/g)).toHaveLength(1);
    expect(run.stderr.match(/^Renamed entries .*: "so\\u\{ad\}ft\.txt" → "so_ft\.txt"$/gm)).toHaveLength(1);
  });

  test('lists five renamed entries and counts the others', async () => {
    const entries = Array.from({ length: 6 }, (_, index) => ({ name: `a${index}?.txt`, content: 'a' }));
    const api = await start({ files: { one: serveArchive(entries) } });
    const run = await runCommand(['fetch', PACKAGE_ID, '-x', '-D', 'out'], { api });
    expect(run.exitCode).toBe(0);
    const pairs = [0, 1, 2, 3, 4].map((index) => `"a${index}?.txt" → "a${index}_.txt"`).join(', ');
    expect(run.stderr).toContain(`invalid on Windows: ${pairs} and 1 more\n`);
  });

  test('reports and retries a failed request for a part of the archive', async () => {
    const api = await start({ script: { 'GET /v2/downloads/file/{id}': [503] } });
    const run = await runCommand(['fetch', PACKAGE_ID, '-x', '--progress', 'json'], { api });
    expect(run.exitCode).toBe(0);
    const events = run.stderr.split('\n').filter((line) => line.startsWith('{'));
    expect(events.map((line): unknown => JSON.parse(line))).toContainEqual(
      expect.objectContaining({
        event: 'retry',
        id: PACKAGE_ID,
        attempt: 1,
        message: expect.stringMatching(/; retrying$/),
      }),
    );
  });

  test('rejects a file that is not an archive before downloading it', async () => {
    const api = await start({
      files: { one: makePlainObject(700) },
      packages: [{ compressed: false, files: ['one'] }],
    });
    const run = await runCommand(['fetch', PACKAGE_ID, '-x'], { api });
    expect(run).toMatchObject({ exitCode: 7, stdout: '' });
    expect(run.stderr).toContain('the file is not a zip archive, so it cannot be unpacked');
    expect(filesIn(run.cwd)).toEqual([]);
  });
});

test('unpacking reports speed and remaining time as progress', async () => {
  const entries = [1, 2, 3].map((seed) => ({
    name: `${seed}.mp4`,
    content: pseudoRandomBytes(100_000, seed),
  }));
  const api = await start({ files: { one: serveArchive(entries) } });
  const flags = ['-x', '--limit-rate', '50K', '--progress', 'json'];
  const run = await runCommand(['fetch', PACKAGE_ID, ...flags], { api });
  const all = run.stderr
    .trimEnd()
    .split('\n')
    .map((line): { event: string } => JSON.parse(line));
  expect(all.find(({ event }) => event === 'done')).toMatchObject({ id: PACKAGE_ID, bytes: 300_000 });
  const events = all.filter(({ event }) => event === 'progress');
  expect(events[0]).toMatchObject({ bytes: 0, totalBytes: 300_000, bytesPerSecond: null, etaSeconds: null });
  expect(events.at(-1)).toMatchObject({ bytes: 300_000, etaSeconds: 0 });
  expect(events.at(-2)).toMatchObject({ bytesPerSecond: expect.any(Number), etaSeconds: expect.any(Number) });
});

// PATH_MAX is 1,024 on macOS and 4,096 on Linux, including the trailing NUL.
test.each([
  ['darwin', 1_023, 0, 1],
  ['darwin', 1_024, 12, 0],
  ['linux', 1_024, 0, 1],
  ['linux', 4_095, 0, 1],
  ['linux', 4_096, 12, 0],
] as const)('case 106: on %s, a path of %i bytes: exit %i', async (platform, pathBytes, exitCode, count) => {
  const place = makePlace();
  const name = longName(pathBytes - Buffer.byteLength(join(place.cwd, 'out/')));
  const api = await start({ files: { one: serveArchive([{ name, content: 'text' }]) } });
  const run = await runCommand(['fetch', PACKAGE_ID, '-x', '-D', 'out'], { api, place, platform });
  expect(run.exitCode).toBe(exitCode);
  expect(filesIn(run.cwd).length).toBe(count);
});

test('case 106: where the folder is a link, limits the length of the resolved path', async () => {
  const place = makePlace();
  const linked = join('l'.repeat(100), 'new');
  mkdirSync(join(place.cwd, 'l'.repeat(100)));
  symlinkSync('l'.repeat(100), join(place.cwd, 'out'));
  const roomBytes = 4_095 - Buffer.byteLength(join(place.cwd, linked, '/'));
  const entries = [roomBytes, roomBytes + 1].map((sizeBytes) => ({ name: longName(sizeBytes) }));
  const api = await start({ files: { one: serveArchive(entries) } });
  const args = ['fetch', PACKAGE_ID, '-x', '-D', 'out/new', '--skip-unsafe'];
  const run = await runCommand(args, { api, place, platform: 'linux' });
  expect(run.exitCode).toBe(12);
  expect(filesIn(run.cwd).filter((path) => path.startsWith(linked))).toEqual([
    `${linked}/${entries[0]?.name}`,
  ]);
});

/** A path of this many bytes, in folders of 200. */
function longName(sizeBytes: number): string {
  const folders = `${'d'.repeat(200)}/`.repeat(Math.floor((sizeBytes - 2) / 201));
  return folders + 'x'.repeat(sizeBytes - folders.length);
}

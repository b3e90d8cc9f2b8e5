import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { PACKAGE_ID } from '../../support/api/api-packages.ts';
import { type ApiServer, startApi } from '../../support/api/api-server.ts';
import { pseudoRandomBytes, sha256 } from '../../support/bytes.ts';
import { inTurn, wellBehaved } from '../../support/faults/fault-mode.ts';
import type { FaultHandler } from '../../support/faults/fault-server.ts';
import { serveArchive } from '../../support/faults/served-archive.ts';
import { makePlainObject } from '../../support/faults/served-object.ts';
import { makePlace } from '../../support/process/run-place.ts';
import { listTree } from '../../support/temp-folder.ts';
import type { EntrySpec } from '../../support/zip-maker.ts';
import { expectDocument } from '../output-documents.ts';
import { runCommand } from '../run-command.ts';

const FILE_ROUTE = 'GET /v2/downloads/file/{id}';
const VIDEO = pseudoRandomBytes(400_000, 1);
const TEXT = pseudoRandomBytes(3_000, 2);
const ENTRIES: readonly EntrySpec[] = [
  { name: 'one/talk.mp4', content: VIDEO },
  { name: 'one/talk.de.srt', content: TEXT, method: 8 },
  { name: 'one/talk.en.srt', content: 'Good day', method: 8 },
  { name: 'two/talk.mp4', content: VIDEO },
  { name: 'two/talk.de.srt', content: 'Servus' },
];
const object = serveArchive(ENTRIES);

function start(options: Parameters<typeof startApi>[0] = {}) {
  return startApi({ files: { one: object }, ...options });
}

function filesIn(folder: string): string[] {
  return listTree(folder)
    .filter(({ type }) => type === 'file')
    .map(({ path }) => path);
}

/** Body bytes of all requested ranges. */
function bytesAsked(api: ApiServer): number {
  return api.requestsOf(FILE_ROUTE).reduce((sum, { headers }) => {
    const [, first, last] = /^bytes=(\d*)-(\d+)$/.exec(headers.get('range') ?? '') ?? [];
    if (last === undefined) return sum + object.bytes.length;
    return sum + (first === '' ? Number(last) : Number(last) - Number(first) + 1);
  }, 0);
}

const SELECT = ['fetch', PACKAGE_ID, '--include', '*.srt', '-D', 'out'];
const SELECTED = ['out/one/talk.de.srt', 'out/one/talk.en.srt', 'out/two/talk.de.srt'];

describe('fetch --include', () => {
  test('case 109: downloads only the selected entries, adjacent ones in one request', async () => {
    const api = await start();
    const run = await runCommand([...SELECT, '--json'], { api });
    expect(run).toMatchObject({
      exitCode: 0,
      json: {
        results: [
          {
            outcome: 'extracted',
            paths: SELECTED.map((path) => join(run.cwd, path)),
            sizeBytes: object.bytes.length,
            // The other entries were not read.
            verified: { size: true, archive: false, crc: true, checksum: false },
          },
        ],
      },
    });
    expectDocument('fetch', run.json);
    expect(filesIn(run.cwd)).toEqual(SELECTED);
    expect(sha256(readFileSync(join(run.cwd, 'out/one/talk.de.srt')))).toBe(sha256(TEXT));
    // The end, then the two texts of the first folder together. The last one is already part of the end.
    const ranges = api.requestsOf(FILE_ROUTE).map(({ headers }) => headers.get('range'));
    expect(ranges).toHaveLength(2);
    expect(ranges[0]).toBe('bytes=-65633');
    expect(bytesAsked(api)).toBeLessThan(75_000);
    const { transferredBytes } = (run.json as { results: { transferredBytes: number }[] }).results[0] ?? {};
    expect(transferredBytes).toBe(bytesAsked(api));
    expect(run.stderr).toMatch(/3 files, .* unpacked in .*, .* of .* transferred, verified/);
  });

  test('verifies the whole archive with -x alone', async () => {
    const run = await runCommand(['fetch', PACKAGE_ID, '-x', '-D', 'out', '--json'], { api: await start() });
    expect(run).toMatchObject({
      exitCode: 0,
      json: { results: [{ verified: { size: true, archive: true, crc: true, checksum: false } }] },
    });
  });

  test('case 110: a second run downloads only missing files', async () => {
    const place = makePlace();
    const api = await start();
    await runCommand(SELECT, { api, place });
    rmSync(join(place.cwd, 'out/two/talk.de.srt'));
    const before = api.requestsOf(FILE_ROUTE).length;
    const again = await runCommand(SELECT, { api, place });
    expect(again.stderr).toMatch(/1 file, 6 B unpacked in .*, 2 already existed, .* transferred, verified\n/);
    expect(again).toMatchObject({
      exitCode: 0,
      stdout: SELECTED.map((path) => `${join(place.cwd, path)}\n`).join(''),
    });
    expect(api.requestsOf(FILE_ROUTE).length - before).toBe(1);
    expect(filesIn(place.cwd)).toEqual(SELECTED);
  });

  test('case 110: a run with nothing to unpack reports the existing files', async () => {
    const place = makePlace();
    const api = await start();
    await runCommand(SELECT, { api, place });
    const again = await runCommand([...SELECT, '--json'], { api, place });
    expect(again.stderr).toMatch(/: 3 files already existed, .* transferred, verified\n/);
    const verified = { archive: false, crc: true };
    expect(again).toMatchObject({ exitCode: 0, json: { results: [{ outcome: 'skipped', verified }] } });
    expect(again).toMatchObject({
      json: { results: [{ paths: SELECTED.map((path) => join(place.cwd, path)) }] },
    });
  });

  test.each([
    [['--include', '*.srt', '--exclude', 'two'], SELECTED.slice(0, 2)],
    [['--include', '/two/', '--exclude', '*.mp4'], SELECTED.slice(2)],
    [['--exclude', '*.mp4'], SELECTED],
    [['--pattern', '**/talk.en.*'], SELECTED.slice(1, 2)],
  ])('%j', async (flags, paths) => {
    const run = await runCommand(['fetch', PACKAGE_ID, '-D', 'out', ...flags], { api: await start() });
    expect(run.exitCode).toBe(0);
    expect(filesIn(run.cwd)).toEqual(paths);
  });

  test('case 111: exits with NOT_FOUND without a match, creates nothing, and suggests contents', async () => {
    const run = await runCommand(['fetch', PACKAGE_ID, '--include', '*.vtt', '-D', 'out', '--json'], {
      api: await start(),
    });
    expect(run).toMatchObject({ exitCode: 3, stdout: expect.stringContaining('NOT_FOUND') });
    expect(run.stderr).toContain(`streamdiver-dl contents -- ${PACKAGE_ID}`);
    expect(listTree(run.cwd)).toEqual([]);
  });

  test.each([
    ['*.{srt,vtt}', 'use one --include for each pattern'],
    ['*.srt,*.vtt', 'use one --include for each pattern'],
    ["'*.srt'", 'remove the quotes inside the pattern'],
    ['"*.srt"', 'remove the quotes inside the pattern'],
    ['./one/*.srt', 'remove ./ from the pattern; paths in an archive do not start with it'],
    ['TALK.DE.srt', 'differs only in upper and lower case'],
  ])('case 111: explains why %s has no match', async (pattern, hint) => {
    const api = await start();
    for (const command of ['fetch', 'contents']) {
      const run = await runCommand([command, PACKAGE_ID, '--include', pattern], { api });
      expect(run.exitCode).toBe(3);
      expect(run.stderr).toContain(hint);
      expect(run.stderr).toContain(`hint: streamdiver-dl contents -- ${PACKAGE_ID}\n`);
    }
  });

  test('rejects a pattern in place of an ID, suggests --include, and sends nothing', async () => {
    const api = await start();
    const run = await runCommand(['fetch', PACKAGE_ID, '*.srt'], { api });
    expect(run).toMatchObject({ exitCode: 2, stdout: '' });
    expect(run.stderr).toContain("streamdiver-dl fetch ID --include '*.srt'");
    expect(api.requests).toEqual([]);
  });

  test('detects that the shell expanded a pattern to local files', async () => {
    const place = makePlace();
    const api = await start();
    for (const name of ['a.srt', 'b.srt']) writeFileSync(join(place.cwd, name), '');
    const run = await runCommand(['fetch', PACKAGE_ID, '--include', 'a.srt', 'b.srt'], { api, place });
    expect(run.exitCode).toBe(3);
    expect(run.stderr).toContain(
      'error: no package with ID b.srt; it is a local file, so the shell probably expanded a pattern',
    );
    const alone = await runCommand(['fetch', 'b.srt', '--include', 'a.srt'], { api, place });
    expect(alone.stderr).toContain("hint: quote the pattern: --include '*.srt'\n");
    expect((await runCommand(['fetch', 'b.srt'], { api, place })).stderr).not.toContain('a file here');
  });

  test('rejects a file that is not an archive', async () => {
    const api = await start({
      files: { one: makePlainObject(700) },
      packages: [{ compressed: false, files: ['one'] }],
    });
    const run = await runCommand(SELECT, { api });
    expect(run).toMatchObject({ exitCode: 7, stdout: '' });
    expect(run.stderr).toContain('is not a zip archive');
  });
});

describe('case 108: a server without ranges', () => {
  const script = {
    [FILE_ROUTE]: (_request: unknown, reply: { file: (what: typeof object, how: object) => Promise<void> }) =>
      reply.file(object, { withoutRanges: true }),
  };

  test('downloads everything with a warning, and unpacks only the selection', async () => {
    const run = await runCommand([...SELECT, '--json'], { api: await start({ script }) });
    expect(run).toMatchObject({
      exitCode: 0,
      json: { results: [{ verified: { archive: true, crc: true } }] },
    });
    expect(run.stderr).toContain('warning: the server does not send parts of files; downloading all of');
    expect(filesIn(run.cwd)).toEqual(SELECTED);
  });

  test.each([
    ['a validator', object],
    ['no validators', { ...object, etag: undefined, lastModified: undefined }],
  ])(
    'detected only after the directory, with %s: downloads everything and unpacks the selection',
    async (_name, one) => {
      const whole: FaultHandler = (_request, reply) => reply.file(one, { withoutRanges: true });
      const api = await start({ files: { one }, script: { [FILE_ROUTE]: inTurn(wellBehaved(one), whole) } });
      const run = await runCommand([...SELECT, '--json'], { api });
      expect(run).toMatchObject({
        exitCode: 0,
        json: { results: [{ outcome: 'extracted', verified: { archive: true, crc: true } }] },
      });
      expect(run.stderr).toMatch(
        /warning: .* sent the whole file instead of a part of it; downloading all of/,
      );
      const files = listTree(run.cwd).filter(({ type }) => type === 'file');
      expect(files.map(({ path }) => path)).toEqual(SELECTED);
      expect(listTree(run.cwd).filter(({ path }) => path.includes('.streamdiver'))).toEqual([]);
      // The end, two attempts for the missing range, and the download.
      expect(api.requestsOf(FILE_ROUTE)).toHaveLength(4);
    },
  );

  test('keeps the download for another selection without a match', async () => {
    const place = makePlace();
    const api = await start({ script });
    const none = await runCommand(['fetch', PACKAGE_ID, '--include', 'nothing'], { api, place });
    expect(none.exitCode).toBe(3);
    expect(filesIn(place.cwd).some((path) => path.endsWith('.zip.part'))).toBe(true);
    expect((await runCommand(['fetch', PACKAGE_ID, '--include', '*.en.srt'], { api, place })).exitCode).toBe(
      0,
    );
    expect(filesIn(place.cwd)).toEqual(['5f0c2b9e/one/talk.en.srt']);
  });
});

describe('flags that need the whole archive', () => {
  test.each([
    ['--keep-archive', ['--keep-archive']],
    ['--sha256', ['--sha256']],
    ['--checksum', ['--checksum', `sha256=${sha256(object.bytes)}`]],
  ])('%s downloads the whole archive', async (_name, flags) => {
    const api = await start();
    const run = await runCommand([...SELECT, ...flags], { api });
    expect(run.exitCode).toBe(0);
    expect(api.requestsOf(FILE_ROUTE).every(({ headers }) => headers.get('range') !== 'bytes=-65633')).toBe(
      true,
    );
    expect(filesIn(run.cwd).filter((path) => path.endsWith('.srt'))).toEqual(SELECTED);
    expect(run.stderr).toMatch(/: 7\d\d.* KiB in .*verified; 3 files, 2.9 KiB unpacked\n/);
  });

  test('skips an archive that exists together with all its files', async () => {
    const place = makePlace();
    const api = await start();
    const flags = ['--keep-archive', '--json'];
    const first = await runCommand([...SELECT, ...flags], { api, place });
    expect(first).toMatchObject({ json: { results: [{ outcome: 'extracted' }] } });
    const again = await runCommand([...SELECT, ...flags], { api, place });
    expect(again.stderr).toMatch(/already exists \(.*, verified\); 3 files already existed\n/);
    expect(again).toMatchObject({ exitCode: 0, json: { results: [{ outcome: 'skipped' }] } });
    expect((again.json as { results: { paths: string[] }[] }).results[0]?.paths).toHaveLength(4);
  });

  test('unpacks an existing archive without a download', async () => {
    const place = makePlace();
    const api = await start();
    await runCommand(['fetch', PACKAGE_ID, '-D', 'out'], { api, place });
    const before = api.requestsOf(FILE_ROUTE).length;
    expect((await runCommand(SELECT, { api, place })).exitCode).toBe(0);
    expect(api.requestsOf(FILE_ROUTE)).toHaveLength(before);
    expect(filesIn(place.cwd)).toEqual(['out/5f0c2b9e.zip', ...SELECTED]);
  });
});

describe('failures while unpacking a remote archive', () => {
  test('case 108: exits with INTEGRITY and no files when the object changes after the directory', async () => {
    const other = serveArchive(ENTRIES.map((entry) => ({ ...entry, mode: 0o100600 })));
    const api = await start({
      script: { [FILE_ROUTE]: ['default', (_request, reply) => reply.file(other)] },
    });
    const run = await runCommand(SELECT, { api });
    expect(run.exitCode).toBe(10);
    expect(run.stderr).toContain('changed while it was read');
    expect(filesIn(run.cwd).filter((path) => path.startsWith('out/one'))).toEqual([]);
    expect(listTree(run.cwd).filter(({ path }) => path.includes('.streamdiver'))).toEqual([]);
  });

  test('case 99: names the entry with a wrong checksum', async () => {
    const bytes = Buffer.from(object.bytes);
    const place = bytes.indexOf('Servus');
    bytes[place] = (bytes[place] ?? 0) ^ 1;
    const run = await runCommand(SELECT, { api: await start({ files: { one: { ...object, bytes } } }) });
    expect(run.exitCode).toBe(10);
    expect(run.stderr).toContain('"two/talk.de.srt" is wrong');
    expect(run.stderr).toContain('hint: complete files are kept; rerun the command to continue');
    expect(existsSync(join(run.cwd, 'out/two/talk.de.srt'))).toBe(false);
  });

  test('case 97: --max-size limits the unpacked size', async () => {
    const run = await runCommand([...SELECT, '--max-size', '3000'], { api: await start() });
    expect(run.exitCode).toBe(12);
    expect(run.stderr).toContain('unpacks to 3014 bytes');
    expect(listTree(run.cwd)).toEqual([]);
  });

  test('case 97: refuses a bomb before unpacking, unless its size is allowed', async () => {
    const one = serveArchive([{ name: 'zeros', content: Buffer.alloc(5 * 2 ** 20), method: 8 }]);
    const api = await start({ files: { one } });
    const run = await runCommand(['fetch', PACKAGE_ID, '-x', '-D', 'out'], { api });
    expect(run.exitCode).toBe(12);
    expect(run.stderr).toContain('200 times');
    expect(listTree(run.cwd)).toEqual([]);
    const allowed = await runCommand(['fetch', PACKAGE_ID, '-x', '-D', 'out', '--max-size', '6M'], { api });
    expect(allowed.exitCode).toBe(0);
  });

  test('case 84: refuses, skips, or replaces other files depending on the flags', async () => {
    const place = makePlace();
    const api = await start();
    mkdirSync(join(place.cwd, 'out/two'), { recursive: true });
    const path = join(place.cwd, 'out/two/talk.de.srt');
    writeFileSync(path, 'mine');
    const refused = await runCommand(SELECT, { api, place });
    expect(refused.exitCode).toBe(13);
    expect(filesIn(place.cwd)).toEqual(['out/two/talk.de.srt']);
    const skipped = await runCommand([...SELECT, '--skip-existing', '--json'], { api, place });
    expect(skipped).toMatchObject({
      exitCode: 0,
      json: { results: [{ outcome: 'extracted', verified: { archive: false, crc: false } }] },
    });
    expect(skipped.stderr).toMatch(
      /2 files, 2.9 KiB unpacked in .* transferred, verified; 1 existing file kept, not verified\n/,
    );
    expect(readFileSync(path, 'utf8')).toBe('mine');
    expect((await runCommand([...SELECT, '--overwrite'], { api, place })).exitCode).toBe(0);
    expect(readFileSync(path, 'utf8')).toBe('Servus');
  });
});

describe('unsafe entries', () => {
  const files = {
    one: serveArchive([
      { name: 'good.txt', content: 'good' },
      { name: '../evil', content: 'evil' },
      { name: 'link', content: '/etc', mode: 0o120777 },
      { name: 'twice', content: '1' },
      { name: 'twice', content: '2' },
      { name: 'a: b?.srt', content: 'titled' },
    ]),
  };
  const line = ['fetch', PACKAGE_ID, '-x', '-D', 'out'];

  test('case 94: refuses the whole archive, and names each unsafe entry with its reason', async () => {
    const run = await runCommand(line, { api: await start({ files }) });
    expect(run.exitCode).toBe(12);
    expect(run.stderr).toContain(
      '"../evil" leads out of the folder (..), "link" is a link, "twice" occurs twice',
    );
    expect(run.stderr).toContain('--skip-unsafe');
    expect(listTree(run.cwd)).toEqual([]);
  });

  test('case 94: --keep-archive keeps the archive, and --skip-unsafe then unpacks the rest of it', async () => {
    const place = makePlace();
    const api = await start({ files });
    const archive = join(place.cwd, 'out/5f0c2b9e.zip');
    for (const requests of [1, 1]) {
      const run = await runCommand([...line, '--keep-archive'], { api, place });
      expect(run).toMatchObject({ exitCode: 12, stdout: '' });
      expect(run.stderr).toContain(`; nothing was unpacked; the archive was kept: ${archive}\n`);
      expect(run.stderr).toContain('hint: --skip-unsafe unpacks the rest of it\n');
      expect(filesIn(place.cwd)).toEqual(['out/5f0c2b9e.zip']);
      expect(api.requestsOf(FILE_ROUTE)).toHaveLength(requests);
    }
    const rest = await runCommand([...line, '--keep-archive', '--skip-unsafe'], { api, place });
    expect(rest.exitCode).toBe(12);
    expect(filesIn(place.cwd)).toContain('out/good.txt');
    expect(api.requestsOf(FILE_ROUTE)).toHaveLength(1);
  });

  test('case 94: names the package among several', async () => {
    const packages = [
      { id: 'good-package', files: ['two'] },
      { id: 'bad-package', files: ['one'] },
    ];
    const api = await start({ files: { ...files, two: object }, packages });
    const run = await runCommand(['fetch', 'good-package', 'bad-package', '-xD', 'out'], { api });
    expect(run.exitCode).toBe(12);
    expect(run.stderr).toMatch(
      /^error: the archive is refused: "\.\.\/evil" .*; nothing was unpacked \(package bad-package\)\n/m,
    );
  });

  test('case 94: --skip-unsafe unpacks the rest, exits with 12, and keeps the package', async () => {
    const api = await start({ files });
    const run = await runCommand([...line, '--skip-unsafe', '--rm', '--json'], { api });
    expect(filesIn(run.cwd)).toEqual(['out/a_ b_.srt', 'out/good.txt']);
    expect(run).toMatchObject({
      exitCode: 12,
      json: {
        results: [
          {
            outcome: 'extracted',
            paths: [expect.anything(), expect.anything()],
            deleted: false,
            error: { code: 'UNSAFE' },
          },
        ],
        error: { code: 'UNSAFE' },
      },
    });
    expectDocument('fetch', run.json);
    expect(run.stderr).toContain('skipped 4 unsafe entries of package');
    expect(api.packages.size).toBe(1);
  });

  test('case 88: changes names that are invalid on Windows, and reports it', async () => {
    const run = await runCommand([...line, '--include', '*.srt'], { api: await start({ files }) });
    expect(run).toMatchObject({ exitCode: 0, stdout: `${join(run.cwd, 'out/a_ b_.srt')}\n` });
    expect(run.stderr).toContain('"a: b?.srt" → "a_ b_.srt"');
  });
});

import { describe, expect, test } from 'vitest';
import { PACKAGE_ID } from '../../support/api/api-packages.ts';
import type { ServedObject } from '../../support/faults/served-object.ts';
import { runBinary } from '../../support/process/run-binary.ts';
import { LYING_ARCHIVES, PACKER_ARCHIVES, SPLIT_MARK } from '../../zip/read/packer-archives.ts';
import { runCommand } from '../run-command.ts';
import { filesIn, start } from './fetch-scene.ts';

function served(bytes: Buffer, contentType = 'application/zip'): ServedObject {
  return { bytes, contentType, etag: '"packed"', lastModified: 'Mon, 05 Jan 2026 10:00:00 GMT' };
}

const startWith = (bytes: Buffer) => start({ files: { one: served(bytes) } });
const FILE_ROUTE = 'GET /v2/downloads/file/{id}';
const UNPACK = ['fetch', PACKAGE_ID, '-x', '-D', 'out', '--json'];

describe('archives of real packers with fetch, fetch -x with and without --keep-archive, and contents', () => {
  test.each(PACKER_ARCHIVES)('$name', async ({ bytes, paths }) => {
    const api = await startWith(bytes());
    const kept = await runCommand(['fetch', PACKAGE_ID, '-o', 'a.zip', '--json'], { api });
    expect(kept).toMatchObject({
      exitCode: 0,
      json: { results: [{ outcome: 'downloaded', verified: { archive: true, crc: true } }] },
    });
    const files = paths.filter((path) => !path.endsWith('/')).map((path) => `out/${path}`);
    for (const flags of [[], ['--keep-archive']]) {
      const run = await runCommand([...UNPACK, ...flags], { api });
      expect(run).toMatchObject({ exitCode: 0, json: { results: [{ outcome: 'extracted' }] } });
      expect(filesIn(run.cwd).filter((path) => !path.endsWith('.zip'))).toEqual(files.toSorted());
      expect(run.stderr).not.toContain('were changed');
    }
    const contents = await runCommand(['contents', PACKAGE_ID, '--json'], { api });
    const items = (contents.json as { items: { path: string }[] }).items;
    expect(items.map(({ path }) => path)).toEqual(paths);
  });

  test('unpacks an archive with trailing zeros beyond the first range, in the built program', async () => {
    const [piped] = PACKER_ARCHIVES.filter(({ name }) => name.startsWith('as many zeros'));
    const api = await startWith(piped?.bytes() ?? Buffer.alloc(0));
    const run = await runBinary(UNPACK, { api });
    expect(run).toMatchObject({ exitCode: 0 });
    expect(filesIn(run.cwd)).toEqual(['out/a.txt']);
    // The end, what the zeros have pushed out of it, the directory, and the entry.
    const starts = api
      .requestsOf(FILE_ROUTE)
      .map(({ headers }) => /^bytes=(-65633|\d+-)/.exec(headers.get('range') ?? '')?.[1]);
    expect(starts).toEqual(['-65633', '928-', '877-', '0-']);
  });
});

describe('a part of a split archive', () => {
  const parts = LYING_ARCHIVES.filter(({ says }) => says.source.includes('split archive'));

  test.each(parts)('$name: fetch reports it', async ({ bytes }) => {
    const run = await runCommand(['fetch', PACKAGE_ID], { api: await startWith(bytes()) });
    expect(run).toMatchObject({ exitCode: 12, stdout: '' });
    expect(run.stderr).toContain('it is part of a split archive');
    expect(run.stderr).toContain('hint: join its parts into one archive first');
  });

  test('without ranges, the last part is reported as something else than an archive', async () => {
    const last = parts.find(({ name }) => name === 'the last part of a split archive');
    const bytes = last?.bytes() ?? Buffer.alloc(0);
    const api = await start({
      files: { one: served(bytes) },
      script: {
        [FILE_ROUTE]: (_, reply) => reply.send(200, { 'Content-Type': 'application/zip' }, bytes),
      },
    });
    const run = await runCommand(['fetch', PACKAGE_ID], { api });
    expect(run).toMatchObject({ exitCode: 7, stdout: '' });
    expect(run.stderr).toContain('the server sent something else instead of the zip archive');
  });

  test('searches the end of a file that is not an archive only once', async () => {
    let count = 0;
    const bytes = Buffer.alloc(1_000, 7);
    const api = await start({
      files: { one: served(bytes) },
      script: {
        [FILE_ROUTE]: (_, reply) => {
          count += 1;
          return count === 1 ? reply.file(served(bytes)) : reply.json(503, { status: 'error' });
        },
      },
    });
    const run = await runCommand(['fetch', PACKAGE_ID], { api });
    expect(run).toMatchObject({ exitCode: 7, stdout: '' });
    expect(run.stderr).toContain('the server sent something else instead of the zip archive');
    expect(count).toBe(2);
  });

  test.each(parts)('$name: fetch -x and contents report it', async ({ bytes }) => {
    const api = await startWith(bytes());
    for (const args of [UNPACK, ['contents', PACKAGE_ID]]) {
      const run = await runCommand(args, { api });
      expect(run.exitCode).toBe(12);
      expect(run.stderr).toContain('it is part of a split archive');
      expect(filesIn(run.cwd)).toEqual([]);
    }
  });

  test('downloads a part without a zip MIME type like any other file, but refuses to unpack it', async () => {
    const bytes = Buffer.concat([Buffer.from(SPLIT_MARK, 'latin1'), Buffer.alloc(1_000, 7)]);
    const api = await start({
      files: { one: served(bytes, 'application/octet-stream') },
      packages: [{ compressed: false, files: ['one'] }],
    });
    expect(await runCommand(['fetch', PACKAGE_ID], { api })).toMatchObject({ exitCode: 0 });
    const run = await runCommand(UNPACK, { api });
    expect(run.exitCode).toBe(12);
    expect(run.stderr).toContain('it is part of a split archive');
  });
});

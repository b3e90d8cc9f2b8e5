import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { PACKAGE_ID } from '../../support/api/api-packages.ts';
import type { Answer } from '../../support/api/api-script.ts';
import { pseudoRandomBytes } from '../../support/bytes.ts';
import { serveArchive } from '../../support/faults/served-archive.ts';
import { makePlainObject } from '../../support/faults/served-object.ts';
import { expectFailureDocument } from '../output-documents.ts';
import { runCommand } from '../run-command.ts';
import { filesIn, start } from './fetch-scene.ts';

const ENTRIES = [
  { name: 'talk.srt', content: Buffer.from('1\n00:00:01,000 --> 00:00:02,000\nHello\n') },
  { name: 'talk.mp4', content: pseudoRandomBytes(50_000, 1) },
];
const archive = serveArchive(ENTRIES);
const ROUTE = 'GET /v2/downloads/{id}';

/** The package as a service might describe it. `undefined` omits a field. */
function described(file: object, fields: object = {}): Answer {
  return (request, reply) => {
    const url = `http://${request.headers.get('host') ?? ''}/v2/downloads/file/one`;
    const files = [{ url, size: archive.bytes.length, ...file }];
    return reply.json(200, { data: { id: PACKAGE_ID, status: 'ready', files, ...fields } });
  };
}

describe('an archive with any MIME type', () => {
  const NAMES = [
    'application/zip',
    'application/x-zip',
    'application/x-zip-compressed',
    'multipart/x-zip',
    'binary/octet-stream',
    'application/octet-stream',
    'video/mp4',
    undefined,
  ];

  test.each(NAMES)('%s: -x unpacks it, then --rm deletes the package', async (mimeType) => {
    const api = await start({ files: { one: archive }, script: { [ROUTE]: described({ mimeType }) } });
    const run = await runCommand(['fetch', PACKAGE_ID, '-xD', 'out', '--rm', '--json'], { api });
    expect(run, run.stderr).toMatchObject({
      exitCode: 0,
      json: { results: [{ verified: { archive: true, crc: true }, deleted: true }] },
    });
    expect(filesIn(run.cwd)).toEqual(['out/talk.mp4', 'out/talk.srt']);
  });

  test.each(NAMES)('%s: --include unpacks only matching entries', async (mimeType) => {
    const api = await start({ files: { one: archive }, script: { [ROUTE]: described({ mimeType }) } });
    const run = await runCommand(['fetch', PACKAGE_ID, '--include', '*.srt', '-D', 'out'], { api });
    expect(run, run.stderr).toMatchObject({ exitCode: 0 });
    expect(filesIn(run.cwd)).toEqual(['out/talk.srt']);
  });

  test.each(NAMES)('%s: detects a damaged entry', async (mimeType) => {
    const bytes = Buffer.from(archive.bytes);
    bytes.writeUInt8((bytes[20_000] ?? 0) ^ 1, 20_000);
    const api = await start({
      files: { one: { ...archive, bytes } },
      script: { [ROUTE]: described({ mimeType }) },
    });
    const run = await runCommand(['fetch', PACKAGE_ID, '-o', 'a.zip'], { api });
    expect(run.exitCode).toBe(10);
    expect(existsSync(join(run.cwd, 'a.zip'))).toBe(false);
  });

  test.each(NAMES)('%s: contents lists it, and a second fetch skips it', async (mimeType) => {
    const api = await start({ files: { one: archive }, script: { [ROUTE]: described({ mimeType }) } });
    const contents = await runCommand(['contents', PACKAGE_ID, '--json'], { api });
    expect(contents.json).toMatchObject({ count: 2 });
    const run = await runCommand(['fetch', PACKAGE_ID, '-o', 'a.zip'], { api });
    expect(run.exitCode, run.stderr).toBe(0);
    const again = await runCommand(['fetch', PACKAGE_ID, '-o', 'a.zip', '--json'], { api, place: run });
    expect(again).toMatchObject({ exitCode: 0, json: { results: [{ outcome: 'skipped' }] } });
  });
});

describe('a file that is not an archive', () => {
  test.each([
    ['-x', 'video/mp4'],
    ['-x', undefined],
    ['-x', 'application/zip'],
    ['--include=*.srt', 'video/mp4'],
    ['--include=*.srt', undefined],
  ])('%s of a file with type %s fails and deletes nothing', async (flag, mimeType) => {
    const video = makePlainObject(700);
    const api = await start({
      files: { one: video },
      script: { [ROUTE]: described({ mimeType, size: video.bytes.length }) },
    });
    const run = await runCommand(['fetch', PACKAGE_ID, flag, '--rm', '--json'], { api });
    expect([7, 10]).toContain(run.exitCode);
    expectFailureDocument('fetch', run.json);
    expect(filesIn(run.cwd)).toEqual([]);
    expect(api.requestsOf('DELETE /v2/downloads/{id}')).toHaveLength(0);
  });

  test('--rm keeps a package if nothing proves that its file is complete', async () => {
    const api = await start({
      files: { one: makePlainObject(700) },
      script: { [ROUTE]: described({ mimeType: 'video/mp4', size: undefined }) },
    });
    const run = await runCommand(['fetch', PACKAGE_ID, '-o', 'a.mp4', '--rm', '--json'], { api });
    expect(run).toMatchObject({ exitCode: 10, json: { results: [{ deleted: false }] } });
    expectFailureDocument('fetch', run.json);
    expect(filesIn(run.cwd)).toEqual(['a.mp4']);
    expect(api.requestsOf('DELETE /v2/downloads/{id}')).toHaveLength(0);
  });
});

describe('a package with a wrong listed size', () => {
  const size = 123_456_789;

  test.each([
    ['-o', 'a.zip'],
    ['-xD', 'out'],
    ['--connections=4', '-oa.zip'],
  ])('%s %s fails and suggests --ignore-size', async (...flags) => {
    const api = await start({ files: { one: archive }, script: { [ROUTE]: described({ size }) } });
    const run = await runCommand(['fetch', PACKAGE_ID, ...flags], { api });
    expect(run.exitCode).toBe(10);
    expect(run.stderr).toContain(`lists ${size} bytes, the server sends ${archive.bytes.length}`);
    expect(run.stderr).toContain('--ignore-size');
  });

  test('contents fails and suggests --ignore-size, which lists the entries', async () => {
    const api = await start({ files: { one: archive }, script: { [ROUTE]: described({ size }) } });
    const refused = await runCommand(['contents', PACKAGE_ID], { api });
    expect(refused.exitCode).toBe(10);
    expect(refused.stderr).toContain('--ignore-size');
    const run = await runCommand(['contents', PACKAGE_ID, '--ignore-size', '--json'], { api });
    expect(run).toMatchObject({ exitCode: 0, json: { count: 2 } });
  });

  test('--ignore-size accepts it with a warning and still verifies the archive', async () => {
    const api = await start({ files: { one: archive }, script: { [ROUTE]: described({ size }) } });
    const run = await runCommand(['fetch', PACKAGE_ID, '-o', 'a.zip', '--ignore-size', '--json'], { api });
    expect(run).toMatchObject({
      exitCode: 0,
      json: { results: [{ verified: { size: false, archive: true, crc: true } }] },
    });
    expect(run.stderr).toContain(
      `warning: a.zip has ${archive.bytes.length} bytes, but the package lists ${size}`,
    );
    expect(readFileSync(join(run.cwd, 'a.zip')).equals(archive.bytes)).toBe(true);
    const out = await runCommand(['fetch', PACKAGE_ID, '-xD', 'out', '--ignore-size'], { api });
    expect(out.exitCode, out.stderr).toBe(0);
    expect(out.stderr).toContain(
      `warning: 5f0c2b9e.bin has ${archive.bytes.length} bytes, but the package lists ${size} (--ignore-size)\n`,
    );
    expect(filesIn(out.cwd)).toEqual(['out/talk.mp4', 'out/talk.srt']);
  });
});

describe('files of a package', () => {
  test.each([
    ['downloads/file/one', 'relative to the API'],
    ['/v2/downloads/file/one', 'relative to the origin'],
    ['./downloads/file/one?a=b', 'relative with a query'],
  ])('the URL %s is %s', async (url) => {
    const api = await start({ files: { one: archive }, script: { [ROUTE]: described({ url }) } });
    const run = await runCommand(['fetch', PACKAGE_ID, '-o', 'a.zip'], { api });
    expect(run.exitCode, run.stderr).toBe(0);
  });

  test.each(['completed', 'AVAILABLE', '', undefined])(
    'the status %j with files is ready',
    async (status) => {
      const api = await start({ files: { one: archive }, script: { [ROUTE]: described({}, { status }) } });
      const run = await runCommand(['fetch', PACKAGE_ID, '-o', 'a.zip', '--no-wait'], { api });
      expect(run.exitCode, run.stderr).toBe(0);
    },
  );

  test('fails if one of several files has no URL', async () => {
    const files = [{ url: 'downloads/file/one' }, { size: 5 }];
    const api = await start({ files: { one: archive }, script: { [ROUTE]: described({}, { files }) } });
    const run = await runCommand(['fetch', PACKAGE_ID, '-D', 'out'], { api });
    expect(run.exitCode).toBe(7);
    expect(run.stderr).toContain('lists 1 of 2 files without a URL');
  });

  test('a 202 without a body means preparing', async () => {
    const preparing: Answer = { raw: 'HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n' };
    const api = await start({ files: { one: archive }, script: { [ROUTE]: [preparing, described({})] } });
    const run = await runCommand(['fetch', PACKAGE_ID, '-o', 'a.zip'], { api });
    expect(run.exitCode, run.stderr).toBe(0);
  });

  test('reports a malformed ID as not found', async () => {
    const api = await start({ script: { [ROUTE]: { status: 400, json: { title: 'no UUID' } } } });
    const run = await runCommand(['fetch', 'nonsense', '--json'], { api });
    expect(run).toMatchObject({ exitCode: 3, json: { error: { code: 'NOT_FOUND', retryable: false } } });
    expect(run.stderr).not.toContain('again later');
  });
});

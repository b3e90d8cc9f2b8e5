import { createHash } from 'node:crypto';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { formatLine, recordLine } from '../../src/record/record-line.ts';
import { type RecordedFile, readRecordedFiles, verifyFile } from '../../src/record/verify-files.ts';
import { makeTempFolder } from '../support/temp-folder.ts';
import { makeZip } from '../support/zip-maker.ts';
import { TIME_MS } from './record-scene.ts';

const { signal } = new AbortController();
const CONTENT = Buffer.from('content');
const SHA256 = createHash('sha256').update(CONTENT).digest('hex');
const CRC32 = crc32(CONTENT).toString(16).padStart(8, '0');

async function read(content: string | null) {
  const folder = makeTempFolder();
  const file = join(folder, 'record');
  if (content !== null) writeFileSync(file, content);
  const warnings: string[] = [];
  const files = await readRecordedFiles(file, { signal, warn: (text) => warnings.push(text) });
  return { files, warnings, folder, file };
}

const fileLine = (path: string | null, known: object = {}) =>
  formatLine(recordLine('file', TIME_MS, { packageId: 'p', path, ...known }));

describe('the files of a record', () => {
  test('are listed once each, with their last line in the order of their first', async () => {
    const lines = [
      fileLine('b', { sizeBytes: 1 }),
      fileLine('/w/a'),
      fileLine(null),
      fileLine('b', { sizeBytes: 2 }),
    ];
    const { files, folder, warnings } = await read(lines.join(''));
    expect(files).toEqual([
      { path: join(folder, 'b'), sizeBytes: 2, sha256: null, crc32: null },
      { path: '/w/a', sizeBytes: null, sha256: null, crc32: null },
    ]);
    expect(warnings).toEqual([]);
  });

  test('include the recorded size and checksums', async () => {
    const { files, folder } = await read(fileLine('d/a', { sizeBytes: 7, sha256: SHA256, crc32: CRC32 }));
    expect(files).toEqual([{ path: join(folder, 'd/a'), sizeBytes: 7, sha256: SHA256, crc32: CRC32 }]);
  });

  test('end before a line truncated by a crash', async () => {
    const { files, warnings, file } = await read(`${fileLine('a')}{"kind":"fi`);
    expect(files).toHaveLength(1);
    expect(warnings).toEqual([`${file}: ignoring line 2, cut off by a crash`]);
  });

  test('cannot be read without a valid record', async () => {
    await expect(read(null)).rejects.toMatchObject({
      code: 'CONFIG',
      message: expect.stringMatching(/\/record does not exist$/) as string,
      details: { hint: 'use the record of an earlier run' },
    });
    const folder = makeTempFolder();
    await expect(readRecordedFiles(folder, { signal, warn: () => undefined })).rejects.toMatchObject({
      code: 'CONFIG',
      message: `${folder} is not a file`,
    });
    await expect(read('strange\n')).rejects.toMatchObject({ code: 'CONFIG' });
    const below = join(folder, 'x'.repeat(300));
    await expect(readRecordedFiles(below, { signal, warn: () => undefined })).rejects.toMatchObject({
      code: 'DISK',
    });
  });
});

describe('a recorded file', () => {
  /** Verifies a file with this content against its recorded properties. */
  async function verify(content: Buffer, recorded: Partial<RecordedFile>) {
    const path = join(makeTempFolder(), 'file');
    writeFileSync(path, content);
    return await verifyFile({ path, sizeBytes: null, sha256: null, crc32: null, ...recorded }, signal);
  }
  const unchanged = { outcome: 'unchanged', reason: null, isProved: true };
  const different = (reason: string) => ({ outcome: 'different', reason, isProved: true });

  test.each<[Partial<RecordedFile>, object]>([
    [{}, { ...unchanged, isProved: false }],
    [{ sizeBytes: 7 }, { ...unchanged, isProved: false }],
    [{ sizeBytes: 8 }, different('7 bytes instead of 8')],
    [{ sizeBytes: 7, sha256: SHA256 }, unchanged],
    [{ sha256: SHA256, crc32: '00000000' }, unchanged],
    [{ sha256: CRC32 }, different('the SHA-256 differs')],
    [{ crc32: CRC32 }, unchanged],
    [{ crc32: '00000000' }, different('the CRC-32 differs')],
  ])('with %j recorded', async (recorded, state) => {
    expect(await verify(CONTENT, recorded)).toEqual(state);
  });

  test('is verified by its own checksums if it is an archive', async () => {
    const zip = makeZip([{ name: 'a', content: 'x'.repeat(100) }]);
    expect(await verify(zip, {})).toEqual(unchanged);
    const damaged = Buffer.from(zip);
    damaged[40] = (damaged[40] ?? 0) ^ 1;
    expect(await verify(damaged, {})).toEqual({
      outcome: 'different',
      reason: expect.stringContaining('the archive is damaged') as string,
      isProved: true,
    });
    expect(await verify(Buffer.alloc(0), {})).toEqual({ ...unchanged, isProved: false });
    expect(await verify(zip.subarray(0, 3), {})).toEqual({ ...unchanged, isProved: false });
  });

  test('is reported as missing or as not a regular file', async () => {
    const folder = makeTempFolder();
    writeFileSync(join(folder, 'file'), '');
    mkdirSync(join(folder, 'folder'));
    symlinkSync(join(folder, 'file'), join(folder, 'link'));
    const state = async (name: string) =>
      await verifyFile({ path: join(folder, name), sizeBytes: 0, sha256: null, crc32: null }, signal);
    const missing = { outcome: 'missing', reason: 'missing', isProved: true };
    expect([await state('nothing'), await state('file/below')]).toEqual([missing, missing]);
    expect([await state('folder'), await state('link')]).toEqual([
      different('not a regular file'),
      different('not a regular file'),
    ]);
    await expect(state('x'.repeat(300))).rejects.toMatchObject({ code: 'DISK' });
  });

  test('rejects on abort', async () => {
    const interruption = new AbortController();
    interruption.abort(new Error('interrupted'));
    const path = join(makeTempFolder(), 'file');
    writeFileSync(path, CONTENT);
    const recorded = { path, sizeBytes: null, sha256: SHA256, crc32: null };
    await expect(verifyFile(recorded, interruption.signal)).rejects.toThrow('interrupted');
  });
});

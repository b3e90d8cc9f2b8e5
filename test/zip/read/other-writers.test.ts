import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { describe, expect, test } from 'vitest';
import yauzl from 'yauzl';
import { ZipFile } from 'yazl';
import { extractArchive } from '../../../src/zip/extract/extract.ts';
import { readDirectory } from '../../../src/zip/read/directory.ts';
import { verifyArchive } from '../../../src/zip/read/verify.ts';
import { pseudoRandomBytes, sha256 } from '../../support/bytes.ts';
import { makeTempFolder } from '../../support/temp-folder.ts';
import { makeZip } from '../../support/zip-maker.ts';
import { UNPACKER } from '../extract/unpacker.ts';
import { memorySource } from '../memory-source.ts';

const TEXT = 'Untertitel\n'.repeat(500);
const VIDEO = pseudoRandomBytes(1_500_000, 21);

/** SHA-256 digests of the unpacked files by path; fails unless the archive is fully verified. */
async function unpack(bytes: Buffer): Promise<Readonly<Record<string, string>>> {
  const { unverified } = await verifyArchive(memorySource(bytes));
  if (unverified.length > 0) throw new Error('not all of it was verified');
  const directory = makeTempFolder();
  const { files } = await extractArchive(memorySource(bytes), { unpacker: UNPACKER, directory });
  return Object.fromEntries(
    files.map(({ path }) => [path.slice(directory.length + 1), sha256(readFileSync(path))]),
  );
}

const WENT_IN = {
  'film.srt': sha256(Buffer.from(TEXT)),
  'folder/film.mp4': sha256(VIDEO),
  'folder/größe.txt': sha256(Buffer.alloc(0)),
};

describe('archives written by yazl', () => {
  for (const forceZip64Format of [false, true]) {
    for (const compress of [false, true]) {
      test(`zip64 ${forceZip64Format}, compressed ${compress}, with and without descriptors`, async () => {
        const zip = new ZipFile();
        const options = { compress, forceZip64Format };
        zip.addBuffer(Buffer.from(TEXT), 'film.srt', options);
        zip.addEmptyDirectory('folder');
        // A stream of unknown size makes a data descriptor.
        zip.addReadStreamLazy('folder/film.mp4', options, (callback) => {
          callback(null, Readable.from([VIDEO]));
        });
        zip.addBuffer(Buffer.alloc(0), 'folder/größe.txt', options);
        zip.end({ forceZip64Format, comment: 'by yazl' });
        expect(await unpack(await buffer(zip.outputStream))).toEqual(WENT_IN);
      });
    }
  }
});

function isInstalled(command: string): boolean {
  return spawnSync(command, ['--version']).error === undefined;
}

/** A folder with the files to pack. */
function makeInput(): string {
  const folder = makeTempFolder();
  mkdirSync(join(folder, 'folder'));
  writeFileSync(join(folder, 'film.srt'), TEXT);
  writeFileSync(join(folder, 'folder/film.mp4'), VIDEO);
  writeFileSync(join(folder, 'folder/größe.txt'), '');
  return folder;
}

describe.runIf(isInstalled('zip'))('archives written by Info-ZIP', () => {
  // In the C locale it writes the raw name, and the real name in the Unicode path field.
  const environments = [{ LC_ALL: 'C.UTF-8' }, { LC_ALL: 'C' }];
  const flags = [[], ['-0'], ['-9', '-D'], ['-X'], ['-fz'], ['-fd']];
  test.each(environments.flatMap((env) => flags.map((flag) => [flag.join(' '), env.LC_ALL] as const)))(
    'zip %s, locale %s',
    async (flag, locale) => {
      const cwd = makeInput();
      const options = flag === '' ? [] : flag.split(' ');
      const env = { ...process.env, LC_ALL: locale };
      execFileSync('zip', ['-q', '-r', ...options, 'out.zip', 'film.srt', 'folder'], { cwd, env });
      expect(await unpack(readFileSync(join(cwd, 'out.zip')))).toEqual(WENT_IN);
    },
  );

  test('accepts output to a pipe and input from a pipe', async () => {
    const cwd = makeInput();
    expect(
      await unpack(execFileSync('zip', ['-q', '-r', '-', 'film.srt', 'folder'], { cwd, maxBuffer: 2 ** 26 })),
    ).toEqual(WENT_IN);
    execFileSync('zip', ['-q', 'in.zip', '-'], { cwd, input: TEXT });
    const { entries } = await verifyArchive(memorySource(readFileSync(join(cwd, 'in.zip'))));
    expect(entries).toBe(1);
  });
});

describe.runIf(isInstalled('python3'))('archives written by Python', () => {
  test.each(['ZIP_STORED', 'ZIP_DEFLATED'])(
    'zipfile, %s, seekable, piped and forced to zip64',
    async (method) => {
      const cwd = makeInput();
      const script = `
import sys, zipfile
class Pipe:
    def __init__(self, out): self.out = out
    def write(self, data): return self.out.write(data)
    def flush(self): pass
for name, force in (('plain', False), ('forced', True), ('piped', False)):
    out = open(name + '.zip', 'wb')
    with zipfile.ZipFile(Pipe(out) if name == 'piped' else out, 'w', zipfile.${method}) as archive:
        archive.writestr('folder/', '')
        for path in ('film.srt', 'folder/film.mp4', 'folder/größe.txt'):
            with archive.open(zipfile.ZipInfo(path), 'w', force_zip64=force) as entry:
                entry.write(open(path, 'rb').read())
    out.close()
`;
      execFileSync('python3', ['-c', script], { cwd, env: { ...process.env, PYTHONUTF8: '1' } });
      for (const name of ['plain', 'forced', 'piped']) {
        expect(await unpack(readFileSync(join(cwd, `${name}.zip`)))).toEqual(WENT_IN);
      }
    },
  );
});

describe.runIf(isInstalled('7z'))('archives written by 7-Zip', () => {
  test.each(['-mx=0', '-mx=5'])('%s', async (level) => {
    const cwd = makeInput();
    execFileSync('7z', ['a', '-tzip', level, 'out.zip', 'film.srt', 'folder'], {
      cwd,
      stdio: 'ignore',
      env: { ...process.env, LC_ALL: 'C.UTF-8' },
    });
    expect(await unpack(readFileSync(join(cwd, 'out.zip')))).toEqual(WENT_IN);
  });
});

test('reads a directory the same way as yauzl', async () => {
  const bytes = makeZip([
    { name: 'film.srt', content: TEXT, method: 8 },
    { name: 'größe/漢字.mp4', content: VIDEO, zip64: true, descriptor: 'signed64' },
    { name: Buffer.from([0x81, 0x2e, 0x74]), content: 'cp437' },
  ]);
  const zip = await yauzl.fromBufferPromise(bytes);
  const theirs = [];
  for await (const entry of zip.eachEntry()) {
    theirs.push([entry.fileName, entry.uncompressedSize, entry.compressedSize, entry.crc32]);
  }
  const { entries } = await readDirectory(memorySource(bytes));
  expect(entries.map((entry) => [entry.path, entry.sizeBytes, entry.compressedBytes, entry.crc32])).toEqual(
    theirs,
  );
});

import { createWriteStream } from 'node:fs';
import { stat, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { PassThrough, type Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { inspect } from 'node:util';
import { ZipFile } from 'yazl';
import { openRegularFile } from '../server/open-regular-file.ts';
import type { PackageItem } from './package-items.ts';

/** A file of a finished package. */
export interface BuiltFile {
  readonly path: string;
  /** The name for people. */
  readonly name: string;
  readonly mimeType: string;
  /** Total size of the entries of an archive. */
  readonly unpackedBytes?: number;
  /** Another file of the same size, for the fault that replaces it during the download. */
  readonly replacementPath?: string;
}

export interface BuildOptions {
  /** The folder for temporary files, with the names below and an extension. */
  readonly folder: string;
  readonly temporaryName: string;
  /** Name of the archive for people, without extension. */
  readonly archiveName: string;
  readonly shape: 'archive' | 'files';
  readonly zip64: boolean;
  readonly withReplacement: boolean;
  readonly signal: AbortSignal;
}

/** Writes a package to disk; memory does not grow with its size. */
export async function buildPackage(
  items: readonly PackageItem[],
  options: BuildOptions,
): Promise<BuiltFile[]> {
  const { folder, temporaryName, archiveName, shape, withReplacement } = options;
  if (shape === 'files') {
    const files: BuiltFile[] = [];
    for (const [index, item] of items.entries()) {
      files.push(await buildFile(item, join(folder, `${temporaryName}-${index}`), options));
    }
    return files;
  }
  const path = join(folder, `${temporaryName}.zip`);
  const unpackedBytes = await writeArchive(items, path, { ...options, isReplacement: false });
  const file = { path, name: `${archiveName}.zip`, mimeType: 'application/zip', unpackedBytes };
  if (!withReplacement) return [file];
  const replacementPath = join(folder, `${temporaryName}-replacement.zip`);
  await writeArchive(items, replacementPath, { ...options, isReplacement: true });
  return [{ ...file, replacementPath }];
}

/** Media files are served from their location; only generated files are written. */
async function buildFile(
  { entryName, mimeType, source }: PackageItem,
  temporaryPath: string,
  { withReplacement, signal }: BuildOptions,
): Promise<BuiltFile> {
  let path = temporaryPath;
  if ('content' in source) path = source.content.path;
  else await writeFile(path, await source.text(), { mode: 0o600, signal });
  const file = { path, name: basename(entryName), mimeType };
  if (!withReplacement) return file;
  const replacementPath = `${temporaryPath}-replacement`;
  const target = createWriteStream(replacementPath, { mode: 0o600, flags: 'wx' });
  await pipeline(await openMedia(path, true), target, { signal });
  return { ...file, replacementPath };
}

interface ArchiveOptions {
  readonly zip64: boolean;
  /** An equally valid archive: every media byte and all dates differ, but all sizes are the same. */
  readonly isReplacement: boolean;
  readonly signal: AbortSignal;
}

/** Media are stored, because they are compressed; texts are deflated. Resolves with the total size. */
async function writeArchive(
  items: readonly PackageItem[],
  path: string,
  options: ArchiveOptions,
): Promise<number> {
  const sources: ArchiveSource[] = [];
  for (const { source } of items) {
    if ('text' in source) sources.push(Buffer.from(await source.text(), 'utf8'));
    else sources.push({ path: source.content.path, sizeBytes: (await stat(source.content.path)).size });
  }
  const zip = new ZipFile();
  const output = new PassThrough();
  zip.outputStream.pipe(output);
  const fail = (error: unknown) => output.destroy(error instanceof Error ? error : new Error(inspect(error)));
  zip.on('error', fail);
  let current: Readable | undefined;
  for (const [index, { entryName, modified }] of items.entries()) {
    const source = sources[index];
    if (source === undefined) continue;
    // With a fixed date, the same selection always produces the same archive.
    const mtime = options.isReplacement ? new Date(modified.getTime() + 3_600_000) : modified;
    const entry = { mtime, mode: 0o100644, forceZip64Format: options.zip64 };
    if (Buffer.isBuffer(source)) {
      zip.addBuffer(source, entryName, { ...entry, compress: true });
      continue;
    }
    const { path: sourcePath, sizeBytes } = source;
    const open = async (give: (error: null, stream: Readable) => void) => {
      try {
        current = await openMedia(sourcePath, options.isReplacement);
        // yazl does not handle errors of its input streams.
        current.on('error', fail);
        if (output.destroyed) current.destroy();
        else give(null, current);
      } catch (error) {
        fail(error);
      }
    };
    zip.addReadStreamLazy(entryName, { ...entry, size: sizeBytes, compress: false }, (callback) => {
      void open(callback);
    });
  }
  zip.end({ forceZip64Format: options.zip64, comment: '' });
  try {
    await pipeline(output, createWriteStream(path, { mode: 0o600, flags: 'wx' }), { signal: options.signal });
  } finally {
    // After an abort, the file that was being read would remain open.
    current?.destroy();
  }
  return sources.reduce(
    (total, source) => total + (Buffer.isBuffer(source) ? source.length : source.sizeBytes),
    0,
  );
}

type ArchiveSource = Buffer | { readonly path: string; readonly sizeBytes: number };

async function openMedia(path: string, isReplacement: boolean): Promise<Readable> {
  const handle = await openRegularFile(path);
  const stream = handle.createReadStream({ highWaterMark: 256 * 1024 });
  if (!isReplacement) return stream;
  const inverted = invertLowestBits();
  stream.on('error', (error) => inverted.destroy(error));
  inverted.on('close', () => stream.destroy());
  return stream.pipe(inverted);
}

function invertLowestBits(): Transform {
  return new Transform({
    transform(chunk: Buffer, _encoding, callback) {
      callback(
        null,
        chunk.map((byte) => byte ^ 1),
      );
    },
  });
}

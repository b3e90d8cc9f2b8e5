import { createWriteStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { PassThrough, type Readable } from 'node:stream';
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
}

export interface BuildOptions {
  /** The folder for the archive. */
  readonly folder: string;
  /** Name of the archive for people, without extension. */
  readonly archiveName: string;
  /** Only media have the shape `files`: transcripts are always in an archive. */
  readonly shape: 'archive' | 'files';
  readonly signal: AbortSignal;
}

/** Writes a package to disk; memory does not grow with its size. Files are served from their location. */
export async function buildPackage(
  items: readonly PackageItem[],
  { folder, archiveName, shape, signal }: BuildOptions,
): Promise<BuiltFile[]> {
  if (shape === 'files') {
    return items.flatMap(({ entryName, mimeType, source }) =>
      'content' in source ? [{ path: source.content.path, name: basename(entryName), mimeType }] : [],
    );
  }
  const path = join(folder, 'package.zip');
  const unpackedBytes = await writeArchive(items, path, signal);
  return [{ path, name: `${archiveName}.zip`, mimeType: 'application/zip', unpackedBytes }];
}

/** Media are stored, because they are compressed; texts are deflated. Resolves with the total size. */
async function writeArchive(
  items: readonly PackageItem[],
  path: string,
  signal: AbortSignal,
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
    const entry = { mtime: modified, mode: 0o100644 };
    if (Buffer.isBuffer(source)) {
      zip.addBuffer(source, entryName, { ...entry, compress: true });
      continue;
    }
    const { path: sourcePath, sizeBytes } = source;
    const open = async (give: (error: null, stream: Readable) => void) => {
      try {
        current = await openMedia(sourcePath);
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
  zip.end();
  try {
    await pipeline(output, createWriteStream(path, { mode: 0o600, flags: 'wx' }), { signal });
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

async function openMedia(path: string): Promise<Readable> {
  const handle = await openRegularFile(path);
  return handle.createReadStream({ highWaterMark: 256 * 1024 });
}

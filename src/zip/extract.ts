import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import type { RangeSource } from '../range/range-source.ts';
import { type ByteStream, openByteStream } from './byte-stream.ts';
import { readDataDescriptor } from './data-descriptor.ts';
import { readDirectory } from './directory.ts';
import type { ArchiveEntry } from './entry.ts';
import { readContent } from './entry-content.ts';
import { createEntryFile, type EntryFile } from './entry-file.ts';
import { findExisting } from './existing-file.ts';
import { type ExtractionLimits, type PlannedFile, planExtraction } from './extraction-plan.ts';
import { readLocalHeader } from './local-header.ts';
import { openTargetFolder, type TargetFolder } from './target-folder.ts';
import { createTaskPool } from './task-pool.ts';

export interface ExtractOptions extends ExtractionLimits {
  /** Made if it is missing. */
  readonly directory: string;
  readonly signal?: AbortSignal | undefined;
  /** Unpacked bytes so far, those of skipped files included, and all there will be. */
  readonly onProgress?: ((bytesDone: number, totalBytes: number) => void) | undefined;
  /** Replaces files (and links, not what they point to) that are different; otherwise they are an error. */
  readonly overwrite?: boolean | undefined;
}

export interface ExtractedFile {
  /** Absolute. */
  readonly path: string;
  readonly sizeBytes: number;
  /** `skipped`: it was there already, with the right size and CRC. */
  readonly outcome: 'extracted' | 'skipped';
}

export interface Extraction {
  /** The target folder, absolute, links resolved. */
  readonly directory: string;
  /** In the order in which they lie in the archive. */
  readonly files: readonly ExtractedFile[];
}

/** Up to this size an entry is held in memory and written beside the reading of the next ones. */
const IN_MEMORY_BYTES = 2 ** 20;
const PARALLEL_WRITES = 32;
const FILES_PER_TURN = 100;
/** Up to so many unwanted bytes are read over rather than starting anew behind them. */
const READ_OVER_BYTES = 64 * 2 ** 10;

/**
 * Unpacks an archive below a folder: the whole plan is checked first, then each file is written under a
 * temporary name, checked, synced and named. What was unpacked before is skipped, so that a second run
 * continues the first. Never made: links, special files, modes or times out of the archive.
 * @throws ExpectedError UNSAFE (nothing was written), INTEGRITY naming the entry, EXISTS naming the file, DISK;
 *   the signal's reason when aborted. Files named until then are complete and stay.
 */
export async function extractArchive(source: RangeSource, options: ExtractOptions): Promise<Extraction> {
  const { signal, onProgress, overwrite = false } = options;
  const archive = await readDirectory(source, signal === undefined ? {} : { signal });
  const plan = planExtraction(archive.entries, options);
  const target = openTargetFolder(options.directory);
  const isEmpty = readdirSync(target.path).length === 0;
  const existing = isEmpty ? new Set<PlannedFile>() : await findExisting(plan, target, { overwrite, signal });

  for (const components of plan.folders) target.ensure(components);
  let bytesDone = 0;
  const count = (sizeBytes: number): void => {
    bytesDone += sizeBytes;
    onProgress?.(bytesDone, plan.unpackedBytes);
  };
  for (const file of existing) count(file.entry.sizeBytes);
  const wanted = plan.files.filter((file) => !existing.has(file));
  await unpackAll(source, wanted, { target, overwrite, signal, count });
  const files = plan.files.map(
    (file): ExtractedFile => ({
      path: join(target.path, ...file.components),
      sizeBytes: file.entry.sizeBytes,
      outcome: existing.has(file) ? 'skipped' : 'extracted',
    }),
  );
  return { directory: target.path, files };
}

interface Unpacking {
  readonly target: TargetFolder;
  readonly overwrite: boolean;
  readonly signal: AbortSignal | undefined;
  readonly count: (sizeBytes: number) => void;
}

async function unpackAll(
  source: RangeSource,
  files: readonly PlannedFile[],
  unpacking: Unpacking,
): Promise<void> {
  const pool = createTaskPool(PARALLEL_WRITES);
  try {
    for (const run of groupNeighbours(files)) {
      const end = run.at(-1)?.entry.endOffset ?? 0;
      const start = run[0]?.entry.headerOffset ?? end;
      const stream = openByteStream(source, start, end, { signal: unpacking.signal });
      for (const [index, file] of run.entries()) {
        if (index % FILES_PER_TURN === FILES_PER_TURN - 1) await setImmediate();
        unpacking.signal?.throwIfAborted();
        await stream.skip(file.entry.headerOffset - stream.position);
        if (file.entry.sizeBytes > IN_MEMORY_BYTES) {
          await writeFile(file, unpacking, (write) => {
            const writeOn = (bytes: Buffer): Promise<void> => {
              pool.check();
              return write(bytes);
            };
            return readEntry(stream, file.entry, writeOn, unpacking.signal);
          });
        } else {
          const content = await readWhole(stream, file.entry, unpacking.signal);
          await pool.run(() => writeFile(file, unpacking, (write) => write(content)));
        }
      }
    }
  } catch (error) {
    // Writes that run beside must end first, so that nothing changes any more; this failure came first.
    await pool.finish().catch(() => undefined);
    throw error;
  }
  await pool.finish();
}

/** Cuts files, given in file order, into runs that are read in one go. */
function groupNeighbours(files: readonly PlannedFile[]): readonly (readonly PlannedFile[])[] {
  const runs: PlannedFile[][] = [];
  let end = Number.NEGATIVE_INFINITY;
  for (const file of files) {
    const run = runs.at(-1);
    if (run !== undefined && file.entry.headerOffset - end <= READ_OVER_BYTES) run.push(file);
    else runs.push([file]);
    end = file.entry.endOffset;
  }
  return runs;
}

async function readWhole(
  stream: ByteStream,
  entry: ArchiveEntry,
  signal: AbortSignal | undefined,
): Promise<Buffer> {
  const pieces: Buffer[] = [];
  await readEntry(stream, entry, async (bytes) => void pieces.push(bytes), signal);
  return pieces.length === 1 && pieces[0] !== undefined ? pieces[0] : Buffer.concat(pieces);
}

async function readEntry(
  stream: ByteStream,
  entry: ArchiveEntry,
  write: (bytes: Buffer) => Promise<void>,
  signal: AbortSignal | undefined,
): Promise<void> {
  await readLocalHeader(stream, entry);
  await readContent(stream, entry, write, signal);
  await readDataDescriptor(stream, entry);
}

/** Makes the file of one entry out of what `produce` writes; on failure only its own temporary file goes. */
async function writeFile(
  { components }: PlannedFile,
  { target, overwrite, count }: Unpacking,
  produce: (write: (bytes: Buffer) => Promise<void>) => Promise<void>,
): Promise<void> {
  const parent = target.ensure(components.slice(0, -1));
  const file = createEntryFile(target, parent, components.at(-1) ?? '', overwrite);
  try {
    await produce(async (bytes) => {
      await file.write(bytes);
      count(bytes.length);
    });
    await file.publish();
  } catch (error) {
    discard(file);
    throw error;
  }
}

function discard(file: EntryFile): void {
  try {
    file.discard();
  } catch {
    // The failure that led here is the one to report; what stays is told by its temporary name.
  }
}

import { setImmediate } from 'node:timers/promises';
import type { Attempt } from '../../disk/busy-file.ts';
import type { RangeSource } from '../../range/range-source.ts';
import { createTaskPool, type TaskPool } from '../../task-pool.ts';
import { type ByteStream, openByteStream } from '../read/byte-stream.ts';
import { readDataDescriptor } from '../read/data-descriptor.ts';
import type { ArchiveEntry } from '../read/entry.ts';
import { readContent } from '../read/entry-content.ts';
import { STORED } from '../read/layout.ts';
import { readLocalHeader } from '../read/local-header.ts';
import { createEntryFile, type EntryFile } from './entry-file.ts';
import type { PlannedFile } from './extraction-plan.ts';
import { groupNeighbors } from './group-neighbors.ts';
import { isLarge, unpackLargeEntry } from './large-entry.ts';
import { publishEntry } from './publish-entry.ts';
import { makeSmallFile, removeSmallFile, SMALL_BYTES } from './small-file.ts';
import type { StagingFolder } from './staging-folder.ts';
import type { TargetFolder } from './target-folder.ts';

export interface Unpacking {
  readonly target: TargetFolder;
  readonly staging: StagingFolder;
  readonly mayReplace: boolean;
  readonly attempt: Attempt;
  readonly signal: AbortSignal | undefined;
  /** Told of bytes that were written, and of each file that has its name. */
  readonly countBytes: (sizeBytes: number) => void;
  readonly countFile: (file: PlannedFile) => void;
}

/** Up to this size an entry is held in memory and written beside the reading of the next ones. */
const IN_MEMORY_BYTES = 2 ** 20;
const PARALLEL_WRITES = 32;
const FILES_PER_TURN = 100;

/**
 * Reads the entries of `files`, folders among them, given in file order, and writes each to its
 * place: neighbours in one go, and where the source allows it, several of such runs at once.
 * @throws the first failure, when nothing is written any more
 */
export async function unpackFiles(
  source: RangeSource,
  files: readonly PlannedFile[],
  unpacking: Unpacking,
): Promise<void> {
  const reads = createTaskPool(source.parallelReads ?? 1);
  const writes = createTaskPool(PARALLEL_WRITES);
  const check = (): void => {
    unpacking.signal?.throwIfAborted();
    reads.check();
    writes.check();
  };
  try {
    for (const run of groupNeighbors(source, files)) {
      await reads.run(() => unpackRun(source, run, { ...unpacking, writes, check }));
    }
    await reads.finish();
    await writes.finish();
  } catch (error) {
    // What runs beside must end first, so that nothing changes any more; this failure came first.
    await reads.finish().catch(() => undefined);
    await writes.finish().catch(() => undefined);
    throw error;
  }
}

interface RunContext extends Unpacking {
  readonly writes: TaskPool;
  /** @throws when something else failed meanwhile */
  readonly check: () => void;
}

async function unpackRun(
  source: RangeSource,
  run: readonly PlannedFile[],
  context: RunContext,
): Promise<void> {
  const [first] = run;
  const last = run.at(-1);
  if (first === undefined || last === undefined) return;
  context.check();
  if (isLarge(source, first.entry)) {
    await unpackLarge(source, first, context);
    return;
  }
  const stream = openByteStream(source, first.entry.headerOffset, last.entry.endOffset, {
    signal: context.signal,
    reusesBlocks: true,
  });
  try {
    for (const [index, file] of run.entries()) {
      if (index % FILES_PER_TURN === FILES_PER_TURN - 1) await setImmediate();
      context.check();
      await stream.skip(file.entry.headerOffset - stream.position);
      await unpackNext(stream, file, context);
    }
  } finally {
    await stream.close();
  }
}

async function unpackNext(stream: ByteStream, file: PlannedFile, context: RunContext): Promise<void> {
  const { signal, writes, target } = context;
  if (file.entry.kind === 'directory') {
    // Its own header has to agree as well, above all about its name.
    await readEntry(stream, file.entry, async () => undefined, signal);
    target.ensure(file.components);
    return;
  }
  if (file.entry.sizeBytes > IN_MEMORY_BYTES) {
    await unpackOnTheWay(stream, file, context);
    return;
  }
  const pieces: Buffer[] = [];
  // What is stored lies in a block that is soon read into again.
  const isShared = file.entry.methodNumber === STORED;
  const keep = async (bytes: Buffer) => void pieces.push(isShared ? Buffer.from(bytes) : bytes);
  await readEntry(stream, file.entry, keep, signal);
  await writes.run(() =>
    file.entry.sizeBytes <= SMALL_BYTES
      ? makeAtOnce(pieces, file, context)
      : makeFile(context, async (written) => {
          for (const piece of pieces) await append(written, piece, context);
          await finish(written, file, context);
        }),
  );
}

async function makeAtOnce(pieces: readonly Buffer[], file: PlannedFile, context: Unpacking): Promise<void> {
  const place = context.staging.temporaryPlace();
  makeSmallFile(place, pieces);
  context.countBytes(file.entry.sizeBytes);
  try {
    await publish(place, file, context);
  } catch (error) {
    removeSmallFile(place);
    throw error;
  }
}

/** Writes a file while it is read. What takes long in the end, syncing, happens beside the reading of the next ones. */
async function unpackOnTheWay(stream: ByteStream, file: PlannedFile, context: RunContext): Promise<void> {
  const { signal, writes, check } = context;
  await makeFile(context, async (written) => {
    const writeOn = (bytes: Buffer): Promise<void> => {
      check();
      return append(written, bytes, context);
    };
    await readEntry(stream, file.entry, writeOn, signal);
    await written.flush();
    await writes.run(() => orDiscard(written, () => finish(written, file, context)));
  });
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

/** Makes a file under a temporary name, for `produce` to fill. */
async function makeFile(
  { staging }: Unpacking,
  produce: (written: EntryFile) => Promise<void>,
): Promise<void> {
  const written = createEntryFile(staging.temporaryPlace());
  await orDiscard(written, () => produce(written));
}

/** On failure only the temporary file goes. */
async function orDiscard(written: EntryFile, act: () => Promise<void>): Promise<void> {
  try {
    await act();
  } catch (error) {
    await written.discard();
    throw error;
  }
}

async function append(written: EntryFile, bytes: Buffer, { countBytes }: Unpacking): Promise<void> {
  await written.append(bytes);
  countBytes(bytes.length);
}

async function finish(written: EntryFile, file: PlannedFile, context: Unpacking): Promise<void> {
  await written.finish();
  await publish(written, file, context);
}

async function unpackLarge(source: RangeSource, file: PlannedFile, context: RunContext): Promise<void> {
  const { staging, signal, countBytes: count, check } = context;
  await unpackLargeEntry(source, file.entry, {
    staging,
    signal,
    parallel: source.parallelReads ?? 1,
    count: checkedCount(count, check),
    publish: (written) => publish(written, file, context),
  });
}

/** The pieces of a large entry stop, too, when something else has failed. */
function checkedCount(count: (sizeBytes: number) => void, check: () => void): (sizeBytes: number) => void {
  return (sizeBytes) => {
    check();
    count(sizeBytes);
  };
}

async function publish(
  { path }: Pick<EntryFile, 'path'>,
  file: PlannedFile,
  { target, mayReplace, attempt, signal, countFile }: Unpacking,
): Promise<void> {
  const { entry, components } = file;
  const parent = target.ensure(components.slice(0, -1));
  const name = components.at(-1) ?? '';
  await publishEntry(path, { target, parent, name, entry, mayReplace, attempt, signal });
  countFile(file);
}

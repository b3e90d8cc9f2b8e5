import { setImmediate } from 'node:timers/promises';
import type { RangeSource } from '../../range/range-source.ts';
import { createTaskPool } from '../../task-pool.ts';
import { type ByteStream, openByteStream } from '../read/byte-stream.ts';
import { readDataDescriptor } from '../read/data-descriptor.ts';
import { readContent } from '../read/entry-content.ts';
import { readLocalHeader } from '../read/local-header.ts';
import { openEntrySink, type SinkContext } from './entry-sink.ts';
import type { PlannedFile } from './extraction-plan.ts';
import { isLarge, unpackLargeEntry } from './large-entry.ts';

export interface Unpacking extends Pick<SinkContext, 'staging' | 'countBytes' | 'complete'> {
  readonly signal: AbortSignal | undefined;
}

export const PARALLEL_WRITES = 32;
const FILES_PER_TURN = 100;
/** Up to so many unwanted bytes are read and dropped, rather than starting another run after them. */
const READ_OVER_BYTES = 64 * 2 ** 10;
/** The length of a run where several ranges can be read at once; only a single entry can be longer. */
const RUN_BYTES = 16 * 2 ** 20;

/**
 * Reads the entries of `files`, including folders, in file order, and completes each at once. Neighbors are read in one
 * run, and several runs at once where the source allows it.
 * @throws the first failure, after all writes have ended
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
    // Other tasks must end first, so that nothing changes afterwards. This failure was the first.
    await reads.finish().catch(() => undefined);
    await writes.finish().catch(() => undefined);
    throw error;
  }
}

/** Files that are read at once. */
type Run = readonly [PlannedFile, ...PlannedFile[]];

/** Divides files in file order into runs. */
function groupNeighbors(source: RangeSource, files: readonly PlannedFile[]): readonly Run[] {
  const { parallelReads = 1 } = source;
  const runs: [PlannedFile, ...PlannedFile[]][] = [];
  let start = 0;
  let end = Number.NEGATIVE_INFINITY;
  let isAlone = false;
  for (const file of files) {
    const { headerOffset, endOffset } = file.entry;
    const isApart = isLarge(source, file.entry);
    const isFull = parallelReads > 1 && endOffset - start > RUN_BYTES;
    const run = runs.at(-1);
    if (run !== undefined && !isAlone && !isApart && !isFull && headerOffset - end <= READ_OVER_BYTES) {
      run.push(file);
    } else {
      runs.push([file]);
      start = headerOffset;
    }
    isAlone = isApart;
    end = endOffset;
  }
  return runs;
}

type RunContext = Unpacking & SinkContext;

async function unpackRun(source: RangeSource, run: Run, context: RunContext): Promise<void> {
  const [first] = run;
  const last = run.at(-1) ?? first;
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
  const { entry } = file;
  const sink = openEntrySink(file, context);
  try {
    await readLocalHeader(stream, entry);
    await readContent(stream, entry, sink.write, context.signal);
    await readDataDescriptor(stream, entry);
  } catch (error) {
    await sink.discard();
    throw error;
  }
  await sink.finish();
}

async function unpackLarge(source: RangeSource, file: PlannedFile, context: RunContext): Promise<void> {
  const { staging, signal, countBytes, check, complete } = context;
  let countedBytes = 0;
  await unpackLargeEntry(source, file.entry, {
    staging,
    signal,
    onProgress(haveBytes) {
      // A large entry also stops when something else has failed.
      check();
      countBytes(haveBytes - countedBytes);
      countedBytes = haveBytes;
    },
    publish: (path) => complete(path, file),
  });
}

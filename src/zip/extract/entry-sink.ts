import type { StagingFolder } from '../../target-folder/staging-folder.ts';
import {
  createTemporaryFile,
  makeSmallFile,
  removeSmallFile,
  SMALL_BYTES,
  type TemporaryFile,
} from '../../target-folder/temporary-file.ts';
import type { TaskPool } from '../../task-pool.ts';
import type { EntrySink } from '../read/entry-sink.ts';
import { STORED } from '../read/layout.ts';
import type { PlannedFile } from './extraction-plan.ts';

/** Entries up to this size are kept in memory and written while the next ones are read. */
const IN_MEMORY_BYTES = 2 ** 20;

export interface SinkContext {
  readonly staging: StagingFolder;
  /** Writes in parallel with reading. */
  readonly writes: TaskPool;
  /** @throws if something else has failed */
  readonly check: () => void;
  /** Called with the number of bytes written. */
  readonly countBytes: (sizeBytes: number) => void;
  /** Receives a complete file under its temporary name; null for a folder. */
  readonly complete: (temporary: string | null, file: PlannedFile) => Promise<void>;
}

/**
 * Writes an entry under a temporary name. The slow last step, syncing, runs while the next entries are
 * read.
 * @throws ExpectedError DISK; its methods also throw what `check` and `complete` throw
 */
export function openEntrySink(file: PlannedFile, context: SinkContext): EntrySink {
  if (file.entry.kind === 'directory') return folderSink(file, context);
  return file.entry.sizeBytes > IN_MEMORY_BYTES ? fileSink(file, context) : memorySink(file, context);
}

function folderSink(file: PlannedFile, { complete }: SinkContext): EntrySink {
  const nothing = async (): Promise<void> => undefined;
  return { write: nothing, finish: () => complete(null, file), discard: nothing };
}

function memorySink(file: PlannedFile, context: SinkContext): EntrySink {
  const { sizeBytes, methodNumber } = file.entry;
  const pieces: Buffer[] = [];
  // Stored data is in a buffer that will be reused soon.
  const isShared = methodNumber === STORED;
  return {
    write: async (bytes) => void pieces.push(isShared ? Buffer.from(bytes) : bytes),
    finish: () =>
      context.writes.run(async () => {
        if (sizeBytes <= SMALL_BYTES) return await makeAtOnce(pieces, file, context);
        const written = createTemporaryFile(context.staging.temporaryPlace());
        await orDiscard(written, async () => {
          for (const piece of pieces) await append(written, piece, context);
          await complete(written, file, context);
        });
      }),
    discard: async () => undefined,
  };
}

async function makeAtOnce(
  pieces: readonly Buffer[],
  file: PlannedFile,
  { staging, countBytes, complete: takeOver }: SinkContext,
): Promise<void> {
  const place = staging.temporaryPlace();
  makeSmallFile(place, pieces);
  countBytes(file.entry.sizeBytes);
  try {
    await takeOver(place.path, file);
  } catch (error) {
    removeSmallFile(place);
    throw error;
  }
}

function fileSink(file: PlannedFile, context: SinkContext): EntrySink {
  const written = createTemporaryFile(context.staging.temporaryPlace());
  return {
    write: (bytes) => {
      context.check();
      return append(written, bytes, context);
    },
    finish: () =>
      orDiscard(written, async () => {
        await written.flush();
        await context.writes.run(() => orDiscard(written, () => complete(written, file, context)));
      }),
    discard: () => written.discard(),
  };
}

async function append(written: TemporaryFile, bytes: Buffer, { countBytes }: SinkContext): Promise<void> {
  await written.append(bytes);
  countBytes(bytes.length);
}

async function complete(written: TemporaryFile, file: PlannedFile, context: SinkContext): Promise<void> {
  await written.finish();
  await context.complete(written.path, file);
}

/** Removes the temporary file on failure. */
async function orDiscard(written: TemporaryFile, act: () => Promise<void>): Promise<void> {
  try {
    await act();
  } catch (error) {
    await written.discard();
    throw error;
  }
}

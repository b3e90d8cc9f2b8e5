import { unlinkSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import type { RangeSource } from '../../range/range-source.ts';
import { ignoringFailure } from '../../target-folder/temporary-file.ts';
import { createTaskPool } from '../../task-pool.ts';
import type { ArchiveEntry } from '../read/entry.ts';
import type { EntryReceiver, EntrySink } from '../read/entry-sink.ts';
import { openEntrySink, type SinkContext } from './entry-sink.ts';
import {
  type Extraction,
  type ExtractOptions,
  nothingExtracted,
  type OpenExtraction,
  openExtraction,
  planArchive,
} from './extract.ts';
import type { PlannedFile } from './extraction-plan.ts';
import { PARALLEL_WRITES } from './unpack-files.ts';

/** Unpacks an archive while it is verified. The files stay in the staging folder until the whole archive is verified. */
export interface StagedExtraction extends EntryReceiver {
  /**
   * Gives the files their final names.
   * @throws what extractArchive() throws, even if it happened earlier
   */
  publish(): Promise<Extraction>;
  /** Removes files without a final name; never throws, and may be called again. */
  discard(): Promise<void>;
}

const FILES_PER_TURN = 100;

/**
 * Plans the unpacking of an archive that may still be downloading. Failures to unpack are reported by
 * `publish`, because a damaged archive is reported first.
 */
export async function stageExtraction(
  source: RangeSource,
  options: ExtractOptions,
): Promise<StagedExtraction> {
  try {
    const { archive, plan, isNothing } = await planArchive(source, options);
    if (isNothing) return { ...NOT_UNPACKED, archive, publish: async () => nothingExtracted(plan) };
    return { ...stageFiles(await openExtraction(plan, options, () => false), options), archive };
  } catch (error) {
    return { ...NOT_UNPACKED, publish: () => Promise.reject(error) };
  }
}

const NO_SINK: EntrySink = {
  write: () => undefined,
  finish: async () => undefined,
  discard: async () => undefined,
};
const NOT_UNPACKED: Omit<StagedExtraction, 'publish'> = {
  archive: null,
  wants: () => false,
  open: () => NO_SINK,
  discard: async () => undefined,
};

function stageFiles(
  extraction: OpenExtraction,
  { signal }: ExtractOptions,
): Omit<StagedExtraction, 'archive'> {
  const wanted = new Map(extraction.wanted.map((file) => [file.entry, file]));
  const staged = new Set<{ readonly temporary: string | null; readonly file: PlannedFile }>();
  const writes = createTaskPool(PARALLEL_WRITES);
  let failure: { readonly error: unknown } | null = null;
  let isClosed = false;
  const context: SinkContext = {
    staging: extraction.staging,
    writes,
    check: () => writes.check(),
    countBytes: extraction.countBytes,
    complete: async (temporary, file) => void staged.add({ temporary, file }),
  };
  const close = (): void => {
    if (isClosed) return;
    isClosed = true;
    extraction.close();
  };
  const removeStaged = (): void => {
    for (const { temporary } of staged) {
      if (temporary !== null) ignoringFailure(() => unlinkSync(temporary));
    }
    staged.clear();
  };
  const discard = async (): Promise<void> => {
    await writes.finish().catch(() => undefined);
    removeStaged();
    ignoringFailure(close);
  };
  /** After a failure, unpacking stops and its disk space is free for the archive. */
  const fail = async (error: unknown): Promise<void> => {
    failure ??= { error };
    await discard();
  };
  const guarded = (sink: EntrySink): EntrySink => {
    const attempt = async (act: () => Promise<void> | undefined): Promise<void> => {
      if (failure !== null) return;
      try {
        await act();
      } catch (error) {
        await sink.discard();
        await fail(error);
      }
    };
    return {
      write: (bytes) => attempt(() => sink.write(bytes)),
      finish: () => attempt(() => sink.finish()),
      discard: () => sink.discard(),
    };
  };
  return {
    wants: (entry: ArchiveEntry) => failure === null && wanted.has(entry),
    open(entry) {
      const file = wanted.get(entry);
      if (file === undefined) return NO_SINK;
      try {
        return guarded(openEntrySink(file, context));
      } catch (error) {
        return { ...NO_SINK, finish: () => fail(error) };
      }
    },
    async publish() {
      try {
        await writes.finish();
        if (failure !== null) throw failure.error;
        for (const item of staged) {
          if (staged.size % FILES_PER_TURN === 0) await setImmediate();
          signal?.throwIfAborted();
          await extraction.publish(item.temporary, item.file);
          staged.delete(item);
        }
        const result = extraction.finish();
        close();
        return result;
      } catch (error) {
        await discard();
        throw error;
      }
    },
    discard,
  };
}

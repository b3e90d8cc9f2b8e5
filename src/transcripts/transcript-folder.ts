import { join } from 'node:path';
import type { Attempt } from '../disk/busy-file.ts';
import { onDisk } from '../disk/disk-error.ts';
import type { LockingProcess } from '../disk/lock-record.ts';
import { syncFile, syncFolder } from '../disk/sync-folder.ts';
import { ExpectedError } from '../errors.ts';
import { lstatOrNull, type Place } from '../target-folder/folder.ts';
import { isMatchingFile } from '../target-folder/matching-file.ts';
import { publishFile } from '../target-folder/publish-file.ts';
import { openStagingFolder } from '../target-folder/staging-folder.ts';
import { openTargetFolder } from '../target-folder/target-folder.ts';
import { createTemporaryFile, type TemporaryFile } from '../target-folder/temporary-file.ts';
import type { TranscriptContent } from './download-transcript.ts';

/** The target folder. Each file gets its name when it is complete. */
export interface TranscriptFolder {
  /** Absolute, links resolved. */
  pathOf(components: readonly string[]): string;
  /** The size of the regular file with this name; null if there is none. @throws ExpectedError EXISTS */
  sizeOf(components: readonly string[], options: { readonly mayReplaceLinks: boolean }): number | null;
  temporaryPlace(): Place;
  /**
   * Saves a transcript under its name.
   * @returns false if a file with the same content already has this name
   * @throws ExpectedError EXISTS if something else has this name and must not be replaced, DISK
   */
  save(components: readonly string[], content: TranscriptContent, mayReplace: boolean): Promise<boolean>;
  /**
   * Syncs a file and its name, so that both survive a power cut.
   * @param options.isNew whether this run saved the file, and so synced its content
   * @throws ExpectedError DISK
   */
  sync(components: readonly string[], options: { readonly isNew: boolean }): Promise<void>;
  close(): void;
}

export interface TranscriptFolderOptions {
  readonly process: LockingProcess;
  readonly attempt: Attempt;
  readonly signal: AbortSignal;
  /** Syncs each file before it gets its name. */
  readonly isSynced: boolean;
}

/** Opens the target folder. @throws ExpectedError DISK, EXISTS if a file has the name of the folder */
export function openTranscriptFolder(
  directory: string,
  { process, attempt, signal, isSynced }: TranscriptFolderOptions,
): TranscriptFolder {
  const target = openTargetFolder(directory);
  const staging = openStagingFolder(target.root, process);
  const nameIn = (components: readonly string[]) => components.at(-1) ?? '';
  const pathOf = (components: readonly string[]) => join(target.path, ...components);
  const syncShared = createSharedSync(syncFolder);
  return {
    pathOf,
    sizeOf(components, { mayReplaceLinks }) {
      const place = target.find(components.slice(0, -1))?.at(nameIn(components));
      const stat = place === undefined ? null : lstatOrNull(place.path, place.shownPath);
      if (stat === null || (stat.isSymbolicLink() && mayReplaceLinks)) return null;
      if (stat.isFile()) return Number(stat.size);
      throw notReplaced(pathOf(components));
    },
    temporaryPlace: () => staging.temporaryPlace(),
    async save(components, content, mayReplace) {
      const parents = components.slice(0, -1);
      const name = nameIn(components);
      const place = target.ensure(parents).at(name);
      if (await isMatchingFile(place, content, { signal })) {
        await content.file?.discard();
        return false;
      }
      const temporary = content.file ?? createTemporaryFile(staging.temporaryPlace());
      try {
        await finish(temporary, content, isSynced);
        await publishFile(temporary.path, {
          target,
          parent: target.ensure(parents),
          name,
          content,
          mayReplace,
          existsError: () => differs(pathOf(components)),
          attempt,
          signal,
        });
      } catch (error) {
        await temporary.discard();
        throw error;
      }
      return true;
    },
    async sync(components, { isNew }) {
      const file = pathOf(components);
      if (!isNew) await onDisk(syncFile(file), file, 'sync');
      for (let depth = components.length - 1; depth >= 0; depth -= 1) {
        const folder = pathOf(components.slice(0, depth));
        await onDisk(syncShared(folder), folder, 'sync');
      }
    },
    close() {
      try {
        staging.close();
      } finally {
        target.close();
      }
    },
  };
}

/** One sync of a folder serves all callers that were waiting when it started. A running one may miss later names. */
function createSharedSync(sync: (folder: string) => Promise<void>): (folder: string) => Promise<void> {
  const running = new Map<string, Promise<void>>();
  const waiting = new Map<string, Promise<void>>();
  const start = (folder: string): Promise<void> => {
    waiting.delete(folder);
    const promise: Promise<void> = sync(folder).finally(() => {
      if (running.get(folder) === promise) running.delete(folder);
    });
    running.set(folder, promise);
    return promise;
  };
  return (folder) => {
    const current = running.get(folder);
    if (current === undefined) return start(folder);
    const next = waiting.get(folder) ?? current.catch(() => undefined).then(() => start(folder));
    waiting.set(folder, next);
    return next;
  };
}

async function finish(file: TemporaryFile, { bytes }: TranscriptContent, isSynced: boolean): Promise<void> {
  if (bytes !== null) await file.append(bytes);
  await file.finish({ isSynced });
}

function differs(path: string): ExpectedError {
  return new ExpectedError('EXISTS', `${path} already exists with different content`, {
    hint: 'replace it with --overwrite, keep it with --skip-existing, or choose another folder with -D',
  });
}

function notReplaced(path: string): ExpectedError {
  return new ExpectedError('EXISTS', `${path} is not a regular file, so it is never replaced`, {
    hint: 'move it away, or choose another folder with -D',
  });
}

import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Attempt } from '../../disk/busy-file.ts';
import type { LockingProcess } from '../../disk/lock-record.ts';
import type { RangeSource } from '../../range/range-source.ts';
import { publishFile } from '../../target-folder/publish-file.ts';
import { openStagingFolder, type StagingFolder } from '../../target-folder/staging-folder.ts';
import { openTargetFolder } from '../../target-folder/target-folder.ts';
import { readDirectory } from '../read/directory.ts';
import { type Archive, type ArchiveEntry, inFileOrder } from '../read/entry.ts';
import type { NameDecoder } from '../read/name-encoding.ts';
import { existsError, findExisting } from './existing-file.ts';
import {
  type ExtractionLimits,
  type ExtractionPlan,
  type PlannedFile,
  planExtraction,
  type RenamedEntry,
  type SkippedEntry,
} from './extraction-plan.ts';
import { isLarge, partKey } from './large-entry.ts';
import { checkStrayBytes } from './stray-bytes.ts';
import { unpackFiles } from './unpack-files.ts';

export interface ExtractOptions extends ExtractionLimits {
  /** Created if missing. */
  readonly directory: string;
  readonly unpacker: LockingProcess;
  readonly signal?: AbortSignal | undefined;
  /** For names without a declared encoding. */
  readonly decode?: NameDecoder | null | undefined;
  /** Called with all entries of the archive before they are checked. */
  readonly onEntries?: ((entries: readonly ArchiveEntry[]) => void) | undefined;
  readonly onProgress?: ((progress: ExtractionProgress) => void) | undefined;
  /** Called with the absolute path of each finished file. The file is kept even if the extraction fails later. */
  readonly onFile?: ((path: string) => void) | undefined;
  /**
   * What happens to existing files (and links, not their targets) with the name of an entry: an error (the
   * default), replaced, or kept.
   */
  readonly ifExists?: 'refuse' | 'overwrite' | 'skip' | undefined;
  /** False discards partial large entries of an earlier run; true by default. */
  readonly mayResume?: boolean | undefined;
  /** How a finished file is renamed; once by default. */
  readonly attempt?: Attempt | undefined;
  /** Called before the first write with the disk space still needed; throws to refuse. */
  readonly beforeWriting?: ((neededBytes: number, directory: string) => Promise<void>) | undefined;
}

/** Unpacked bytes so far and in total, including files that already existed. */
export interface ExtractionProgress {
  readonly bytes: number;
  readonly totalBytes: number;
  readonly files: number;
  readonly totalFiles: number;
}

export interface ExtractedFile {
  /** Absolute. */
  readonly path: string;
  readonly sizeBytes: number;
  readonly crc32: number;
  /** `skipped`: already existed with the right size and CRC. `left`: kept unchecked, because of `ifExists`. */
  readonly outcome: 'extracted' | 'skipped' | 'left';
}

export interface Extraction {
  /** The target folder, absolute, links resolved; null if nothing was selected, and therefore not created. */
  readonly directory: string | null;
  /** In the order of the archive. */
  readonly files: readonly ExtractedFile[];
  readonly skippedEntries: readonly SkippedEntry[];
  readonly renamed: readonly RenamedEntry[];
}

/**
 * Unpacks an archive into a folder. Checks the whole plan first, then writes each file under a temporary name,
 * verifies, and renames it. Files that already exist are skipped; from a remote source they are not even read. So
 * a second run continues the first. Links and special files are never created, and modes and times are not set.
 * @throws ExpectedError UNSAFE (nothing was written, unless the problem showed only while an entry was read),
 *   INTEGRITY naming the entry, EXISTS naming the file, DISK; the signal's reason if aborted. Files renamed before
 *   that are complete and kept.
 */
export async function extractArchive(source: RangeSource, options: ExtractOptions): Promise<Extraction> {
  const { signal } = options;
  const { plan, isNothing } = await planArchive(source, options);
  if (isNothing) return nothingExtracted(plan);
  await checkStrayBytes(source, [...plan.files, ...plan.folders], signal);
  const extraction = await openExtraction(plan, options, (entry) => isLarge(source, entry));
  try {
    const { staging, wanted, countBytes, publish } = extraction;
    await unpackFiles(source, wanted, { staging, signal, countBytes, complete: publish });
    return extraction.finish();
  } finally {
    extraction.close();
  }
}

export interface PlannedArchive {
  readonly archive: Archive;
  readonly plan: ExtractionPlan;
  /** Nothing was selected, so nothing is created. */
  readonly isNothing: boolean;
}

/**
 * Reads the directory and checks all its entries.
 * @throws as readDirectory() and planExtraction()
 */
export async function planArchive(source: RangeSource, options: ExtractOptions): Promise<PlannedArchive> {
  const { signal, decode = null } = options;
  const archive = await readDirectory(source, { signal, decode });
  options.onEntries?.(archive.entries);
  const plan = await planExtraction(archive.entries, options, signal);
  const isEmpty = plan.files.length === 0 && plan.folders.length === 0;
  return { archive, plan, isNothing: options.isWanted !== undefined && isEmpty };
}

export function nothingExtracted({ skippedEntries, renamed }: ExtractionPlan): Extraction {
  return { directory: null, files: [], skippedEntries, renamed };
}

/** The target folder, and what to write to it. */
export interface OpenExtraction {
  readonly staging: StagingFolder;
  /** Missing files and folders, in archive order. */
  readonly wanted: readonly PlannedFile[];
  readonly countBytes: (sizeBytes: number) => void;
  /** Renames a finished file; creates a folder, which has no temporary name. */
  readonly publish: (temporary: string | null, file: PlannedFile) => Promise<void>;
  /** Call when all files are published. @throws ExpectedError UNSAFE if a folder was replaced */
  finish(): Extraction;
  /** @throws ExpectedError DISK */
  close(): void;
}

/**
 * Opens the folder and checks what already exists.
 * @param isContinued whether a partial entry of an earlier run is usable
 * @throws ExpectedError EXISTS, UNSAFE, DISK, and what `beforeWriting` throws
 */
export async function openExtraction(
  plan: ExtractionPlan,
  options: ExtractOptions,
  isContinued: (entry: ArchiveEntry) => boolean,
): Promise<OpenExtraction> {
  const { signal, ifExists = 'refuse', mayResume = true, attempt = (operation) => operation() } = options;
  const target = openTargetFolder(options.directory);
  let staging: StagingFolder | null = null;
  const close = (): void => {
    try {
      staging?.close();
    } finally {
      target.close();
    }
  };
  try {
    staging = openStagingFolder(target.root, options.unpacker);
    const isEmpty = readdirSync(target.path).length === 0;
    const existing = isEmpty
      ? new Map<PlannedFile, 'skipped' | 'left'>()
      : await findExisting(plan, target, { ifExists, signal });
    const wanted = plan.files.filter((file) => !existing.has(file));
    const continued = wanted.filter(({ entry }) => mayResume && isContinued(entry));
    const keptBytes = staging.keepParts(new Set(continued.map(({ entry }) => partKey(entry))));
    const wantedBytes = wanted.reduce((sum, { entry }) => sum + entry.sizeBytes, 0);
    await options.beforeWriting?.(Math.max(0, wantedBytes - keptBytes), target.path);
    // The entry of an existing folder was read when the folder was created.
    const missing = plan.folders.filter(({ components }) => target.find(components) === null);
    const { countBytes, countFile } = countProgress(plan, [...existing.keys()], options);
    const pathOf = ({ components }: PlannedFile): string => join(target.path, ...components);
    return {
      staging,
      wanted: [...missing, ...wanted].toSorted((one, other) => inFileOrder(one.entry, other.entry)),
      countBytes,
      async publish(temporary, file) {
        const { entry, components } = file;
        if (temporary === null) return void target.ensure(components);
        const parent = target.ensure(components.slice(0, -1));
        const name = components.at(-1) ?? '';
        const mayReplace = ifExists === 'overwrite';
        await publishFile(temporary, {
          target,
          parent,
          name,
          content: entry,
          mayReplace,
          existsError: (path) => existsError([path]),
          attempt,
          signal,
        });
        options.onFile?.(pathOf(file));
        countFile();
      },
      finish() {
        target.confirmAll();
        const files = plan.files.map((file) => ({
          path: pathOf(file),
          sizeBytes: file.entry.sizeBytes,
          crc32: file.entry.crc32,
          outcome: existing.get(file) ?? ('extracted' as const),
        }));
        return { ...nothingExtracted(plan), directory: target.path, files };
      },
      close,
    };
  } catch (error) {
    close();
    throw error;
  }
}

/** Starts at the bytes that already exist, so that the speed covers only the unpacking. */
function countProgress(
  { files: { length: totalFiles }, unpackedBytes: totalBytes }: ExtractionPlan,
  existing: readonly PlannedFile[],
  { onProgress }: ExtractOptions,
): { countBytes: (sizeBytes: number) => void; countFile: () => void } {
  let bytes = existing.reduce((sum, { entry }) => sum + entry.sizeBytes, 0);
  let files = existing.length;
  const report = () => onProgress?.({ bytes, totalBytes, files, totalFiles });
  report();
  return {
    countBytes(sizeBytes) {
      bytes += sizeBytes;
      report();
    },
    countFile() {
      files += 1;
      report();
    },
  };
}

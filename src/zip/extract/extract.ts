import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Attempt } from '../../disk/busy-file.ts';
import type { RangeSource } from '../../range/range-source.ts';
import { readDirectory } from '../read/directory.ts';
import { type Archive, type ArchiveEntry, inFileOrder } from '../read/entry.ts';
import type { NameDecoder } from '../read/name-encoding.ts';
import { findExisting } from './existing-file.ts';
import {
  type ExtractionLimits,
  type ExtractionPlan,
  type PlannedFile,
  planExtraction,
  type RenamedEntry,
  type SkippedEntry,
} from './extraction-plan.ts';
import { isLarge, partKey } from './large-entry.ts';
import { publishEntry } from './publish-entry.ts';
import { openStagingFolder, type StagingFolder, type Unpacker } from './staging-folder.ts';
import { checkStrayBytes } from './stray-bytes.ts';
import { openTargetFolder } from './target-folder.ts';
import { unpackFiles } from './unpack-files.ts';

export interface ExtractOptions extends ExtractionLimits {
  /** Made if it is missing. */
  readonly directory: string;
  readonly unpacker: Unpacker;
  readonly signal?: AbortSignal | undefined;
  /** For names that do not say in which encoding they are. */
  readonly decode?: NameDecoder | null | undefined;
  /** Told of all that the archive lists before anything is decided about it. */
  readonly onEntries?: ((entries: readonly ArchiveEntry[]) => void) | undefined;
  readonly onProgress?: ((progress: ExtractionProgress) => void) | undefined;
  /** Told the absolute path of each file that got its name, which it keeps whatever comes after. */
  readonly onFile?: ((path: string) => void) | undefined;
  /**
   * What becomes of other files (and links, not what they point to) that have the name of an entry: an
   * error (the default), replaced, or left as they are.
   */
  readonly ifExists?: 'refuse' | 'overwrite' | 'skip' | undefined;
  /** False throws away the parts of large entries that an earlier run left; true unless given. */
  readonly mayResume?: boolean | undefined;
  /** How a finished file is given its name; once unless given. */
  readonly attempt?: Attempt | undefined;
  /** Called before anything is written, with the bytes that will yet be taken on the disk; throws to refuse. */
  readonly beforeWriting?: ((neededBytes: number, directory: string) => Promise<void>) | undefined;
}

/** Unpacked so far and in all; files that were there already are counted. */
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
  /** `skipped`: it was there already, with the right size and CRC; `left`: nobody looked into it, as `ifExists` says. */
  readonly outcome: 'extracted' | 'skipped' | 'left';
}

export interface Extraction {
  /** The target folder, absolute, links resolved; null when nothing was selected, and nothing made. */
  readonly directory: string | null;
  /** In the order in which they lie in the archive. */
  readonly files: readonly ExtractedFile[];
  readonly skippedEntries: readonly SkippedEntry[];
  readonly renamed: readonly RenamedEntry[];
}

/**
 * Unpacks an archive below a folder: the whole plan is checked first, then each file is written under a
 * temporary name, checked and named. What was unpacked before is skipped, and not even read where the
 * source is far away, so that a second run continues the first. Never made: links, special files, modes or times out of the archive.
 * @throws ExpectedError UNSAFE (nothing was written, unless only the reading of an entry brought it out), INTEGRITY
 *   naming the entry, EXISTS naming the file, DISK; the signal's reason when aborted. Files named until then are
 *   complete and stay.
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
  /** Nothing was selected, so that nothing is to be made. */
  readonly isNothing: boolean;
}

/**
 * Reads the directory and decides about all that it lists.
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

/** The folder that is unpacked into, with what is to come into it. */
export interface OpenExtraction {
  readonly staging: StagingFolder;
  /** What is not there yet, folders among it, in file order. */
  readonly wanted: readonly PlannedFile[];
  readonly countBytes: (sizeBytes: number) => void;
  /** Gives a finished file its name; makes a folder, for which there is no temporary name. */
  readonly publish: (temporary: string | null, file: PlannedFile) => Promise<void>;
  /** All is there. @throws ExpectedError UNSAFE when a folder has been replaced */
  finish(): Extraction;
  /** @throws ExpectedError DISK */
  close(): void;
}

/**
 * Opens the folder and looks at what is there.
 * @param isContinued whether a part of an entry that an earlier run left is of use
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
    // One that is there was read when it was made.
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
        await publishEntry(temporary, { target, parent, name, entry, mayReplace, attempt, signal });
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

/** Begins with what is there, so that a speed is that of the unpacking alone. */
function countProgress(
  { files: { length: totalFiles }, unpackedBytes: totalBytes }: ExtractionPlan,
  existing: readonly PlannedFile[],
  { onProgress }: ExtractOptions,
): { countBytes: (sizeBytes: number) => void; countFile: () => void } {
  let bytes = existing.reduce((sum, { entry }) => sum + entry.sizeBytes, 0);
  let files = existing.length;
  const tell = () => onProgress?.({ bytes, totalBytes, files, totalFiles });
  tell();
  return {
    countBytes(sizeBytes) {
      bytes += sizeBytes;
      tell();
    },
    countFile() {
      files += 1;
      tell();
    },
  };
}

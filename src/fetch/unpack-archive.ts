import { realpathSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { Package } from '../api/package.ts';
import type { Context } from '../context.ts';
import { untilFree } from '../disk/busy-file.ts';
import { checkFreeSpace } from '../download/part/free-space.ts';
import type { ArchiveUnpacking } from '../download/verify/verify-content.ts';
import { ExpectedError } from '../errors.ts';
import { selectsAll } from '../patterns/path-filter.ts';
import { createExplainedFilter } from '../patterns/pattern-hints.ts';
import type { RangeSource } from '../range/range-source.ts';
import { counted } from '../terminal/text/format.ts';
import { commandLine } from '../terminal/text/shell-quote.ts';
import {
  type ExtractedFile,
  type Extraction,
  type ExtractOptions,
  extractArchive,
} from '../zip/extract/extract.ts';
import {
  describeSkippedEntries,
  type ExtractionLimits,
  type RenamedEntry,
  type SkippedEntry,
} from '../zip/extract/extraction-plan.ts';
import { type StagedExtraction, stageExtraction } from '../zip/extract/staged-extraction.ts';
import type { ArchiveEntry } from '../zip/read/entry.ts';
import { nameDecoder } from '../zip/read/name-encoding.ts';
import { showName, showSome } from '../zip/read/refusal.ts';
import { contentsCommand } from './fetch-command.ts';
import type { FetchRun } from './fetch-run.ts';
import { reportNames } from './report-names.ts';
import { reportTransfer } from './transfer-progress.ts';

/** The unpacked content of an archive. */
export interface Unpacked {
  /** In the order of the archive, including those that already existed. */
  readonly files: readonly ExtractedFile[];
  readonly skippedEntries: readonly SkippedEntry[];
}

export interface Unpacking extends Pick<FetchRun, 'flags' | 'reportedNames' | 'recording'> {
  readonly item: Package;
  readonly label: string;
  readonly folder: string;
  /** Called after all entries passed the checks of the directory. */
  readonly onBegin?: () => void;
  /** Called with the absolute path of each complete file, which is kept even after a failure. */
  readonly onFile: (path: string) => void;
}

/** PATH_MAX, for a path with its final NUL. Windows allows any path in an archive. */
const PATH_BYTES: Partial<Record<NodeJS.Platform, number>> = { darwin: 1_024, linux: 4_096 };

type UnpackingWorld = Pick<Context, 'io' | 'clock' | 'signal' | 'world'>;

/**
 * Unpacks the selected entries of a remote archive, and reports it.
 * @throws ExpectedError NOT_FOUND if no entry is selected, DISK before anything is written if there is not
 *   enough space, and those of extractArchive()
 */
export async function unpackArchive(
  source: RangeSource,
  unpacking: Unpacking,
  context: UnpackingWorld,
): Promise<Unpacked> {
  const { io, clock } = context;
  const { options, finish } = prepareUnpacking(unpacking, context);
  const onProgress = reportTransfer(io, { id: unpacking.item.id, label: unpacking.label, clock });
  return finish(await extractArchive(source, { ...options, onProgress }));
}

export interface UnpackingWhileVerifying extends ArchiveUnpacking {
  /** Gives the files their names after the archive is verified. @throws as unpackArchive() */
  publish(): Promise<Unpacked>;
  /** Removes the files without a name. */
  discard(): Promise<void>;
}

/** The same for an archive on the disk or in download, in the pass that verifies it. */
export function unpackWhileVerifying(unpacking: Unpacking, context: UnpackingWorld): UnpackingWhileVerifying {
  let staged: StagedExtraction | null = null;
  let comingBytes = 0;
  const { options, finish } = prepareUnpacking(unpacking, context, () => comingBytes);
  return {
    async begin(source, missingBytes) {
      comingBytes = missingBytes;
      staged = await stageExtraction(source, options);
      return staged;
    },
    async publish() {
      if (staged === null) throw new RangeError('an archive that was not unpacked');
      return finish(await staged.publish());
    },
    discard: async () => await staged?.discard(),
  };
}

/** @param comingBytes returns how many bytes of the archive itself must still be written to the disk */
function prepareUnpacking(
  { item, label, folder, flags, reportedNames, recording, onBegin, onFile }: Unpacking,
  { io, clock, signal, world }: UnpackingWorld,
  comingBytes = () => 0,
): { options: ExtractOptions; finish: (extraction: Extraction) => Unpacked } {
  const { selection, ifExists, encoding } = flags;
  const filter = createExplainedFilter(selection);
  const options: ExtractOptions = {
    directory: folder,
    unpacker: world,
    signal,
    decode: encoding === null ? null : nameDecoder(encoding),
    onEntries(entries) {
      if (!reportedNames.has(item.id)) reportNames(entries, { label, io });
      reportedNames.add(item.id);
      if (recording !== null) refuseRecordName(entries, folder, recording.record.path);
    },
    ifExists,
    mayResume: flags.resume,
    attempt: untilFree({ platform: world.platform, clock }),
    onFile,
    ...extractionLimits(flags, { folder, isWanted: filter.isWanted, platform: world.platform }),
    async beforeWriting(bytes, directory) {
      onBegin?.();
      if (flags.spaceCheck) await checkFreeSpace(directory, bytes + comingBytes());
    },
  };
  const finish = ({ files, skippedEntries, renamed }: Extraction): Unpacked => {
    if (!selectsAll(selection) && files.length === 0 && skippedEntries.length === 0)
      throw nothingSelected(item, filter.explain(), { encoding, platform: world.platform });
    if (renamed.length > 0) io.info(renamedText(renamed));
    return { files, skippedEntries };
  };
  return { options, finish };
}

/** The limits in the flags: which entries, and the maximum path length and size. */
export function extractionLimits(
  { selection, skipUnsafe, maxSizeBytes }: FetchRun['flags'],
  {
    folder,
    isWanted,
    platform,
  }: { folder: string; isWanted: (path: string) => boolean; platform: NodeJS.Platform },
): ExtractionLimits {
  return {
    isWanted: selectsAll(selection) ? undefined : isWanted,
    skipsUnsafe: skipUnsafe,
    maxPathBytes: roomBelow(folder, platform),
    maxSizeBytes: maxSizeBytes ?? undefined,
    // An explicit limit also covers archives that expand to a multiple of their size.
    maxRatio: maxSizeBytes === null ? undefined : Number.POSITIVE_INFINITY,
  };
}

export function nothingSelected(
  { id }: Package,
  explanation: string | null,
  { encoding, platform }: { encoding: string | null; platform: NodeJS.Platform },
): ExpectedError {
  return new ExpectedError('NOT_FOUND', `no entry of package ${id} matches`, {
    id,
    hint: explanation ?? 'list the entries:',
    next: [commandLine(contentsCommand(id, encoding), platform)],
  });
}

/** Maximum length of a path below a folder, after links are resolved. */
function roomBelow(folder: string, platform: NodeJS.Platform): number | undefined {
  const limitBytes = PATH_BYTES[platform];
  return limitBytes === undefined ? undefined : limitBytes - Buffer.byteLength(`${realPath(folder)}/\0`);
}

/**
 * The content of an archive must not replace the record. Many disks ignore the case of names.
 * @throws ExpectedError UNSAFE
 */
function refuseRecordName(entries: readonly ArchiveEntry[], folder: string, recordPath: string): void {
  const base = realPath(folder);
  const taken = entries.find(
    ({ path }) => join(base, path).normalize().toLowerCase() === recordPath.normalize().toLowerCase(),
  );
  if (taken === undefined) return;
  throw new ExpectedError('UNSAFE', `${showName(taken.path)} in the archive would replace the record`, {
    hint: 'name another record with --record, or another folder with -D',
  });
}

/** Resolves links in the existing part of the path. */
function realPath(folder: string): string {
  try {
    return realpathSync(folder);
  } catch {
    return join(realPath(dirname(folder)), basename(folder));
  }
}

function renamedText(renamed: readonly RenamedEntry[]): string {
  const some = showSome(
    renamed.map(({ from, to }) => `${showName(from)} → ${showName(to)}`),
    5,
  );
  return `Renamed entries with characters that are invisible or invalid on Windows: ${some}`;
}

/** For a package without its unsafe entries. All others are unpacked, but the command fails. */
export function skippedEntriesError(
  id: string,
  skippedEntries: readonly SkippedEntry[],
  { isAll }: { isAll: boolean },
): ExpectedError {
  const count = counted(skippedEntries.length, 'unsafe entry', 'unsafe entries');
  return new ExpectedError(
    'UNSAFE',
    `skipped ${count} of package ${id}: ${describeSkippedEntries(skippedEntries, { isAll })}`,
    {
      id,
      hint: `${isAll ? '' : 'all other entries were unpacked; '}contact the owner of the package`,
    },
  );
}

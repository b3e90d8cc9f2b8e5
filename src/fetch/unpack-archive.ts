import { realpathSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { Package } from '../api/package.ts';
import type { Context } from '../context.ts';
import { untilFree } from '../disk/busy-file.ts';
import { checkFreeSpace } from '../download/part/free-space.ts';
import { ExpectedError } from '../errors.ts';
import { selectsAll } from '../patterns/path-filter.ts';
import { createExplainedFilter } from '../patterns/pattern-hints.ts';
import type { RangeSource } from '../range/range-source.ts';
import { commandLine } from '../terminal/text/shell-quote.ts';
import { type ExtractedFile, extractArchive } from '../zip/extract/extract.ts';
import {
  describeSkippedEntries,
  type ExtractionLimits,
  type RenamedEntry,
  type SkippedEntry,
} from '../zip/extract/extraction-plan.ts';
import type { ArchiveEntry } from '../zip/read/entry.ts';
import { nameDecoder } from '../zip/read/name-encoding.ts';
import { showName, showSome } from '../zip/read/refusal.ts';
import { contentsCommand } from './fetch-command.ts';
import type { FetchRun } from './fetch-run.ts';
import { reportNames } from './report-names.ts';
import { reportTransfer } from './transfer-progress.ts';

/** What came out of an archive. */
export interface Unpacked {
  /** In the order of the archive; those that were there already, too. */
  readonly files: readonly ExtractedFile[];
  readonly skippedEntries: readonly SkippedEntry[];
}

export interface Unpacking extends Pick<FetchRun, 'flags' | 'namesTold' | 'recording'> {
  readonly item: Package;
  readonly label: string;
  readonly folder: string;
  /** Called when all entries are found right by what the directory says of them. */
  readonly onBegin?: () => void;
  /** Told the absolute path of each file that is complete, which it stays whatever comes after. */
  readonly onFile: (path: string) => void;
}

/** PATH_MAX, for a whole path with the NUL at its end; Windows allows what any archive has. */
const PATH_BYTES: Partial<Record<NodeJS.Platform, number>> = { darwin: 1_024, linux: 4_096 };

/**
 * Unpacks what the flags select of an archive, here or behind HTTP, and tells about it.
 * @throws ExpectedError NOT_FOUND when nothing is selected, DISK before anything is written when there is not
 *   enough space, and those of extractArchive()
 */
export async function unpackArchive(
  source: RangeSource,
  { item, label, folder, flags, namesTold, recording, onBegin, onFile }: Unpacking,
  { io, clock, signal, world }: Pick<Context, 'io' | 'clock' | 'signal' | 'world'>,
): Promise<Unpacked> {
  const { selection, ifExists, encoding } = flags;
  const filter = createExplainedFilter(selection);
  const { files, skippedEntries, renamed } = await extractArchive(source, {
    directory: folder,
    unpacker: world,
    signal,
    decode: encoding === null ? null : nameDecoder(encoding),
    onEntries(entries) {
      if (!namesTold.has(item.id)) reportNames(entries, { label, io });
      namesTold.add(item.id);
      if (recording !== null) refuseRecordName(entries, folder, recording.record.path);
    },
    ifExists,
    mayResume: flags.resume,
    attempt: untilFree({ platform: world.platform, clock }),
    onFile,
    onProgress: reportTransfer(io, { id: item.id, label, clock }),
    ...extractionLimits(flags, { folder, isWanted: filter.isWanted, platform: world.platform }),
    async beforeWriting(bytes, directory) {
      onBegin?.();
      if (flags.spaceCheck) await checkFreeSpace(directory, bytes);
    },
  });
  if (!selectsAll(selection) && files.length === 0 && skippedEntries.length === 0)
    throw nothingSelected(item, filter.explain(), { encoding, platform: world.platform });
  if (renamed.length > 0) io.info(renamedText(renamed));
  return { files, skippedEntries };
}

/** Which entries the flags allow, and into how long a path and how large a file. */
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
    // Whoever says how much it may become has thought of what unpacks to a multiple.
    maxRatio: maxSizeBytes === null ? undefined : Number.POSITIVE_INFINITY,
  };
}

export function nothingSelected(
  { id }: Package,
  explanation: string | null,
  { encoding, platform }: { encoding: string | null; platform: NodeJS.Platform },
): ExpectedError {
  return new ExpectedError('NOT_FOUND', `no file in package ${id} is selected`, {
    id,
    hint: explanation ?? 'see what is inside with the command below',
    next: [commandLine(contentsCommand(id, encoding), platform)],
  });
}

/** How long a path below a folder may be for the system to find it by its whole name, links resolved. */
function roomBelow(folder: string, platform: NodeJS.Platform): number | undefined {
  const limitBytes = PATH_BYTES[platform];
  return limitBytes === undefined ? undefined : limitBytes - Buffer.byteLength(`${realPath(folder)}/\0`);
}

/**
 * What lies in an archive must not decide what counts as recorded. Names that differ in case alone are one on many disks.
 * @throws ExpectedError UNSAFE
 */
function refuseRecordName(entries: readonly ArchiveEntry[], folder: string, recordPath: string): void {
  const base = realPath(folder);
  const taken = entries.find(
    ({ path }) => join(base, path).normalize().toLowerCase() === recordPath.normalize().toLowerCase(),
  );
  if (taken === undefined) return;
  throw new ExpectedError(
    'UNSAFE',
    `${showName(taken.path)} in the archive would take the place of the record`,
    {
      hint: 'name another record with --record, or another folder with -D',
    },
  );
}

/** Links resolved as far as it exists. */
function realPath(folder: string): string {
  try {
    return realpathSync(folder);
  } catch {
    return join(realPath(dirname(folder)), basename(folder));
  }
}

function renamedText(renamed: readonly RenamedEntry[]): string {
  const some = showSome(
    renamed.map(({ from, to }) => `${showName(from)} is ${showName(to)}`),
    5,
  );
  return `Names with characters that Windows cannot have, or that nobody can see, were changed: ${some}`;
}

/** For a package of which the unsafe entries were left out: all the rest is there, and still it is a failure. */
export function skippedEntriesError(
  id: string,
  skippedEntries: readonly SkippedEntry[],
  { isAll }: { isAll: boolean },
): ExpectedError {
  const count = skippedEntries.length === 1 ? 'one entry was' : `${skippedEntries.length} entries were`;
  return new ExpectedError(
    'UNSAFE',
    `${count} left out of package ${id}: ${describeSkippedEntries(skippedEntries, { isAll })}`,
    {
      id,
      hint: `${isAll ? '' : 'all the rest is unpacked; '}tell the owner of the package`,
    },
  );
}

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
import { counted } from '../terminal/text/format.ts';
import { commandLine } from '../terminal/text/shell-quote.ts';
import { type ExtractedFile, extractArchive } from '../zip/extract/extract.ts';
import {
  describeSkippedEntries,
  type RenamedEntry,
  type SkippedEntry,
} from '../zip/extract/extraction-plan.ts';
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

export interface Unpacking extends Pick<FetchRun, 'flags' | 'reportedNames'> {
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

/**
 * Unpacks the selected entries of a local or remote archive, and reports it.
 * @throws ExpectedError NOT_FOUND when no entry is selected, DISK before anything is written when there is not
 *   enough space, and those of extractArchive()
 */
export async function unpackArchive(
  source: RangeSource,
  { item, label, folder, flags, reportedNames, onBegin, onFile }: Unpacking,
  { io, clock, signal, world }: Pick<Context, 'io' | 'clock' | 'signal' | 'world'>,
): Promise<Unpacked> {
  const { selection, maxSizeBytes, ifExists, encoding } = flags;
  const filter = createExplainedFilter(selection);
  const { files, skippedEntries, renamed } = await extractArchive(source, {
    directory: folder,
    unpacker: world,
    signal,
    decode: encoding === null ? null : nameDecoder(encoding),
    onEntries(entries) {
      if (!reportedNames.has(item.id)) reportNames(entries, { label, io });
      reportedNames.add(item.id);
    },
    ifExists,
    mayResume: flags.resume,
    attempt: untilFree({ platform: world.platform, clock }),
    onFile,
    onProgress: reportTransfer(io, { id: item.id, label, clock }),
    isWanted: selectsAll(selection) ? undefined : filter.isWanted,
    skipsUnsafe: flags.skipUnsafe,
    maxPathBytes: roomBelow(folder, world.platform),
    maxSizeBytes: maxSizeBytes ?? undefined,
    // An explicit limit also covers archives that expand to a multiple of their size.
    maxRatio: maxSizeBytes === null ? undefined : Number.POSITIVE_INFINITY,
    async beforeWriting(bytes, directory) {
      onBegin?.();
      if (flags.spaceCheck) await checkFreeSpace(directory, bytes);
    },
  });
  if (!selectsAll(selection) && files.length === 0 && skippedEntries.length === 0) {
    throw new ExpectedError('NOT_FOUND', `no entry of package ${item.id} matches`, {
      id: item.id,
      hint: filter.explain() ?? 'list the entries:',
      next: [commandLine(contentsCommand(item.id, encoding), world.platform)],
    });
  }
  if (renamed.length > 0) io.info(renamedText(renamed));
  return { files, skippedEntries };
}

/** Maximum length of a path below a folder, after links are resolved. */
function roomBelow(folder: string, platform: NodeJS.Platform): number | undefined {
  const limitBytes = PATH_BYTES[platform];
  return limitBytes === undefined ? undefined : limitBytes - Buffer.byteLength(`${realPath(folder)}/\0`);
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

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
import { commandLine } from '../terminal/text/shell-quote.ts';
import {
  type ExtractedFile,
  type Extraction,
  type ExtractOptions,
  extractArchive,
} from '../zip/extract/extract.ts';
import {
  describeSkippedEntries,
  type RenamedEntry,
  type SkippedEntry,
} from '../zip/extract/extraction-plan.ts';
import { type StagedExtraction, stageExtraction } from '../zip/extract/staged-extraction.ts';
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

export interface Unpacking extends Pick<FetchRun, 'flags' | 'namesTold'> {
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

type UnpackingWorld = Pick<Context, 'io' | 'clock' | 'signal' | 'world'>;

/**
 * Unpacks what the flags select of an archive behind HTTP, and tells about it.
 * @throws ExpectedError NOT_FOUND when nothing is selected, DISK before anything is written when there is not
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
  /** Gives the files their names, once the archive is proved. @throws as unpackArchive() */
  publish(): Promise<Unpacked>;
  /** Removes what has no name. */
  discard(): Promise<void>;
}

/** The same for an archive that is on the disk, or comes there: in the pass that verifies it. */
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

/** @param comingBytes what the archive itself is yet to take on the disk */
function prepareUnpacking(
  { item, label, folder, flags, namesTold, onBegin, onFile }: Unpacking,
  { io, clock, signal, world }: UnpackingWorld,
  comingBytes = () => 0,
): { options: ExtractOptions; finish: (extraction: Extraction) => Unpacked } {
  const { selection, maxSizeBytes, ifExists, encoding } = flags;
  const filter = createExplainedFilter(selection);
  const options: ExtractOptions = {
    directory: folder,
    unpacker: world,
    signal,
    decode: encoding === null ? null : nameDecoder(encoding),
    onEntries(entries) {
      if (!namesTold.has(item.id)) reportNames(entries, { label, io });
      namesTold.add(item.id);
    },
    ifExists,
    mayResume: flags.resume,
    attempt: untilFree({ platform: world.platform, clock }),
    onFile,
    isWanted: selectsAll(selection) ? undefined : filter.isWanted,
    skipsUnsafe: flags.skipUnsafe,
    maxPathBytes: roomBelow(folder, world.platform),
    maxSizeBytes: maxSizeBytes ?? undefined,
    // Whoever says how much it may become has thought of what unpacks to a multiple.
    maxRatio: maxSizeBytes === null ? undefined : Number.POSITIVE_INFINITY,
    async beforeWriting(bytes, directory) {
      onBegin?.();
      if (flags.spaceCheck) await checkFreeSpace(directory, bytes + comingBytes());
    },
  };
  const finish = ({ files, skippedEntries, renamed }: Extraction): Unpacked => {
    if (!selectsAll(selection) && files.length === 0 && skippedEntries.length === 0) {
      throw new ExpectedError('NOT_FOUND', `no file in package ${item.id} is selected`, {
        id: item.id,
        hint: filter.explain() ?? 'see what is inside with the command below',
        next: [commandLine(contentsCommand(item.id, encoding), world.platform)],
      });
    }
    if (renamed.length > 0) io.info(renamedText(renamed));
    return { files, skippedEntries };
  };
  return { options, finish };
}

/** How long a path below a folder may be for the system to find it by its whole name, links resolved. */
function roomBelow(folder: string, platform: NodeJS.Platform): number | undefined {
  const limitBytes = PATH_BYTES[platform];
  return limitBytes === undefined ? undefined : limitBytes - Buffer.byteLength(`${realPath(folder)}/\0`);
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

import { setImmediate } from 'node:timers/promises';
import { safePath } from '../../target-folder/safe-path.ts';
import { type ArchiveEntry, inFileOrder } from '../read/entry.ts';
import { unsupportedReason } from '../read/entry-content.ts';
import { FLAG } from '../read/layout.ts';
import { refused, showName, showSome } from '../read/refusal.ts';
import { createNameRegister } from './name-register.ts';

/** A file, or a folder with its own entry. */
export interface PlannedFile {
  readonly entry: ArchiveEntry;
  /** The path below the target folder, split into parts; the last one is the file name. */
  readonly components: readonly string[];
}

export interface ExtractionPlan {
  /** In the order of the archive. */
  readonly files: readonly PlannedFile[];
  readonly folders: readonly PlannedFile[];
  readonly unpackedBytes: number;
  /** Unsafe entries that are skipped, with the reasons; empty unless `skipsUnsafe`. */
  readonly skippedEntries: readonly SkippedEntry[];
  /** Names that were changed because they contained invisible characters or are invalid on Windows. */
  readonly renamed: readonly RenamedEntry[];
}

export interface SkippedEntry {
  /** As in the archive, for `showName`. */
  readonly path: string;
  readonly reason: string;
}

export interface RenamedEntry {
  readonly from: string;
  readonly to: string;
}

export interface ExtractionLimits {
  /** Refuses an archive that unpacks to more. */
  readonly maxSizeBytes?: number | undefined;
  /** Refuses entries and archives above 1 MiB that unpack to more than this multiple of their packed size; 200 by default. */
  readonly maxRatio?: number | undefined;
  /** Selects entries by their path in the archive; all by default. */
  readonly isWanted?: ((path: string) => boolean) | undefined;
  /** Skips unsafe entries instead of refusing the archive. */
  readonly skipsUnsafe?: boolean | undefined;
  /** Refuses longer paths below the target folder. */
  readonly maxPathBytes?: number | undefined;
}

/** Starts the hint; the way to unpack anyway follows. */
export const KEEP_HINT = 'the archive itself is complete: without -x it is kept unchanged';
const SIZE_HINT = `${KEEP_HINT}; if this size is expected, allow it with --max-size`;
/** An entry for the target folder itself. */
const ROOT = './';
const ENTRIES_PER_TURN = 10_000;
const DEFAULT_MAX_RATIO = 200;
const RATIO_FREE_BYTES = 2 ** 20;

/**
 * Checks all selected entries before the first byte is written: unpacks all of them or none.
 * @throws ExpectedError UNSAFE listing the offending entries with the reason for each; the signal's reason
 */
export async function planExtraction(
  entries: readonly ArchiveEntry[],
  {
    maxSizeBytes = Number.POSITIVE_INFINITY,
    maxRatio = DEFAULT_MAX_RATIO,
    isWanted = () => true,
    skipsUnsafe = false,
    maxPathBytes,
  }: ExtractionLimits = {},
  signal?: AbortSignal,
): Promise<ExtractionPlan> {
  const offences = new Map<ArchiveEntry, string>();
  const planned: PlannedFile[] = [];
  const names = createNameRegister();
  for (const [index, entry] of entries.entries()) {
    if (index % ENTRIES_PER_TURN === ENTRIES_PER_TURN - 1) await setImmediate();
    signal?.throwIfAborted();
    if (!isWanted(entry.path) || isTargetItself(entry)) continue;
    const { components, offence } = safePath(entry.path, maxPathBytes);
    const reason = encodingOffence(entry) ?? offence ?? contentOffence(entry, maxRatio);
    if (reason !== null || components === null) {
      offences.set(entry, reason ?? '');
      continue;
    }
    const conflict = names.add(entry, components);
    if (conflict === 'known') continue;
    planned.push({ entry, components });
    if (conflict === null) continue;
    offences.set(entry, conflict.reason);
    // Either of the two could be the intended one.
    if (skipsUnsafe && conflict.twin !== null && !offences.has(conflict.twin))
      offences.set(conflict.twin, 'has the same name as another entry');
  }
  const skippedEntries = [...offences].map(([{ path }, reason]) => ({ path, reason }));
  if (skippedEntries.length > 0 && !skipsUnsafe) {
    const isAll = planned.every(({ entry }) => entry.kind === 'directory' || offences.has(entry));
    throw refused(
      `${describeSkippedEntries(skippedEntries, { isAll })}; nothing was unpacked`,
      hintFor(skippedEntries, { isAll, maxRatio }),
    );
  }
  const taken = planned.filter(({ entry }) => !offences.has(entry));
  const files = taken.filter(({ entry }) => entry.kind !== 'directory');
  const unpackedBytes = files.reduce((sum, { entry }) => sum + entry.sizeBytes, 0);
  if (unpackedBytes > maxSizeBytes) {
    throw refused(`it unpacks to ${unpackedBytes} bytes, more than the ${maxSizeBytes} allowed`, SIZE_HINT);
  }
  const packedBytes = files.reduce((sum, { entry }) => sum + entry.compressedBytes, 0);
  if (isBomb({ sizeBytes: unpackedBytes, compressedBytes: packedBytes }, maxRatio)) {
    throw refused(`it unpacks to more than ${maxRatio} times its packed size`, SIZE_HINT);
  }
  return {
    files: files.toSorted((one, other) => inFileOrder(one.entry, other.entry)),
    folders: taken.filter(({ entry }) => entry.kind === 'directory'),
    unpackedBytes,
    skippedEntries,
    renamed: taken.flatMap(renamedEntry),
  };
}

/**
 * Names and reasons for a message: `"../x" leads out of the folder (..), … and 12 more`, or `all 9 entries are encrypted`.
 * @param options.isAll whether there is no other file
 */
export function describeSkippedEntries(
  skippedEntries: readonly SkippedEntry[],
  { isAll }: { isAll: boolean },
): string {
  const common = isAll ? showCommonReason(skippedEntries) : null;
  return common ?? showSome(skippedEntries.map(({ path, reason }) => `${showName(path)} ${reason}`));
}

/** Null for a single entry or differing reasons. Dangerous entries are always listed one by one. */
function showCommonReason(skippedEntries: readonly SkippedEntry[]): string | null {
  const reason = skippedEntries[0]?.reason ?? '';
  const isCommon = reason.endsWith(NOT_SUPPORTED) && skippedEntries.every((other) => other.reason === reason);
  if (skippedEntries.length < 2 || !isCommon) return null;
  return `all ${skippedEntries.length} entries ${reason.replace(/^is /, 'are ')}`;
}

/** How to unpack the archive anyway: raise the limit if that is the only problem, or skip a part of it. */
function hintFor(
  skippedEntries: readonly SkippedEntry[],
  { isAll, maxRatio }: { isAll: boolean; maxRatio: number },
): string {
  const bombs = skippedEntries.filter(({ reason }) => reason === ratioOffence(maxRatio));
  if (bombs.length === skippedEntries.length) return SIZE_HINT;
  const skip = isAll ? '' : '; --skip-unsafe unpacks the rest of it';
  return `${KEEP_HINT}${skip}${bombs.length === 0 ? '' : '; --max-size allows a larger size'}`;
}

function ratioOffence(maxRatio: number): string {
  return `unpacks to more than ${maxRatio} times its packed size`;
}

/** `bsdtar .` and `find . | zip` list the folder they ran in. */
function isTargetItself({ path, kind, sizeBytes }: ArchiveEntry): boolean {
  return path === ROOT && kind === 'directory' && sizeBytes === 0;
}

function encodingOffence({ nameReading, flags }: ArchiveEntry): string | null {
  if (nameReading !== 'invalid') return null;
  return (flags & FLAG.utf8) === 0 ? 'is not valid in the encoding of --encoding' : 'is not valid UTF-8';
}

const NOT_SUPPORTED = ', which is not supported';

function renamedEntry({ entry, components }: PlannedFile): readonly RenamedEntry[] {
  const to = components.join('/') + (entry.kind === 'directory' ? '/' : '');
  return to === entry.path ? [] : [{ from: entry.path, to }];
}

function contentOffence(entry: ArchiveEntry, maxRatio: number): string | null {
  if (entry.kind === 'link') return 'is a link';
  if (entry.kind === 'special') return 'is neither a file nor a folder';
  if (entry.kind === 'directory' && entry.sizeBytes > 0) return 'is a folder with content';
  const unsupported = unsupportedReason(entry);
  if (unsupported !== null) return `is ${unsupported}${NOT_SUPPORTED}`;
  return isBomb(entry, maxRatio) ? ratioOffence(maxRatio) : null;
}

function isBomb(
  { sizeBytes, compressedBytes }: Pick<ArchiveEntry, 'sizeBytes' | 'compressedBytes'>,
  maxRatio: number,
): boolean {
  return sizeBytes > RATIO_FREE_BYTES && sizeBytes > maxRatio * compressedBytes;
}

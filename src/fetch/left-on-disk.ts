import type { Package } from '../api/package.ts';
import { continuedBytes } from '../download/part/continued-bytes.ts';
import type { ObjectIdentity } from '../download/part/journal.ts';
import { type ErrorCode, ExpectedError } from '../errors.ts';
import type { FetchFlags } from '../flags/fetch-flags.ts';
import { formatSize } from '../parse/size.ts';
import { counted } from '../terminal/text/format.ts';
import { commandLine } from '../terminal/text/shell-quote.ts';
import { fetchCommand } from './fetch-command.ts';
import type { Target } from './targets.ts';

/** What a fetch leaves if it fails, noted while it runs. */
export interface LeftOnDisk {
  /** Absolute paths of complete files. */
  readonly written: string[];
  /** How far an archive is unpacked directly from the server; null when it is downloaded. */
  direct: 'opened' | 'begun' | null;
}

/** The same command continues after these errors: with the part, or with the entries that are missing. */
const CONTINUES: Readonly<Record<'part' | 'entries', ReadonlySet<ErrorCode>>> = {
  part: new Set(['UNAVAILABLE', 'INTERRUPTED', 'DISK', 'NOT_FOUND', 'AUTH']),
  entries: new Set(['UNAVAILABLE', 'INTERRUPTED', 'DISK', 'INTEGRITY']),
};
const KEPT = 'complete files are kept';
const CONTINUE = `${KEPT}; rerun the command to continue`;

export interface FailedFetch {
  readonly item: Package;
  readonly target: Target;
  readonly identity: () => ObjectIdentity;
  /** Paths of earlier files of the package. */
  readonly before: readonly string[];
  readonly flags: FetchFlags;
  readonly platform: NodeJS.Platform;
}

/**
 * The error with what is on the disk after it, and with the command that continues. The journal decides what
 * counts of a part.
 */
export async function withLeftOnDisk(
  error: unknown,
  left: LeftOnDisk,
  { item, target, identity, before, flags, platform }: FailedFetch,
): Promise<unknown> {
  if (!(error instanceof ExpectedError)) return error;
  const { code } = error;
  const next = [commandLine(fetchCommand(item.id, flags), platform)];
  const isDirect = left.direct !== null && CONTINUES.entries.has(code);
  const hinted = isDirect ? error.with({ hint: directHint(error, left), next }) : error;
  const explained = withCompleteFiles(hinted, left, { before, folder: target.folder });
  const savedBytes = CONTINUES.part.has(code) ? await savedBytesOf(target, identity) : 0;
  if (savedBytes === 0) return explained.with({ id: item.id });
  if (code === 'INTERRUPTED') return explained.with({ id: item.id, savedBytes, next });
  return new ExpectedError(
    code,
    `${explained.message}; ${formatSize(savedBytes)} saved in ${target.file}.part`,
    {
      ...explained.details,
      id: item.id,
      cause: explained,
      hint: explained.details.hint ?? 'rerun the command to resume',
      next,
      rerunContinues: true,
      savedBytes,
    },
  );
}

/** With a damaged directory, no entry was unpacked. After a disk error, only the disk decides what continues. */
function directHint({ code, details: { hint } }: ExpectedError, { direct }: LeftOnDisk): string | undefined {
  if (direct !== 'begun' && code !== 'UNAVAILABLE' && code !== 'INTERRUPTED') return hint;
  // The hint of a damaged entry is meant for a downloaded archive.
  if (code === 'INTEGRITY') return `${CONTINUE}; if the error persists, create the package again`;
  return hint ?? (code === 'DISK' ? KEPT : CONTINUE);
}

/** Adds the complete files of an incomplete package: the paths for scripts, the count for people. */
function withCompleteFiles(
  error: ExpectedError,
  { written }: LeftOnDisk,
  { before, folder }: { before: readonly string[]; folder: string },
): ExpectedError {
  if (before.length + written.length === 0) return error;
  const details = { ...error.details, written: [...before, ...written] };
  // An interruption is summarized once for all packages.
  if (written.length === 0 || error.code === 'INTERRUPTED') return error.with(details);
  const files = `${counted(written.length, 'complete file')} kept in ${folder}`;
  return new ExpectedError(error.code, `${error.message}; ${files}`, { ...details, cause: error });
}

/** What the next run continues. The part itself may have holes. */
async function savedBytesOf({ file }: Target, identity: () => ObjectIdentity): Promise<number> {
  try {
    const bytes = await continuedBytes(file, identity());
    return bytes === 'other' ? 0 : bytes;
  } catch (error) {
    if (error instanceof ExpectedError) return 0;
    throw error;
  }
}

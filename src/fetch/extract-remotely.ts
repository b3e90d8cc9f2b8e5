import { stat } from 'node:fs/promises';
import path from 'node:path';
import { isArchiveDeclared } from '../api/declared-archive.ts';
import type { Package } from '../api/package.ts';
import type { Context } from '../context.ts';
import { onDisk, unlessMissing } from '../disk/disk-error.ts';
import type { FileRequest } from '../download/download-file.ts';
import { notAnArchive } from '../download/response/expected-content.ts';
import { NoRangesError } from '../download/transfer/pinned-object.ts';
import { couldBeArchive } from '../download/verify/verify-content.ts';
import { formatSize } from '../parse/size.ts';
import { selectsAll } from '../patterns/path-filter.ts';
import { formatElapsed } from '../terminal/text/format.ts';
import { describeUnpacked } from './describe-done.ts';
import type { FetchedFile } from './fetch-result.ts';
import type { FetchRun } from './fetch-run.ts';
import type { LeftOnDisk } from './left-on-disk.ts';
import { openRemoteArchive } from './remote-archive.ts';
import type { Target } from './targets.ts';
import { unpackArchive } from './unpack-archive.ts';

export interface RemoteExtraction {
  readonly item: Package;
  readonly request: FileRequest;
  readonly target: Target;
  readonly left: LeftOnDisk;
}

/**
 * Unpacks a package directly from the server: only the directory and the selected entries are downloaded.
 * @returns null if the archive must be downloaded: it is wanted itself, it or a part of it already exists, or
 *   the server does not support HTTP Range; complete files are kept
 * @throws ExpectedError BAD_RESPONSE if the file is not an archive, and those of
 *   openRemoteArchive() and unpackArchive()
 */
export async function extractRemotely(
  { item, request, target, left }: RemoteExtraction,
  {
    flags,
    budget,
    limitRate,
    reportedNames,
    recording,
  }: Pick<FetchRun, 'flags' | 'budget' | 'limitRate' | 'reportedNames' | 'recording'>,
  context: Context,
): Promise<FetchedFile | null> {
  const { io, clock } = context;
  const label = path.basename(target.file);
  const selects = !selectsAll(flags.selection);
  const wantsArchive = flags.keepArchive || flags.checksum !== null || flags.sha256;
  if (wantsArchive || (await isThere(target.file))) return null;
  if (!selects && flags.resume && (await isThere(`${target.file}.part`))) return null;

  const startMs = clock.monotonicMs();
  const { expected } = request;
  const reading = { id: item.id, label, expected, retries: flags.retries, connections: budget, limitRate };
  const warnOfDownload = (reason: string): void => {
    const size = request.sizeBytes === null ? '' : ` (${formatSize(request.sizeBytes)})`;
    io.warn(`${reason}; downloading all of ${label}${size} before unpacking`);
  };
  const opening = await openRemoteArchive(request, reading, context);
  if (opening.kind === 'no-ranges') {
    warnOfDownload(opening.reason);
    return null;
  }
  const { source } = opening;
  left.direct = 'opened';
  try {
    if (!isArchiveDeclared(request.expected) && !(await couldBeArchive(source))) throw notAnArchive();
    const unpacking = {
      item,
      label,
      folder: target.folder,
      flags,
      reportedNames,
      recording,
      onBegin: () => {
        left.direct = 'begun';
      },
      onFile: (path: string) => void left.written.push(path),
    };
    const unpacked = await unpackArchive(source, unpacking, context);
    const { files, skippedEntries } = unpacked;
    const transferredBytes = source.transferredBytes();
    const time = formatElapsed(clock.monotonicMs() - startMs);
    const share = `${formatSize(transferredBytes)} of ${formatSize(source.sizeBytes)} transferred`;
    io.progress({
      event: 'done',
      id: item.id,
      label,
      bytes: files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
      message: `${label}: ${describeUnpacked(files, { time, facts: [share, 'verified'] })}`,
    });
    return {
      path: target.folder,
      sizeBytes: source.sizeBytes,
      transferredBytes,
      resumedFrom: 0,
      verified: {
        size: request.sizeBytes !== null,
        // Entries that were not unpacked were not read.
        archive: !selects && skippedEntries.length === 0 && files.every(({ outcome }) => outcome !== 'left'),
        crc: true,
        checksum: false,
      },
      sha256: null,
      isAlreadyThere: false,
      unpacked,
      isArchiveKept: false,
    };
  } catch (error) {
    if (!(error instanceof NoRangesError)) throw error;
    left.direct = null;
    warnOfDownload(error.message);
    return null;
  }
}

async function isThere(file: string): Promise<boolean> {
  return (await onDisk(unlessMissing(stat(file)), file, 'stat')) !== null;
}

import path from 'node:path';
import { isArchiveDeclared } from '../api/declared-archive.ts';
import type { Package, PackageFile } from '../api/package.ts';
import type { Context } from '../context.ts';
import type { FileRequest } from '../download/download-file.ts';
import { proveExisting } from '../download/existing-file.ts';
import { continuedBytes } from '../download/part/continued-bytes.ts';
import { findFreeBytes } from '../download/part/free-space.ts';
import { findExisting } from '../download/part/publish.ts';
import { notAnArchive } from '../download/response/expected-content.ts';
import { couldBeArchive } from '../download/verify/verify-content.ts';
import type { FetchFlags } from '../flags/fetch-flags.ts';
import { selectsAll } from '../patterns/path-filter.ts';
import { createExplainedFilter } from '../patterns/pattern-hints.ts';
import { lstatOrNull } from '../target-folder/folder.ts';
import { isMatchingFile } from '../target-folder/matching-file.ts';
import { type PlannedFile as PlannedEntry, planExtraction } from '../zip/extract/extraction-plan.ts';
import { readDirectory } from '../zip/read/directory.ts';
import { nameDecoder } from '../zip/read/name-encoding.ts';
import { fileRequest, fileWithoutUrl } from './fetch-package.ts';
import type { FetchRun } from './fetch-run.ts';
import { openRemoteArchive } from './remote-archive.ts';
import { reportNames } from './report-names.ts';
import { chooseTargets, findTargetFolder, type Target } from './targets.ts';
import { extractionLimits, nothingSelected } from './unpack-archive.ts';

/** What `fetch` would do with one file. */
export interface PlannedFile {
  /** Absolute; null for standard output. */
  readonly path: string | null;
  readonly action: 'download' | 'continue' | 'skip' | 'conflict';
  /** Null if unknown. */
  readonly sizeBytes: number | null;
  /** How many of these bytes already exist locally. */
  readonly haveBytes: number;
}

/** What `fetch` would do with a package. */
export interface PackagePlan {
  readonly files: readonly PlannedFile[];
  /** Bytes to transfer, without protocol overhead of the server; null if unknown. */
  readonly transferBytes: number | null;
}

/**
 * Plans what fetching a ready package would do. Writes nothing; for an archive that would be unpacked, reads the
 * directory remotely.
 * @throws ExpectedError as fetchPackage() would before it writes
 */
export async function planPackage(item: Package, run: FetchRun, context: Context): Promise<PackagePlan> {
  const { flags } = run;
  if (item.filesWithoutUrl > 0) throw fileWithoutUrl(item);
  if (flags.toStdout) return planStdout(item);
  const targets = await chooseTargets(item, flags, { ...run, cwd: context.cwd });
  run.reserveTargets(item.id, targets);
  const plans: PackagePlan[] = [];
  for (const [index, file] of item.files.entries()) {
    const target = targets[index];
    if (target === undefined) throw new RangeError('a file without a target');
    plans.push(await planFile({ item, file, index, target }, run, context));
  }
  return {
    files: plans.flatMap(({ files }) => files),
    transferBytes: sum(plans.map((plan) => plan.transferBytes)),
  };
}

/** Returns the free space where the files go; null if unknown. @throws ExpectedError DISK */
export async function findRoom(flags: FetchFlags, cwd: () => string): Promise<number | null> {
  return flags.toStdout ? null : await findFreeBytes(await findTargetFolder(flags, cwd));
}

/** Null if any number is null. */
export function sum(numbers: readonly (number | null)[]): number | null {
  return numbers.reduce((total, one) => (total === null || one === null ? null : total + one), 0);
}

/** Returns how many bytes of a file are still to be written. */
export function missingBytes({ action, sizeBytes, haveBytes }: PlannedFile): number | null {
  if (action !== 'download' && action !== 'continue') return 0;
  return sizeBytes === null ? null : sizeBytes - haveBytes;
}

function planStdout({ sizeBytes }: Package): PackagePlan {
  return { files: [{ path: null, action: 'download', sizeBytes, haveBytes: 0 }], transferBytes: sizeBytes };
}

interface FileOfPackage {
  readonly item: Package;
  readonly file: PackageFile;
  readonly index: number;
  readonly target: Target;
}

async function planFile(one: FileOfPackage, run: FetchRun, context: Context): Promise<PackagePlan> {
  const { flags } = run;
  const request = fileRequest(one, run, context);
  if (!flags.extract) return onlyFile(await planDownload(request, context));
  const isInside = !(flags.keepArchive || flags.checksum !== null || flags.sha256);
  const archive = await planDownload(
    { ...request, ifExists: isInside ? 'refuse' : request.ifExists },
    context,
  );
  const entries = await planEntries(one, request, { run, context });
  // Same as fetch: uses an existing archive or a part of it; otherwise downloads only the selected entries.
  const isPartUsed = archive.action === 'continue' && selectsAll(flags.selection);
  const isInTheWay = archive.action === 'conflict';
  const isDownloaded = entries === null || !isInside || isPartUsed || isInTheWay;
  const files = [
    ...(isInside ? [] : [archive]),
    ...(isInside && entries === null ? [{ ...archive, path: one.target.folder }] : []),
    ...(entries ?? []).map(({ planned }) => planned),
  ];
  const wantedBytes = (entries ?? [])
    .filter(({ planned }) => planned.action === 'download')
    .reduce((total, { packedBytes }) => total + packedBytes, 0);
  if (archive.action === 'skip') return { files, transferBytes: 0 };
  const archiveBytes = isInTheWay && isInside ? archive.sizeBytes : missingBytes(archive);
  return { files, transferBytes: isDownloaded ? archiveBytes : wantedBytes };
}

function onlyFile(planned: PlannedFile): PackagePlan {
  return { files: [planned], transferBytes: missingBytes(planned) };
}

async function planDownload(
  request: FileRequest,
  { io, signal }: Pick<Context, 'io' | 'signal'>,
): Promise<PlannedFile> {
  const { target, sizeBytes, ifExists } = request;
  const planned = (action: PlannedFile['action'], haveBytes = 0): PlannedFile => ({
    path: target,
    action,
    sizeBytes,
    haveBytes,
  });
  const existing = await findExisting(target);
  if (existing === 'folder' || existing === 'special') return planned('conflict');
  if (existing !== 'nothing' && ifExists !== 'overwrite') {
    if (existing === 'link') return planned('conflict');
    if (ifExists === 'skip') return planned('skip');
    const progress = (bytes: number, totalBytes: number) =>
      io.progress({
        event: 'verify',
        id: request.identity.packageId,
        label: path.basename(target),
        bytes,
        totalBytes,
      });
    const onEvent: Parameters<typeof proveExisting>[2]['onEvent'] = (event) => {
      if (event.kind === 'verify') progress(event.bytes, event.totalBytes);
    };
    const same = await proveExisting(target, request, { signal, onEvent }, async () => undefined);
    return same === null ? planned('conflict') : planned('skip', same.sizeBytes);
  }
  if (!request.mayResume) return planned('download');
  const haveBytes = await continuedBytes(target, request.identity);
  if (haveBytes === 'other') return planned('conflict');
  return haveBytes === 0 ? planned('download') : planned('continue', haveBytes);
}

interface EntryPlan {
  readonly planned: PlannedFile;
  readonly packedBytes: number;
}

/** Null if the server does not support HTTP Range, so that the archive cannot be read remotely. */
async function planEntries(
  { item, target }: FileOfPackage,
  request: FileRequest,
  { run, context }: { run: FetchRun; context: Context },
): Promise<readonly EntryPlan[] | null> {
  const { flags, budget, limitRate } = run;
  const { io, signal, world } = context;
  const label = path.basename(target.file);
  const { expected } = request;
  const opening = await openRemoteArchive(
    request,
    { id: item.id, label, expected, retries: flags.retries, connections: budget, limitRate },
    context,
  );
  if (opening.kind === 'no-ranges') {
    io.warn(`${opening.reason}: the contents of ${label} are unknown until it is downloaded`);
    return null;
  }
  const { source } = opening;
  if (!isArchiveDeclared(expected) && !(await couldBeArchive(source))) throw notAnArchive();
  const decode = flags.encoding === null ? null : nameDecoder(flags.encoding);
  const { entries } = await readDirectory(source, { signal, decode });
  reportNames(entries, { label, io });
  const filter = createExplainedFilter(flags.selection);
  const { platform } = world;
  const limits = extractionLimits(flags, { folder: target.folder, isWanted: filter.isWanted, platform });
  const { files, skippedEntries } = await planExtraction(entries, limits, signal);
  if (!selectsAll(flags.selection) && files.length + skippedEntries.length === 0)
    throw nothingSelected(item, filter.explain(), { encoding: flags.encoding, platform });
  const plans: EntryPlan[] = [];
  for (const file of files) {
    const action = await planEntry(file, target.folder, { flags, signal });
    const { sizeBytes, compressedBytes } = file.entry;
    const haveBytes = action === 'skip' ? sizeBytes : 0;
    const planned = { path: path.join(target.folder, ...file.components), action, sizeBytes, haveBytes };
    plans.push({ planned, packedBytes: compressedBytes });
  }
  return plans;
}

async function planEntry(
  { components, entry }: PlannedEntry,
  folder: string,
  { flags: { ifExists }, signal }: { flags: FetchFlags; signal: AbortSignal },
): Promise<PlannedFile['action']> {
  let place = folder;
  for (const [index, name] of components.entries()) {
    place = path.join(place, name);
    const stat = lstatOrNull(place);
    if (stat === null) return 'download';
    // Links below the folder are not followed.
    if (index < components.length - 1) {
      if (!stat.isDirectory()) return 'conflict';
      continue;
    }
    if (ifExists === 'skip' && stat.isFile()) return 'skip';
    const isSame = await isMatchingFile({ path: place, shownPath: place }, entry, { signal, stat });
    if (isSame) return 'skip';
    const isReplaceable = stat.isFile() || stat.isSymbolicLink();
    return ifExists === 'overwrite' && isReplaceable ? 'download' : 'conflict';
  }
  throw new RangeError('an entry without a name');
}

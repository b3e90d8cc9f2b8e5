import path from 'node:path';
import type { Package, PackageFile } from '../api/package.ts';
import type { Context } from '../context.ts';
import { isSystemError } from '../disk/disk-error.ts';
import { downloadFile, type FileContext, type FileRequest } from '../download/download-file.ts';
import { createByteRanges } from '../download/part/byte-ranges.ts';
import { readJournal } from '../download/part/journal.ts';
import type { ExpectedContent } from '../download/response/expected-content.ts';
import { ExpectedError, isExpectedError } from '../errors.ts';
import type { FetchFlags } from '../flags/fetch-flags.ts';
import { parseServerUrl } from '../http/origin.ts';
import { formatSize } from '../parse/size.ts';
import { commandLine } from '../terminal/text/shell-quote.ts';
import { KEEP_HINT } from '../zip/extract/extraction-plan.ts';
import { describeDone } from './describe-done.ts';
import { describeUnpacked } from './describe-unpacked.ts';
import { extractRemotely } from './extract-remotely.ts';
import { fetchCommand } from './fetch-command.ts';
import { type FetchedFile, pathsOf } from './fetch-result.ts';
import type { FetchRun } from './fetch-run.ts';
import { reportFileEvents } from './file-events.ts';
import { explainOtherContent } from './remote-archive.ts';
import { chooseTargets, type Target } from './targets.ts';
import { type Unpacked, type Unpacking, unpackWhileVerifying } from './unpack-archive.ts';

/** Continuing makes sense after these: what came so far is kept. */
const KEEPS_PART = new Set(['UNAVAILABLE', 'INTERRUPTED', 'DISK', 'NOT_FOUND', 'AUTH']);

/**
 * Downloads, verifies and, if asked, unpacks all files of a ready package.
 * @throws ExpectedError; the message says what is on disk
 */
export async function fetchPackage(
  item: Package,
  run: FetchRun,
  context: Context,
): Promise<readonly FetchedFile[]> {
  const { flags, isOnlyPackage } = run;
  if (flags.checksum !== null && item.files.length > 1) {
    throw new ExpectedError(
      'USAGE',
      `package ${item.id} has ${item.files.length} files, --checksum is for one`,
    );
  }
  const { platform } = context.world;
  if (item.filesWithoutUrl > 0) throw fileWithoutUrl(item);
  const targets = await chooseTargets(item, flags, { cwd: context.cwd, isOnlyPackage, platform });
  run.reserveTargets(item.id, targets);
  const fetched: FetchedFile[] = [];
  for (const [index, file] of item.files.entries()) {
    const target = targets[index];
    if (target === undefined) throw new RangeError('a file without a target');
    const written: string[] = [];
    const onFile = (path: string) => void written.push(path);
    try {
      fetched.push(await fetchFile({ item, file, index, target, onFile }, run, context));
    } catch (error) {
      const told = withWrittenFiles(error, { before: pathsOf(fetched), written, folder: target.folder });
      throw await withWhatIsOnDisk(told, { item, target, flags, platform });
    }
  }
  return fetched;
}

interface FileOfPackage {
  readonly item: Package;
  readonly file: PackageFile;
  readonly index: number;
  readonly target: Target;
  readonly onFile: Unpacking['onFile'];
}

async function fetchFile(
  { item, file, index, target, onFile }: FileOfPackage,
  run: FetchRun,
  context: Context,
): Promise<FetchedFile> {
  const { flags, budget, limitRate } = run;
  const { api, io, clock, world } = context;
  const label = path.basename(target.file);
  const startMs = clock.monotonicMs();
  const tell = reportFileEvents(io, { id: item.id, label, clock });
  let lastByteMs = startMs;
  const fileContext: FileContext = {
    ...context,
    retries: flags.retries,
    owner: world,
    platform: world.platform,
    budget,
    connections: flags.connections,
    limitRate,
    onEvent(event) {
      if (event.kind === 'progress') lastByteMs = clock.monotonicMs();
      tell(event);
    },
  };
  const isConsumed = flags.extract && !flags.keepArchive;
  const unpacking = unpackWhileVerifying(
    { item, label, folder: target.folder, flags, namesTold: run.namesTold, onFile },
    context,
  );
  const request: FileRequest = {
    url: fileUrl(file, api.url),
    renewUrl: () => renewUrl(item.id, index, context),
    sizeBytes: flags.ignoreSize ? null : file.sizeBytes,
    maxSizeBytes: flags.maxSizeBytes,
    identity: { origin: api.url.origin, packageId: item.id, fileId: fileId(file, index, api.url) },
    expected: expectedContent(item, file, { mustBeArchive: flags.extract }),
    target: target.file,
    mayResume: flags.resume,
    ifExists: isConsumed ? 'ignore' : flags.ifExists,
    checksum: flags.checksum,
    wantsSha256: flags.sha256,
    checksSpace: flags.spaceCheck,
    unpacking: flags.extract ? unpacking : undefined,
  };
  const remote = flags.extract
    ? await extractRemotely({ item, request, target, onFile }, run, context)
    : null;
  if (remote !== null) {
    warnOfSize(file, remote.sizeBytes, { label, io });
    return remote;
  }
  // Set in a callback, which the compiler does not follow.
  let unpacked = null as Unpacked | null;
  let refusal = null as ExpectedError | null;
  const result = await downloadFile(request, fileContext, async () => {
    if (!flags.extract) return 'publish';
    try {
      unpacked = await unpacking.publish();
    } catch (error) {
      // The archive is wanted as well, and it is whole: it gets its name all the same.
      if (!flags.keepArchive || !isExpectedError(error, 'UNSAFE')) throw error;
      refusal = error;
    }
    return isConsumed ? 'consumed' : 'publish';
  }).catch(async (error: unknown) => {
    await unpacking.discard();
    const reading = {
      id: item.id,
      label,
      expected: request.expected,
      retries: 0,
      connections: budget,
      limitRate,
    };
    throw await explainOtherContent(error, request, reading, context);
  });
  warnOfSize(file, result.sizeBytes, { label, io });
  if (refusal !== null) throw withArchive(refusal, result.path);
  if (flags.extract && unpacked === null) {
    io.warn(`${label} is here already and left unseen (--skip-existing): nothing was unpacked`);
  }
  const durationMs = clock.monotonicMs() - startMs;
  const done = describeDone(label, result, { durationMs, transferMs: lastByteMs - startMs });
  io.progress({
    event: 'done',
    id: item.id,
    label,
    bytes: result.sizeBytes,
    message: unpacked === null ? done : `${done}; ${describeUnpacked(unpacked.files)}`,
  });
  if (flags.sha256 && result.sha256 !== null) io.info(`sha256 ${result.sha256}  ${label}`);
  return { ...result, unpacked, isArchiveKept: unpacked === null || flags.keepArchive };
}

/** With --ignore-size, which accepts it but does not hide it. */
function warnOfSize(
  { sizeBytes }: PackageFile,
  actualBytes: number,
  { label, io }: { label: string; io: Context['io'] },
): void {
  if (sizeBytes === null || sizeBytes === actualBytes) return;
  io.warn(`${label} has ${actualBytes} bytes; the package lists ${sizeBytes} (--ignore-size)`);
}

/** To fetch the others and be silent about it would be an incomplete package that looks complete. */
function fileWithoutUrl({ id, filesWithoutUrl, files }: Package): ExpectedError {
  return new ExpectedError(
    'BAD_RESPONSE',
    `package ${id} lists ${filesWithoutUrl} of ${filesWithoutUrl + files.length} files without a URL`,
    { id, hint: 'create the package again' },
  );
}

/** Of `--keep-archive` one half is done. */
function withArchive(refusal: ExpectedError, path: string): ExpectedError {
  const { hint = '' } = refusal.details;
  const remedy = hint.startsWith(KEEP_HINT) ? hint.slice(KEEP_HINT.length).replace(/^; /, '') : hint;
  return new ExpectedError('UNSAFE', `${refusal.message}; the archive itself is whole: ${path}`, {
    ...refusal.details,
    cause: refusal,
    hint: remedy === '' ? undefined : remedy,
  });
}

/** What the service says the file is; the body may still turn out to be something else. */
export function expectedContent(
  item: Package,
  file: PackageFile,
  { mustBeArchive }: { mustBeArchive: boolean },
): ExpectedContent {
  return { mimeType: file.mimeType, isCompressed: item.compressed, name: file.name, mustBeArchive };
}

/**
 * The URL of a file; a relative one is relative to the API as a folder.
 * @throws ExpectedError as parseServerUrl()
 */
export function fileUrl({ url }: PackageFile, apiUrl: URL): URL {
  return parseServerUrl(url, new URL(`${apiUrl.href.replace(/\/+$/, '')}/`));
}

/** The API's own id of a file is the last segment of its URL; a URL of elsewhere is signed anew each time. */
export function fileId(file: PackageFile, index: number, apiUrl: URL): string {
  const url = fileUrl(file, apiUrl);
  return url.origin === apiUrl.origin ? (url.pathname.split('/').at(-1) ?? String(index)) : String(index);
}

/** Asks the API for the package again, whose URLs are fresh then. */
export async function renewUrl(
  id: string,
  index: number,
  { api, signal }: Pick<Context, 'api' | 'signal'>,
): Promise<URL> {
  const file = (await api.getDownload(id, signal)).files[index];
  if (file === undefined) {
    throw new ExpectedError('NOT_FOUND', `package ${id} no longer offers the file`, {
      id,
      hint: 'create the package again',
    });
  }
  return fileUrl(file, api.url);
}

/** Says what is complete and stays although the package is not: the paths to scripts, the count to people. */
function withWrittenFiles(
  error: unknown,
  { before, written, folder }: { before: readonly string[]; written: readonly string[]; folder: string },
): unknown {
  if (!(error instanceof ExpectedError) || before.length + written.length === 0) return error;
  const details = { ...error.details, written: [...before, ...written] };
  // The end of an interruption is told once for all packages.
  if (written.length === 0 || error.code === 'INTERRUPTED') return error.with(details);
  const files =
    written.length === 1 ? '1 file is complete and stays' : `${written.length} files are complete and stay`;
  return new ExpectedError(error.code, `${error.message}; ${files} in ${folder}`, {
    ...details,
    cause: error,
  });
}

async function withWhatIsOnDisk(
  error: unknown,
  {
    item,
    target,
    flags,
    platform,
  }: { item: Package; target: Target; flags: FetchFlags; platform: NodeJS.Platform },
): Promise<unknown> {
  if (!(error instanceof ExpectedError)) return error;
  const keptBytes = KEEPS_PART.has(error.code) ? await keptBytesOf(`${target.file}.part.json`, item.id) : 0;
  if (keptBytes === 0) return error.with({ id: item.id });
  const next = commandLine(fetchCommand(item.id, flags), platform);
  return new ExpectedError(
    error.code,
    `${error.message}; ${formatSize(keptBytes)} are kept in ${target.file}.part`,
    {
      ...error.details,
      id: item.id,
      cause: error,
      hint: error.details.hint ?? 'the same command continues where it stopped',
      next: [next],
    },
  );
}

/** What the journal vouches for: the part itself may have holes. */
async function keptBytesOf(journalPath: string, packageId: string): Promise<number> {
  try {
    const found = await readJournal(journalPath);
    if (found === null || found === 'unreadable' || found.journal.identity.packageId !== packageId) return 0;
    if (found.journal.rejected !== null) return 0;
    return createByteRanges(found.journal.written).totalBytes();
  } catch (error) {
    if (isSystemError(error) || error instanceof ExpectedError) return 0;
    throw error;
  }
}

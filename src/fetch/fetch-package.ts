import path from 'node:path';
import type { Package, PackageFile } from '../api/package.ts';
import type { Context } from '../context.ts';
import { downloadFile, type FileContext, type FileRequest } from '../download/download-file.ts';
import type { ObjectIdentity } from '../download/part/journal.ts';
import { type ExpectedContent, isArchiveExpected } from '../download/response/expected-content.ts';
import { ExpectedError, isExpectedError } from '../errors.ts';
import type { FetchFlags } from '../flags/fetch-flags.ts';
import { parseServerUrl } from '../http/origin.ts';
import { KEEP_HINT } from '../zip/extract/extraction-plan.ts';
import { describeDone, describeUnpacked } from './describe-done.ts';
import { extractRemotely } from './extract-remotely.ts';
import { type FetchedFile, pathsOf } from './fetch-result.ts';
import type { FetchRun } from './fetch-run.ts';
import { reportFileEvents } from './file-events.ts';
import { createIdNames } from './generated-name.ts';
import { type LeftOnDisk, withLeftOnDisk } from './left-on-disk.ts';
import { explainOtherContent } from './remote-archive.ts';
import { chooseTargets, type Target } from './targets.ts';
import { type Unpacked, unpackWhileVerifying } from './unpack-archive.ts';

/**
 * Downloads, verifies, and optionally unpacks all files of a ready package.
 * @throws ExpectedError; the message describes what is on disk
 */
export async function fetchPackage(
  item: Package,
  run: FetchRun,
  context: Context,
): Promise<readonly FetchedFile[]> {
  const { flags } = run;
  if (flags.checksum !== null && item.files.length > 1) {
    throw new ExpectedError(
      'USAGE',
      `package ${item.id} has ${item.files.length} files, but --checksum applies to one`,
    );
  }
  const { platform } = context.world;
  if (item.filesWithoutUrl > 0) throw fileWithoutUrl(item);
  const targets = await chooseTargets(item, flags, { ...run, cwd: context.cwd });
  run.reserveTargets(item.id, targets);
  const fetched: FetchedFile[] = [];
  for (const [index, file] of item.files.entries()) {
    const target = targets[index];
    if (target === undefined) throw new RangeError('a file without a target');
    const left: LeftOnDisk = { written: [], direct: null };
    try {
      fetched.push(await fetchFile({ item, file, index, target, left }, run, context));
    } catch (error) {
      const identity = () => fileIdentity({ item, file, index }, context.api);
      const before = pathsOf(fetched);
      throw await withLeftOnDisk(error, left, {
        item,
        target,
        identity,
        before,
        flags: flagsAlone(item, target, run),
        platform,
      });
    }
  }
  return fetched;
}

interface FileOfPackage {
  readonly item: Package;
  readonly file: PackageFile;
  readonly index: number;
  readonly target: Target;
  readonly left: LeftOnDisk;
}

async function fetchFile(
  { item, file, index, target, left }: FileOfPackage,
  run: FetchRun,
  context: Context,
): Promise<FetchedFile> {
  const { flags, budget, limitRate } = run;
  const { io, clock, world } = context;
  const label = path.basename(target.file);
  const startMs = clock.monotonicMs();
  const report = reportFileEvents(io, { id: item.id, label, clock });
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
      report(event);
    },
  };
  const isConsumed = flags.extract && !flags.keepArchive;
  const onFile = (path: string) => void left.written.push(path);
  const unpacking = unpackWhileVerifying({ item, label, folder: target.folder, ...run, onFile }, context);
  const request: FileRequest = {
    ...fileRequest({ item, file, index, target }, run, context),
    unpacking: flags.extract ? unpacking : undefined,
  };
  const remote = flags.extract ? await extractRemotely({ item, request, target, left }, run, context) : null;
  if (remote !== null) {
    warnOfSize(file, remote.sizeBytes, { label, io });
    return remote;
  }
  // Set in a callback, which the compiler does not track.
  let unpacked = null as Unpacked | null;
  let refusal = null as ExpectedError | null;
  const result = await downloadFile(request, fileContext, async () => {
    if (!flags.extract) return 'publish';
    try {
      unpacked = await unpacking.publish();
    } catch (error) {
      // The archive is complete and also wanted, so it is published.
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
    io.warn(`${label} already exists and was not read (--skip-existing); nothing was unpacked`);
  }
  const durationMs = clock.monotonicMs() - startMs;
  // The pause for the last bytes follows them, but belongs to their transfer.
  const limitMs =
    (result.transferredBytes * 1000) / (flags.limitRateBytesPerSecond ?? Number.POSITIVE_INFINITY);
  const transferMs = Math.max(lastByteMs - startMs, limitMs);
  const done = describeDone(label, result, { durationMs, transferMs });
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

/**
 * Returns the download request for a file of a package.
 * @throws ExpectedError as parseServerUrl()
 */
export function fileRequest(
  { item, file, index, target }: Omit<FileOfPackage, 'left'>,
  { flags, recording }: Pick<FetchRun, 'flags' | 'recording'>,
  context: Pick<Context, 'api' | 'signal'>,
): FileRequest {
  const { api } = context;
  const isConsumed = flags.extract && !flags.keepArchive;
  const expected = expectedContent(item, file, { mustBeArchive: flags.extract });
  return {
    url: fileUrl(file, api.url),
    renewUrl: () => renewUrl(item.id, index, context),
    sizeBytes: flags.ignoreSize ? null : file.sizeBytes,
    maxSizeBytes: flags.maxSizeBytes,
    identity: fileIdentity({ item, file, index }, api),
    expected,
    target: target.file,
    mayResume: flags.resume,
    ifExists: isConsumed ? 'ignore' : flags.ifExists,
    checksum: flags.checksum,
    // An archive is verified by its checksums; any other file needs a digest for the record.
    wantsSha256: flags.sha256 || (recording !== null && !isArchiveExpected(expected)),
    checksSpace: flags.spaceCheck,
  };
}

/** @throws ExpectedError as parseServerUrl() */
function fileIdentity(
  { item, file, index }: Pick<FileOfPackage, 'item' | 'file' | 'index'>,
  { url }: Pick<Context['api'], 'url'>,
): ObjectIdentity {
  return { origin: url.origin, packageId: item.id, fileId: fileId(file, index, url) };
}

/** --ignore-size accepts another size, but does not hide it. */
function warnOfSize(
  { sizeBytes }: PackageFile,
  actualBytes: number,
  { label, io }: { label: string; io: Context['io'] },
): void {
  if (sizeBytes === null || sizeBytes === actualBytes) return;
  io.warn(`${label} has ${actualBytes} bytes, but the package lists ${sizeBytes} (--ignore-size)`);
}

/** Without this file, an incomplete package would look complete. */
export function fileWithoutUrl({ id, filesWithoutUrl, files }: Package): ExpectedError {
  return new ExpectedError(
    'BAD_RESPONSE',
    `package ${id} lists ${filesWithoutUrl} of ${filesWithoutUrl + files.length} files without a URL`,
    { id, hint: 'create the package again' },
  );
}

/** With `--keep-archive`: the archive is kept although it could not be unpacked. */
function withArchive(refusal: ExpectedError, path: string): ExpectedError {
  const { hint = '' } = refusal.details;
  const remedy = hint.startsWith(KEEP_HINT) ? hint.slice(KEEP_HINT.length).replace(/^; /, '') : hint;
  return new ExpectedError('UNSAFE', `${refusal.message}; the archive was kept: ${path}`, {
    ...refusal.details,
    cause: refusal,
    hint: remedy === '' ? undefined : remedy,
  });
}

/** The type of the file according to the service; its content may differ. */
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

/** The API's ID of a file is the last segment of its URL. URLs of other origins are signed again each time. */
export function fileId(file: PackageFile, index: number, apiUrl: URL): string {
  const url = fileUrl(file, apiUrl);
  return url.origin === apiUrl.origin ? (url.pathname.split('/').at(-1) ?? String(index)) : String(index);
}

/** Requests the package again to get new URLs. */
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

/** The flags that give a package the same target without the other packages of the command. */
function flagsAlone({ id, files }: Package, { file }: Target, { flags, idNameOf }: FetchRun): FetchFlags {
  const isSameAlone = idNameOf(id) === createIdNames([id])(id);
  return isSameAlone || files.length > 1 ? flags : { ...flags, output: file, folder: null };
}

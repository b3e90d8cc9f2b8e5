import path from 'node:path';
import { untilFree } from '../disk/busy-file.ts';
import type { LockingProcess } from '../disk/lock-record.ts';
import { makeFolders } from '../disk/make-folder.ts';
import { ExpectedError } from '../errors.ts';
import { fileSourceOf } from '../range/file-source.ts';
import { type ExistingFile, proveExisting, skipExisting } from './existing-file.ts';
import {
  type FillContext,
  type FillEvent,
  type FillRequest,
  fillPart,
  finalizeOnError,
} from './fill-part.ts';
import { checkFreeSpace } from './part/free-space.ts';
import type { ObjectIdentity } from './part/journal.ts';
import { openPartFile } from './part/open-part-file.ts';
import type { PartFile } from './part/part-file.ts';
import {
  findExisting,
  folderExistsError,
  publish,
  specialFileError,
  targetExistsError,
} from './part/publish.ts';
import { removeStalePart } from './part/remove-stale-part.ts';
import { isArchiveExpected } from './response/expected-content.ts';
import type { Proof } from './verify/verify-content.ts';

export interface FileRequest extends FillRequest {
  readonly identity: ObjectIdentity;
  /** Absolute path of the final file. */
  readonly target: string;
  readonly mayResume: boolean;
  /** `ignore`: the target is not written, but a verified existing file makes the transfer unnecessary. */
  readonly ifExists: 'refuse' | 'overwrite' | 'skip' | 'ignore';
  readonly checksSpace: boolean;
}

export interface FileContext extends Omit<FillContext, 'onEvent'> {
  readonly owner: LockingProcess;
  readonly platform: NodeJS.Platform;
  readonly onEvent: (event: FileEvent) => void;
}

export type FileEvent =
  | FillEvent
  | { readonly kind: 'discarded'; readonly reason: string }
  | { readonly kind: 'unsynced'; readonly bytes: number }
  | { readonly kind: 'resuming'; readonly haveBytes: number }
  | { readonly kind: 'leftover'; readonly reason: string };

export interface FileResult extends Proof {
  readonly path: string;
  readonly sizeBytes: number;
  readonly transferredBytes: number;
  readonly resumedFrom: number;
  readonly isAlreadyThere: boolean;
}

/**
 * Downloads a file: part file, transfer, verification, then the rename to its final name. An existing file is checked
 * first, and kept if it is verified to be the same.
 * @param use called for a verified archive before it is published; `'consumed'` removes the part instead (`-x` without
 *   `--keep-archive`)
 * @throws ExpectedError EXISTS, BUSY, DISK, UNSAFE, INTEGRITY and those of transfer(); an existing file is then
 *   unchanged
 */
export async function downloadFile(
  request: FileRequest,
  context: FileContext,
  use: () => Promise<'publish' | 'consumed'> = async () => 'publish',
): Promise<FileResult> {
  const { target, ifExists } = request;
  const existing = await findExisting(target);
  if (existing === 'folder' && ifExists !== 'ignore') throw folderExistsError(target);
  if (existing === 'special' && ifExists !== 'ignore') throw specialFileError(target);
  if (existing !== 'nothing' && ifExists !== 'overwrite') {
    const found = existing === 'file' ? await checkExisting(request, context, use) : null;
    if (found !== null) {
      if (ifExists !== 'skip')
        await tidyUp([() => removeStalePart(target, request.identity, context)], context);
      return { path: target, transferredBytes: 0, resumedFrom: 0, isAlreadyThere: true, ...found };
    }
    if (ifExists !== 'ignore') throw targetExistsError(target);
  }
  makeFolders(path.dirname(target));
  const { identity, mayResume } = request;
  const { owner, clock, signal } = context;
  const keepsChecksums = isArchiveExpected(request.expected);
  const part = await openPartFile({ target, identity, owner, clock, signal, mayResume, keepsChecksums });
  if (existing === 'nothing' && ifExists !== 'overwrite' && (await findExisting(target)) !== 'nothing') {
    // Another process finished the same file before the part was locked.
    if (part.have.totalBytes() === 0) await part.remove();
    await part.close();
    return await downloadFile(request, context, use);
  }
  let result: FileResult;
  try {
    result = await fillAndPublish(part, request, context, use);
  } catch (error) {
    // Report the first error.
    await part.close().catch(() => undefined);
    throw error;
  }
  await tidyUp([() => part.remove(), () => part.close()], context);
  return result;
}

function checkExisting(
  request: FileRequest,
  context: FileContext,
  use: () => Promise<unknown>,
): Promise<ExistingFile | null> {
  const { target, ifExists } = request;
  return ifExists === 'skip' ? skipExisting(target) : proveExisting(target, request, context, use);
}

/** Errors for leftovers that cannot be removed: the disk refuses, or they are not ours. */
const LEFTOVER_CODES: ReadonlySet<string> = new Set(['DISK', 'EXISTS', 'CONFIG']);

/** Cleans up after a complete download. A leftover that cannot be removed does not fail the download. */
async function tidyUp(steps: readonly (() => Promise<void>)[], { onEvent }: FileContext): Promise<void> {
  for (const step of steps) {
    try {
      await step();
    } catch (error) {
      if (!(error instanceof ExpectedError) || !LEFTOVER_CODES.has(error.code)) throw error;
      onEvent({ kind: 'leftover', reason: error.message });
    }
  }
}

async function fillAndPublish(
  part: PartFile,
  request: FileRequest,
  context: FileContext,
  use: () => Promise<'publish' | 'consumed'>,
): Promise<FileResult> {
  const { onEvent, signal } = context;
  const { target, sizeBytes, expected } = request;
  const haveBytes = part.have.totalBytes();
  if (part.discarded !== null) onEvent({ kind: 'discarded', reason: part.discarded });
  if (part.unsyncedBytes > 0) onEvent({ kind: 'unsynced', bytes: part.unsyncedBytes });
  if (haveBytes > 0) onEvent({ kind: 'resuming', haveBytes });
  if (request.checksSpace && sizeBytes !== null) {
    const checking = checkFreeSpace(path.dirname(target), sizeBytes - haveBytes);
    await checking.catch((error: unknown) => finalizeOnError(part, error));
  }

  const { proof, transferredBytes } = await fillPart(part, request, context);
  await part.checkpoint();
  signal.throwIfAborted();
  const source = await fileSourceOf(part.handle(), part.path);
  const isConsumed = isArchiveExpected(expected) && (await use()) === 'consumed';
  await part.assertOurs();
  const mayReplace = request.ifExists === 'overwrite';
  if (!isConsumed) await publish(part.path, target, { mayReplace, attempt: untilFree(context) });
  return {
    path: target,
    sizeBytes: source.sizeBytes,
    transferredBytes,
    resumedFrom: part.resumedFrom(),
    ...proof,
    isAlreadyThere: false,
  };
}

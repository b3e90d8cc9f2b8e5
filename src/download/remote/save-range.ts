import { rm } from 'node:fs/promises';
import { diskError, onDisk } from '../../disk/disk-error.ts';
import { isExpectedError } from '../../errors.ts';
import { linkController } from '../../http/linked-controller.ts';
import type { SavedRange, SaveOptions, SavePlace } from '../../range/range-source.ts';
import { ReplacedError } from '../part/available-ranges.ts';
import { openPartAt } from '../part/open-part-file.ts';
import type { PartFile } from '../part/part-file.ts';
import { partSource } from '../part/part-source.ts';
import type { RemoteObject } from '../response/remote-object.ts';
import type { FetchContext } from '../transfer/fetch-range.ts';
import type { PinnedObject } from '../transfer/pinned-object.ts';
import { transfer } from '../transfer/transfer.ts';
import type { TransferContext } from '../transfer/transfer-job.ts';

export interface RangeOfObject extends PinnedObject {
  readonly object: RemoteObject;
  readonly start: number;
  readonly end: number;
}

/**
 * Fetches a range into a part file over several connections, as a download does. Bytes from an earlier run are read
 * while the rest arrives.
 * @throws ExpectedError as transfer() and openPartAt(), what `onProgress` throws; the part stays for the next run
 */
export async function saveRange(
  range: RangeOfObject,
  options: SaveOptions,
  context: FetchContext & Pick<TransferContext, 'budget'>,
): Promise<SavedRange> {
  const { place } = options;
  const part = await openPart(place, options.key);
  const fill = () => transferAndSum(part, range, options, context);
  let checksum: number;
  try {
    if (part.have.end() > range.end - range.start) await part.restart();
    const resumedBytes = part.resumedFrom();
    checksum = await fill();
    if (checksum !== options.crc32 && resumedBytes > 0) {
      await part.restart();
      checksum = await fill();
    }
    await part.checkpoint();
  } catch (error) {
    // Report the first error. A disk that rejects data rejects a journal, too.
    if (!isExpectedError(error, 'DISK')) await part.checkpoint().catch(() => undefined);
    await part.close().catch(() => undefined);
    throw error;
  }
  await part.close();
  return { crc32: checksum, remove: () => removePart(place) };
}

/** Removes anything that cannot be a part, because the place is ours. */
async function openPart(place: SavePlace, key: string): Promise<PartFile> {
  const open = () =>
    openPartAt(
      { ...place, release: async () => undefined },
      {
        identity: { origin: '', packageId: '', fileId: key },
        mayResume: true,
        keepsChecksums: true,
        holder: null,
      },
    );
  try {
    return await open().catch(async (error: unknown) => {
      if (!isExpectedError(error, 'EXISTS') && !isExpectedError(error, 'CONFIG')) throw error;
      await removePart(place);
      return await open();
    });
  } catch (error) {
    throw diskError(error, place.shownPath, 'open');
  }
}

async function removePart({ path, journalPath, shownPath }: SavePlace): Promise<void> {
  for (const name of [path, journalPath]) await onDisk(rm(name, { force: true }), shownPath, 'remove');
}

/** @returns the CRC-32 of the complete part */
async function transferAndSum(
  part: PartFile,
  { object, start, end, totalBytes, validator }: RangeOfObject,
  { signal, onProgress }: SaveOptions,
  context: FetchContext & Pick<TransferContext, 'budget'>,
): Promise<number> {
  const stop = linkController(signal ?? context.signal);
  const summing = sum(part, end - start, stop.signal);
  summing.catch(() => undefined);
  try {
    onProgress(part.have.totalBytes());
    await transfer(
      {
        object,
        pinned: { start, totalBytes, validator },
        sizeBytes: end - start,
        maxSizeBytes: null,
        isVerifiedLater: true,
        tailBytes: 0,
        inspectStart: () => undefined,
        onObject: () => undefined,
      },
      part,
      {
        ...context,
        connections: null,
        signal: stop.signal,
        onEvent(event) {
          if (event.kind === 'progress') onProgress(event.haveBytes);
          if (event.kind === 'retry') context.onRetry(event);
        },
      },
    );
    return await summing;
  } catch (error) {
    stop.abort(error);
    await summing.catch(() => undefined);
    throw error;
  } finally {
    stop.release();
  }
}

/** The CRC-32 of all bytes as they arrive. Starts over if they are replaced. */
async function sum(part: PartFile, sizeBytes: number, signal: AbortSignal): Promise<number> {
  for (;;) {
    try {
      return await partSource(part, sizeBytes, signal).crc32(0, sizeBytes);
    } catch (error) {
      if (!(error instanceof ReplacedError)) throw error;
    }
  }
}

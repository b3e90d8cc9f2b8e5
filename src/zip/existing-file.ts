import { closeSync, constants, openSync, readFileSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import { crc32 } from 'node:zlib';
import { diskError } from '../disk/disk-error.ts';
import { ExpectedError } from '../errors.ts';
import { openFileSource } from '../range/file-source.ts';
import { openByteStream } from './byte-stream.ts';
import type { ExtractionPlan, PlannedFile } from './extraction-plan.ts';
import { lstatOrNull, type Place } from './folder.ts';
import { existsError } from './publish-entry.ts';
import { showSome } from './refusal.ts';
import type { TargetFolder } from './target-folder.ts';

const FILES_PER_TURN = 100;
/** Up to this size a file is read by synchronous calls, see target-folder.ts. */
const AT_ONCE_BYTES = 2 ** 20;

/**
 * Looks at what is in the target folder before anything is written there.
 * @returns the files that stay: those with the right size and CRC, with `skip` whatever is there, unseen
 * @throws ExpectedError EXISTS naming all that would be replaced (with `overwrite` only what cannot be:
 *   folders and special files), UNSAFE when a link is on the way
 */
export async function findExisting(
  plan: ExtractionPlan,
  target: TargetFolder,
  { ifExists, signal }: { ifExists: 'refuse' | 'overwrite' | 'skip'; signal?: AbortSignal | undefined },
): Promise<ReadonlyMap<PlannedFile, 'skipped' | 'left'>> {
  for (const components of plan.folders) target.find(components);
  const staying = new Map<PlannedFile, 'skipped' | 'left'>();
  const different: string[] = [];
  const irreplaceable: string[] = [];
  for (const [index, file] of plan.files.entries()) {
    if (index % FILES_PER_TURN === FILES_PER_TURN - 1) await setImmediate();
    signal?.throwIfAborted();
    const parent = target.find(file.components.slice(0, -1));
    if (parent === null) continue;
    const place = parent.at(file.components.at(-1) ?? '');
    const stat = lstatOrNull(place.path, place.shownPath);
    if (stat === null) continue;
    const isLeft = ifExists === 'skip' && stat.isFile();
    const isSame =
      !isLeft &&
      stat.isFile() &&
      Number(stat.size) === file.entry.sizeBytes &&
      (await checksumOf(place, Number(stat.size), signal)) === file.entry.crc32;
    if (isLeft || isSame) staying.set(file, isLeft ? 'left' : 'skipped');
    else if (!stat.isFile() && !stat.isSymbolicLink()) irreplaceable.push(place.shownPath);
    else if (ifExists !== 'overwrite') different.push(place.shownPath);
  }
  if (irreplaceable.length > 0) throw irreplaceableError(irreplaceable);
  if (different.length > 0) throw existsError(different);
  return staying;
}

function irreplaceableError(paths: readonly string[]): ExpectedError {
  return new ExpectedError(
    'EXISTS',
    `not replaced, as it is a folder or a special file: ${showSome(paths)}`,
    {
      hint: 'move it away, or unpack into another folder',
    },
  );
}

async function checksumOf(place: Place, sizeBytes: number, signal: AbortSignal | undefined): Promise<number> {
  if (sizeBytes <= AT_ONCE_BYTES) return crc32(readAtOnce(place));
  const source = await openFileSource(place.path, place.shownPath);
  try {
    const stream = openByteStream(source, 0, source.sizeBytes, { signal });
    let checksum = 0;
    while (stream.position < stream.end) checksum = crc32(await stream.next(stream.end), checksum);
    return checksum;
  } finally {
    await source.close();
  }
}

function readAtOnce({ path, shownPath }: Place): Buffer {
  try {
    const descriptor = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    try {
      return readFileSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
  } catch (error) {
    throw diskError(error, shownPath, 'read');
  }
}

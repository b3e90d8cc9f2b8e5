import { closeSync, constants, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { crc32 } from 'node:zlib';
import { diskError } from '../disk-error.ts';
import { openFileSource } from '../range/file-source.ts';
import { openByteStream } from './byte-stream.ts';
import type { ExtractionPlan, PlannedFile } from './extraction-plan.ts';
import { existsError } from './publish-entry.ts';
import { lstatOrNull, type TargetFolder } from './target-folder.ts';

const FILES_PER_TURN = 100;
/** Up to this size a file is read by synchronous calls, see target-folder.ts. */
const AT_ONCE_BYTES = 2 ** 20;

/**
 * Looks at what is in the target folder before anything is written there.
 * @returns the files that are there already, with the right size and CRC; with `skip` whatever is there
 * @throws ExpectedError EXISTS naming all that would be replaced (with `overwrite` only what cannot be:
 *   folders and special files), UNSAFE when a link is on the way
 */
export async function findExisting(
  plan: ExtractionPlan,
  target: TargetFolder,
  { ifExists, signal }: { ifExists: 'refuse' | 'overwrite' | 'skip'; signal?: AbortSignal | undefined },
): Promise<ReadonlySet<PlannedFile>> {
  for (const components of plan.folders) target.find(components);
  const same = new Set<PlannedFile>();
  const different: string[] = [];
  for (const [index, file] of plan.files.entries()) {
    if (index % FILES_PER_TURN === FILES_PER_TURN - 1) await setImmediate();
    signal?.throwIfAborted();
    const parent = target.find(file.components.slice(0, -1));
    if (parent === null) continue;
    const path = join(parent, file.components.at(-1) ?? '');
    const stat = lstatOrNull(path);
    if (stat === null) continue;
    const isSame =
      (ifExists === 'skip' && stat.isFile()) ||
      (stat.isFile() &&
        Number(stat.size) === file.entry.sizeBytes &&
        (await checksumOf(path, Number(stat.size), signal)) === file.entry.crc32);
    if (isSame) same.add(file);
    else if (!(ifExists === 'overwrite' && (stat.isFile() || stat.isSymbolicLink()))) different.push(path);
  }
  if (different.length > 0) throw existsError(different);
  return same;
}

async function checksumOf(path: string, sizeBytes: number, signal: AbortSignal | undefined): Promise<number> {
  if (sizeBytes <= AT_ONCE_BYTES) return crc32(readAtOnce(path));
  const source = await openFileSource(path);
  try {
    const stream = openByteStream(source, 0, source.sizeBytes, { signal });
    let checksum = 0;
    while (stream.position < stream.end) checksum = crc32(await stream.next(stream.end), checksum);
    return checksum;
  } finally {
    await source.close();
  }
}

function readAtOnce(path: string): Buffer {
  try {
    const descriptor = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    try {
      return readFileSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
  } catch (error) {
    throw diskError(error, path, 'read');
  }
}

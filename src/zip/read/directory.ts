import { setImmediate } from 'node:timers/promises';
import type { RangeSource } from '../../range/range-source.ts';
import { type Draft, readCentralHeader } from './central-header.ts';
import { type EndRecord, readEndRecord } from './end-record.ts';
import { type Archive, inFileOrder } from './entry.ts';
import { FIXED_BYTES, isSpanMarker } from './layout.ts';
import type { NameDecoder } from './name-encoding.ts';
import { damaged, LIMIT_HINT, refused, showName } from './refusal.ts';

const DIRECTORY_LIMIT_BYTES = 512 * 2 ** 20;
const ENTRY_LIMIT = 2_000_000;
/** The most bytes of an entry that the directory does not describe: local extra fields and descriptor. */
const LOCAL_SLACK_BYTES = 0xffff + 24;
const ENTRIES_PER_TURN = 10_000;

/**
 * Reads the directory of a ZIP archive: the end in one read, and the directory in a second one if the
 * first did not include it. Nothing is guessed. Everything must match exactly, so that every program sees
 * the same entries.
 * @param options.decode for names without a declared encoding
 * @throws ExpectedError INTEGRITY if the structure is damaged; UNSAFE if the archive is ambiguous
 *   (foreign bytes before, after, or between; two end records, overlaps, several disks, contradicting
 *   names), or has more than 2,000,000 entries or a directory above 512 MiB
 */
export async function readDirectory(
  source: RangeSource,
  { signal, decode = null }: { signal?: AbortSignal | undefined; decode?: NameDecoder | null } = {},
): Promise<Archive> {
  signal?.throwIfAborted();
  const end = await readEndRecord(source);
  checkLimits(end);
  const directory = await readBytes(source, end);
  const entries: Draft[] = [];
  let position = 0;
  for (let index = 0; index < end.entryCount; index++) {
    if (index % ENTRIES_PER_TURN === ENTRIES_PER_TURN - 1) await setImmediate();
    signal?.throwIfAborted();
    const { entry, next } = readCentralHeader(directory, position, decode);
    entries.push(entry);
    position = next;
  }
  if (position !== directory.length) {
    throw damaged('its directory has more entries than its end record says, or other bytes after them');
  }
  const sorted = entries.toSorted(inFileOrder);
  const firstStart = await startOfEntries(source, sorted[0]?.headerOffset ?? end.directoryStart);
  placeEntries(sorted, firstStart, end.directoryStart);
  return { entries, sizeBytes: source.sizeBytes, directoryStart: end.directoryStart };
}

function checkLimits({ entryCount, directoryStart, directoryEnd }: EndRecord): void {
  const directoryBytes = directoryEnd - directoryStart;
  if (entryCount > ENTRY_LIMIT)
    throw refused(`it has ${entryCount} entries, more than ${ENTRY_LIMIT}`, LIMIT_HINT);
  if (directoryBytes > DIRECTORY_LIMIT_BYTES) {
    throw refused(
      `its directory has ${directoryBytes} bytes, more than ${DIRECTORY_LIMIT_BYTES}`,
      LIMIT_HINT,
    );
  }
  if (directoryBytes < entryCount * FIXED_BYTES.centralHeader) {
    throw damaged(`its directory of ${directoryBytes} bytes is too small for ${entryCount} entries`);
  }
}

async function readBytes(source: RangeSource, end: EndRecord): Promise<Buffer> {
  const { directoryStart, directoryEnd, tail, tailStart } = end;
  if (directoryStart < tailStart) return source.read(directoryStart, directoryEnd);
  return tail.subarray(directoryStart - tailStart, directoryEnd - tailStart);
}

/**
 * The offset where the first entry must begin: 0, or after the marker of an archive prepared for splitting that
 * fit into one part. Info-ZIP and others write the marker, and all programs skip it.
 */
async function startOfEntries(source: RangeSource, first: number): Promise<number> {
  const { spanMarker } = FIXED_BYTES;
  return first === spanMarker && isSpanMarker(await source.read(0, spanMarker)) ? spanMarker : 0;
}

/**
 * Sets the end of each entry to the start of the next: entries must be contiguous from the first byte
 * to the directory. Local extra fields and descriptors, which the directory does not describe, are
 * checked when an entry is read.
 */
function placeEntries(sorted: readonly Draft[], start: number, directoryStart: number): void {
  const first = sorted[0]?.headerOffset ?? directoryStart;
  if (first !== start) throw refused(`${first - start} bytes before its first entry belong to no entry`);
  for (const [index, entry] of sorted.entries()) {
    entry.endOffset = sorted[index + 1]?.headerOffset ?? directoryStart;
    const knownBytes = FIXED_BYTES.localHeader + entry.rawName.length + entry.compressedBytes;
    const slackBytes = entry.endOffset - entry.headerOffset - knownBytes;
    if (slackBytes < 0) {
      throw entry.endOffset === directoryStart
        ? damaged(`entry ${showName(entry.path)} extends into the directory`)
        : refused(`entry ${showName(entry.path)} overlaps the next one`);
    }
    if (slackBytes > LOCAL_SLACK_BYTES) {
      throw refused(`after entry ${showName(entry.path)} there are bytes that belong to no entry`);
    }
  }
}

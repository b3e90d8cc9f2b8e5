import { appendFileSync, closeSync, constants, openSync, rmSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { crc32 } from 'node:zlib';
import { diskError, onDisk } from '../../disk/disk-error.ts';
import { errorCode } from '../../disk/error-code.ts';
import { NO_DETOUR } from '../../disk/open-flags.ts';
import { NotOurFileError, readSmallFileSync } from '../../disk/read-small-file.ts';
import { lstatOrNull, type Place } from './folder.ts';

/** What an interruption costs at most, of each stretch that was under way. */
export const BLOCK_BYTES = 2 ** 20;

/** A line has at most 21 bytes; each block may be noted more than once, as a run that is killed begins anew. */
const NOTES_BYTES = 256;
/** Only a file is written to, whatever was put into its place. */
const APPEND = constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT | NO_DETOUR;

export function blockEnd(block: number, sizeBytes: number): number {
  return Math.min((block + 1) * BLOCK_BYTES, sizeBytes);
}

/**
 * Which blocks of a part are there: a line for each, its number and its CRC-32. It needs no syncing, as what
 * an earlier run left is read and compared before it counts.
 */
export interface BlockJournal {
  /** @throws ExpectedError DISK */
  add(block: number, checksum: number): void;
  /**
   * The blocks that the journal names and that are what it says, with their CRC-32.
   * @throws ExpectedError DISK, the signal's reason
   */
  trusted(
    sizeBytes: number,
    signal: AbortSignal | undefined,
  ): AsyncGenerator<[block: number, checksum: number]>;
  /** Whether anything was ever noted: a part without that is worth nothing. */
  exists(): boolean;
  remove(): void;
}

export function openBlockJournal({ path, shownPath }: Place, part: Place): BlockJournal {
  return {
    add: (block, checksum) => {
      try {
        append(path, `${block} ${checksum}\n`);
      } catch (error) {
        throw diskError(error, shownPath, 'write');
      }
    },
    trusted: async function* (sizeBytes, signal) {
      const limitBytes = (Math.ceil(sizeBytes / BLOCK_BYTES) + 1) * NOTES_BYTES;
      const lines = readLines({ path, shownPath }, limitBytes);
      if (lines.size === 0) return;
      const opening = open(part.path, constants.O_RDONLY | NO_DETOUR);
      const file = await onDisk(opening, part.shownPath, 'read');
      try {
        const buffer = Buffer.allocUnsafeSlow(BLOCK_BYTES);
        for (const [block, checksum] of lines) {
          signal?.throwIfAborted();
          const start = block * BLOCK_BYTES;
          const length = blockEnd(block, sizeBytes) - start;
          if (length <= 0) continue;
          const reading = file.read(buffer, 0, length, start);
          const { bytesRead } = await onDisk(reading, part.shownPath, 'read');
          if (bytesRead === length && crc32(buffer.subarray(0, length)) === checksum) yield [block, checksum];
        }
      } finally {
        await file.close();
      }
    },
    exists: () => lstatOrNull(path, shownPath) !== null,
    remove: () => rmSync(path, { force: true }),
  };
}

function append(path: string, line: string): void {
  const descriptor = openSync(path, APPEND, 0o600);
  try {
    appendFileSync(descriptor, line);
  } finally {
    closeSync(descriptor);
  }
}

/**
 * A line that was cut when the machine stopped is no line; of several about one block the last counts. What
 * is too large to be ours is thrown away.
 */
function readLines({ path, shownPath }: Place, limitBytes: number): ReadonlyMap<number, number> {
  let text: string;
  try {
    text = readSmallFileSync(path, limitBytes).toString('utf8');
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return new Map();
    if (!(error instanceof NotOurFileError)) throw diskError(error, shownPath, 'read');
    discard({ path, shownPath });
    return new Map();
  }
  const lines = text.matchAll(/^(\d{1,9}) (\d{1,10})\n/gm);
  return new Map(Array.from(lines, ([, block, checksum]) => [Number(block), Number(checksum)]));
}

function discard({ path, shownPath }: Place): void {
  try {
    rmSync(path);
  } catch (error) {
    throw diskError(error, shownPath, 'remove');
  }
}

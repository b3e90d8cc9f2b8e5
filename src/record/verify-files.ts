import { constants } from 'node:fs';
import { lstat, open } from 'node:fs/promises';
import path from 'node:path';
import { crc32 } from 'node:zlib';
import { diskError, isSystemError } from '../disk/disk-error.ts';
import { NON_BLOCKING } from '../disk/open-flags.ts';
import { resolveLinks } from '../disk/resolve-path.ts';
import { ExpectedError, isExpectedError } from '../errors.ts';
import { openFileSource } from '../range/file-source.ts';
import { hashesOf, readInOrder } from '../range/hash.ts';
import type { RangeSource } from '../range/range-source.ts';
import { isZip, MAGIC_BYTES } from '../zip/read/layout.ts';
import { verifyArchive } from '../zip/read/verify.ts';
import { parseLine, type RecordLine } from './record-line.ts';
import { SCAN_START, scanLines } from './scan-lines.ts';

/** A file as the last line about it has it. */
export interface RecordedFile extends Pick<RecordLine, 'sizeBytes' | 'sha256' | 'crc32'> {
  /** Absolute. */
  readonly path: string;
}

/** What is left of a recorded file, and how that is known. */
export interface FileState {
  readonly outcome: 'unchanged' | 'missing' | 'different';
  /** What is wrong with it; null when nothing is. */
  readonly reason: string | null;
  /** Whether more than its size was compared. */
  readonly isProved: boolean;
}

/**
 * The files that a record lists, each once, in the order in which they were first recorded.
 * @param warn is told of lines that a crash has damaged
 * @throws ExpectedError CONFIG when it is not there or a line is broken, DISK
 */
export async function readRecordedFiles(
  file: string,
  { signal, warn }: { signal: AbortSignal; warn: (text: string) => void },
): Promise<readonly RecordedFile[]> {
  const handle = await open(file, constants.O_RDONLY | NON_BLOCKING).catch((error: unknown) => {
    if (!isSystemError(error) || error.code !== 'ENOENT') throw diskError(error, file, 'read');
    throw new ExpectedError('CONFIG', `${file} is not there`, {
      hint: 'name a record that was written before',
    });
  });
  try {
    if (!(await handle.stat()).isFile()) throw new ExpectedError('CONFIG', `${file} is not a file`);
    const folder = path.dirname(await resolveLinks(file));
    const files = new Map<string, RecordedFile>();
    const { torn } = await scanLines(
      handle,
      { path: file, from: SCAN_START, signal },
      (bytes, start, end) => {
        const line = parseLine(bytes.toString('utf8', start, end));
        if (line === null) return false;
        if (line.path === null) return true;
        const recorded = path.resolve(folder, line.path);
        files.set(recorded, {
          path: recorded,
          sizeBytes: line.sizeBytes,
          sha256: line.sha256,
          crc32: line.crc32,
        });
        return true;
      },
    );
    if (torn.length > 0) warn(`${file}: line ${torn.join(', ')} was cut off by a crash and is ignored`);
    return [...files.values()];
  } finally {
    await handle.close();
  }
}

/**
 * Compares a file with what is recorded of it: its size, then its SHA-256 or CRC-32, and of an archive without either
 * what the archive says of itself.
 * @throws ExpectedError DISK when it cannot be read, the signal's reason when aborted
 */
export async function verifyFile(recorded: RecordedFile, signal: AbortSignal): Promise<FileState> {
  const there = await kindOf(recorded.path);
  if (there === 'nothing') return { outcome: 'missing', reason: 'it is missing', isProved: true };
  if (there === 'other') return different('it is no regular file');
  const source = await openFileSource(recorded.path);
  try {
    const { sizeBytes } = source;
    if (recorded.sizeBytes !== null && sizeBytes !== recorded.sizeBytes)
      return different(`it has ${sizeBytes} bytes, recorded are ${recorded.sizeBytes}`);
    if (recorded.sha256 !== null) {
      const sha256 = (await hashesOf(source, ['sha256'], signal)).get('sha256');
      return sha256 === recorded.sha256 ? UNCHANGED : different('its SHA-256 is another one');
    }
    if (recorded.crc32 !== null) {
      const checksum = await checksumOf(source, signal);
      return checksum === recorded.crc32 ? UNCHANGED : different('its CRC-32 is another one');
    }
    if (!isZip(await source.read(0, Math.min(MAGIC_BYTES, sizeBytes))))
      return { ...UNCHANGED, isProved: false };
    const { unverified } = await verifyArchive(source, { signal });
    return { ...UNCHANGED, isProved: unverified.length === 0 };
  } catch (error) {
    if (isExpectedError(error, 'INTEGRITY') || isExpectedError(error, 'UNSAFE'))
      return different(error.message);
    throw error;
  } finally {
    await source.close();
  }
}

const UNCHANGED: FileState = { outcome: 'unchanged', reason: null, isProved: true };

function different(reason: string): FileState {
  return { outcome: 'different', reason, isProved: true };
}

async function kindOf(file: string): Promise<'nothing' | 'file' | 'other'> {
  try {
    return (await lstat(file)).isFile() ? 'file' : 'other';
  } catch (error) {
    if (isSystemError(error) && (error.code === 'ENOENT' || error.code === 'ENOTDIR')) return 'nothing';
    throw diskError(error, file, 'read');
  }
}

/** Eight hexadecimal digits. */
async function checksumOf(source: RangeSource, signal: AbortSignal): Promise<string> {
  let checksum = 0;
  const take = (bytes: Buffer) => {
    checksum = crc32(bytes, checksum);
  };
  await readInOrder(source, take, signal);
  return checksum.toString(16).padStart(8, '0');
}

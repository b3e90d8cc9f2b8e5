import { constants } from 'node:fs';
import { lstat, open } from 'node:fs/promises';
import path from 'node:path';
import { crc32 } from 'node:zlib';
import { diskError, isSystemError, onDisk, unlessMissing } from '../disk/disk-error.ts';
import { NON_BLOCKING } from '../disk/open-flags.ts';
import { resolveLinks } from '../disk/resolve-path.ts';
import { ExpectedError, isExpectedError } from '../errors.ts';
import { openFileSource } from '../range/file-source.ts';
import { hashesOf, readInOrder } from '../range/hash.ts';
import type { RangeSource } from '../range/range-source.ts';
import { isZip, MAGIC_BYTES } from '../zip/read/layout.ts';
import { verifyArchive } from '../zip/read/verify.ts';
import { parseLine, type RecordLine } from './record-line.ts';
import { SCAN_START, scanLines, tornLinesText } from './scan-lines.ts';

/** A file as its last line describes it. */
export interface RecordedFile extends Pick<RecordLine, 'sizeBytes' | 'sha256' | 'crc32'> {
  /** Absolute. */
  readonly path: string;
}

/** The state of a recorded file. */
export interface FileState {
  readonly outcome: 'unchanged' | 'missing' | 'different';
  /** Null for an unchanged file. */
  readonly reason: string | null;
  /** False if only the size was compared. */
  readonly isProved: boolean;
}

/**
 * The files in a record, each once, in the order in which they were first recorded.
 * @param warn called for lines that a crash damaged
 * @throws ExpectedError CONFIG if the record does not exist or a line is broken, DISK
 */
export async function readRecordedFiles(
  file: string,
  { signal, warn }: { signal: AbortSignal; warn: (text: string) => void },
): Promise<readonly RecordedFile[]> {
  const handle = await open(file, constants.O_RDONLY | NON_BLOCKING).catch((error: unknown) => {
    if (!isSystemError(error) || error.code !== 'ENOENT') throw diskError(error, file, 'read');
    throw new ExpectedError('CONFIG', `${file} does not exist`, {
      hint: 'use the record of an earlier run',
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
    if (torn.length > 0) warn(tornLinesText(file, torn));
    return [...files.values()];
  } finally {
    await handle.close();
  }
}

/**
 * Compares a file with its record: the size, then the SHA-256 or CRC-32. An archive without either is verified by its
 * own checksums.
 * @throws ExpectedError DISK if the file cannot be read, the signal's reason when aborted
 */
export async function verifyFile(recorded: RecordedFile, signal: AbortSignal): Promise<FileState> {
  const kind = await kindOf(recorded.path);
  if (kind === 'nothing') return { outcome: 'missing', reason: 'missing', isProved: true };
  if (kind === 'other') return different('not a regular file');
  const source = await openFileSource(recorded.path);
  try {
    const { sizeBytes } = source;
    if (recorded.sizeBytes !== null && sizeBytes !== recorded.sizeBytes)
      return different(`${sizeBytes} bytes instead of ${recorded.sizeBytes}`);
    if (recorded.sha256 !== null) {
      const sha256 = (await hashesOf(source, ['sha256'], signal)).get('sha256');
      return sha256 === recorded.sha256 ? UNCHANGED : different('the SHA-256 differs');
    }
    if (recorded.crc32 !== null) {
      const checksum = await checksumOf(source, signal);
      return checksum === recorded.crc32 ? UNCHANGED : different('the CRC-32 differs');
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
  const status = await onDisk(unlessMissing(lstat(file)), file, 'read');
  if (status === null) return 'nothing';
  return status.isFile() ? 'file' : 'other';
}

/** Eight hexadecimal digits. */
async function checksumOf(source: RangeSource, signal: AbortSignal): Promise<string> {
  let checksum = 0;
  const update = (bytes: Buffer) => {
    checksum = crc32(bytes, checksum);
  };
  await readInOrder(source, update, signal);
  return checksum.toString(16).padStart(8, '0');
}

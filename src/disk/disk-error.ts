import { ExpectedError } from '../errors.ts';
import { ALLOW_MORE, OUT_OF_FILES } from './out-of-files.ts';

const REASONS: Readonly<Record<string, string>> = {
  ENOSPC: 'no space left on the disk',
  EDQUOT: 'disk quota exceeded',
  EACCES: 'permission denied',
  EPERM: 'not permitted',
  EROFS: 'the file system is read-only',
  EBADF: 'it is not open for that',
  EBUSY: 'another program is using it',
  EPIPE: 'the reader of the pipe has closed it',
  ENODEV: 'no such device',
  ENXIO: 'it is a socket or a device without a driver',
  EIO: 'input/output error',
  ENOENT: 'no such file or folder',
  ENOTDIR: 'part of the path is not a folder',
  EISDIR: 'it is a folder',
  ELOOP: 'it is a symbolic link',
  EFBIG: 'the file would be larger than is allowed',
  ...OUT_OF_FILES,
  ENAMETOOLONG: 'the name is too long',
  ESTALE: 'the network file system lost the file',
};

const MAKE_ROOM = 'free up space, then rerun the command';
const SAME_AGAIN = 'check the disk or the network share, then rerun the command';

const HINTS: Readonly<Record<string, string>> = {
  ENOSPC: MAKE_ROOM,
  EDQUOT: MAKE_ROOM,
  EMFILE: ALLOW_MORE,
  ENFILE: ALLOW_MORE,
  EFBIG: 'raise the limit with `ulimit -f unlimited`, or choose a file system that supports larger files',
  EIO: SAME_AGAIN,
  ESTALE: SAME_AGAIN,
  EROFS: 'choose a folder that can be written',
};

export function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'syscall' in error && 'code' in error && typeof error.code === 'string';
}

/**
 * Converts a failed file operation to an error for users. Returns any other error unchanged.
 * @param hint used if the reason has no hint of its own
 */
export function diskError(error: unknown, path: string, doing: string, hint?: string): unknown {
  if (!isSystemError(error)) return error;
  return new ExpectedError('DISK', `could not ${doing} ${path}: ${reasonOf(error)}`, {
    cause: error,
    hint: remedyOf(error) ?? hint,
  });
}

/** The reason of a system error in words, or its code if there are none. */
export function reasonOf({ code = 'unknown error' }: NodeJS.ErrnoException): string {
  return REASONS[code] ?? code;
}

/** A hint that is right for any file; undefined if it depends on the file. */
export function remedyOf({ code = '' }: NodeJS.ErrnoException): string | undefined {
  return HINTS[code];
}

/** Awaits a file operation and converts its failure to an error for users. */
export async function onDisk<Result>(
  operation: Promise<Result>,
  path: string,
  doing: string,
): Promise<Result> {
  try {
    return await operation;
  } catch (error) {
    throw diskError(error, path, doing);
  }
}

/** Awaits a file operation; null if the file does not exist. @throws the system's error */
export async function unlessMissing<Result>(operation: Promise<Result>): Promise<Result | null> {
  try {
    return await operation;
  } catch (error) {
    if (isSystemError(error) && (error.code === 'ENOENT' || error.code === 'ENOTDIR')) return null;
    throw error;
  }
}

/** The code of an error of Node or the operating system, such as `EEXIST` or `Z_DATA_ERROR`. */
export function errorCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

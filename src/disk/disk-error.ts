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

const MAKE_ROOM = 'make room, then run the same command again';
const SAME_AGAIN = 'check the disk or the network share, then run the same command again';

const HINTS: Readonly<Record<string, string>> = {
  ENOSPC: MAKE_ROOM,
  EDQUOT: MAKE_ROOM,
  EMFILE: ALLOW_MORE,
  ENFILE: ALLOW_MORE,
  EFBIG: 'raise the limit with `ulimit -f unlimited`, or choose a file system that takes larger files',
  EIO: SAME_AGAIN,
  ESTALE: SAME_AGAIN,
  EROFS: 'choose a folder that can be written',
};

export function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'syscall' in error && 'code' in error && typeof error.code === 'string';
}

/**
 * Turns a failed file operation into an error for users; anything else passes through untouched.
 * @param hint where the reason has none of its own
 */
export function diskError(error: unknown, path: string, doing: string, hint?: string): unknown {
  if (!isSystemError(error)) return error;
  return new ExpectedError('DISK', `could not ${doing} ${path}: ${reasonOf(error)}`, {
    cause: error,
    hint: remedyOf(error) ?? hint,
  });
}

/** Why the system refused, in words; its code where there are none for it. */
export function reasonOf({ code = 'unknown error' }: NodeJS.ErrnoException): string {
  return REASONS[code] ?? code;
}

/** What helps against it wherever it happens; undefined where that depends on the place. */
export function remedyOf({ code = '' }: NodeJS.ErrnoException): string | undefined {
  return HINTS[code];
}

/** Waits for a file operation and turns its failure into an error for users. */
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

/** The code of an error of Node or the operating system, such as `EEXIST` or `Z_DATA_ERROR`. */
export function errorCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

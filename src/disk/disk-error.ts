import { ExpectedError } from '../errors.ts';

const REASONS: Readonly<Record<string, string>> = {
  ENOSPC: 'no space left on the disk',
  EDQUOT: 'disk quota exceeded',
  EACCES: 'permission denied',
  EPERM: 'not permitted',
  EROFS: 'the file system is read-only',
  EBUSY: 'another program is using it',
  EPIPE: 'the reader of the pipe has closed it',
  ENODEV: 'no such device',
  EIO: 'input/output error',
  ENOENT: 'no such folder',
  ENOTDIR: 'part of the path is not a folder',
  EISDIR: 'it is a folder',
  ELOOP: 'it is a symbolic link',
  EFBIG: 'the file system does not allow files this large',
  EMFILE: 'too many open files',
  ENFILE: 'too many open files on this machine',
  ENAMETOOLONG: 'the name is too long',
  ESTALE: 'the network file system lost the file',
};

const MAKE_ROOM = 'make room, then run the same command again';
const ALLOW_MORE = 'allow more of them with `ulimit -n 1024`, then run the same command again';

const HINTS: Readonly<Record<string, string>> = {
  ENOSPC: MAKE_ROOM,
  EDQUOT: MAKE_ROOM,
  EMFILE: ALLOW_MORE,
  ENFILE: ALLOW_MORE,
};

export function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'syscall' in error && 'code' in error && typeof error.code === 'string';
}

/** Whether the process, or the machine, may open no more files: anything at all may then fail with it. */
export function isOutOfFiles(error: unknown): boolean {
  return isSystemError(error) && (error.code === 'EMFILE' || error.code === 'ENFILE');
}

/** What the system has against it, in words. */
export function reasonOf({ code }: NodeJS.ErrnoException): string {
  return REASONS[code ?? ''] ?? code ?? 'unknown error';
}

/**
 * Turns a failed file operation into an error for users; anything else passes through untouched.
 * @param hint where the reason has none of its own
 */
export function diskError(error: unknown, path: string, doing: string, hint?: string): unknown {
  if (!isSystemError(error)) return error;
  return new ExpectedError('DISK', `could not ${doing} ${path}: ${reasonOf(error)}`, {
    cause: error,
    hint: HINTS[error.code ?? ''] ?? hint,
  });
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

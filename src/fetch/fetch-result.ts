import type { FileResult } from '../download/download-file.ts';
import type { Verified } from '../download/verify/verify-content.ts';
import type { ExpectedError } from '../errors.ts';
import { errorDocument } from '../output/error-document.ts';
import type { ExtractedFile } from '../zip/extract/extract.ts';
import type { Unpacked } from './unpack-archive.ts';

/** One package in the `--json` document of `fetch` (contract). */
export interface FetchResult {
  readonly id: string;
  readonly outcome: 'downloaded' | 'resumed' | 'skipped' | 'extracted' | 'failed';
  /** Absolute. For a failed package, the files that this run completed. */
  readonly paths: readonly string[];
  readonly sizeBytes: number | null;
  readonly transferredBytes: number;
  readonly resumedFrom: number;
  readonly durationMs: number;
  readonly verified: Verified;
  readonly sha256: string | null;
  /** Whether the package was deleted from the service afterwards. */
  readonly deleted: boolean;
  readonly error: Readonly<Record<string, unknown>> | null;
}

/** A downloaded file of a package. */
export interface FetchedFile extends FileResult {
  /** Null if it was not unpacked. */
  readonly unpacked: Unpacked | null;
  readonly isArchiveKept: boolean;
}

export function fetchedResult(
  id: string,
  files: readonly FetchedFile[],
  { durationMs, deleted }: { durationMs: number; deleted: boolean },
): FetchResult {
  const every = (name: keyof Verified) => files.every(({ verified }) => verified[name]);
  const sum = (name: 'sizeBytes' | 'transferredBytes' | 'resumedFrom') =>
    files.reduce((total, file) => total + file[name], 0);
  return {
    id,
    outcome: outcomeOf(files),
    paths: pathsOf(files),
    sizeBytes: sum('sizeBytes'),
    transferredBytes: sum('transferredBytes'),
    resumedFrom: sum('resumedFrom'),
    durationMs,
    verified: {
      size: every('size'),
      archive: every('archive'),
      crc: every('crc') && !hasUnpacked(files, 'left'),
      checksum: every('checksum'),
    },
    sha256: files.length === 1 ? (files[0]?.sha256 ?? null) : null,
    deleted,
    error: null,
  };
}

/** The paths of all archives that were kept, and of all unpacked files. */
export function pathsOf(files: readonly FetchedFile[]): readonly string[] {
  return files.flatMap(({ path, unpacked, isArchiveKept }) => [
    ...(isArchiveKept ? [path] : []),
    ...(unpacked?.files ?? []).map((file) => file.path),
  ]);
}

/** For a package that is already recorded and was not requested explicitly. */
export function recordedResult(id: string): FetchResult {
  return {
    id,
    outcome: 'skipped',
    paths: [],
    sizeBytes: null,
    transferredBytes: 0,
    resumedFrom: 0,
    durationMs: 0,
    verified: { size: false, archive: false, crc: false, checksum: false },
    sha256: null,
    deleted: false,
    error: null,
  };
}

export function failedResult(id: string, error: ExpectedError, durationMs: number): FetchResult {
  return {
    id,
    outcome: 'failed',
    paths: error.details.written ?? [],
    sizeBytes: null,
    transferredBytes: 0,
    resumedFrom: 0,
    durationMs,
    verified: { size: false, archive: false, crc: false, checksum: false },
    sha256: null,
    deleted: false,
    error: errorDocument(error),
  };
}

function hasUnpacked(files: readonly FetchedFile[], wanted: ExtractedFile['outcome']): boolean {
  return files.some(({ unpacked }) => unpacked?.files.some(({ outcome }) => outcome === wanted));
}

function outcomeOf(files: readonly FetchedFile[]): FetchResult['outcome'] {
  if (files.some(({ unpacked }) => unpacked?.files.length === 0) || hasUnpacked(files, 'extracted'))
    return 'extracted';
  if (files.every(({ isAlreadyThere, isArchiveKept }) => isAlreadyThere || !isArchiveKept)) return 'skipped';
  return files.some(({ resumedFrom }) => resumedFrom > 0) ? 'resumed' : 'downloaded';
}

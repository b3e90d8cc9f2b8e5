import { realpathSync } from 'node:fs';
import path from 'node:path';
import type { Package } from '../api/package.ts';
import type { Context } from '../context.ts';
import { onDisk } from '../disk/disk-error.ts';
import { syncFile, syncFolder } from '../disk/sync-folder.ts';
import { keyOf, type RecordLine, recordLine } from '../record/record-line.ts';
import { recordedPath } from '../record/recorded-path.ts';
import { eachAtOnce } from '../task-pool.ts';
import type { FetchedFile } from './fetch-result.ts';
import type { Recording } from './fetch-run.ts';

/** Each sync waits for the disk, which combines several. */
const SYNCED_AT_ONCE = 16;

/**
 * Records a complete and verified package in one write: its files, its items, and the package itself. The
 * files and their names are synced first, so that everything in the record exists even after a power failure.
 * @throws ExpectedError DISK, BUSY, CONFIG: nothing is recorded, and the next run fetches the package again
 */
export async function recordPackage(
  item: Package,
  files: readonly FetchedFile[],
  { record, itemsOf }: Recording,
  { clock }: Pick<Context, 'clock'>,
): Promise<void> {
  await syncAll(files);
  const nowMs = clock.now();
  const common = { packageId: item.id, title: item.title };
  const line = (kind: RecordLine['kind'], known: Partial<RecordLine>) =>
    recordLine(kind, nowMs, { ...common, ...known });
  const written = files.flatMap((file) =>
    linesOf(file, record.path).map(({ isNew, ...known }) => ({ isNew, line: line('file', known) })),
  );
  await record.append([
    // Existing files already have a line, unless an earlier run was interrupted before recording.
    ...written.filter((one) => one.isNew || !record.has(keyOf(one.line))).map((one) => one.line),
    // The title of the package does not apply to its items.
    ...itemsOf(item.id).map(({ kind, ...known }) => line(kind, { title: null, ...known })),
    line('package', {}),
  ]);
}

type KnownFile = Pick<RecordLine, 'path' | 'sizeBytes' | 'sha256' | 'crc32'> & { readonly isNew: boolean };

/** Files that were not verified are not listed. */
function linesOf(file: FetchedFile, recordPath: string): readonly KnownFile[] {
  const unpacked = (file.unpacked?.files ?? [])
    .filter(({ outcome }) => outcome !== 'left')
    .map(({ path, sizeBytes, crc32, outcome }) => ({
      path: recordedPath(recordPath, path),
      sizeBytes,
      sha256: null,
      crc32: crc32.toString(16).padStart(8, '0'),
      isNew: outcome === 'extracted',
    }));
  if (!file.isArchiveKept) return unpacked;
  const { sizeBytes, sha256, isAlreadyThere } = file;
  const kept = recordedPath(
    recordPath,
    path.join(realpathSync(path.dirname(file.path)), path.basename(file.path)),
  );
  return [{ path: kept, sizeBytes, sha256, crc32: null, isNew: !isAlreadyThere }, ...unpacked];
}

/** A downloaded file is synced when it is renamed. Unpacked files and those of an earlier run are not. */
async function syncAll(files: readonly FetchedFile[]): Promise<void> {
  const unpacked = files.flatMap((file) => file.unpacked?.files ?? []);
  const found = files.filter(({ isArchiveKept, isAlreadyThere }) => isArchiveKept && isAlreadyThere);
  const paths = [...unpacked.map((file) => file.path), ...found.map((file) => file.path)];
  await eachAtOnce(paths, SYNCED_AT_ONCE, (file) => onDisk(syncFile(file), file, 'sync'));
  await eachAtOnce(foldersOf(paths), SYNCED_AT_ONCE, (folder) => onDisk(syncFolder(folder), folder, 'sync'));
}

/** The folders of the files and their parents that this program may have created. */
function foldersOf(paths: readonly string[]): ReadonlySet<string> {
  const folders = new Set<string>();
  for (const file of paths) {
    for (let folder = path.dirname(file); !folders.has(folder); folder = path.dirname(folder))
      folders.add(folder);
  }
  return folders;
}

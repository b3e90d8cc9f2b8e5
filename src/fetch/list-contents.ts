import { isArchiveDeclared } from '../api/declared-archive.ts';
import type { Package } from '../api/package.ts';
import type { Context } from '../context.ts';
import { NoRangesError } from '../download/transfer/pinned-object.ts';
import { DEFAULT_CONNECTIONS } from '../download/transfer/transfer-job.ts';
import { couldBeArchive } from '../download/verify/verify-content.ts';
import { ExpectedError } from '../errors.ts';
import { DEFAULT_RETRIES } from '../flags/fetch-flags.ts';
import { formatUtc } from '../parse/time.ts';
import { createSemaphore } from '../semaphore.ts';
import { commandLine } from '../terminal/text/shell-quote.ts';
import { PROGRAM } from '../version.ts';
import { readDirectory } from '../zip/read/directory.ts';
import type { ArchiveEntry } from '../zip/read/entry.ts';
import { nameDecoder } from '../zip/read/name-encoding.ts';
import { expectedContent, fileUrl, renewUrl } from './fetch-package.ts';
import { openRemoteArchive } from './remote-archive.ts';
import { reportNames } from './report-names.ts';

/** One entry in the `--json` document of `contents` (contract). */
export interface ContentsItem {
  /** Folders end in `/`. */
  readonly path: string;
  readonly sizeBytes: number;
  readonly compressedBytes: number;
  /** Such as `stored` or `deflated`. */
  readonly method: string;
  /** Eight hexadecimal digits. */
  readonly crc32: string;
  /** UTC; null if unknown. */
  readonly modified: string | null;
}

/**
 * Lists the archive of a ready package. Only its end and its directory are downloaded.
 * @throws ExpectedError USAGE if the package is not a single zip archive, BAD_RESPONSE if the server does
 *   not support HTTP Range, INTEGRITY or UNSAFE for a directory that is damaged or ambiguous
 */
export async function listContents(
  item: Package,
  {
    isWanted,
    ignoreSize,
    encoding,
  }: { isWanted: (path: string) => boolean; ignoreSize: boolean; encoding: string | null },
  context: Context,
): Promise<readonly ContentsItem[]> {
  const { api, io, signal, world } = context;
  const [file, ...others] = item.files;
  const label = item.title ?? item.id;
  const fetchIt = commandLine([PROGRAM, 'fetch', '--', item.id], world.platform);
  const notListable = (what: string) =>
    new ExpectedError('USAGE', `cannot list package ${item.id}: it is ${what}, not a zip archive`, {
      id: item.id,
      next: [fetchIt],
    });
  if (file === undefined || others.length > 0) throw notListable(`${item.files.length} files`);
  const expected = expectedContent(item, file, { mustBeArchive: true });
  const opening = await openRemoteArchive(
    {
      url: fileUrl(file, api.url),
      renewUrl: () => renewUrl(item.id, 0, context),
      sizeBytes: ignoreSize ? null : file.sizeBytes,
    },
    {
      id: item.id,
      label,
      expected,
      retries: DEFAULT_RETRIES,
      connections: createSemaphore(DEFAULT_CONNECTIONS),
      limitRate: null,
    },
    context,
  );
  const cannotList = (reason: string) =>
    new ExpectedError('BAD_RESPONSE', `cannot list package ${item.id}: ${reason}`, {
      id: item.id,
      hint: 'download it instead:',
      next: [fetchIt],
    });
  if (opening.kind === 'no-ranges') throw cannotList(opening.reason);
  if (!isArchiveDeclared(expected) && !(await couldBeArchive(opening.source)))
    throw notListable('a single file');
  const decode = encoding === null ? null : nameDecoder(encoding);
  const { entries } = await readDirectory(opening.source, { signal, decode }).catch((error: unknown) => {
    throw error instanceof NoRangesError ? cannotList(error.message) : error;
  });
  reportNames(entries, { label, io });
  return entries.filter(({ path }) => isWanted(path)).map(contentsItem);
}

function contentsItem({
  path,
  sizeBytes,
  compressedBytes,
  method,
  crc32,
  modifiedMs,
}: ArchiveEntry): ContentsItem {
  const modified = modifiedMs === null ? null : formatUtc(modifiedMs);
  const digits = crc32.toString(16).padStart(8, '0');
  return { path, sizeBytes, compressedBytes, method, crc32: digits, modified };
}

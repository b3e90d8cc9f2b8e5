import { createHash } from 'node:crypto';
import { type ArchiveSpec, type EntrySpec, makeZip } from '../zip-maker.ts';
import type { ServedObject } from './served-object.ts';

/** An archive as served by object storage, with a strong ETag. */
export function serveArchive(entries: readonly EntrySpec[], archive?: ArchiveSpec): ServedObject {
  const bytes = makeZip(entries, archive);
  return {
    bytes,
    contentType: 'application/zip',
    etag: `"${createHash('sha256').update(bytes).digest('hex').slice(0, 32)}"`,
    lastModified: 'Mon, 05 Jan 2026 10:00:00 GMT',
  };
}

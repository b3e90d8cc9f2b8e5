import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import type { Traits } from '../dialect/traits.ts';
import type { ActiveFaults } from '../faults/active-faults.ts';
import type { ServedFile } from '../packages/package-store.ts';
import type { Validators } from './range-request.ts';

/** The current file: the first one or its replacement. */
export interface CurrentFile extends Validators {
  readonly path: string;
}

/** Identifies the bytes. The ETag depends on the file on disk, because the user's own file may change. */
export function currentFile(
  file: ServedFile,
  stats: { readonly size: number; readonly mtime: Date },
  faults: ActiveFaults,
): CurrentFile {
  const version = file.isReplaced && faults.find('lying-etag') === undefined ? 1 : 0;
  const identity = `${file.id} ${stats.size} ${faults.find('lying-etag') ? '' : stats.mtime.getTime()} ${version}`;
  const opaqueTag = createHash('sha256').update(identity).digest('hex').slice(0, 24);
  const prefix = faults.find('weak-etag') === undefined ? '' : 'W/';
  // The replacement is written in the same second as the first file.
  const lastModified = file.isReplaced ? new Date(stats.mtime.getTime() + 3_600_000) : stats.mtime;
  return {
    path: currentPath(file),
    sizeBytes: stats.size,
    etag: faults.find('no-etag') === undefined ? `${prefix}"${opaqueTag}"` : undefined,
    lastModified: faults.find('no-last-modified') === undefined ? lastModified : undefined,
  };
}

export function currentPath(file: ServedFile): string {
  return file.isReplaced ? (file.replacementPath ?? file.path) : file.path;
}

/** RFC 6266: an ASCII name, and the real one in `filename*`; or the form of the dialect. */
export function contentDisposition(name: string, form: Traits['disposition'] = 'both'): string | undefined {
  const ascii = name.replaceAll(/[^\u0020-\u007E]/g, '_').replaceAll(/["\\]/g, String.raw`\$&`);
  const encoded = encodeURIComponent(name.replaceAll(/\p{Surrogate}/gu, '_')).replaceAll(
    /['()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  switch (form) {
    case 'none':
      return undefined;
    case 'plain':
      return `attachment; filename="${ascii}"`;
    case 'star-only':
      return `attachment; filename*=UTF-8''${encoded}`;
    case 'inline':
      return `inline; filename="${ascii}"; filename*=UTF-8''${encoded}`;
    case 'raw-utf8':
      // Node writes headers as Latin-1, so this sends the bytes of UTF-8.
      return `attachment; filename="${Buffer.from(name.replaceAll('"', '_'), 'utf8').toString('latin1')}"`;
    case 'both':
      return `attachment; filename="${ascii}"; filename*=UTF-8''${encoded}`;
  }
}

/** Content-Range of a 206 response, or undefined for none; faults make it wrong. */
export function contentRange(
  { start, end, sizeBytes }: { start: number; end: number; sizeBytes: number },
  faults: ActiveFaults,
): string | undefined {
  if (faults.find('range-no-header') !== undefined) return undefined;
  const unit = faults.find('range-wrong-unit') === undefined ? 'bytes' : 'octets';
  let total = String(sizeBytes);
  if (faults.find('range-wrong-total') !== undefined) total = String(sizeBytes * 2);
  if (faults.find('range-star-total') !== undefined) total = '*';
  return `${unit} ${start}-${end - 1}/${total}`;
}

/** Repr-Digest (RFC 9530) of a file: the right one, or that of the fault. */
export async function reprDigest(path: string, kind: string): Promise<string> {
  if (kind === 'malformed') return 'sha-256=:not base64:';
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  const digest = hash.digest();
  if (kind === 'wrong') digest.writeUInt8(digest.readUInt8(0) ^ 1, 0);
  return `sha-256=:${digest.toString('base64')}:`;
}

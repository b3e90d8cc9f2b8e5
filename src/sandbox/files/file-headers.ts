import { createHash } from 'node:crypto';
import type { Traits } from '../dialect/traits.ts';
import type { ServedFile } from '../packages/package-store.ts';
import type { Validators } from './range-request.ts';

/** Identifies the bytes. The ETag depends on the file on disk, because the user's own file may change. */
export function validatorsOf(
  file: ServedFile,
  stats: { readonly size: number; readonly mtime: Date },
  { etag }: Traits,
): Validators {
  const identity = `${file.id} ${stats.size} ${stats.mtime.getTime()}`;
  const opaqueTag = createHash('sha256').update(identity).digest('hex').slice(0, 24);
  return {
    sizeBytes: stats.size,
    etag: etag === 'none' ? undefined : `${etag === 'weak' ? 'W/' : ''}"${opaqueTag}"`,
    lastModified: stats.mtime,
  };
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

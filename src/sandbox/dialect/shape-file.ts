import type { Traits } from './traits.ts';

/** The MIME type of a file in a dialect; it differs, or is missing, only for archives. */
export function dialectMimeType(mimeType: string, traits: Traits): string | undefined {
  if (mimeType !== 'application/zip') return mimeType;
  return traits['zip-type'] === 'none' ? undefined : traits['zip-type'];
}

export function dialectSize(
  file: { readonly sizeBytes: number; readonly unpackedBytes?: number },
  traits: Traits,
): number | string | undefined {
  if (traits['file-size'] === 'unpacked') return file.unpackedBytes ?? file.sizeBytes;
  if (traits['file-size'] === 'absent') return undefined;
  return traits['file-size'] === 'text' ? String(file.sizeBytes) : file.sizeBytes;
}

/** `files[].url` of a file of this API. */
export function dialectUrl(apiUrl: string, fileId: string, traits: Traits): string {
  const path = `downloads/file/${fileId}`;
  if (traits['file-url'] === 'relative') return path;
  const absolute = `${apiUrl}/${path}`;
  return traits['file-url'] === 'absolute-path' ? new URL(absolute).pathname : absolute;
}

import type { StoredMediaItem } from './library.ts';

interface FileKind {
  readonly type: StoredMediaItem['type'];
  readonly mimeType: string;
}

const KINDS: ReadonlyMap<string, FileKind> = new Map(
  Object.entries({
    '.mp4': ['video', 'video/mp4'],
    '.m4v': ['video', 'video/x-m4v'],
    '.mov': ['video', 'video/quicktime'],
    '.webm': ['video', 'video/webm'],
    '.mkv': ['video', 'video/x-matroska'],
    '.avi': ['video', 'video/x-msvideo'],
    '.mp3': ['audio', 'audio/mpeg'],
    '.m4a': ['audio', 'audio/mp4'],
    '.aac': ['audio', 'audio/aac'],
    '.flac': ['audio', 'audio/flac'],
    '.ogg': ['audio', 'audio/ogg'],
    '.opus': ['audio', 'audio/ogg'],
    '.wav': ['audio', 'audio/wav'],
    '.jpg': ['image', 'image/jpeg'],
    '.jpeg': ['image', 'image/jpeg'],
    '.png': ['image', 'image/png'],
    '.gif': ['image', 'image/gif'],
    '.webp': ['image', 'image/webp'],
    '.svg': ['image', 'image/svg+xml'],
    '.pdf': ['document', 'application/pdf'],
    '.txt': ['document', 'text/plain'],
    '.md': ['document', 'text/markdown'],
    '.csv': ['document', 'text/csv'],
    '.json': ['document', 'application/json'],
    '.zip': ['document', 'application/zip'],
    '.docx': ['document', 'application/vnd.openxmlformats-officedocument.wordprocessingml.document'],
    '.xlsx': ['document', 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'],
    '.pptx': ['document', 'application/vnd.openxmlformats-officedocument.presentationml.presentation'],
  } satisfies Record<string, [StoredMediaItem['type'], string]>).map(([extension, [type, mimeType]]) => [
    extension,
    { type, mimeType },
  ]),
);

/** The type of a file by its extension (with the dot, any case); unknown ones are binary documents. */
export function fileKind(extension: string): FileKind {
  return KINDS.get(extension.toLowerCase()) ?? { type: 'document', mimeType: 'application/octet-stream' };
}

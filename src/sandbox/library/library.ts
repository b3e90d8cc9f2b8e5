import type { Cue } from './cue.ts';

/** A file on disk that can be served. */
export interface StoredContent {
  readonly path: string;
  readonly sizeBytes: number;
  readonly mimeType: string;
  /** With the dot, such as `.mp4`; may be empty. */
  readonly extension: string;
}

export interface StoredRendition {
  readonly id: string;
  readonly name: string;
  readonly content: StoredContent;
}

export interface StoredTranscript {
  readonly id: string;
  readonly languageCode: string;
  /** The sentences; a file of the user is read again each time. */
  readonly readCues: () => Promise<readonly Cue[]>;
}

export interface StoredMediaItem {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly type: 'video' | 'audio' | 'image' | 'document';
  readonly durationSeconds?: number;
  readonly tags: readonly string[];
  readonly created: Date;
  /** Who speaks in it. */
  readonly speakers: readonly string[];
  readonly channelId: string;
  /** Never empty; the first is the original. */
  readonly renditions: readonly [StoredRendition, ...StoredRendition[]];
  readonly transcripts: readonly StoredTranscript[];
}

/** All media items, and a lookup by ID. IDs are only looked up, never used in paths. */
export interface Library {
  readonly media: readonly StoredMediaItem[];
  readonly mediaById: ReadonlyMap<string, StoredMediaItem>;
  readonly renditionsById: ReadonlyMap<
    string,
    { readonly medium: StoredMediaItem; readonly rendition: StoredRendition }
  >;
  readonly transcriptsById: ReadonlyMap<
    string,
    { readonly medium: StoredMediaItem; readonly transcript: StoredTranscript }
  >;
}

export function createLibrary(media: readonly StoredMediaItem[]): Library {
  return {
    media,
    mediaById: new Map(media.map((medium) => [medium.id, medium])),
    renditionsById: new Map(
      media.flatMap((medium) =>
        medium.renditions.map((rendition) => [rendition.id, { medium, rendition }] as const),
      ),
    ),
    transcriptsById: new Map(
      media.flatMap((medium) =>
        medium.transcripts.map((transcript) => [transcript.id, { medium, transcript }] as const),
      ),
    ),
  };
}

import { ExpectedError } from '../errors.ts';
import {
  CREATED_KEYS,
  readFirst,
  readSeconds,
  readText,
  readTexts,
  readTime,
  readWord,
  requireId,
} from '../parse/fields.ts';
import type { JsonObject } from '../parse/json.ts';
import { findItems, withIds } from './list.ts';
import { MEDIA_TYPES } from './media-types.ts';
import { findResource, idOf } from './resource.ts';

export interface Rendition {
  readonly id: string;
  readonly name: string | null;
  readonly raw: JsonObject;
}

/** A parsed item of the media library. Only the ID is guaranteed. */
export interface MediaItem {
  readonly id: string;
  readonly name: string | null;
  readonly description: string | null;
  /** One of MEDIA_TYPES if the service's value contains it, otherwise that value. */
  readonly type: string | null;
  readonly durationSeconds: number | null;
  /** Null if the service sends none. */
  readonly tags: readonly string[] | null;
  readonly created: string | null;
  /** Empty when the service lists none. */
  readonly renditions: readonly Rendition[];
  readonly raw: JsonObject;
}

export interface MediaTranscript {
  readonly id: string;
  /** The tenant's own code, never validated. */
  readonly languageCode: string | null;
  readonly raw: JsonObject;
}

/** @throws ExpectedError BAD_RESPONSE if it is not an object with an ID */
export function parseMediaItem(value: unknown, warn: (message: string) => void = () => undefined): MediaItem {
  const resource = findResource(value, 'media item');
  if (resource === null) {
    throw new ExpectedError('BAD_RESPONSE', 'no media item in the response of the service');
  }
  return readMediaItem(resource, requireId(idOf(resource, 'media item'), 'media item'), warn);
}

export function readMediaItem(value: JsonObject, id: string, warn: (message: string) => void): MediaItem {
  return {
    id,
    name: readFirst(value, ['name', 'title'], readText),
    description: readFirst(value, ['description'], readText),
    type: readType(value),
    durationSeconds: readFirst(value, ['duration', 'durationSeconds'], readSeconds),
    tags: readFirst(value, ['tags'], (tags) => readTexts(findItems(tags) ?? tags)),
    created: readFirst(value, CREATED_KEYS, readTime),
    renditions: withIds(
      readFirst(value, ['renditions'], (list) => findItems(list, 'rendition')) ?? [],
      'rendition',
      {
        parseItem: readRendition,
        warn,
      },
    ),
    raw: value,
  };
}

export function readTranscript(raw: JsonObject, id: string): MediaTranscript {
  return { id, languageCode: readFirst(raw, ['languageCode', 'language', 'locale'], readWord), raw };
}

/** The `--json` document: all documented keys, plus the service's other fields unchanged. */
export function mediaItemDocument(medium: MediaItem): JsonObject {
  const { raw, id, name, description, type, durationSeconds, tags, created, renditions } = medium;
  return {
    ...raw,
    id,
    name,
    description,
    type,
    durationSeconds,
    tags: tags ?? [],
    created,
    renditions: renditions.map((rendition) => ({ ...rendition.raw, id: rendition.id, name: rendition.name })),
  };
}

export function transcriptDocument({ raw, id, languageCode }: MediaTranscript): JsonObject {
  return { ...raw, id, languageCode };
}

const TYPE_KEYS = ['type', 'assetType', 'mediaType', 'kind', 'mediaKind', 'mimeType'];

/** Services write `video`, `VIDEO`, `videoAsset` or `video/mp4`. */
function readType(value: JsonObject): string | null {
  return (
    readFirst(value, TYPE_KEYS, knownType) ?? readFirst(value, ['type', 'assetType', 'mediaType'], readWord)
  );
}

function knownType(value: unknown): string | null {
  const word = readWord(value)?.toLowerCase() ?? '';
  return MEDIA_TYPES.find((type) => word.includes(type)) ?? null;
}

function readRendition(raw: JsonObject, id: string): Rendition {
  return { id, name: readFirst(raw, ['name', 'title'], readText), raw };
}

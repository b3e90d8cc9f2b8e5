import { ExpectedError } from '../errors.ts';
import { isObject, type JsonObject, parseId, textOrNull, timeOrNull } from '../values/json.ts';

export interface Rendition {
  readonly id: string;
  readonly name: string | null;
  readonly raw: JsonObject;
}

/** A medium of the library, parsed; everything but the id may be missing. */
export interface Medium {
  readonly id: string;
  readonly name: string | null;
  readonly description: string | null;
  readonly type: string | null;
  readonly durationSeconds: number | null;
  readonly tags: readonly string[];
  readonly created: string | null;
  /** Empty when the service lists none. */
  readonly renditions: readonly Rendition[];
  readonly raw: JsonObject;
}

export interface MediumTranscript {
  readonly id: string;
  /** The tenant's own code, never validated. */
  readonly languageCode: string | null;
  readonly raw: JsonObject;
}

/** @throws ExpectedError BAD_RESPONSE when it is not an object with an id */
export function parseMedium(value: unknown): Medium {
  if (!isObject(value)) throw new ExpectedError('BAD_RESPONSE', 'the service answered without a medium');
  const { duration, tags, renditions } = value;
  return {
    id: parseId(value.id, 'the medium'),
    name: textOrNull(value.name),
    description: textOrNull(value.description),
    type: textOrNull(value.type),
    durationSeconds:
      typeof duration === 'number' && Number.isFinite(duration) && duration >= 0 ? duration : null,
    tags: Array.isArray(tags) ? tags.filter((tag) => typeof tag === 'string') : [],
    created: timeOrNull(value.created),
    renditions: Array.isArray(renditions) ? renditions.filter(isObject).map(parseRendition) : [],
    raw: value,
  };
}

/** @throws ExpectedError BAD_RESPONSE when it is not an object with an id */
export function parseTranscript(value: unknown): MediumTranscript {
  if (!isObject(value)) throw new ExpectedError('BAD_RESPONSE', 'the service answered without a transcript');
  return {
    id: parseId(value.id, 'the transcript'),
    languageCode: textOrNull(value.languageCode),
    raw: value,
  };
}

/** The `--json` form: our keys always there, the service's other fields unchanged. */
export function mediumDocument(medium: Medium): JsonObject {
  const { raw, id, name, description, type, durationSeconds, tags, created, renditions } = medium;
  return {
    ...raw,
    id,
    name,
    description,
    type,
    durationSeconds,
    tags,
    created,
    renditions: renditions.map((rendition) => ({ ...rendition.raw, id: rendition.id, name: rendition.name })),
  };
}

export function transcriptDocument({ raw, id, languageCode }: MediumTranscript): JsonObject {
  return { ...raw, id, languageCode };
}

function parseRendition(raw: JsonObject): Rendition {
  return { id: parseId(raw.id, 'the rendition'), name: textOrNull(raw.name), raw };
}

import { type JsonObject, objectOrNull } from '../parse/json.ts';
import { formatUtc } from '../parse/time.ts';

/** A line is about an item that was fetched, or about a file on disk. */
export type RecordKind = 'transcript' | 'media' | 'rendition' | 'package' | 'file';

/** The fields of a line, in this order; null if unknown, or without meaning for the kind. */
const FIELD_TYPES = {
  transcriptId: 'string',
  format: 'string',
  /** False if a transcript was requested without the names of its speakers. */
  speakers: 'boolean',
  mediaId: 'string',
  title: 'string',
  language: 'string',
  renditionId: 'string',
  packageId: 'string',
  /** Relative to the folder of the record, with `/`; absolute outside of it. */
  path: 'string',
  sizeBytes: 'number',
  /** Lowercase hexadecimal. */
  sha256: 'string',
  /** Eight hexadecimal digits. */
  crc32: 'string',
} as const;

type Field = keyof typeof FIELD_TYPES;
interface Types {
  readonly string: string;
  readonly boolean: boolean;
  readonly number: number;
}
type Fields = { readonly [Name in Field]: Types[(typeof FIELD_TYPES)[Name]] | null };

/** One line of a record. */
export interface RecordLine extends Fields {
  readonly kind: RecordKind;
  /** When it was recorded, UTC. */
  readonly time: string;
}

/** Two lines of a kind describe the same item if these fields are the same. */
const KEY_FIELDS: Readonly<Record<RecordKind, readonly Field[]>> = {
  transcript: ['transcriptId', 'format', 'speakers'],
  media: ['mediaId'],
  rendition: ['renditionId'],
  package: ['packageId'],
  file: ['packageId', 'path', 'sizeBytes', 'sha256', 'crc32'],
};

const FIELDS: readonly Field[] = Object.keys(FIELD_TYPES).filter(isField);

const LINE_START = '{"kind":"';
/** Ends the key. Inside a string, the quotes would be escaped. */
const KEY_END = ',"time":"';

/** A line with null for everything that is not given. */
export function recordLine(
  kind: RecordKind,
  timeMs: number,
  known: Partial<Omit<RecordLine, 'kind' | 'time'>>,
): RecordLine {
  const fields = readFields(known);
  if (fields === null) throw new RangeError('a field of a record has a wrong type');
  return { ...fields, kind, time: formatUtc(timeMs) };
}

/** All fields, from an object that may lack some; null if one has a wrong type. */
function readFields(known: Readonly<Record<string, unknown>>): Fields | null {
  const fields = Object.fromEntries(
    FIELDS.map((name) => [name, known[name] === '' ? null : (known[name] ?? null)]),
  );
  return isFields(fields) ? fields : null;
}

function isFields(value: Readonly<Record<string, unknown>>): value is Fields & Record<string, unknown> {
  return FIELDS.every((name) => value[name] === null || typeof value[name] === FIELD_TYPES[name]);
}

function isField(name: string): name is Field {
  return Object.hasOwn(FIELD_TYPES, name);
}

/** The text before `,"time":"`, which identifies an item. It depends on the key fields only. */
export function keyOf(line: Pick<RecordLine, 'kind'> & Partial<RecordLine>): string {
  const fields = KEY_FIELDS[line.kind].map((name) => `,"${name}":${JSON.stringify(line[name] ?? null)}`);
  return `{"kind":"${line.kind}"${fields.join('')}`;
}

/** The text of a line: its key, the time, then the other fields. */
export function formatLine(line: RecordLine): string {
  const rest = FIELDS.filter((name) => !KEY_FIELDS[line.kind].includes(name));
  const fields = rest.map((name) => `,"${name}":${JSON.stringify(line[name])}`);
  return `${keyOf(line)}${KEY_END}${line.time}"${fields.join('')}}\n`;
}

/** Parses a line with its fields in any order; null if it is not a line of a record, or its ID is missing. */
export function parseLine(text: string): RecordLine | null {
  const value = parseObject(text);
  const kind = KINDS.find((known) => known === value?.['kind']);
  if (value === null || kind === undefined) return null;
  const time = value['time'] ?? '';
  const fields = readFields(value);
  if (fields === null || typeof time !== 'string') return null;
  const line = { ...fields, kind, time };
  const [id = 'mediaId'] = KEY_FIELDS[kind];
  return line[id] === null ? null : line;
}

const KINDS: readonly RecordKind[] = ['transcript', 'media', 'rendition', 'package', 'file'];

function parseObject(text: string): JsonObject | null {
  try {
    return objectOrNull(JSON.parse(text));
  } catch {
    return null;
  }
}

const START_BYTES = Buffer.from(LINE_START);
const KEY_END_BYTES = Buffer.from(KEY_END);
const COMMA = 0x2c;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** Whether bytes start like a line of a record. Fewer bytes than the start may be its beginning. */
export function isLineStart(bytes: Uint8Array, start: number, end: number): boolean {
  return isAt(START_BYTES, bytes, start, Math.min(end - start, START_BYTES.length));
}

/** Whether a line that starts there is about a file. The caller has checked isLineStart(). */
export function isFileLine(bytes: Uint8Array, start: number): boolean {
  return bytes[start + START_BYTES.length] === FILE_INITIAL;
}

/** What precedes each value of a key, by the initial of the kind. */
const KEY_PARTS: ReadonlyMap<number, readonly Buffer[]> = new Map(
  KINDS.map((kind) => [
    kind.charCodeAt(0),
    KEY_FIELDS[kind].map((name, index) =>
      Buffer.from(`${index === 0 ? `${LINE_START}${kind}"` : ''},"${name}":`),
    ),
  ]),
);

/** The end of the key of a line that starts with its key fields and the time, as formatLine() writes it; otherwise -1. */
export function endOfKey(bytes: Uint8Array, start: number, end: number): number {
  let index = start;
  for (const part of KEY_PARTS.get(bytes[start + START_BYTES.length] ?? 0) ?? []) {
    if (!isAt(part, bytes, index, part.length)) return -1;
    index = endOfValue(bytes, index + part.length, end);
    if (index === -1) return -1;
  }
  const hasEnd = index > start && index + KEY_END_BYTES.length <= end;
  return hasEnd && isAt(KEY_END_BYTES, bytes, index, KEY_END_BYTES.length) ? index : -1;
}

/** The end of a number, a literal, or a string without escapes; otherwise -1. */
function endOfValue(bytes: Uint8Array, start: number, end: number): number {
  const isString = bytes[start] === QUOTE;
  for (let index = start + 1; index < end; index += 1) {
    const byte = bytes[index];
    if (byte === BACKSLASH) return -1;
    if (byte === (isString ? QUOTE : COMMA)) return isString ? index + 1 : index;
  }
  return -1;
}

/** No other kind starts with this letter. */
const FILE_INITIAL = 'f'.charCodeAt(0);

/** For a few bytes, a loop is faster than Buffer.compare(), which matters for a million lines. */
function isAt(text: Uint8Array, bytes: Uint8Array, start: number, length: number): boolean {
  for (let index = 0; index < length; index += 1) if (bytes[start + index] !== text[index]) return false;
  return true;
}

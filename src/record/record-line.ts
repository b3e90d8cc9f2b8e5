import { type JsonObject, objectOrNull, textOrNull } from '../parse/json.ts';
import { formatUtc } from '../parse/time.ts';

/** What a line stands for: something that was selected and arrived, or one of the files that it arrived as. */
export type RecordKind = 'transcript' | 'media' | 'rendition' | 'package' | 'file';

/** One line of a record; null is what is unknown, or has no meaning for the kind. */
export interface RecordLine {
  readonly kind: RecordKind;
  readonly transcriptId: string | null;
  readonly format: string | null;
  /** False if a transcript was requested without the names of its speakers. */
  readonly speakers: boolean | null;
  /** When it was recorded, UTC. */
  readonly time: string;
  readonly mediaId: string | null;
  readonly title: string | null;
  readonly language: string | null;
  readonly renditionId: string | null;
  readonly packageId: string | null;
  /** Relative to the folder of the record, with `/`; absolute outside of it. */
  readonly path: string | null;
  readonly sizeBytes: number | null;
  /** Lower-case hexadecimal. */
  readonly sha256: string | null;
  /** Eight hexadecimal digits. */
  readonly crc32: string | null;
}

type Field = keyof RecordLine;
type KeyField = Exclude<Field, 'kind' | 'time'>;

/** What makes two lines of a kind the same item; the rest may differ. */
const KEY_FIELDS: Readonly<Record<RecordKind, readonly KeyField[]>> = {
  transcript: ['transcriptId', 'format', 'speakers'],
  media: ['mediaId'],
  rendition: ['renditionId'],
  package: ['packageId'],
  file: ['packageId', 'path', 'sizeBytes', 'sha256', 'crc32'],
};

const FIELDS: readonly KeyField[] = [
  'transcriptId',
  'format',
  'speakers',
  'mediaId',
  'title',
  'language',
  'renditionId',
  'packageId',
  'path',
  'sizeBytes',
  'sha256',
  'crc32',
];

const LINE_START = '{"kind":"';
/** What ends the key; within a string its quotes would be escaped. */
const KEY_END = ',"time":"';

const UNKNOWN: Readonly<Record<KeyField, null>> = {
  transcriptId: null,
  format: null,
  speakers: null,
  mediaId: null,
  title: null,
  language: null,
  renditionId: null,
  packageId: null,
  path: null,
  sizeBytes: null,
  sha256: null,
  crc32: null,
};

/** A line with null for all that is not given. */
export function recordLine(
  kind: RecordKind,
  timeMs: number,
  known: Partial<Omit<RecordLine, 'kind' | 'time'>>,
): RecordLine {
  return { ...UNKNOWN, ...known, kind, time: formatUtc(timeMs) };
}

/** The text before `,"time":"`, by which the record knows an item; of the line only the key fields matter. */
export function keyOf(line: Pick<RecordLine, 'kind'> & Partial<RecordLine>): string {
  const fields = KEY_FIELDS[line.kind].map((name) => `,"${name}":${JSON.stringify(line[name] ?? null)}`);
  return `{"kind":"${line.kind}"${fields.join('')}`;
}

/** The whole line, its key first, then the time, then the rest. */
export function formatLine(line: RecordLine): string {
  const rest = FIELDS.filter((name) => !KEY_FIELDS[line.kind].includes(name));
  const fields = rest.map((name) => `,"${name}":${JSON.stringify(line[name])}`);
  return `${keyOf(line)}${KEY_END}${line.time}"${fields.join('')}}\n`;
}

/** A line in any order of its fields and with any spaces; null when it is none, or its key is not whole. */
export function parseLine(text: string): RecordLine | null {
  const value = parseObject(text);
  const kind = KINDS.find((known) => known === value?.['kind']);
  if (value === null || kind === undefined) return null;
  const { speakers = null, sizeBytes = null } = value;
  if (speakers !== null && typeof speakers !== 'boolean') return null;
  if (sizeBytes !== null && typeof sizeBytes !== 'number') return null;
  if (TEXT_FIELDS.some((name) => typeof (value[name] ?? '') !== 'string')) return null;
  const read = (name: (typeof TEXT_FIELDS)[number]) => textOrNull(value[name]);
  const line: RecordLine = {
    kind,
    transcriptId: read('transcriptId'),
    format: read('format'),
    speakers,
    time: read('time') ?? '',
    mediaId: read('mediaId'),
    title: read('title'),
    language: read('language'),
    renditionId: read('renditionId'),
    packageId: read('packageId'),
    path: read('path'),
    sizeBytes,
    sha256: read('sha256'),
    crc32: read('crc32'),
  };
  const [id = 'mediaId'] = KEY_FIELDS[kind];
  return line[id] === null ? null : line;
}

const KINDS: readonly RecordKind[] = ['transcript', 'media', 'rendition', 'package', 'file'];
const TEXT_FIELDS = [
  'time',
  'transcriptId',
  'format',
  'mediaId',
  'title',
  'language',
  'renditionId',
  'packageId',
  'path',
  'sha256',
  'crc32',
] as const;

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

/** Whether bytes begin as every line of ours does, or, if there are fewer of them, can become one. */
export function isLineStart(bytes: Uint8Array, start: number, end: number): boolean {
  return isAt(START_BYTES, bytes, start, Math.min(end - start, START_BYTES.length));
}

/** Whether the line that begins there, as isLineStart() knows, is about a file. */
export function isFileLine(bytes: Uint8Array, start: number): boolean {
  return bytes[start + START_BYTES.length] === FILE_INITIAL;
}

/** As long as the longest word for a kind makes it, and shorter than any key. */
const KIND_LENGTH = `${LINE_START}transcript"`.length;

/** Where the key of a line ends whose key fields come first, as ours do; -1 when they do not. */
export function endOfKey(bytes: Uint8Array, start: number, end: number): number {
  for (let index = start, last = end - KEY_END_BYTES.length; index <= last; index += 1)
    if (bytes[index] === COMMA && isAt(KEY_END_BYTES, bytes, index, KEY_END_BYTES.length))
      return index - start > KIND_LENGTH ? index : -1;
  return -1;
}

/** No other kind begins so. */
const FILE_INITIAL = 'f'.charCodeAt(0);

/** By hand: a call into the system's own comparison takes longer than this for a few bytes, a million times. */
function isAt(text: Uint8Array, bytes: Uint8Array, start: number, length: number): boolean {
  for (let index = 0; index < length; index += 1) if (bytes[start + index] !== text[index]) return false;
  return true;
}

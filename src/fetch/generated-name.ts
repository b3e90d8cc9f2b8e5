import { createHash } from 'node:crypto';

const EXTENSIONS: Readonly<Record<string, string>> = {
  'application/zip': '.zip',
  'application/x-zip': '.zip',
  'application/x-zip-compressed': '.zip',
  'application/zip-compressed': '.zip',
  'multipart/x-zip': '.zip',
  'multipart/zip': '.zip',
  'application/gzip': '.gz',
  'application/x-tar': '.tar',
  'application/json': '.json',
  'application/pdf': '.pdf',
  'application/x-subrip': '.srt',
  'audio/mp4': '.m4a',
  'audio/mpeg': '.mp3',
  'audio/wav': '.wav',
  'audio/x-wav': '.wav',
  'image/jpeg': '.jpg',
  'image/png': '.png',
  'text/plain': '.txt',
  'text/vtt': '.vtt',
  'video/mp4': '.mp4',
  'video/quicktime': '.mov',
  'video/webm': '.webm',
};

const MAX_SLUG_LENGTH = 80;
const SHORT_ID_LENGTH = 8;
const MAX_ID_LENGTH = 40;
const HASH_LENGTH = 16;

export interface NamedFile {
  /** Identifies the package; see createIdNames(). */
  readonly idName: string;
  readonly title: string | null;
  /** The name of the file at the service, if known; only its extension is used. */
  readonly name: string | null;
  readonly mimeType: string | null;
  readonly isCompressed: boolean | null;
  /** Position among several files of the package, from 1; null if it is the only one. */
  readonly position: number | null;
}

/**
 * Names the packages of a command by the first 8 characters of their IDs. IDs that start alike are used as a whole, in
 * any order of the IDs.
 */
export function createIdNames(ids: readonly string[]): (id: string) => string {
  const counts = new Map<string, number>();
  for (const id of new Set(ids)) counts.set(shortId(id), (counts.get(shortId(id)) ?? 0) + 1);
  return (id) => {
    if ((counts.get(shortId(id)) ?? 0) <= 1) return shortId(id);
    const name = slug(id);
    return name !== '' && name.length <= MAX_ID_LENGTH ? name : `${shortId(id)}-${hashOf(id)}`;
  };
}

function shortId(id: string): string {
  return slug(id).slice(0, SHORT_ID_LENGTH);
}

function hashOf(id: string): string {
  return createHash('sha256').update(id).digest('hex').slice(0, HASH_LENGTH);
}

/**
 * The name of a downloaded file: slug of the title, name of the ID, extension. It contains only
 * a–z, 0–9, and `-`, which is safe on every system and in every shell.
 */
export function fileName({ idName, title, name, mimeType, isCompressed, position }: NamedFile): string {
  const stem = [slug(title ?? ''), idName, position === null ? '' : String(position)]
    .map((part) => part.replaceAll(/^-+|-+$/g, ''))
    .filter((part) => part !== '')
    .join('-');
  return `${portable(stem === '' ? 'package' : stem)}${extension(name, mimeType, isCompressed)}`;
}

/** The folder for the content of an archive: the name from `fileName` without its extension. */
export function folderName(archiveName: string): string {
  return archiveName.replace(/\.[a-z0-9]+$/, '');
}

function slug(text: string): string {
  return text
    .normalize('NFKD')
    .replaceAll(/\p{M}/gu, '')
    .replaceAll(/[ßẞ]/g, 'ss')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .slice(0, MAX_SLUG_LENGTH)
    .replaceAll(/^-+|-+$/g, '');
}

function extension(name: string | null, mimeType: string | null, isCompressed: boolean | null): string {
  const own = /\.([A-Za-z0-9]{1,8})$/.exec(name ?? '')?.[1];
  if (own !== undefined) return `.${own.toLowerCase()}`;
  const type = mimeType?.split(';')[0]?.trim().toLowerCase() ?? '';
  return EXTENSIONS[type] ?? (isCompressed === true ? '.zip' : '.bin');
}

/** Windows treats these names as devices, with any extension. */
function portable(stem: string): string {
  return /^(con|prn|aux|nul|com\d|lpt\d)$/.test(stem) ? `${stem}-file` : stem;
}

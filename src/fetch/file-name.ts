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
const ID_LENGTH = 8;

export interface NamedFile {
  readonly packageId: string;
  readonly title: string | null;
  /** The name of the file at the service, if known; only its extension is used. */
  readonly name: string | null;
  readonly mimeType: string | null;
  readonly isCompressed: boolean | null;
  /** Position among several files of the package, from 1; null if it is the only one. */
  readonly position: number | null;
}

/**
 * The name of a downloaded file: slug of the title, first characters of the ID, extension. It contains only
 * a–z, 0–9, and `-`, which is safe on every system and in every shell.
 */
export function fileName({ packageId, title, name, mimeType, isCompressed, position }: NamedFile): string {
  const stem = [
    slug(title ?? ''),
    slug(packageId).slice(0, ID_LENGTH),
    position === null ? '' : String(position),
  ]
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

import { accessSync, constants, type Dirent, readdirSync, statSync } from 'node:fs';
import { extname, join } from 'node:path';
import { isSystemError, reasonOf } from '../../disk/disk-error.ts';
import { ExpectedError } from '../../errors.ts';
import { openRegularFile } from '../server/open-regular-file.ts';
import type { Cue } from './cue.ts';
import { createLibrary, type Library, type StoredMediaItem, type StoredTranscript } from './library.ts';
import { fileKind } from './media-type.ts';
import { opaqueId } from './opaque-id.ts';
import { parsePlainCues, parseTimedCues } from './parse-cues.ts';

/** In order of preference where one language has several. */
const SIDECAR_EXTENSIONS = ['.vtt', '.srt', '.txt'];
const SIDECAR_LIMIT_BYTES = 16 * 1024 * 1024;

interface FoundFile {
  readonly path: string;
  /** Names from the root down, the file's own without its extension last. */
  readonly parents: readonly string[];
  readonly stem: string;
  readonly extension: string;
}

interface Sidecar {
  readonly file: FoundFile;
  readonly languageCode: string;
}

/**
 * A folder of the user's own as library, read once. Names are composed (NFC), however the file system
 * spells them: HFS+ takes them apart, and nobody could type what to search for. Links and names with a leading dot are left out; a file
 * `name.srt` or `name.de.srt` (or .vtt, .txt) beside `name.mp4` is a transcript of it, the names of its folders are tags.
 * @param onSkipped told of each file and folder below it that cannot be read, and why
 * @throws ExpectedError USAGE when there is no such folder, or it cannot be read
 */
export function readMediaDirectory(
  folder: string,
  onSkipped: (path: string, reason: string) => void = () => undefined,
): Library {
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true) {
    throw new ExpectedError('USAGE', `there is no folder ${JSON.stringify(folder)}`, {
      hint: 'name a folder that holds media, or leave --media-dir out for the built-in ones',
    });
  }
  const unreadable = (path: string, reason: string) => {
    if (path !== folder) return onSkipped(path, reason);
    throw new ExpectedError('USAGE', `the folder ${JSON.stringify(folder)} cannot be read: ${reason}`, {
      hint: 'check its permissions, or leave --media-dir out for the built-in media',
    });
  };
  return createLibrary(readFolder(folder, [], unreadable));
}

function readFolder(
  folder: string,
  parents: readonly string[],
  onUnreadable: (path: string, reason: string) => void,
): StoredMediaItem[] {
  const readable = <Result>(path: string, read: () => Result): Result | null => {
    try {
      return read();
    } catch (error) {
      if (!isSystemError(error)) throw error;
      onUnreadable(path, isNameLost(path, error) ? 'its name is not UTF-8' : reasonOf(error));
      return null;
    }
  };
  const entries = (readable(folder, () => readdirSync(folder, { withFileTypes: true })) ?? [])
    .filter((entry: Dirent) => !entry.name.startsWith('.'))
    .toSorted((one, other) => (one.name < other.name ? -1 : 1));
  const canRead = ({ name }: Dirent) =>
    readable(join(folder, name), () => {
      accessSync(join(folder, name), constants.R_OK);
      return true;
    }) === true;
  const files = entries
    .filter((entry) => entry.isFile() && canRead(entry))
    .map(({ name }): FoundFile => {
      const extension = extname(name);
      const stem = name.slice(0, name.length - extension.length).normalize('NFC');
      return { path: join(folder, name), parents, stem, extension };
    });
  const below = entries
    .filter((entry) => entry.isDirectory())
    .flatMap(({ name }) => readFolder(join(folder, name), [...parents, name.normalize('NFC')], onUnreadable));
  return [...readMedia(files), ...below];
}

/** Bytes that are no UTF-8 are lost in the name that Node gives, under which nothing is there then. */
function isNameLost(path: string, { code }: NodeJS.ErrnoException): boolean {
  return code === 'ENOENT' && path.includes('\ufffd');
}

function readMedia(files: readonly FoundFile[]): StoredMediaItem[] {
  const hosts = files.filter((file) => !isSidecarExtension(file.extension));
  const sidecars = new Map(hosts.map((host) => [host, findSidecars(host, files)]));
  const taken = new Set([...sidecars.values()].flat().map(({ file }) => file));
  return files
    .filter((file) => !taken.has(file) && !/^\.(?:vtt|srt)$/i.test(file.extension))
    .map((file) => makeMedium(file, sidecars.get(file) ?? []));
}

function isSidecarExtension(extension: string): boolean {
  return SIDECAR_EXTENSIONS.includes(extension.toLowerCase());
}

function findSidecars(host: FoundFile, files: readonly FoundFile[]): Sidecar[] {
  return files
    .filter((file) => isSidecarExtension(file.extension))
    .flatMap((file) => {
      if (file.stem === host.stem) return [{ file, languageCode: 'und' }];
      const isOfHost = file.stem.startsWith(`${host.stem}.`) && file.stem.length > host.stem.length + 1;
      return isOfHost ? [{ file, languageCode: file.stem.slice(host.stem.length + 1) }] : [];
    });
}

function makeMedium(file: FoundFile, sidecars: readonly Sidecar[]): StoredMediaItem {
  const { path, parents, stem, extension } = file;
  const key = `own medium ${[...parents, stem + extension].join('/')}`;
  const { size: sizeBytes, mtime } = statSync(path);
  const { type, mimeType } = fileKind(extension);
  const content = { path, sizeBytes, mimeType, extension };
  return {
    id: opaqueId(key),
    name: stem,
    description: '',
    type,
    tags: parents,
    created: mtime,
    speakers: [],
    channelId: parents[0] ?? 'main',
    renditions: [{ id: opaqueId(`${key} original`), name: 'original', content }],
    transcripts: makeTranscripts(key, sidecars),
  };
}

function makeTranscripts(key: string, sidecars: readonly Sidecar[]): StoredTranscript[] {
  const preference = ({ file }: Sidecar) => SIDECAR_EXTENSIONS.indexOf(file.extension.toLowerCase());
  const byLanguage = new Map<string, Sidecar>();
  for (const sidecar of sidecars) {
    const known = byLanguage.get(sidecar.languageCode);
    if (known === undefined || preference(sidecar) < preference(known)) {
      byLanguage.set(sidecar.languageCode, sidecar);
    }
  }
  return [...byLanguage.values()].map(({ file, languageCode }) => ({
    id: opaqueId(`${key} transcript ${languageCode}`),
    languageCode,
    readCues: () => readSidecar(file),
  }));
}

/** @throws ExpectedError DISK when it is larger than any transcript */
async function readSidecar({ path, extension }: FoundFile): Promise<Cue[]> {
  const handle = await openRegularFile(path);
  try {
    const { size: sizeBytes } = await handle.stat();
    if (sizeBytes > SIDECAR_LIMIT_BYTES) {
      throw new ExpectedError('DISK', `${JSON.stringify(path)} is too large for a transcript`);
    }
    const text = await handle.readFile('utf8');
    return extension.toLowerCase() === '.txt' ? parsePlainCues(text) : parseTimedCues(text);
  } finally {
    await handle.close();
  }
}

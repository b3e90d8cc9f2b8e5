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

/** In order of preference if one language has several. */
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
 * Reads a folder of the user as a library, once. Names are composed (NFC), because HFS+ decomposes them and a
 * search could not match them. Links and hidden files are skipped. `name.srt` or `name.de.srt` (or .vtt, .txt)
 * beside `name.mp4` is its transcript, and the names of its folders are tags.
 * @param onSkipped called with each file or folder that cannot be read, and the reason
 * @throws ExpectedError USAGE when the folder does not exist or cannot be read
 */
export function readMediaDirectory(
  folder: string,
  onSkipped: (path: string, reason: string) => void = () => undefined,
): Library {
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true) {
    throw new ExpectedError('USAGE', `no such folder: ${JSON.stringify(folder)}`, {
      hint: 'use a folder with media, or omit --media-dir for the built-in library',
    });
  }
  const unreadable = (path: string, reason: string) => {
    if (path !== folder) return onSkipped(path, reason);
    throw new ExpectedError('USAGE', `cannot read the folder ${JSON.stringify(folder)}: ${reason}`, {
      hint: 'check its permissions, or omit --media-dir for the built-in library',
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

/** Node replaces bytes that are not UTF-8, and no file has the resulting name. */
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

/** @throws ExpectedError DISK when it is too large for a transcript */
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

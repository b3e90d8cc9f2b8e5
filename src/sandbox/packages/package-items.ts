import type { CreateDownloadBody } from '../../api/wire.ts';
import { CUE_MIME_TYPES } from '../library/cue.ts';
import { formatCues } from '../library/format-cues.ts';
import type { Library, StoredContent, StoredMediaItem } from '../library/library.ts';

/** One file of a package: the bytes of a media item, or a transcript that is written with the package. */
export interface PackageItem {
  /** `Folder/Name.ext`, unique in the package in any case and Unicode form. */
  readonly entryName: string;
  readonly mimeType: string;
  readonly modified: Date;
  readonly source: { readonly content: StoredContent } | { readonly text: () => Promise<string> };
}

/** The items of a valid selection, in the order media, renditions, transcripts, without duplicates. */
export function collectItems(body: CreateDownloadBody, library: Library): PackageItem[] {
  const items: PackageItem[] = [];
  const seen = new Set<string>();
  const names = new Set<string>();
  const folders = createFolderNames();
  const add = (
    key: string,
    medium: StoredMediaItem,
    suffix: string,
    item: Omit<PackageItem, 'entryName'>,
  ) => {
    if (seen.has(key)) return;
    seen.add(key);
    const folder = folders(medium);
    items.push({ ...item, entryName: uniqueName(`${folder}/${folder}`, suffix, names) });
  };
  const addRendition = (id: string) => {
    const found = library.renditionsById.get(id);
    if (found === undefined) return;
    const { medium, rendition } = found;
    const { content, name } = rendition;
    const label = rendition === medium.renditions[0] ? '' : ` (${safeName(name)})`;
    add(id, medium, label + content.extension, {
      mimeType: content.mimeType,
      modified: medium.created,
      source: { content },
    });
  };

  for (const id of body.selectedMediaIds ?? []) {
    const medium = library.mediaById.get(id);
    if (medium !== undefined) addRendition(medium.renditions[0].id);
  }
  for (const id of body.selectedRenditionIds ?? []) addRendition(id);
  for (const { id, format } of body.selectedTranscripts ?? []) {
    const found = library.transcriptsById.get(id);
    if (found === undefined) continue;
    const { medium, transcript } = found;
    const { languageCode } = transcript;
    const text = async () => formatCues(await transcript.readCues(), format, { languageCode });
    add(`${id} ${format}`, medium, `.${languageLabel(languageCode)}.${format}`, {
      mimeType: CUE_MIME_TYPES[format],
      modified: medium.created,
      source: { text },
    });
  }
  return items;
}

/** A single rendition and nothing else: such a package is that file, not an archive. */
export function isSingleRendition(body: CreateDownloadBody): boolean {
  const { selectedMediaIds = [], selectedRenditionIds = [], selectedTranscripts = [] } = body;
  return (
    selectedRenditionIds.length === 1 && selectedMediaIds.length === 0 && selectedTranscripts.length === 0
  );
}

/** A valid file name on every system, with at most 120 characters. */
export function safeName(name: string): string {
  const safe = name
    .replaceAll(/[\u0000-\u001F\u007F<>:"/\\|?*]+/g, '_')
    .slice(0, 120)
    .trim()
    .replaceAll(/^\.+|[. ]+$/g, '');
  return safe === '' ? 'untitled' : safe;
}

/** `de-v2` is `de` in a file name. */
function languageLabel(languageCode: string): string {
  return safeName(languageCode.replace(/-v\d+$/, ''));
}

/** Names for the folders of one package: media items with the same name get different folders. */
function createFolderNames(): (medium: StoredMediaItem) => string {
  const byMedium = new Map<string, string>();
  const names = new Set<string>();
  return ({ id, name }) => {
    const folder = byMedium.get(id) ?? uniqueName(safeName(name), '', names);
    byMedium.set(id, folder);
    return folder;
  };
}

function uniqueName(stem: string, suffix: string, names: Set<string>): string {
  for (let number = 1; ; number += 1) {
    const name = number === 1 ? stem + suffix : `${stem} (${number})${suffix}`;
    const key = name.normalize('NFC').toLowerCase();
    if (!names.has(key)) {
      names.add(key);
      return name;
    }
  }
}

import { statSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { CatalogEntry } from './built-in-catalog.ts';
import type { Cue } from './cue.ts';
import { createLibrary, type Library, type StoredContent, type StoredMediaItem } from './library.ts';
import { opaqueId } from './opaque-id.ts';
import { makePdf, makePng, makeWav } from './synthetic-media.ts';

/** The same relative path from src/sandbox and from dist/sandbox. */
const TEST_PICTURE = fileURLToPath(new URL('../../../assets/sandbox/test-picture.mp4', import.meta.url));
const TEST_PICTURE_SECONDS = 3;

/** The media of every sandbox. Generated files are written to `folder`. IDs are the same in each run. */
export async function createBuiltInLibrary(
  folder: string,
  catalogue: readonly CatalogEntry[],
  more: readonly StoredMediaItem[],
): Promise<Library> {
  const media: StoredMediaItem[] = [];
  for (const entry of catalogue) media.push(await makeMedium(entry, folder));
  return createLibrary([...media, ...more]);
}

async function makeMedium(entry: CatalogEntry, folder: string): Promise<StoredMediaItem> {
  const { name, description, tags, created, make, transcripts } = entry;
  const mediumKey = `medium ${name}`;
  const durationSeconds = durationOf(make);
  const [original, ...others] = await makeContents(entry, folder);
  const rendition = ({ label, content }: NamedContent) => ({
    id: opaqueId(`${mediumKey} ${label}`),
    name: label,
    content,
  });
  return {
    id: opaqueId(mediumKey),
    name,
    description,
    type: make.type,
    ...(durationSeconds === undefined ? {} : { durationSeconds }),
    tags,
    created: new Date(created),
    speakers: speakersOf(Object.values(transcripts).flat()),
    channelId: tags.includes('podcast') ? 'podcast' : 'main',
    renditions: [rendition(original), ...others.map(rendition)],
    transcripts: Object.entries(transcripts).map(([languageCode, cues]) => ({
      id: opaqueId(`${mediumKey} transcript ${languageCode}`),
      languageCode,
      readCues: () => Promise.resolve(cues),
    })),
  };
}

function speakersOf(cues: readonly Cue[]): string[] {
  return [...new Set(cues.flatMap(({ speaker }) => speaker ?? []))];
}

interface NamedContent {
  readonly label: string;
  readonly content: StoredContent;
}

function durationOf(make: CatalogEntry['make']): number | undefined {
  if (make.type === 'video') return TEST_PICTURE_SECONDS;
  return make.type === 'audio' ? make.durationSeconds : undefined;
}

async function makeContents(
  { name, make }: CatalogEntry,
  folder: string,
): Promise<[NamedContent, ...NamedContent[]]> {
  const write = async (label: string, bytes: Buffer, mimeType: string, extension: string) => {
    const path = join(folder, `${opaqueId(`${name} ${label}`)}${extension}`);
    await writeFile(path, bytes, { mode: 0o600 });
    return { label, content: { path, sizeBytes: bytes.length, mimeType, extension } };
  };
  if (make.type === 'image') return [await write('original', makePng(make), 'image/png', '.png')];
  if (make.type === 'document') {
    return [await write('original', makePdf(make.lines), 'application/pdf', '.pdf')];
  }
  if (make.type === 'audio') {
    const original = await write('original', makeWav(make), 'audio/wav', '.wav');
    const preview = makeWav({ durationSeconds: 1, frequencyHz: make.frequencyHz });
    return [original, await write('preview', preview, 'audio/wav', '.wav')];
  }
  const content = {
    path: TEST_PICTURE,
    sizeBytes: statSync(TEST_PICTURE).size,
    mimeType: 'video/mp4',
    extension: '.mp4',
  };
  const tone = makeWav({ durationSeconds: TEST_PICTURE_SECONDS, frequencyHz: 440 });
  return [
    { label: 'original', content },
    { label: '360p', content },
    await write('audio only', tone, 'audio/wav', '.wav'),
  ];
}

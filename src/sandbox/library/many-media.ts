import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Cue } from './cue.ts';
import type { StoredMediaItem } from './library.ts';
import { opaqueId } from './opaque-id.ts';
import { makePdf } from './synthetic-media.ts';

const LANGUAGES = ['de-v2', 'en-v2'];
const FIRST_DAY_MS = Date.UTC(2025, 0, 1, 9);
const DAY_MS = 86_400_000;
/** Enough for a transcript of a few KiB. */
const CUES = 40;

/** So many media with two transcripts each, a day apart. All have the same content, which is written into `folder`. */
export async function makeManyMedia(count: number, folder: string): Promise<readonly StoredMediaItem[]> {
  const bytes = makePdf(['One of many']);
  const path = join(folder, 'one-of-many.pdf');
  await writeFile(path, bytes, { mode: 0o600 });
  const content = { path, sizeBytes: bytes.length, mimeType: 'application/pdf', extension: '.pdf' };
  return Array.from({ length: count }, (_, index): StoredMediaItem => {
    const name = `Recording ${index + 1}`;
    return {
      id: opaqueId(`medium ${name}`),
      name,
      description: 'One of many',
      type: 'document',
      tags: ['many'],
      created: new Date(FIRST_DAY_MS + index * DAY_MS),
      speakers: ['Speaker'],
      channelId: 'main',
      renditions: [{ id: opaqueId(`medium ${name} original`), name: 'original', content }],
      transcripts: LANGUAGES.map((languageCode) => ({
        id: opaqueId(`medium ${name} transcript ${languageCode}`),
        languageCode,
        readCues: () => Promise.resolve(makeCues(name, languageCode)),
      })),
    };
  });
}

function makeCues(name: string, languageCode: string): Cue[] {
  return Array.from({ length: CUES }, (_, index) => ({
    startMs: index * 4000,
    endMs: index * 4000 + 3500,
    speaker: 'Speaker',
    text: `${name}, sentence ${index + 1} in ${languageCode}.`,
  }));
}

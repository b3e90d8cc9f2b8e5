import { closeSync, ftruncateSync, mkdirSync, openSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pseudoRandomBytes } from '../../support/bytes.ts';

/** A file to pack: its bytes, or a number of zeros that take no space on disk. */
export type SourceContent = Buffer | { readonly zeros: number };

/** Files by path; folders end with `/` and have no content. */
export type Source = ReadonlyMap<string, SourceContent | null>;

const TEXT = Buffer.from('1\n00:00:01,000 --> 00:00:03,000\nUntertitel\n\n'.repeat(200));
const VIDEO = pseudoRandomBytes(200_000, 13);
const ABOVE_4_GIB = 2 ** 32 + 2 ** 20;

const SOURCES = {
  plain: {
    'film.srt': TEXT,
    'folder/': null,
    'folder/film.mp4': VIDEO,
    'folder/empty.txt': Buffer.alloc(0),
    'folder/deeper/': null,
    'folder/deeper/film.en.srt': TEXT,
    'empty folder/': null,
  },
  bare: { 'film.srt': TEXT, 'folder/film.mp4': VIDEO, 'folder/deeper/film.en.srt': TEXT },
  unicode: {
    'größe.srt': TEXT,
    '漢字/': null,
    '漢字/映画.mp4': VIDEO,
    'Фильм – трейлер.txt': TEXT,
    'عرض.txt': TEXT,
    '🎬 m² ½.txt': TEXT,
  },
  many: Object.fromEntries(
    Array.from({ length: 200 }, (_, index) => [
      `clips/${String(index).padStart(3, '0')}.srt`,
      Buffer.from(`clip ${index}\n`.repeat(index)),
    ]),
  ),
  none: {},
  /** For programs that read one file from standard input and call it `-`. */
  one: { '-': TEXT },
  large: { 'large.mov': { zeros: ABOVE_4_GIB }, 'after.srt': TEXT },
} as const satisfies Record<string, Record<string, SourceContent | null>>;

export type SourceName = keyof typeof SOURCES;

export function sourceOf(name: SourceName): Source {
  return new Map(Object.entries<SourceContent | null>(SOURCES[name]));
}

/** Writes all files of a source below a folder. */
export function writeSource(source: Source, folder: string): void {
  for (const [path, content] of source) {
    const target = join(folder, path);
    mkdirSync(content === null ? target : dirname(target), { recursive: true });
    if (content === null) continue;
    if (Buffer.isBuffer(content)) writeFileSync(target, content);
    else writeZeros(target, content.zeros);
  }
}

export function sizeOf(content: SourceContent): number {
  return Buffer.isBuffer(content) ? content.length : content.zeros;
}

function writeZeros(path: string, sizeBytes: number): void {
  const file = openSync(path, 'w');
  ftruncateSync(file, sizeBytes);
  closeSync(file);
}

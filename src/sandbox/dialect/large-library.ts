import type { CatalogEntry } from '../library/built-in-catalog.ts';

const LANGUAGES = 'bg cs da de el en es et fi fr ga hr hu it lt lv mt nl pl pt ro sk sl sv uk'.split(' ');
const PICTURES = 45;

/** More than one page of 50 media items, and one item with more than two pages of ten transcripts. */
export const LARGE_CATALOG: readonly CatalogEntry[] = [
  {
    name: 'Address to the assembly',
    description: 'In all languages',
    tags: ['translated', 'demo'],
    created: '2025-03-01T10:00:00Z',
    make: { type: 'audio', durationSeconds: 1, frequencyHz: 330 },
    transcripts: Object.fromEntries(
      LANGUAGES.map((code) => [
        `${code}-v2`,
        [{ startMs: 0, endMs: 900, speaker: 'Speaker', text: `The sentence in ${code}.` }],
      ]),
    ),
  },
  ...Array.from(
    { length: PICTURES },
    (_, index): CatalogEntry => ({
      name: `Slide ${index + 1}`,
      description: 'One of many, for demo and paging',
      tags: ['slides'],
      created: '2025-03-02T10:00:00Z',
      make: { type: 'image', width: 8 + index, height: 8 },
      transcripts: {},
    }),
  ),
];

import { Command } from 'commander';
import {
  array,
  assert,
  asyncProperty,
  boolean,
  constantFrom,
  option,
  record,
  string,
  uniqueArray,
} from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseMediaItem } from '../../src/api/media.ts';
import { defineCreate } from '../../src/commands/create.ts';
import { type Draft, EMPTY_DRAFT, type PickedSelection, selectionOf } from '../../src/picker/draft.ts';
import { selectionWords } from '../../src/picker/selection-words.ts';
import { MEDIA, TRANSCRIPTS } from './library.ts';

const media = MEDIA.slice(0, 2).map((medium) => parseMediaItem(medium));
const found = media.flatMap((medium) =>
  (TRANSCRIPTS[medium.id] ?? []).map(({ id, languageCode }) => ({ id, languageCode, medium })),
);
const draft: Draft = { ...EMPTY_DRAFT, media, found, formats: ['txt', 'srt'] };
const NOTHING: PickedSelection = {
  mediaIds: [],
  renditionIds: [],
  transcripts: [],
  transcriptFormats: [],
  languages: [],
  transcriptsOnly: false,
  title: null,
  description: null,
  expires: null,
};

describe('a draft as flags', () => {
  test.each<[name: string, Partial<Draft>, Partial<PickedSelection>]>([
    ['only the media items', {}, { mediaIds: ['talk-1', 'talk-2'] }],
    [
      'a rendition of one media item, the other one whole',
      { renditionIds: ['talk-1-sd'] },
      { mediaIds: ['talk-2'], renditionIds: ['talk-1-sd'] },
    ],
    [
      'all transcripts',
      { transcripts: 'all' },
      { mediaIds: ['talk-1', 'talk-2'], transcriptFormats: ['txt', 'srt'] },
    ],
    [
      'transcripts of a language only, without the media items',
      { transcripts: 'languages', languages: ['de-v2'], transcriptsOnly: true },
      {
        mediaIds: ['talk-1', 'talk-2'],
        transcriptFormats: ['txt', 'srt'],
        languages: ['de-v2'],
        transcriptsOnly: true,
      },
    ],
    [
      'single transcripts',
      { transcripts: 'single', transcriptIds: ['tr-1-en'] },
      {
        mediaIds: ['talk-1', 'talk-2'],
        transcripts: [
          { id: 'tr-1-en', format: 'txt' },
          { id: 'tr-1-en', format: 'srt' },
        ],
      },
    ],
    [
      'single transcripts only, without the media items',
      { transcripts: 'single', transcriptIds: ['tr-1-en'], formats: ['json'], transcriptsOnly: true },
      { transcripts: [{ id: 'tr-1-en', format: 'json' }] },
    ],
    [
      'a language next to a rendition, whose media item --transcripts would ignore',
      { transcripts: 'languages', languages: ['de-v2'], formats: ['srt'], renditionIds: ['talk-1-hd'] },
      {
        mediaIds: ['talk-2'],
        renditionIds: ['talk-1-hd'],
        transcripts: [
          { id: 'tr-1-de', format: 'srt' },
          { id: 'tr-2-de', format: 'srt' },
        ],
      },
    ],
    [
      'transcripts only, without any match',
      { transcripts: 'languages', languages: ['fr'], transcriptsOnly: true },
      { mediaIds: ['talk-1', 'talk-2'] },
    ],
    [
      'texts, without empty ones',
      { title: 'T', description: '', expires: '7d' },
      { mediaIds: ['talk-1', 'talk-2'], title: 'T', expires: '7d' },
    ],
  ])('%s', (_name, changed, expected) => {
    expect(selectionOf({ ...draft, ...changed })).toEqual({ ...NOTHING, ...expected });
  });

  test('is parsed back by create, whatever the IDs and texts', async () => {
    const text = string({ minLength: 1 }).filter((value) => value.trim() !== '');
    const format = constantFrom('txt' as const, 'srt' as const, 'json' as const);
    const picked = record({
      mediaIds: array(text, { minLength: 1 }),
      renditionIds: array(text),
      transcripts: array(record({ id: text, format })),
      transcriptFormats: uniqueArray(format, { minLength: 1 }),
      languages: array(text),
      transcriptsOnly: boolean(),
      title: option(text),
      description: option(text),
      expires: option(text),
    });
    await assert(
      asyncProperty(picked, async (selection) => {
        let read: object = {};
        const program = new Command().exitOverride();
        defineCreate(program, async (options) => {
          read = options;
        });
        await program.parseAsync(['create', ...selectionWords(selection)], { from: 'user' });
        expect(read).toMatchObject(selection);
      }),
    );
  });
});

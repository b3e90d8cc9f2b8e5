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
    ['the media alone', {}, { mediaIds: ['talk-1', 'talk-2'] }],
    [
      'a medium as its renditions, the other one whole',
      { renditionIds: ['talk-1-sd'] },
      { mediaIds: ['talk-2'], renditionIds: ['talk-1-sd'] },
    ],
    [
      'all transcripts',
      { transcripts: 'all' },
      { mediaIds: ['talk-1', 'talk-2'], transcriptFormats: ['txt', 'srt'] },
    ],
    [
      'those of a language, without the media',
      { transcripts: 'languages', languages: ['de-v2'], transcriptsOnly: true },
      {
        mediaIds: ['talk-1', 'talk-2'],
        transcriptFormats: ['txt', 'srt'],
        languages: ['de-v2'],
        transcriptsOnly: true,
      },
    ],
    [
      'Select transcripts',
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
      'one by one, without the media',
      { transcripts: 'single', transcriptIds: ['tr-1-en'], formats: ['json'], transcriptsOnly: true },
      { transcripts: [{ id: 'tr-1-en', format: 'json' }] },
    ],
    [
      'a language beside a rendition, whose medium --transcripts would not look at',
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
      'a wish for transcripts only that finds none',
      { transcripts: 'languages', languages: ['fr'], transcriptsOnly: true },
      { mediaIds: ['talk-1', 'talk-2'] },
    ],
    [
      'texts, empty ones left out',
      { title: 'T', description: '', expires: '7d' },
      { mediaIds: ['talk-1', 'talk-2'], title: 'T', expires: '7d' },
    ],
  ])('%s', (_name, changed, expected) => {
    expect(selectionOf({ ...draft, ...changed })).toEqual({ ...NOTHING, ...expected });
  });

  test('create reads back the words, whatever the ids and texts are', async () => {
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

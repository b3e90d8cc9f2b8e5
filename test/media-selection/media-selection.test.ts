import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseMediaItem } from '../../src/api/media.ts';
import { findTranscripts } from '../../src/media-selection/find-transcripts.ts';
import {
  checkAnonymous,
  isEmptyBody,
  mergeBody,
  parseBody,
} from '../../src/media-selection/media-selection.ts';
import { parseFormats, parseTranscript } from '../../src/media-selection/transcript-words.ts';

const NO_SCALARS = { title: null, description: null, expires: null };
const NOTHING = { mediaIds: [], renditionIds: [], transcripts: [] };

describe('parseTranscript', () => {
  test.each([
    ['a', { id: 'a', format: 'srt' }],
    ['a:txt', { id: 'a', format: 'txt' }],
    ['a:SRT', { id: 'a', format: 'srt' }],
    ['urn:x:json', { id: 'urn:x', format: 'json' }],
    ['urn:x:y', { id: 'urn:x:y', format: 'srt' }],
    ['a:', { id: 'a:', format: 'srt' }],
  ])('%s', (text, selection) => {
    expect(parseTranscript(text)).toEqual(selection);
  });

  test.each(['', ' ', ':srt', ' :txt', 'a:vtt', 'a:DOCX'])('rejects %j', (text) => {
    expect(() => parseTranscript(text)).toThrow(expect.objectContaining({ code: 'USAGE' }));
  });

  test('splits the format from any ID', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), fc.constantFrom('txt', 'srt', 'json'), (id, format) => {
        fc.pre(id.trim() !== '');
        expect(parseTranscript(`${id}:${format}`)).toEqual({ id, format });
      }),
    );
  });
});

describe('parseFormats', () => {
  test.each([
    ['srt', ['srt']],
    ['srt,txt,json', ['srt', 'txt', 'json']],
    [' TXT , srt ', ['txt', 'srt']],
    ['srt,srt', ['srt']],
  ])('%j is %j', (text, formats) => {
    expect(parseFormats(text)).toEqual(formats);
  });

  test.each(['', ',', 'srt,', 'pdf', 'srt txt', 'vtt', 'docx'])('rejects %j', (text) => {
    expect(() => parseFormats(text)).toThrow(expect.objectContaining({ code: 'USAGE' }));
  });
});

describe('parseBody and mergeBody', () => {
  const refuse = (message: string) => {
    throw new Error(message);
  };

  test('keep unknown fields and drop empty lists', () => {
    const body = parseBody({ later: 1, selectedMediaIds: [], selectedRenditionIds: ['r'] }, 'it', refuse);
    expect(mergeBody(body, NOTHING, NO_SCALARS)).toEqual({ later: 1, selectedRenditionIds: ['r'] });
  });

  test.each([null, [], 'text', 7, { selectedMediaIds: 'm' }, { selectedTranscripts: {} }])(
    'reject %j',
    (value) => {
      expect(() => parseBody(value, 'it', refuse)).toThrow(expect.objectContaining({ code: 'USAGE' }));
    },
  );

  test.each([
    { title: null },
    { expires: 7 },
    { description: [] },
    { selectedMediaIds: null },
    { selectedMediaIds: [7] },
    { selectedTranscripts: ['t'] },
    { selectedTranscripts: [{ id: 't' }] },
    { selectedTranscripts: [{ id: 1, format: 'srt' }] },
    { selectedTranscripts: [{ id: 't', format: 'vtt' }] },
  ])('pass %j on with a warning', (value) => {
    const warnings: string[] = [];
    const body = parseBody(value, 'it', (message) => warnings.push(message));
    expect(mergeBody(body, NOTHING, NO_SCALARS)).toEqual(value);
    expect(warnings).toEqual([expect.stringMatching(/^it: \w+ should be .*; sent unchanged$/)]);
  });

  test.each([
    { title: 't', description: '', expires: '7d' },
    { selectedMediaIds: ['m'], selectedRenditionIds: ['r'] },
    { selectedTranscripts: ['srt', 'txt', 'json'].map((format) => ({ id: 't', format })) },
  ])('pass the documented %j on without a warning', (value) => {
    expect(mergeBody(parseBody(value, 'it', refuse), NOTHING, NO_SCALARS)).toEqual(value);
  });

  test('include every ID once, those of the file before those of the flags', () => {
    const ids = fc.array(fc.constantFrom('a', 'b', 'c', 'd'));
    fc.assert(
      fc.property(ids, ids, (fileIds, flagIds) => {
        const { selectedMediaIds = [] } = mergeBody(
          { selectedMediaIds: fileIds },
          { ...NOTHING, mediaIds: flagIds },
          NO_SCALARS,
        );
        expect(selectedMediaIds).toEqual([...new Set([...fileIds, ...flagIds])]);
      }),
    );
  });

  test('prefer scalars of the flags, including an empty description', () => {
    const file = { title: 'file', description: 'file', expires: '2030-01-01T00:00:00Z' };
    expect(mergeBody(file, NOTHING, { title: 'flag', description: '', expires: null })).toEqual({
      title: 'flag',
      description: '',
      expires: '2030-01-01T00:00:00Z',
    });
  });

  test.each([
    [{}, true],
    [{ title: 'x' }, true],
    [{ selectedMediaIds: [] }, true],
    [{ selectedMediaIds: ['m'] }, false],
    [{ selectedRenditionIds: ['r'] }, false],
    [{ selectedTranscripts: [{ id: 't', format: 'srt' as const }] }, false],
  ])('%j selects nothing: %j', (body, isEmpty) => {
    expect(isEmptyBody(body)).toBe(isEmpty);
  });
});

describe('checkAnonymous', () => {
  const transcript = { id: 't', format: 'srt' as const };

  test.each([
    {},
    { title: 'x', selectedRenditionIds: ['r'] },
    { selectedRenditionIds: ['r'], selectedTranscripts: [transcript] },
    { selectedTranscripts: [transcript] },
  ])('leaves %j to the service', (body) => {
    expect(() => checkAnonymous(body)).not.toThrow();
  });

  test.each([
    { selectedMediaIds: ['m'] },
    { selectedRenditionIds: ['r', 's'] },
    { selectedRenditionIds: ['r'], selectedMediaIds: ['m'] },
  ])('rejects %j', (body) => {
    expect(() => checkAnonymous(body)).toThrow(expect.objectContaining({ code: 'AUTH', exitCode: 4 }));
  });
});

describe('findTranscripts', () => {
  const library = {
    m1: [
      { id: 't1', languageCode: 'de-v2' },
      { id: 't2', languageCode: null },
    ],
    m2: [{ id: 't3', languageCode: 'DE-V2' }],
    m3: [],
  };
  const find = async (mediaIds: readonly string[], languages: readonly string[]) => {
    const missing: string[] = [];
    const found = await findTranscripts(
      { mediaIds, languages, formats: ['srt', 'txt'] },
      {
        api: {
          getMediaItem: async (id) => parseMediaItem({ id }),
          listTranscripts: async (id) =>
            (Object.entries(library).find(([key]) => key === id)?.[1] ?? []).map((one) => ({
              ...one,
              raw: one,
            })),
        },
        signal: new AbortController().signal,
        onMissing: (id) => missing.push(id),
      },
    );
    return { found: [...found.values()].flat().map(({ id, format }) => `${id}:${format}`), missing };
  };

  test.each([
    [['m1', 'm2'], [], ['t1:srt', 't1:txt', 't2:srt', 't2:txt', 't3:srt', 't3:txt'], []],
    [['m1', 'm2'], ['de-v2'], ['t1:srt', 't1:txt', 't3:srt', 't3:txt'], []],
    [['m2', 'm3'], [], ['t3:srt', 't3:txt'], ['m3']],
  ])('finds transcripts of %j in %j', async (mediaIds, languages, found, missing) => {
    expect(await find(mediaIds, languages)).toEqual({ found, missing });
  });

  test('rejects with NOT_FOUND and the available languages if nothing matches', async () => {
    await expect(find(['m1', 'm2'], ['fr'])).rejects.toMatchObject({
      code: 'NOT_FOUND',
      details: { hint: 'available languages: de-v2, none, DE-V2' },
    });
  });
});

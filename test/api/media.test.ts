import { describe, expect, test } from 'vitest';
import {
  mediaItemDocument,
  parseMediaItem,
  readTranscript,
  transcriptDocument,
} from '../../src/api/media.ts';

describe('parseMediaItem and readTranscript', () => {
  test('tolerates missing and malformed fields except the ID', () => {
    const odd = {
      id: 5,
      name: [7],
      type: null,
      duration: -1,
      tags: ['a', [1], null],
      renditions: 'none',
      created: 'soon',
    };
    expect(mediaItemDocument(parseMediaItem(odd))).toEqual({
      id: '5',
      name: null,
      description: null,
      type: null,
      duration: -1,
      durationSeconds: null,
      tags: ['a'],
      renditions: [],
      created: null,
    });
    expect(transcriptDocument(readTranscript({ id: 't', languageCode: [3], more: true }, 't'))).toEqual({
      id: 't',
      languageCode: null,
      more: true,
    });
  });

  test.each([null, [], 'x', {}, { id: null }])('rejects %j as a media item', (value) => {
    expect(() => parseMediaItem(value)).toThrow(expect.objectContaining({ code: 'BAD_RESPONSE' }));
  });

  test.each([
    [{ type: 'video' }, 'video'],
    [{ type: 'VIDEO' }, 'video'],
    [{ assetType: 'audio' }, 'audio'],
    [{ type: 'mediaasset', mediaType: 'Image' }, 'image'],
    [{ type: 'videoAsset' }, 'video'],
    [{ mimeType: 'video/mp4' }, 'video'],
    [{ type: 'podcast' }, 'podcast'],
    [{ type: { toString: 1 } }, null],
    [{}, null],
  ])('the type of %j is %j', (fields, type) => {
    expect(parseMediaItem({ id: 'm', ...fields }).type).toBe(type);
  });

  test.each([
    [{ created: '2026-01-15T12:00:00Z' }],
    [{ createdAt: '2026-01-15 12:00:00' }],
    [{ creationDate: '2026-01-15T12:00:00' }],
    [{ created_at: 1_768_478_400 }],
    [{ createdOn: '2026-01-15T14:00:00+02:00' }],
    [{ dateCreated: '1768478400000' }],
  ])('reads the time in %j', (fields) => {
    expect(parseMediaItem({ id: 'm', ...fields }).created).toBe('2026-01-15T12:00:00.000Z');
  });

  test('skips renditions without an ID with one warning', () => {
    const warnings: string[] = [];
    const renditions = [{ id: 'r1' }, { name: 'no id' }, null, { id: 'r2', title: 'Small' }];
    const medium = parseMediaItem({ id: 'm', renditions }, (message) => warnings.push(message));
    expect(medium.renditions.map(({ id, name }) => [id, name])).toEqual([
      ['r1', null],
      ['r2', 'Small'],
    ]);
    expect(warnings).toEqual(['skipping each rendition without a usable ID']);
  });
});

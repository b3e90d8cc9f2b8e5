import { describe, expect, test } from 'vitest';
import { mediumDocument, parseMedium, parseTranscript, transcriptDocument } from '../../src/api/media.ts';

describe('parseMedium and parseTranscript', () => {
  test('everything but the id may be missing or odd', () => {
    const odd = {
      id: 5,
      name: 7,
      type: null,
      duration: -1,
      tags: ['a', 1, null],
      renditions: 'none',
      created: 'soon',
    };
    expect(mediumDocument(parseMedium(odd))).toEqual({
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
    expect(transcriptDocument(parseTranscript({ id: 't', languageCode: 3, more: true }))).toEqual({
      id: 't',
      languageCode: null,
      more: true,
    });
  });

  test.each([null, [], 'x', {}, { id: null }])('%j is neither', (value) => {
    expect(() => parseMedium(value)).toThrow(expect.objectContaining({ code: 'BAD_RESPONSE' }));
    expect(() => parseTranscript(value)).toThrow(expect.objectContaining({ code: 'BAD_RESPONSE' }));
  });
});

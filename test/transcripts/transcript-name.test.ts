import { describe, expect, test } from 'vitest';
import { ExpectedError } from '../../src/errors.ts';
import { type NamedTranscript, parseNameTemplate } from '../../src/transcripts/transcript-name.ts';

const UUID = '0f1c9f0a-7d0e-4a39-a1c2-6a54d1a3b0de';
const TRANSCRIPT: NamedTranscript = {
  title: 'Board meeting',
  id: UUID,
  language: 'de-v2',
  format: 'vtt',
  created: '2025-01-07T23:30:00.000Z',
  type: 'video',
};
const nameOf = (template: string | undefined, changed: Partial<NamedTranscript> = {}) =>
  parseNameTemplate(template)
    .nameOf({ ...TRANSCRIPT, ...changed })
    .join('/');

describe('without a template', () => {
  test.each<[string, Partial<NamedTranscript>, string]>([
    ['title, ID, language, format', {}, 'board-meeting-0f1c9f0a.de-v2.vtt'],
    [
      'letters of every script',
      { title: 'Grüße aus ΑΘΉΝΑ 東京!' },
      'grüße-aus-αθήνα-東京-0f1c9f0a.de-v2.vtt',
    ],
    ['a title in decomposed form', { title: 'Gru\u0308n' }, 'grün-0f1c9f0a.de-v2.vtt'],
    ['no title', { title: null }, 'untitled-0f1c9f0a.de-v2.vtt'],
    ['a title without letters', { title: '../..\u202e\0' }, 'untitled-0f1c9f0a.de-v2.vtt'],
    ['a Windows device name', { title: 'CON' }, 'con-0f1c9f0a.de-v2.vtt'],
    ['a hidden file', { title: '.bashrc' }, 'bashrc-0f1c9f0a.de-v2.vtt'],
    ['a flag', { title: '-rf' }, 'rf-0f1c9f0a.de-v2.vtt'],
    ['no language', { language: null }, 'board-meeting-0f1c9f0a.und.vtt'],
    ['a path as the language', { language: '../de' }, 'board-meeting-0f1c9f0a.de.vtt'],
    ['an ID other than a UUID', { id: '4711' }, 'board-meeting-4711.de-v2.vtt'],
    [
      'a UUID that is not random',
      { id: '0f1c9f0a-7d0e-1a39-a1c2-6a54d1a3b0de' },
      'board-meeting-0f1c9f0a-7d0e-1a39-a1c2-6a54d1a3b0de.de-v2.vtt',
    ],
    ['a path as the ID', { id: 'a/../b' }, 'board-meeting-900ea8b7e0d8fe30.de-v2.vtt'],
    [
      'an ID that ends in a dot',
      { id: 'ab.' },
      expect.stringMatching(/^board-meeting-[0-9a-f]{16}\.de-v2\.vtt$/),
    ],
    ['a long ID', { id: 'x'.repeat(41) }, expect.stringMatching(/^board-meeting-[0-9a-f]{16}\.de-v2\.vtt$/)],
  ])('%s', (_what, changed, name) => {
    expect(nameOf(undefined, changed)).toEqual(name);
  });

  test('cuts long titles between characters and within file system limits', () => {
    expect(nameOf(undefined, { title: 'a'.repeat(500) })).toBe(`${'a'.repeat(80)}-0f1c9f0a.de-v2.vtt`);
    expect(nameOf(undefined, { title: '東'.repeat(51) })).toBe(`${'東'.repeat(50)}-0f1c9f0a.de-v2.vtt`);
    const language = nameOf('{id8}.{language}', { language: 'x'.repeat(41) });
    expect(language).toBe(`0f1c9f0a.${'x'.repeat(40)}.vtt`);
    const emoji = nameOf(undefined, { title: '𝔘'.repeat(500) });
    expect(emoji).toMatch(/^(?:𝔘){37}-0f1c9f0a/u);
    expect(
      Buffer.byteLength(nameOf(undefined, { title: '東'.repeat(99), language: '語'.repeat(99) })),
    ).toBeLessThan(256);
  });
});

describe('templates', () => {
  test.each([
    ['{id}', `${UUID}.vtt`],
    ['{id8}.{language}.{format}', '0f1c9f0a.de-v2.vtt'],
    ['{format}/{type}/{id8}', 'vtt/video/0f1c9f0a.vtt'],
    ['{created}/{title}.{language}', '2025-01-07/board-meeting.de-v2.vtt'],
    ['Ä {title}', 'Ä board-meeting.vtt'],
    ['part: {id8}', 'part_ 0f1c9f0a.vtt'],
  ])('%s', (template, name) => {
    expect(nameOf(template)).toBe(name);
  });

  test('uses placeholder words for unknown values', () => {
    expect(nameOf('{created}-{type}-{language}', { created: null, type: null, language: null })).toBe(
      'undated-unknown-und.vtt',
    );
  });

  test.each([
    ['{nope}', '{nope} is not a placeholder'],
    ['{ID}', '{ID} is not a placeholder'],
    ['../{id}', 'leads out of the folder'],
    ['/{id}', 'is an absolute path'],
    ['a\\{id}', 'contains a backslash'],
    ['a//{id}', 'has an empty part'],
    ['{id}/', 'ends in /'],
    ['a:b', 'begins with a drive letter'],
    ['.streamdiver-dl-{id}', 'has a name reserved for temporary files'],
  ])('rejects %s', (template, message) => {
    expect(() => parseNameTemplate(template)).toThrow(
      expect.objectContaining({ code: 'USAGE', message: expect.stringContaining(message) }),
    );
  });

  test('rejects a name that turns out too long', () => {
    expect(() => nameOf(`{id}${'x'.repeat(230)}`)).toThrow(ExpectedError);
    expect(() => nameOf(`{title}${'x'.repeat(200)}`, { title: '東'.repeat(80) })).toThrow(
      expect.objectContaining({ code: 'UNSAFE' }),
    );
  });
});

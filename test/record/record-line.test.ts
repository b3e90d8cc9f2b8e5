import { expect, test } from 'vitest';
import { formatLine, keyOf, parseLine, recordLine } from '../../src/record/record-line.ts';
import { TIME_MS, transcriptLine } from './record-scene.ts';

test('formats a transcript with its key first, then the time and the rest', () => {
  expect(formatLine(transcriptLine('T1', { title: 'Board' }))).toBe(
    `{"kind":"transcript","transcriptId":"T1","format":"vtt","speakers":true,"time":"2026-11-29T12:00:00Z",` +
      `"mediaId":"media-1","title":"Board","language":"de-v2","renditionId":null,"packageId":null,` +
      `"path":"t/T1.vtt","sizeBytes":6213,"sha256":"${'ab'.repeat(32)}","crc32":null}\n`,
  );
});

test.each([
  ['media', { mediaId: 'M' }, '{"kind":"media","mediaId":"M"'],
  ['rendition', { renditionId: 'R' }, '{"kind":"rendition","renditionId":"R"'],
  ['package', { packageId: 'P' }, '{"kind":"package","packageId":"P"'],
  [
    'file',
    { packageId: 'P', path: 'a,"time":"b', sizeBytes: 1, crc32: '0badcafe' },
    '{"kind":"file","packageId":"P","path":"a,\\"time\\":\\"b","sizeBytes":1,"sha256":null,"crc32":"0badcafe"',
  ],
] as const)('formats a line of kind %s with all 14 keys, starting with its own', (kind, known, key) => {
  const line = recordLine(kind, TIME_MS, known);
  const text = formatLine(line);
  expect(keyOf(line)).toBe(key);
  expect(text.startsWith(`${key},"time":"2026-11-29T12:00:00Z",`)).toBe(true);
  expect(Object.keys(JSON.parse(text))).toHaveLength(14);
  expect(parseLine(text)).toEqual(line);
});

test('rejects a field of the wrong type', () => {
  const known: object = { mediaId: 'M', sizeBytes: '1' };
  expect(() => recordLine('media', TIME_MS, known)).toThrow('a field of a record has a wrong type');
});

test('parses lines rewritten by another program', () => {
  const line = transcriptLine('T1');
  const sorted = Object.fromEntries(Object.entries(line).toReversed());
  expect(parseLine(JSON.stringify(sorted, undefined, 1))).toEqual(line);
  const { crc32, title, ...some } = line;
  expect(parseLine(JSON.stringify({ ...some, more: [] }))).toEqual({ ...line, title: null, crc32 });
  expect(title).not.toBeNull();
});

test.each([
  'no JSON',
  '[]',
  '{}',
  '{"kind":"other","mediaId":"M"}',
  '{"kind":"media"}',
  '{"kind":"media","mediaId":""}',
  '{"kind":"media","mediaId":7}',
  '{"kind":"transcript","transcriptId":"T","speakers":"yes"}',
  '{"kind":"file","packageId":"P","sizeBytes":"1"}',
])('rejects %s as a line of a record', (text) => {
  expect(parseLine(text)).toBeNull();
});

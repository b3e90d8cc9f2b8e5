import { expect, test } from 'vitest';
import { ExpectedError } from '../../src/errors.ts';
import type { FileFormat } from '../../src/media-selection/transcript-words.ts';
import { classifyTranscript } from '../../src/transcripts/classify-transcript.ts';

const MIB = 1_048_576;

async function classify(
  text: string,
  format: FileFormat,
  { sizeBytes, archive = null }: { sizeBytes?: number; archive?: Error | null } = {},
) {
  const bytes = Buffer.from(text);
  return await classifyTranscript(
    {
      start: bytes,
      sizeBytes: sizeBytes ?? bytes.length,
      hasArrow: text.includes('-->'),
      read: async () => bytes,
      verifyArchive: async () => {
        if (archive !== null) throw archive;
      },
    },
    format,
  );
}

const ARROW = '00:00:01 --> 00:00:02\nx\n';

test.each<[FileFormat, string, 'transcript' | 'empty']>([
  ['srt', '', 'empty'],
  ['srt', '\uFEFF \r\n', 'empty'],
  ['docx', '', 'empty'],
  ['srt', `1\n${ARROW}`, 'transcript'],
  ['vtt', 'WEBVTT', 'empty'],
  ['vtt', 'WEBVTT\n', 'empty'],
  ['vtt', `WEBVTT\n\n${ARROW}`, 'transcript'],
  ['vtt', `\uFEFFWEBVTT - x\n\n${ARROW}`, 'transcript'],
  ['txt', 'words', 'transcript'],
  ['txt', '{ no JSON', 'transcript'],
  ['txt', '[music]', 'transcript'],
  ['docx', 'PK', 'transcript'],
  ['json', 'null', 'empty'],
  ['json', '{}', 'empty'],
  ['json', '[]', 'empty'],
  ['json', '\uFEFF[1]', 'transcript'],
  ['json', '7', 'transcript'],
  ['json', '{"title":"t","status":200}', 'transcript'],
  ['json', '{"title":"t","status":399}', 'transcript'],
  ['json', '{"title":7,"status":400}', 'transcript'],
  ['json', '{"title":"t","status":"400"}', 'transcript'],
])('%s %j: %s', async (format, text, kind) => {
  expect(await classify(text, format)).toBe(kind);
});

test('does not treat whitespace as empty if more bytes follow', async () => {
  await expect(classify(' ', 'srt', { sizeBytes: 2 })).rejects.toThrow('no SubRip');
  expect(await classify(' ', 'txt', { sizeBytes: 2 })).toBe('transcript');
});

test.each<[FileFormat, string, string]>([
  ['srt', '<html>', 'a web page'],
  ['json', '\uFEFF<!doctype html>', 'a web page'],
  ['docx', '<html>', 'a web page'],
  ['vtt', 'WEBVTTX', 'no WebVTT'],
  ['vtt', ARROW, 'no WebVTT'],
  ['srt', 'words', 'no SubRip'],
  ['srt', '[1]', 'JSON'],
  ['srt', ' {"a":1}', 'JSON'],
  ['vtt', '{"a":1}', 'JSON'],
  ['txt', '[1]', 'JSON'],
  ['json', '{', 'no valid JSON'],
])('rejects %s %j as %s', async (format, text, what) => {
  await expect(classify(text, format)).rejects.toMatchObject({
    code: 'BAD_RESPONSE',
    message: `the service sent ${what} instead of a transcript as ${format}`,
    details: { hint: 'try another format with --as; -v shows the request and the response' },
  });
});

test.each<[FileFormat, string, string]>([
  ['srt', '{"status":"error","message":"no cue"}', 'no cue'],
  ['txt', '{"success":false}', 'no reason given'],
  ['json', '{"title":"Gone","status":400}', 'Gone'],
  ['json', '{"title":"Gone","status":404,"detail":"no cue"}', 'no cue'],
  ['docx', '{"status":"fail","message":"no cue"}', 'no cue'],
])('reports the reason of an error response: %s %s', async (format, text, reason) => {
  const archive = new ExpectedError('INTEGRITY', 'no archive');
  await expect(classify(text, format, { archive })).rejects.toThrow(
    `the service sent an error instead of a transcript as ${format}: ${reason}`,
  );
});

test('cuts a reason to 200 characters', async () => {
  const text = JSON.stringify({ status: 'error', message: 'x'.repeat(201) });
  await expect(classify(text, 'srt')).rejects.toThrow(/: x{200}$/);
});

test('reports why a document is not a complete archive, and rethrows bugs', async () => {
  const archive = new ExpectedError('INTEGRITY', 'no directory');
  await expect(classify('PK', 'docx', { archive })).rejects.toThrow(
    'the service sent no whole document instead of a transcript as docx: no directory',
  );
  await expect(classify('PK', 'docx', { archive: new TypeError('x') })).rejects.toThrow(TypeError);
});

test('checks for an error response only up to 1 MiB', async () => {
  await expect(classify('[1]', 'txt', { sizeBytes: MIB })).rejects.toThrow('sent JSON instead');
  expect(await classify('[1]', 'txt', { sizeBytes: MIB + 1 })).toBe('transcript');
});

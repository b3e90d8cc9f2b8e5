import { readFileSync } from 'node:fs';
import { crc32, inflateSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { makeDocx } from '../../../src/sandbox/library/make-docx.ts';
import { makeManyMedia } from '../../../src/sandbox/library/many-media.ts';
import { makePdf, makePng, makeWav } from '../../../src/sandbox/library/synthetic-media.ts';
import { makeTempFolder } from '../../support/temp-folder.ts';
import { unpack } from '../unpack.ts';

test('makes a WAV file with a valid header and a tone', () => {
  const wav = makeWav({ durationSeconds: 2, frequencyHz: 2000 });
  const texts = [0, 8, 12, 36].map((at) => wav.toString('latin1', at, at + 4));
  expect(texts).toEqual(['RIFF', 'WAVE', 'fmt ', 'data']);
  expect([4, 16, 24, 28, 40].map((at) => wav.readUInt32LE(at))).toEqual([32_036, 16, 8000, 16_000, 32_000]);
  expect([20, 22, 32, 34].map((at) => wav.readUInt16LE(at))).toEqual([1, 1, 2, 16]);
  // A quarter of the sampling rate: zero, up, zero, down.
  const samples = Array.from({ length: 16_000 }, (_, index) => wav.readInt16LE(44 + 2 * index));
  expect(samples.slice(0, 5)).toEqual([0, 12_000, 0, -12_000, 0]);
  expect(samples.slice(8000)).toEqual(samples.slice(0, 8000));
  expect(wav.length).toBe(32_044);
});

test('makes a PNG file with its size, valid chunks, and a gradient', () => {
  const png = makePng({ width: 4, height: 2 });
  expect(png.toString('latin1', 0, 8)).toBe('\x89PNG\r\n\x1a\n');
  const chunks: [string, Buffer][] = [];
  for (let at = 8; at < png.length; ) {
    const sizeBytes = png.readUInt32BE(at);
    const typed = png.subarray(at + 4, at + 8 + sizeBytes);
    expect(png.readUInt32BE(at + 8 + sizeBytes)).toBe(crc32(typed));
    chunks.push([typed.toString('latin1', 0, 4), typed.subarray(4)]);
    at += 12 + sizeBytes;
  }
  expect(chunks.map(([type]) => type)).toEqual(['IHDR', 'IDAT', 'IEND']);
  expect([...(chunks[0]?.[1] ?? [])]).toEqual([0, 0, 0, 4, 0, 0, 0, 2, 8, 2, 0, 0, 0]);
  const row = (y: number) => [0, ...[0, 63, 127, 191].flatMap((x) => [x, y, 160])];
  expect([...inflateSync(chunks[1]?.[1] ?? Buffer.alloc(0))]).toEqual([...row(0), ...row(127)]);
  expect(chunks[2]?.[1]).toHaveLength(0);
});

test('makes a PDF file with a valid cross-reference table and its lines as text', () => {
  const pdf = makePdf(['One (1)', 'Two \\ 2']).toString('latin1');
  expect(pdf).toContain('(One \\(1\\)) Tj T*\n(Two \\\\ 2) Tj T*\nET');
  const [, table = ''] =
    /\nxref\n0 6\n0000000000 65535 f \n((?:\d{10} 00000 n \n){5})trailer\n<< \/Size 6 \/Root 1 0 R >>/.exec(
      pdf,
    ) ?? [];
  const offsets = [...table.matchAll(/^\d{10}/gm)].map(([offset]) => Number(offset));
  expect(offsets.map((offset) => pdf.slice(offset, offset + 8))).toEqual(
    [1, 2, 3, 4, 5].map((number) => `${number} 0 obj\n`),
  );
  const [, start] = /startxref\n(\d+)\n%%EOF\n$/.exec(pdf) ?? [];
  expect(pdf.slice(Number(start)).startsWith('xref\n')).toBe(true);
  const [, length, stream = ''] = /<< \/Length (\d+) >>\nstream\n([^]*?)\nendstream/.exec(pdf) ?? [];
  expect(stream).toHaveLength(Number(length));
});

test('makes many media items with their own files, transcripts, and dates', async () => {
  const media = await makeManyMedia(3, makeTempFolder());
  expect(media.map(({ name, created }) => [name, created.toISOString()])).toEqual([
    ['Recording 1', '2025-01-01T09:00:00.000Z'],
    ['Recording 2', '2025-01-02T09:00:00.000Z'],
    ['Recording 3', '2025-01-03T09:00:00.000Z'],
  ]);
  const [first, second] = media;
  const content = first?.renditions[0].content;
  expect(readFileSync(content?.path ?? '').length).toBe(content?.sizeBytes);
  expect(new Set(media.flatMap(({ id, renditions }) => [id, renditions[0].id])).size).toBe(6);
  expect(second?.transcripts.map(({ languageCode }) => languageCode)).toEqual(['de-v2', 'en-v2']);
  const cues = (await second?.transcripts[1]?.readCues()) ?? [];
  expect(cues).toHaveLength(40);
  expect(cues[1]).toEqual({
    startMs: 4000,
    endMs: 7500,
    speaker: 'Speaker',
    text: 'Recording 2, sentence 2 in en-v2.',
  });
});

test('makes a reproducible Word document with one escaped paragraph per line', async () => {
  const cues = [
    { startMs: 0, endMs: 1, speaker: 'A & B', text: '1 < 2' },
    { startMs: 1, endMs: 2, text: 'two\nlines>' },
  ];
  const docx = await makeDocx(cues, { languageCode: 'de' });
  const xml = (await unpack(docx)).get('word/document.xml')?.bytes.toString() ?? '';
  expect([...xml.matchAll(/<w:t xml:space="preserve">([^<]*)<\/w:t>/g)].map(([, text]) => text)).toEqual([
    'A &amp; B: 1 &lt; 2',
    'two',
    'lines&gt;',
  ]);
  expect((await makeDocx(cues, { languageCode: 'de' })).equals(docx)).toBe(true);
});

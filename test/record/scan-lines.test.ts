import { writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { endOfKey, isFileLine, isLineStart } from '../../src/record/record-line.ts';
import { SCAN_START, type ScanPosition, scanLines } from '../../src/record/scan-lines.ts';
import { makeTempFolder } from '../support/temp-folder.ts';

const A = '{"kind":"media","mediaId":"a"}';
const B = '{"kind":"media","mediaId":"b"}';
const MIB = 2 ** 20;

/** Scans a record with these bytes; a text from brace to brace counts as a line. */
async function scan(content: string | Buffer, from: ScanPosition = SCAN_START, signal?: AbortSignal) {
  const path = join(makeTempFolder(), 'record');
  writeFileSync(path, content);
  const taken: string[] = [];
  const trusted: boolean[] = [];
  const file = await open(path, 'r');
  try {
    const found = await scanLines(file, { path, from, signal }, (bytes, start, end, isTrusted) => {
      const text = bytes.subarray(start, end).toString();
      if (!/^\{.*\}$/.test(text)) return false;
      taken.push(text);
      trusted.push(isTrusted);
      return true;
    });
    return { ...found, taken, trusted, path };
  } finally {
    await file.close();
  }
}

test.each<[string, string, object]>([
  ['an empty file', '', { taken: [], offset: 0, lines: 0, isLineEnded: true }],
  [
    'two lines',
    `${A}\n${B}\n`,
    { taken: [A, B], trusted: [true, false], offset: 62, lines: 2, isLineEnded: true },
  ],
  ['no newline at the end', `${A}\n${B}`, { taken: [A, B], offset: 61, lines: 2, isLineEnded: false }],
  ['blank lines', `\n${A} \t\r\n \n\n${B}\r\n\n`, { taken: [A, B], lines: 6, isLineEnded: true }],
  ['a byte-order mark', `\uFEFF${A}\n`, { taken: [A], lines: 1, offset: 34 }],
  ['a byte-order mark alone', '\uFEFF', { taken: [], lines: 1, offset: 3, isLineEnded: false }],
  [
    'a truncated line',
    `${A}\n{"kind":"me`,
    { taken: [A], torn: [2], tornBytes: 11, offset: 31, lines: 1, isLineEnded: true },
  ],
  ['a line truncated early', `${A}\n{`, { taken: [A], torn: [2], tornBytes: 1, offset: 31 }],
  ['blank lines after a truncated one', `${A}\n{"kind":"me\n\n`, { torn: [2], tornBytes: 13, offset: 31 }],
  ['NULs at the end', `${A}\n${'\0'.repeat(8)}`, { taken: [A], torn: [2], tornBytes: 8, offset: 31 }],
  [
    'NULs before a line',
    `${A}\n${'\0'.repeat(8)}\n${B}\n`,
    { taken: [A, B], trusted: [false, false], torn: [2], tornBytes: 0, lines: 3 },
  ],
])('%s', async (_name, content, wanted) => {
  expect(await scan(content)).toMatchObject({ torn: [], tornBytes: 0, ...wanted });
});

test.each<[string, string | Buffer, number, string]>([
  ['an invalid line', `${A}\nstrange\n${B}\n`, 2, 'is not a line of a record'],
  ['an invalid last line', `${A}\nstrange`, 2, 'is not a line of a record'],
  ['a truncated line before others', `{"kind":"me\n${B}\n`, 1, 'is not a line of a record'],
  ['seven NULs', `${A}\n${'\0'.repeat(7)}\n${B}\n`, 2, 'is not a line of a record'],
  ['UTF-16', Buffer.from(`\uFEFF${A}\n`, 'utf16le'), 1, 'is UTF-16, not UTF-8'],
  ['UTF-16, big-endian', Buffer.from(`\uFEFF${A}\n`, 'utf16le').swap16(), 1, 'is UTF-16, not UTF-8'],
])('rejects %s with the line number', async (_name, content, number, why) => {
  await expect(scan(content)).rejects.toMatchObject({
    code: 'CONFIG',
    message: expect.stringMatching(new RegExp(`/record: line ${number} ${why}$`)) as string,
    details: { hint: `correct or remove line ${number}; nothing was changed` },
  });
});

test('continues from an earlier position', async () => {
  const all = `${A}\n${B}`;
  const from = { offset: 31, lines: 1, isLineEnded: true };
  expect(await scan(`${all}\n${A}\n`, from)).toMatchObject({ taken: [B, A], lines: 3, offset: 93 });
  const within = { offset: 61, lines: 2, isLineEnded: false };
  expect(await scan(`${all}\n${A}\n`, within)).toMatchObject({ taken: [A], lines: 3, isLineEnded: true });
  expect(await scan(all, within)).toMatchObject({ taken: [], lines: 1, offset: 61, isLineEnded: false });
});

test('reads long lines whole across block boundaries', async () => {
  const lines = Array.from({ length: 9 }, (_, index) => `{"n":"${String(index).repeat(300_000)}"}`);
  const { taken, offset } = await scan(`${lines.join('\n')}\n`);
  expect([taken.length, offset]).toEqual([9, 9 * 300_009]);
  expect(taken).toEqual(lines);
});

test('rejects a line of 2 MiB', async () => {
  await expect(scan(`${A}\n${'{'.repeat(2 * MIB)}`)).rejects.toThrow('line 2 is not a line of a record');
});

test('rejects on abort', async () => {
  const interruption = new AbortController();
  interruption.abort(new Error('interrupted'));
  await expect(scan(A, SCAN_START, interruption.signal)).rejects.toThrow('interrupted');
});

test.each<[string, number]>([
  ['{"kind":"media","mediaId":"a","time":"x"', 29],
  ['{"kind":"media","mediaId":"a"', -1],
  ['{"kind":"media","time":"x"', -1],
  ['{"kind":"transcript","time":"x"', -1],
  ['{"kind":"transcript","transcriptId":"a","format":"vtt","speakers":true,"time":"x"', 70],
  ['{"kind":"transcript","transcriptId":"a","format":null,"speakers":null,"time":"x"', 69],
  ['{"kind":"transcript","transcriptId":"a","speakers":true,"format":"vtt","time":"x"', -1],
  ['{"kind":"transcript","transcriptId":"a","time":"x","format":"vtt"', -1],
  ['{"kind":"rendition","renditionId":"a","time":"x"', 37],
  ['{"kind":"package","packageId":"a","time":"x"', 33],
  ['{"kind":"file","packageId":"p","path":"a","sizeBytes":12,"sha256":null,"crc32":"c","time":"x"', 82],
  ['{"kind":"media","title":"t","mediaId":"a","time":"x"', -1],
  ['{"kind":"media","mediaId":"a","title":"t","time":"x"', -1],
  ['{"kind":"media","mediaId":"a\\u0062","time":"x"', -1],
  ['{"kind":"mixed","mediaId":"a","time":"x"', -1],
  ['{"kind":"other","mediaId":"a","time":"x"', -1],
  [',"time":"x"', -1],
])('finds the end of the key of %s at %i', (text, end) => {
  const bytes = Buffer.from(`xx${text}`);
  expect(endOfKey(bytes, 2, bytes.length)).toBe(end === -1 ? -1 : end + 2);
});

test('finds the end of a key only within the line', () => {
  const bytes = Buffer.from('{"kind":"media","mediaId":"abcdef","time":"x"');
  const keyEnd = bytes.indexOf(',"time":"');
  expect(endOfKey(bytes, 0, keyEnd + 9)).toBe(keyEnd);
  expect(endOfKey(bytes, 0, keyEnd + 8)).toBe(-1);
});

test.each([
  ['{"kind":"', true, false],
  ['{"kind":"file"', true, true],
  ['{"kind":"media"', true, false],
  ['{"ki', true, false],
  ['', true, false],
  ['{"kond":"', false, false],
  ['x', false, false],
])('%j is the start of a line: %j, of a file line: %j', (text, isStart, isFile) => {
  const bytes = Buffer.from(text);
  expect([isLineStart(bytes, 0, bytes.length), isFileLine(bytes, 0)]).toEqual([isStart, isFile]);
});

import { join } from 'node:path';
import { expect, test } from 'vitest';
import {
  isRecording,
  parseRecordFile,
  readRecordFlags,
  recordFileIn,
  recordWords,
} from '../../src/flags/record-flags.ts';

test.each([
  [{}, { file: null, onlyNew: false }, false, null, []],
  [{ record: 'r' }, { file: 'r', onlyNew: false }, true, 'r', ['--record', 'r']],
  [{ onlyNew: true }, { file: null, onlyNew: true }, true, join('out', 'record.ndjson'), ['--only-new']],
  [{ record: 'r', onlyNew: true }, { file: 'r', onlyNew: true }, true, 'r', ['--record', 'r', '--only-new']],
  [{ onlyNew: false }, { file: null, onlyNew: false }, false, null, []],
])('%j means %j', (raw, flags, isRecorded, file, words) => {
  const read = readRecordFlags(raw);
  expect(read).toEqual(flags);
  expect([isRecording(read), recordFileIn('out', read), recordWords(read)]).toEqual([
    isRecorded,
    file,
    words,
  ]);
});

test.each([
  ['', 'the value is empty'],
  [' ', 'the value is empty'],
  ['-', '- is not a file'],
  ['out/', 'out/ is not a file'],
  ['out\\', 'out\\ is not a file'],
])('rejects the record file %j', (text, message) => {
  expect(() => parseRecordFile(text)).toThrow(expect.objectContaining({ code: 'USAGE', message }));
});

test.each(['r', 'out/r', '-r', 'a-'])('accepts the record file %j', (text) => {
  expect(parseRecordFile(text)).toBe(text);
});

import { expect, test } from 'vitest';
import { frameWidth } from '../../../src/terminal/prompts/prompt-options.ts';
import { captureStream } from '../../support/process/streams.ts';

test.each([
  [80, 100, 79],
  [100, 80, 79],
  [2, 80, 1],
  [1, 80, 1],
  [3, 3, 2],
])('with %i columns in a window of %i, a prompt uses %i', (columns, ofStream, width) => {
  const { stream } = captureStream({ isTTY: true, columns: ofStream });
  expect(frameWidth({ stderr: stream, columns: () => columns })).toBe(width);
});

test('a stream without a width sets no limit', () => {
  expect(frameWidth({ stderr: captureStream().stream, columns: () => 60 })).toBe(59);
});

import { describe, expect, test } from 'vitest';
import { readIds } from '../../src/flags/ids.ts';
import { openInput } from '../support/process/streams.ts';

function inputOf(text: string) {
  const stdin = openInput();
  stdin.end(text);
  return { stdin };
}

describe('readIds', () => {
  test.each([
    [['a', 'b'], '', ['a', 'b']],
    [['a', 'a'], '', ['a']],
    [[' a '], '', ['a']],
    [['-'], 'x\ny\n', ['x', 'y']],
    [['-'], 'x\r\n\r\n  y z  ', ['x', 'y z']],
    [['a', '-', 'b'], 'x\na\n', ['a', 'x', 'b']],
  ])('%j with %j on standard input are %j', async (words, text, ids) => {
    expect(await readIds(words, inputOf(text))).toEqual(ids);
  });

  test.each([
    [['-'], ''],
    [['-'], '\n \r\n'],
    [[''], ''],
    [['a', ' '], ''],
  ])('%j with %j is refused', async (words, text) => {
    await expect(readIds(words, inputOf(text))).rejects.toMatchObject({ code: 'USAGE' });
  });

  test('a terminal is not read from', async () => {
    await expect(readIds(['-'], { stdin: openInput({ isTTY: true }) })).rejects.toMatchObject({
      code: 'USAGE',
    });
  });

  test('more than 16 MiB are refused', async () => {
    await expect(readIds(['-'], inputOf('x'.repeat(17 * 1_048_576)))).rejects.toMatchObject({
      code: 'USAGE',
    });
  });
});

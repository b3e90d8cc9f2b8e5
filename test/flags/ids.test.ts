import { describe, expect, test } from 'vitest';
import { readIds, readMediaIds, readText } from '../../src/flags/ids.ts';
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
  ])('%j with %j on stdin are %j', async (words, text, ids) => {
    expect(await readIds(words, inputOf(text))).toEqual(ids);
  });

  test.each([
    [['-'], ''],
    [['-'], '\n \r\n'],
    [[''], ''],
    [['a', ' '], ''],
  ])('rejects %j with %j on stdin', async (words, text) => {
    await expect(readIds(words, inputOf(text))).rejects.toMatchObject({ code: 'USAGE' });
  });

  test('rejects a terminal', async () => {
    await expect(readIds(['-'], { stdin: openInput({ isTTY: true }) })).rejects.toMatchObject({
      code: 'USAGE',
    });
  });

  test('rejects more than 16 MiB', async () => {
    await expect(readIds(['-'], inputOf('x'.repeat(17 * 1_048_576)))).rejects.toMatchObject({
      code: 'USAGE',
    });
  });
});

describe('messages and limits', () => {
  const LIST = "run 'streamdiver-dl list' to see your packages";

  test.each<[readonly string[], string, string]>([
    [[], 'no package ID given', LIST],
    [['-'], 'no package ID given', LIST],
    [['a', ''], 'a package ID is empty', LIST],
    [
      ['a', '*.srt'],
      '*.srt is a pattern, not a package ID',
      "to select entries, run: streamdiver-dl fetch ID --include '*.srt'",
    ],
    [
      ['x[ab]'],
      'x[ab] is a pattern, not a package ID',
      "to select entries, run: streamdiver-dl fetch ID --include 'x[ab]'",
    ],
  ])('rejects %j', async (words, message, hint) => {
    await expect(readIds(words, inputOf(''))).rejects.toMatchObject({
      code: 'USAGE',
      message,
      details: { hint },
    });
  });

  test('hints at the contents command for patterns', async () => {
    await expect(readIds(['*'], inputOf(''), 'contents')).rejects.toMatchObject({
      details: { hint: "to select entries, run: streamdiver-dl contents ID --include '*'" },
    });
  });

  test.each(['a?', 'a[', 'a]', '[]'])('%j can be an ID', async (word) => {
    expect(await readIds([word], inputOf(''))).toEqual([word]);
  });

  test('readMediaIds returns none without words but rejects empty stdin', async () => {
    expect(await readMediaIds([], inputOf(''))).toEqual([]);
    expect(await readMediaIds(['a', '-'], inputOf('b\na\n'))).toEqual(['a', 'b']);
    await expect(readMediaIds(['-'], inputOf('\n'))).rejects.toMatchObject({
      code: 'USAGE',
      message: 'no media IDs on standard input',
      details: { hint: "run 'streamdiver-dl media list --format id' to list media IDs" },
    });
  });

  test('readText accepts 16 MiB and rejects more', async () => {
    const limitBytes = 16 * 1_048_576;
    expect((await readText(inputOf('x'.repeat(limitBytes)).stdin)).length).toBe(limitBytes);
    await expect(readText(inputOf('x'.repeat(limitBytes + 1)).stdin)).rejects.toMatchObject({
      code: 'USAGE',
      message: 'standard input is larger than 16 MiB',
    });
    const stdin = openInput();
    for (let piece = 0; piece < 17; piece += 1) stdin.write('x'.repeat(1_048_576));
    stdin.end();
    await expect(readText(stdin)).rejects.toThrow('larger than 16 MiB');
  });

  test('readText rejects a terminal and unreadable stdin', async () => {
    await expect(readText(openInput({ isTTY: true }))).rejects.toMatchObject({
      code: 'USAGE',
      message: 'cannot read standard input: it is a terminal',
    });
    const broken = openInput();
    const cause = Object.assign(new Error('EISDIR: illegal operation on a directory, read'), {
      code: 'EISDIR',
      errno: -21,
      syscall: 'read',
    });
    broken.destroy(cause);
    await expect(readText(broken)).rejects.toMatchObject({
      code: 'USAGE',
      message: expect.stringMatching(/^cannot read standard input: ./) as string,
      details: { cause },
    });
    const odd = openInput();
    odd.destroy(new TypeError('x'));
    await expect(readText(odd)).rejects.toThrow(TypeError);
  });
});

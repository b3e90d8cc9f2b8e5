import { describe, expect, test } from 'vitest';
import { parseNameEncoding } from '../../../src/flags/name-encoding.ts';
import { foldName } from '../../../src/target-folder/fold-name.ts';
import { planExtraction } from '../../../src/zip/extract/extraction-plan.ts';
import { readDirectory } from '../../../src/zip/read/directory.ts';
import { nameDecoder } from '../../../src/zip/read/name-encoding.ts';
import { type EntrySpec, makeZip, unicodePathExtra } from '../../support/zip-maker.ts';
import { failureOf } from '../failure-of.ts';
import { memorySource } from '../memory-source.ts';

async function planOf(specs: readonly EntrySpec[], encoding?: string) {
  const decode = encoding === undefined ? null : nameDecoder(parseNameEncoding(encoding));
  const { entries } = await readDirectory(memorySource(makeZip(specs)), { decode });
  return planExtraction(entries);
}

/** The paths of the planned files and folders. */
async function pathsOf(specs: readonly EntrySpec[], encoding?: string): Promise<readonly string[]> {
  const { files, folders } = await planOf(specs, encoding);
  const paths = [files, folders].map((list) => list.map(({ components }) => components.join('/')));
  return [...(paths[0] ?? []), ...(paths[1] ?? []).map((path) => `${path}/`)];
}

async function refusalOf(specs: readonly EntrySpec[], encoding?: string) {
  return await failureOf(planOf(specs, encoding));
}

const FAT = { madeBy: 0x0014 };
const bytes = (hex: string): Buffer => Buffer.from(hex, 'hex');
const HYOJI = bytes('955c8ea62e747874');

describe('a leading dot', () => {
  test('is dropped, and the folder itself creates nothing', async () => {
    const plan = await planOf([{ name: './' }, { name: './sub/' }, { name: './sub/a', content: 'a' }]);
    expect(plan.files.map(({ components }) => components)).toEqual([['sub', 'a']]);
    expect(plan.folders.map(({ components }) => components)).toEqual([['sub']]);
    expect(plan.renamed).toEqual([]);
  });

  test.each([
    ['././a', 'only a dot'],
    ['a/./b', 'only a dot'],
    ['.//a', 'only a dot'],
    ['.', 'only a dot'],
    ['./..', 'leads out'],
    ['./../a', 'leads out'],
    ['./C:/a', 'drive letter'],
    ['./.streamdiver-dl-0/x', 'reserved for temporary files'],
  ])('does not make %j acceptable', async (name, says) => {
    expect((await refusalOf([{ name }])).message).toContain(says);
  });

  test('does not make a different file', async () => {
    expect((await refusalOf([{ name: 'a' }, { name: './a' }])).message).toContain('"a" occurs twice');
  });

  test('is rejected as a link or with content', async () => {
    expect((await refusalOf([{ name: './', mode: 0o120777 }])).message).toContain('only a dot');
    expect((await refusalOf([{ name: './', content: 'x' }])).message).toContain('dot');
  });
});

describe('modes without meaning', () => {
  test.each([
    ['a file from a pipe', 'in', 0o010600, 'x', 'in'],
    ['an empty file from a pipe', 'in', 0o010600, '', 'in'],
    ['a folder from jar', 'in/', 0xffff, '', 'in/'],
    ['a file from jar', 'in', 0xffff, 'x', 'in'],
  ])('accepts %s', async (_what, name, mode, content, path) => {
    expect(await pathsOf([{ name, mode, content }])).toEqual([path]);
  });

  test('recognizes a folder by its DOS attribute alone', async () => {
    const central = { ...FAT, externalAttributes: 0x10 };
    expect(await pathsOf([{ name: 'd', central }])).toEqual(['d/']);
    expect((await refusalOf([{ name: 'd', content: 'x', central }])).message).toContain('neither');
  });

  test.each([0o020600, 0o060600, 0o140600, 0o030600])('rejects mode %o', async (mode) => {
    expect((await refusalOf([{ name: 'a', mode }])).message).toContain('neither a file nor a folder');
  });
});

describe('invisible characters', () => {
  test.each([
    ['Donau\u00addampf.srt', 'Donau_dampf.srt'],
    ['\u200eTitle\u200f.srt', '_Title_.srt'],
    ['\ufeffTitle.srt', '_Title.srt'],
    ['a\u200bb', 'a_b'],
    ['\u{1f3f4}\u{e0067}\u{e007f}.mp4', '\u{1f3f4}__.mp4'],
    ['\u00ad', '_'],
  ])('changes %j to %j and reports it', async (name, to) => {
    const plan = await planOf([{ name }]);
    expect(plan.renamed).toEqual([{ from: name, to }]);
  });

  test.each(['\u2764\ufe0f.mp4', '\u{1f468}\u200d\u{1f469}.mp4', 'می\u200cخواهم'])(
    'keeps %j',
    async (name) => {
      expect((await planOf([{ name }])).renamed).toEqual([]);
    },
  );

  test.each(['\u202a', '\u202b', '\u202c', '\u202d', '\u202e', '\u2066', '\u2067', '\u2068', '\u2069'])(
    'rejects %j',
    async (character) => {
      expect((await refusalOf([{ name: `a${character}b` }])).message).toContain('control or invisible');
    },
  );

  test('rejects a replacement that conflicts with another entry', async () => {
    expect((await refusalOf([{ name: 'a\u00adb' }, { name: 'a_b' }])).message).toContain('same name');
  });
});

describe('names that are the same file on some system', () => {
  test.each([
    ['m²', 'm2'],
    ['½', '1⁄2'],
    ['Ａ', 'A'],
    ['①', '1'],
    ['…', '...x'],
    ['İ', 'i'],
    ['漢', '字'],
  ])('accepts %j and %j as two names', async (one, other) => {
    expect(await pathsOf([{ name: one }, { name: other }])).toEqual([one, other]);
  });

  test.each([
    ['ß', 'ẞ'],
    ['ß', 'SS'],
    ['ẞ', 'ss'],
    ['ſ', 's'],
    ['ſ', 'S'],
    ['\u212a', 'k'],
    ['\u212b', 'å'],
    ['ﬁ', 'FI'],
    ['Ａ', 'ａ'],
    ['İ', 'i\u0307'],
    ['ΑΣ', 'ας'],
    ['ασ', 'ας'],
    ['é', 'E\u0301'],
    ['ǰ', 'J\u030c'],
    ['a\u200d', 'A'],
  ])('rejects %j and %j as one name', async (one, other) => {
    expect((await refusalOf([{ name: one }, { name: other }])).message).toContain('same name');
  });

  test('folds all spellings of a character to one key', () => {
    const wrong: string[] = [];
    for (let code = 0; code < 0x20000; code++) {
      const name = String.fromCodePoint(code);
      const spellings = [name.toLowerCase(), name.toUpperCase(), name.normalize('NFD'), foldName(name)];
      if (spellings.some((spelling) => foldName(spelling) !== foldName(name))) wrong.push(name);
    }
    expect(wrong).toEqual([]);
  });

  test('accepts an identical folder twice, but no other spelling of it', async () => {
    expect(await pathsOf([{ name: 'd/' }, { name: 'd/a' }, { name: 'd/' }])).toEqual(['d/a', 'd/']);
    expect((await refusalOf([{ name: 'd?/' }, { name: 'd*/' }])).message).toContain('same name');
    expect((await refusalOf([{ name: 'd/' }, { name: 'D/' }])).message).toContain('same name');
    expect((await refusalOf([{ name: 'd/' }, { name: 'd' }])).message).toContain('both a file and a folder');
  });
});

describe('name encodings', () => {
  test.each([
    ['ASCII', bytes('612e74'), undefined, 'a.t'],
    ['UTF-8 without the flag', Buffer.from('größe'), undefined, 'größe'],
    ['CP437', bytes('8162'), undefined, 'üb'],
    ['windows-1252', bytes('8062f6'), 'windows-1252', '€bö'],
    ['windows-1252 by an alias', bytes('8062f6'), 'Latin1', '€bö'],
    ['Shift JIS with 0x5C in a character', HYOJI, 'shift_jis', '表示.txt'],
    ['Shift JIS by its Python name', HYOJI, 'cp932', '表示.txt'],
    ['GBK', bytes('d6d0'), 'gbk', '中'],
    ['GBK that could be UTF-8', bytes('c2b0'), 'gbk', '掳'],
    ['Big5 with 0x5C in a character', bytes('b35c'), 'big5', '許'],
    ['EUC-KR', bytes('c7d1'), 'euc-kr', '한'],
    ['CP866', bytes('8f80'), 'cp866', 'ПА'],
    ['CP437 on demand', bytes('8162'), 'cp437', 'üb'],
  ])('%s', async (_what, name, encoding, path) => {
    expect(await pathsOf([{ name }], encoding)).toEqual([path]);
  });

  test('prefers the encoding that the archive states', async () => {
    const raw = bytes('3f62');
    expect(
      await pathsOf([{ name: 'größe' }, { name: raw, extra: unicodePathExtra('漢b', raw) }], 'gbk'),
    ).toEqual(['größe', '漢b']);
  });

  test('accepts U+FFFD unless it stands for invalid bytes', async () => {
    expect(await pathsOf([{ name: 'a\ufffd.txt' }])).toEqual(['a\ufffd.txt']);
    expect((await refusalOf([{ name: bytes('61ff'), flags: 1 << 11 }])).message).toContain('not valid UTF-8');
    expect((await refusalOf([{ name: bytes('61ff') }], 'shift_jis')).message).toContain('of --encoding');
  });

  test('checks decoded names', async () => {
    expect(
      (await refusalOf([{ name: bytes('8162'), content: '1' }, { name: 'ÜB' }], 'cp437')).message,
    ).toContain('same name');
    expect((await refusalOf([{ name: bytes('2e2e2f8162') }], 'shift_jis')).message).toMatch(
      /leads out|encoding/,
    );
    expect((await refusalOf([{ name: bytes('2e2e2fd6d0') }], 'gbk')).message).toContain('leads out');
  });

  test.each(['klingon', 'utf-16le', 'iso-2022-jp', 'replacement', ''])(
    'rejects %j as a name encoding',
    (label) => {
      expect(() => parseNameEncoding(label)).toThrow(
        expect.objectContaining({
          code: 'USAGE',
          details: { hint: expect.stringMatching(/such as cp437, .*shift_jis/) },
        }),
      );
    },
  );

  test('suggests full ICU if Node has few encodings', () => {
    const small = () => {
      throw new RangeError('The encoding is not supported');
    };
    expect(() => parseNameEncoding('shift_jis', small)).toThrow(
      expect.objectContaining({ details: { hint: expect.stringContaining('full ICU') } }),
    );
    expect(parseNameEncoding('Windows-1252', small)).toBe('windows-1252');
  });
});

describe('backslashes', () => {
  test.each([0, 10, 11, 14])('are separators in names without a slash from host system %i', async (host) => {
    expect(await pathsOf([{ name: 'd\\a.txt', central: { madeBy: host << 8 } }])).toEqual(['d/a.txt']);
  });

  test('can mark a folder, but not bypass path checks', async () => {
    expect(await pathsOf([{ name: 'd\\', central: { ...FAT, externalAttributes: 0x10 } }])).toEqual(['d/']);
    for (const [name, says] of [
      ['..\\a', 'leads out'],
      ['d\\..\\..\\a', 'leads out'],
      ['\\\\host\\a', 'absolute'],
      ['C:\\a', 'drive'],
      ['d\\e/a', 'backslash'],
    ] as const)
      expect((await refusalOf([{ name, central: FAT }])).message).toContain(says);
  });

  test('are rejected on other systems and where they may be half of a character', async () => {
    expect((await refusalOf([{ name: 'd\\a.txt' }])).message).toContain('contains a backslash');
    expect((await refusalOf([{ name: HYOJI, central: FAT }])).message).toContain('contains a backslash');
    expect(await pathsOf([{ name: HYOJI, central: FAT }], 'shift_jis')).toEqual(['表示.txt']);
    expect(await pathsOf([{ name: bytes('815c62'), central: FAT }], 'cp437')).toEqual(['ü/b']);
  });
});

describe('error messages', () => {
  const bomb: EntrySpec = { name: 'zeros', content: Buffer.alloc(2 ** 21), method: 8 };
  const encrypted = (index: number): EntrySpec => ({ name: `f${index}`, flags: 1 | (1 << 11), content: 'x' });

  test('suggest --max-size for a bomb', async () => {
    const { hint } = (await refusalOf([bomb])).details;
    expect(hint).toContain('--max-size');
    expect(hint).not.toContain('--skip-unsafe');
    const both = (await refusalOf([bomb, { name: '../a' }, { name: 'b' }])).details.hint;
    expect(both).toMatch(/--skip-unsafe.*--max-size/);
    expect((await refusalOf([{ name: '../a' }, { name: 'b' }])).details.hint).not.toContain('--max-size');
  });

  test('give a reason shared by all entries once', async () => {
    const nine = [...Array(9).keys()].map(encrypted);
    const { message, details } = await refusalOf([{ name: 'd/' }, ...nine]);
    expect(message).toBe(
      'the archive is refused: all 9 entries are encrypted, which is not supported; nothing was unpacked',
    );
    expect(details.hint).not.toContain('--skip-unsafe');
    expect((await refusalOf([...nine, { name: 'plain' }])).message).toContain('"f0" is encrypted');
  });
});

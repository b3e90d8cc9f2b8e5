import stringWidth from 'string-width';
import { describe, expect, test } from 'vitest';
import { ExpectedError } from '../../../src/errors.ts';
import type { Listing } from '../../../src/terminal/listing/listing.ts';
import { captureStream } from '../../support/process/streams.ts';
import { makeTerminal, type TestTerminalOptions } from '../make-terminal.ts';

interface Item {
  readonly id: string;
  readonly title: string;
  readonly sizeBytes: number | null;
}

const ITEMS: readonly Item[] = [
  { id: 'dl-1', title: 'First, "quoted"', sizeBytes: 1024 },
  { id: 'dl-22', title: 'Two\tcolumns\nand lines', sizeBytes: null },
];

function listingOf(items: readonly Item[]): Listing<Item> {
  return {
    items,
    columns: [
      { key: 'id', heading: 'ID', text: (item) => item.id, id: 'prefix' },
      { key: 'title', heading: 'TITLE', text: (item) => item.title, shrinks: true },
      {
        key: 'sizeBytes',
        heading: 'SIZE',
        align: 'right',
        text: (item) => (item.sizeBytes === null ? '' : String(item.sizeBytes)),
        display: (item) => (item.sizeBytes === null ? '-' : '1.0 KiB'),
      },
    ],
    document: {
      items: items.map((item) => ({ ...item, extra: true })),
      count: items.length,
      truncated: false,
    },
    itemDocument: (item) => ({ ...item, extra: true }),
    emptyText: 'no packages yet',
  };
}

async function show(items: readonly Item[], options: TestTerminalOptions = {}) {
  const { terminal, stdout, stderr } = makeTerminal(options);
  terminal.listing(listingOf(items));
  await terminal.flush();
  return { stdout: stdout.text(), stderr: stderr.text() };
}

/** Two paths that differ only at the end. */
const PATHS: readonly Item[] = ['de', 'en'].map((language) => ({
  id: `Welcome to Streamdiver/Welcome to Streamdiver.${language}.srt`,
  title: 'stored',
  sizeBytes: null,
}));

describe.each([100, 50, 30])('paths in %i columns', (columns) => {
  test('stay distinguishable', async () => {
    const { terminal, stdout } = makeTerminal({ isTTY: true, columns });
    const listing = listingOf(PATHS);
    const others = listing.columns.slice(1);
    terminal.listing({
      ...listing,
      columns: [
        { key: 'id', heading: 'PATH', text: (item) => item.id, shrinks: true, isPath: true },
        ...others,
      ],
    });
    await terminal.flush();
    expect(stdout.text()).toContain('.de.srt');
    expect(stdout.text()).toContain('.en.srt');
  });
});

describe('in a pipe', () => {
  const FORMATS = [
    ['table', 'dl-1\tFirst, "quoted"\t1024\ndl-22\tTwo\\tcolumns\\nand lines\t\n'],
    ['tsv', 'dl-1\tFirst, "quoted"\t1024\ndl-22\tTwo\\tcolumns\\nand lines\t\n'],
    ['csv', 'id,title,sizeBytes\r\ndl-1,"First, ""quoted""",1024\r\ndl-22,Two\\tcolumns\\nand lines,\r\n'],
    ['id', 'dl-1\ndl-22\n'],
    [
      'ndjson',
      '{"id":"dl-1","title":"First, \\"quoted\\"","sizeBytes":1024,"extra":true}\n' +
        '{"id":"dl-22","title":"Two\\tcolumns\\nand lines","sizeBytes":null,"extra":true}\n',
    ],
    [
      'json',
      '{"items":[{"id":"dl-1","title":"First, \\"quoted\\"","sizeBytes":1024,"extra":true},' +
        '{"id":"dl-22","title":"Two\\tcolumns\\nand lines","sizeBytes":null,"extra":true}],"count":2,"truncated":false}\n',
    ],
  ] as const;

  test.each(FORMATS)('--format %s writes exactly this, with an empty stderr', async (format, stdout) => {
    expect(await show(ITEMS, { format })).toEqual({ stdout, stderr: '' });
  });

  test.each(['table', 'tsv', 'csv', 'id', 'ndjson'] as const)(
    '--format %s of an empty list writes only a message to stderr',
    async (format) => {
      expect(await show([], { format })).toEqual({ stdout: '', stderr: 'no packages yet\n' });
    },
  );

  test('--format json of an empty list writes a document', async () => {
    expect(await show([], { format: 'json' })).toEqual({
      stdout: '{"items":[],"count":0,"truncated":false}\n',
      stderr: '',
    });
  });

  test('--quiet prints nothing for an empty list', async () => {
    expect(await show([], { quiet: true })).toEqual({ stdout: '', stderr: '' });
  });

  test('--format csv quotes only values with a comma or a quote', async () => {
    const titles = ['a,b', 'say "x"', 'plain text'];
    const { stdout } = await show(
      titles.map((title) => ({ id: 'dl', title, sizeBytes: null })),
      { format: 'csv', fields: ['title'] },
    );
    expect(stdout).toBe('title\r\n"a,b"\r\n"say ""x"""\r\nplain text\r\n');
  });

  test('--format id prints the ID column, or the first column if there is none', () => {
    const { terminal, stdout } = makeTerminal({ format: 'id' });
    const content = listingOf(ITEMS);
    terminal.listing({ ...content, columns: content.columns.toReversed() });
    terminal.listing({ ...content, columns: content.columns.slice(1) });
    expect(stdout.text()).toBe('dl-1\ndl-22\nFirst, "quoted"\nTwo\\tcolumns\\nand lines\n');
  });
});

describe('--fields', () => {
  const CASES = [
    ['tsv', 'true\tdl-1\n'],
    ['csv', 'extra,id\r\ntrue,dl-1\r\n'],
    ['ndjson', '{"extra":true,"id":"dl-1"}\n'],
    ['json', '{"items":[{"extra":true,"id":"dl-1"}],"count":1,"truncated":false}\n'],
  ] as const;

  test.each(CASES)('selects and orders the keys of %s', async (format, stdout) => {
    expect(await show(ITEMS.slice(0, 1), { format, fields: ['extra', 'id'] })).toEqual({
      stdout,
      stderr: '',
    });
  });

  test('selects the columns of a table', async () => {
    const { stdout } = await show(ITEMS.slice(0, 1), {
      isTTY: true,
      colorMode: 'never',
      fields: ['sizeBytes', 'id'],
    });
    expect(stdout).toBe('   SIZE  ID\n1.0 KiB  dl-1\n');
  });

  test.each(['table', 'json'] as const)(
    'rejects an unknown field for %s and lists the known ones',
    (format) => {
      const { terminal, stdout } = makeTerminal({ format, fields: ['id', 'nmae'] });
      expect(() => terminal.listing(listingOf(ITEMS))).toThrow(
        expect.objectContaining<Partial<ExpectedError>>({
          code: 'USAGE',
          message: "unknown field 'nmae' in --fields",
          details: { hint: 'known fields: id, title, sizeBytes, extra' },
        }),
      );
      expect(stdout.text()).toBe('');
    },
  );

  test('rejects an unknown field even for a single item', () => {
    const { terminal } = makeTerminal({ fields: ['nmae'] });
    expect(() => terminal.listing(listingOf(ITEMS.slice(0, 1)))).toThrow("unknown field 'nmae' in --fields");
  });

  test('accepts any field for an empty list', async () => {
    expect((await show([], { fields: ['anything'] })).stdout).toBe('');
  });
});

describe('on a terminal', () => {
  const WIDE: readonly Item[] = [
    {
      id: 'dl-1',
      title: 'A very long title that goes on and on until nobody reads it any more',
      sizeBytes: 1024,
    },
    {
      id: '0123456789abcdef0123456789abcdef',
      title: '日本語の長い題名がここにあります、とても長いです',
      sizeBytes: null,
    },
  ];

  test('prints a header and aligned columns without borders', async () => {
    expect(await show(ITEMS, { isTTY: true, colorMode: 'never' })).toEqual({
      stdout:
        'ID     TITLE                       SIZE\n' +
        'dl-1   First, "quoted"          1.0 KiB\n' +
        'dl-22  Two\\tcolumns\\nand lines        -\n',
      stderr: '',
    });
  });

  test('uses the width and color of stdout alone', async () => {
    const narrow = captureStream({ isTTY: true, columns: 40 });
    const { terminal } = makeTerminal({ isTTY: true, columns: 200, stdout: narrow.stream });
    terminal.listing(listingOf(ITEMS.slice(0, 1)));
    await terminal.flush();
    expect(narrow.text()).toMatch(/^\x1b\[1mFirst/);
    const onTerminal = captureStream({ isTTY: true });
    const other = makeTerminal({ stdout: onTerminal.stream }).terminal;
    other.listing(listingOf(ITEMS.slice(0, 1)));
    await other.flush();
    expect(onTerminal.text()).toMatch(/^\x1b\[1mID {4}TITLE/);
  });

  test('prints the header in bold and nothing in color', async () => {
    const { stdout } = await show(ITEMS.slice(0, 1), { isTTY: true });
    expect(stdout.match(/\x1b\[\d+m/g)).toEqual(['\x1b[1m', '\x1b[22m']);
  });

  test.each([
    [60, 2],
    [72, 2],
    [80, 2],
    [100, 1],
    [200, 0],
  ])('fits %d columns by cutting %d titles, and never an ID', async (columns, cutCount) => {
    const { stdout } = await show(WIDE, { isTTY: true, columns, colorMode: 'never' });
    const lines = stdout.trimEnd().split('\n');
    expect(lines).toHaveLength(3);
    for (const line of lines) expect(stringWidth(line)).toBeLessThanOrEqual(columns);
    expect(stdout).toContain('0123456789abcdef0123456789abcdef');
    expect(stdout.split('…')).toHaveLength(cutCount + 1);
  });

  test('case 114: aligns columns after wide, combining, and new characters', async () => {
    const titles = [
      'plain',
      '日本語',
      'สวัสดีครับ',
      'नमस्ते',
      '🫠 melting',
      'مَرْحَبًا',
      '🇩🇪',
      'e\u0301\u0302',
      '한국어',
    ];
    const items = titles.map((title, index) => ({ id: `dl-${index}`, title, sizeBytes: 1024 }));
    const { stdout } = await show(items, { isTTY: true, colorMode: 'never' });
    expect(
      new Set(
        stdout
          .trimEnd()
          .split('\n')
          .map((line) => stringWidth(line)),
      ),
    ).toHaveLength(1);
  });

  test.each([
    [1, 'F\n  dl-1\n  1.0 KiB\nT\n  dl-22\n  -\n'],
    [17, 'First, "quoted"\n  dl-1 · 1.0 KiB\nTwo\\tcolumns\\nan…\n  dl-22 · -\n'],
    [59, 'First, "quoted"\n  dl-1 · 1.0 KiB\nTwo\\tcolumns\\nand lines\n  dl-22 · -\n'],
  ])('case 117: prints one block per record in %d columns', async (columns, blocks) => {
    const { stdout } = await show(ITEMS, { isTTY: true, columns, colorMode: 'never' });
    expect(stdout).toBe(blocks);
  });

  test('omits a record without any text', async () => {
    const items = [
      { id: '', title: '', sizeBytes: 1 },
      { id: 'dl-1', title: '', sizeBytes: 1 },
    ];
    const { terminal, stdout } = makeTerminal({ isTTY: true, columns: 30, colorMode: 'never' });
    const content = listingOf(items);
    terminal.listing({ ...content, columns: content.columns.slice(0, 2) });
    await terminal.flush();
    expect(stdout.text()).toBe('dl-1\n');
  });

  test('starts a block without a title with the uncut ID', async () => {
    const { stdout } = await show([{ id: 'x'.repeat(100), title: '', sizeBytes: 1 }], {
      isTTY: true,
      columns: 30,
      colorMode: 'never',
    });
    expect(stdout).toBe(`${'x'.repeat(100)}\n  1.0 KiB\n`);
  });

  describe('UUIDs', () => {
    const uuid = (start: string) => `${start}-0000-4000-8000-000000000000`;
    const items = ['b4bef371', 'c0ffee00'].map((start) => ({ id: uuid(start), title: 'T', sizeBytes: 1 }));
    const idsOf = (stdout: string) =>
      stdout
        .split('\n')
        .slice(1, -1)
        .map((line) => line.split(' ')[0]);

    test('are shortened to 8 characters on a terminal', async () => {
      const { stdout } = await show(items, { isTTY: true, colorMode: 'never' });
      expect(idsOf(stdout)).toEqual(['b4bef371', 'c0ffee00']);
      const narrow = await show(items, { isTTY: true, columns: 40, colorMode: 'never' });
      expect(narrow.stdout).toBe('T\n  b4bef371 · 1.0 KiB\nT\n  c0ffee00 · 1.0 KiB\n');
    });

    test('are printed in full if two start alike, and with --no-trunc', async () => {
      const alike = [...items, { id: `b4bef371-1${uuid('').slice(2)}`, title: 'T', sizeBytes: 1 }];
      const { stdout } = await show(alike, { isTTY: true, colorMode: 'never' });
      expect(idsOf(stdout)).toEqual(alike.map(({ id }) => id));
      const full = await show(items, { isTTY: true, colorMode: 'never', fullIds: true });
      expect(idsOf(full.stdout)).toEqual(items.map(({ id }) => id));
    });

    test.each(['table', 'tsv', 'csv', 'id', 'ndjson', 'json'] as const)(
      'are printed in full in a pipe, and as %s on a terminal',
      async (format) => {
        expect((await show(items, { format })).stdout).toContain(uuid('b4bef371'));
        if (format === 'table') return;
        expect((await show(items, { format, isTTY: true })).stdout).toContain(uuid('b4bef371'));
      },
    );
  });

  test('colors only the text of a cell, by its tone', async () => {
    const { terminal, stdout } = makeTerminal({ isTTY: true });
    const content = listingOf(ITEMS);
    const tones = { 'dl-1': 'good', 'dl-22': 'bad' } as const;
    const status = {
      key: 'status',
      heading: 'STATUS',
      text: ({ id }: Item) => tones[id as keyof typeof tones],
      tone: ({ id }: Item) => tones[id as keyof typeof tones],
    };
    terminal.listing({ ...content, columns: [status, ...content.columns] });
    await terminal.flush();
    expect(stdout.text()).toContain('\x1b[32mgood\x1b[39m    dl-1');
    expect(stdout.text()).toContain('\x1b[31mbad\x1b[39m     dl-22');
  });

  test('case 117: assumes 80 columns if the terminal reports 0', async () => {
    const { stdout } = await show(ITEMS, { isTTY: true, columns: 0, colorMode: 'never' });
    expect(stdout).toMatch(/^ID {5}TITLE/);
  });

  test('prints one block per record if the IDs alone are wider than the terminal', async () => {
    const { stdout } = await show([{ id: 'x'.repeat(100), title: 'T', sizeBytes: null }], {
      isTTY: true,
      colorMode: 'never',
    });
    expect(stdout).toBe(`T\n  ${'x'.repeat(100)}\n  -\n`);
  });

  test('case 117: prefers COLUMNS to the width of the stream', async () => {
    const { stdout } = await show(ITEMS, { isTTY: true, env: { COLUMNS: '40' }, colorMode: 'never' });
    expect(stdout).toMatch(/^First, "quoted"\n/);
  });

  test('case 117: ends a cut title with dots without UTF-8', async () => {
    const { stdout } = await show(WIDE, {
      isTTY: true,
      columns: 60,
      env: { LC_ALL: 'C' },
      colorMode: 'never',
    });
    expect(stdout).toMatch(/A very long.*\.\.\./);
    expect(stdout).not.toContain('…');
  });

  test('keeps results in order around a table', async () => {
    const { terminal, stdout } = makeTerminal({ isTTY: true, colorMode: 'never' });
    terminal.line('before');
    terminal.listing(listingOf(ITEMS.slice(0, 1)));
    terminal.line('after');
    await terminal.bytes(Buffer.from('last\n'));
    expect(stdout.text()).toMatch(/^before\nID[^]*\nafter\nlast\n$/);
  });

  test('indents a JSON document', async () => {
    const { stdout } = await show([], { isTTY: true, format: 'json' });
    expect(stdout).toBe('{\n  "items": [],\n  "count": 0,\n  "truncated": false\n}\n');
  });
});

test('a broken table fails the flush, and nothing before it', async () => {
  const { terminal, stdout } = makeTerminal({ isTTY: true });
  const content = listingOf(ITEMS);
  const text = () => {
    throw new TypeError('broken column');
  };
  terminal.listing({ ...content, columns: [{ key: 'id', heading: 'ID', text }] });
  await new Promise((resolve) => setTimeout(resolve, 50));
  await expect(terminal.flush()).rejects.toThrow('broken column');
  expect(stdout.text()).toBe('');
});

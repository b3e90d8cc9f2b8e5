import { describe, expect, test } from 'vitest';
import { formatResultsTable, type ResultsTableOptions } from '../../src/output/results-table.ts';

const table = (options: Partial<ResultsTableOptions> = {}) =>
  formatResultsTable({
    command: 'fetch',
    document: null,
    failure: null,
    baseFolder: undefined,
    redact: (text) => text,
    maxBytes: 1_048_576,
    ...options,
  });

const HEADER = '| Result | ID | Size | Details |\n| :-- | :-- | --: | :-- |\n';
const rowOf = (document: Record<string, unknown>, options: Partial<ResultsTableOptions> = {}) =>
  table({ document, ...options })
    ?.split('\n')
    .at(-2);

describe('rows of a document', () => {
  test.each<[string, Record<string, unknown> | null]>([
    ['no document', null],
    ['an empty document', {}],
    ['no results and no items', { results: [], items: [] }],
    ['results that are not objects', { results: ['x'] }],
    ['an ID that is not a string', { id: 7 }],
  ])('%s: no results', (_name, document) => {
    expect(table({ document })).toBe('### streamdiver-dl fetch\n\nNo results.\n');
  });

  test('prints only the failure without results', () => {
    const failure = { message: 'no | more', exitCode: 6 };
    expect(table({ failure })).toBe(
      '### streamdiver-dl fetch\n\n**Failed with exit code 6:** <code>no &#124; more</code>\n',
    );
  });

  test('prints the failure and the results', () => {
    const document = { results: [{ id: 'a', outcome: 'failed' }] };
    const failure = { message: 'no', exitCode: 6 };
    expect(table({ document, failure })).toBe(
      `### streamdiver-dl fetch\n\n**Failed with exit code 6:** <code>no</code>\n\n1 failed\n\n${HEADER}| failed | <code>a</code> |  |  |\n`,
    );
  });

  test.each<[Record<string, unknown>, string]>([
    [{ results: [{ id: 'a', outcome: 'x_y', sizeBytes: 2048 }] }, '| x&#95;y | <code>a</code> | 2 KiB |  |'],
    [{ results: [{ id: 'a', transcriptId: 't' }] }, '| unknown | <code>t</code> |  |  |'],
    [{ results: [{}] }, '| unknown |  |  |  |'],
    [{ results: [{ id: 'a', sizeBytes: 0 }] }, '| unknown | <code>a</code> | 0 B |  |'],
    [
      { results: [{ id: 'a', path: 'p', paths: ['q', 7], error: { message: 'm' } }] },
      '| unknown | <code>a</code> |  | <code>m</code><br><code>p</code><br><code>q</code> |',
    ],
    [{ results: [{ id: 'a', error: 'm' }] }, '| unknown | <code>a</code> |  |  |'],
    [
      { items: [{ id: 'a', status: 'ready', title: 'T', sizeBytes: 5 }] },
      '| ready | <code>a</code> | 5 B | <code>T</code> |',
    ],
    [{ results: [], items: [{ id: 'a' }] }, '| created | <code>a</code> |  |  |'],
    [{ items: [{}] }, '| created |  |  |  |'],
    [{ id: 'a', status: 'ready' }, '| ready | <code>a</code> |  |  |'],
  ])('%j becomes the row %s', (document, row) => {
    expect(rowOf(document)).toBe(row);
  });

  test('prints five paths of a package and counts the others', () => {
    const paths = (count: number) => Array.from({ length: count }, (_, index) => `p${index}`);
    expect(rowOf({ results: [{ id: 'a', paths: paths(5) }] })).toMatch(/<code>p4<\/code> \|$/);
    expect(rowOf({ results: [{ id: 'a', paths: paths(6) }] })).toMatch(
      /<code>p4<\/code><br><code>1 more files<\/code> \|$/,
    );
  });

  test('counts each outcome', () => {
    const results = ['b_', 'a', 'b_'].map((outcome) => ({ id: 'x', outcome }));
    expect(table({ document: { results } })?.split('\n')[2]).toBe('2 b&#95;, 1 a');
  });
});

test.each<[string | undefined, string, string]>([
  [undefined, '/w/a.srt', '/w/a.srt'],
  ['', '/w/a.srt', '/w/a.srt'],
  ['/w', '/w/a.srt', 'a.srt'],
  ['/w', '/w', '/w'],
  ['/w', '/w/', '/w/'],
  ['/w', '/wx/a.srt', '/wx/a.srt'],
  ['/w', '/x/w/a.srt', '/x/w/a.srt'],
  ['C:\\w', 'C:\\w\\a.srt', 'a.srt'],
])('with the base folder %j, prints %s as %s', (baseFolder, path, shown) => {
  const row = rowOf({ results: [{ id: 'a', outcome: 'x', path }] }, { baseFolder });
  const cell = /<code>([^<]*)<\/code> \|$/.exec(row ?? '')?.[1];
  expect(cell?.replaceAll(/&#(\d+);/g, (_, code: string) => String.fromCharCode(Number(code)))).toBe(
    shown.replaceAll('\\', '\\'),
  );
});

describe('the limit', () => {
  const results = Array.from({ length: 3 }, (_, index) => ({ id: `id${index}`, outcome: 'done' }));
  const whole = table({ document: { results } }) ?? '';
  const reservedBytes = 100;
  const rowBytes = Buffer.byteLength('| done | <code>id0</code> |  |  |\n');
  const fullBytes = Buffer.byteLength(whole) + reservedBytes;

  test('fits all rows and one more line', () => {
    expect(table({ document: { results }, maxBytes: fullBytes })).toBe(whole);
  });

  test.each([1, 2, 3])('omits %i rows and reports how many', (left) => {
    const text = table({ document: { results }, maxBytes: fullBytes - (left - 1) * rowBytes - 1 });
    expect(text?.split('\n').filter((line) => line.startsWith('| done'))).toHaveLength(3 - left);
    expect(text?.endsWith(`\n\n${left} more results are not shown.\n`)).toBe(true);
  });

  test('returns null if not even the heading fits', () => {
    const headingBytes = fullBytes - 3 * rowBytes;
    expect(table({ document: { results }, maxBytes: headingBytes })).not.toBeNull();
    expect(table({ document: { results }, maxBytes: headingBytes - 1 })).toBeNull();
  });
});

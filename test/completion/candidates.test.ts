import { expect, test } from 'vitest';
import { completeLine, safe } from '../../src/completion/candidates.ts';
import { TOPICS } from '../../src/help/topics.ts';
import { buildProgram } from '../../src/program.ts';

const nothing = async () => undefined;
const program = buildProgram(
  { offline: nothing, online: nothing, account: nothing },
  { writeOut: () => undefined, writeUnasked: () => undefined, columns: 80 },
);

/** The values offered after these words, and what the shell completes itself. */
async function offered(...words: string[]): Promise<{ values: readonly string[]; fallback: string }> {
  const { candidates, fallback } = await completeLine(program, words, {
    topics: TOPICS,
    profiles: () => ['default', 'work', '--evil', 'e\x1bvil'],
    ids: async (kind, flags) => [{ value: `${kind}${[...flags].flat().join()}`, description: '' }],
  });
  return { values: candidates.map(({ value }) => value), fallback };
}

test.each([
  [
    ['list', '--format', ''],
    ['table', 'json', 'ndjson', 'csv', 'tsv', 'id'],
  ],
  [
    ['--format', ''],
    ['table', 'json', 'ndjson', 'csv', 'tsv', 'id'],
  ],
  [
    ['--format', 'json', 'list', '--color', ''],
    ['auto', 'always', 'never'],
  ],
  [
    ['list', '--color=a'],
    ['--color=auto', '--color=always', '--color=never'],
  ],
  [
    ['media', 'list', '--sort', ''],
    ['name', 'name:desc'],
  ],
  [
    ['ls', '--status', ''],
    ['ready', 'preparing', 'failed'],
  ],
  [
    ['rm', '--status', ''],
    ['ready', 'preparing', 'failed'],
  ],
  [
    ['create', '--transcripts', 'srt,'],
    ['srt,txt', 'srt,json'],
  ],
  [
    ['create', '--transcripts=txt,'],
    ['--transcripts=txt,srt', '--transcripts=txt,json'],
  ],
  [
    ['completion', ''],
    ['bash', 'zsh', 'fish', 'pwsh'],
  ],
  [['completion', 'bash', ''], []],
  [
    ['media', ''],
    ['list', 'ls', 'show'],
  ],
  [
    ['help', 'media', ''],
    ['list', 'ls', 'show'],
  ],
  [['help', 'json', ''], []],
  [
    ['--profile', ''],
    ['default', 'work'],
  ],
  [['fetch', ''], ['packages']],
  [['delete', ''], ['packages']],
  [['status', '--wait', ''], ['packages']],
  [['fetch', 'packages', ''], []],
  [['fetch', 'another', ''], ['packages']],
  [['fetch', 'another', 'yet another', ''], ['packages']],
  [['fetch', '--timeout', '5m', '--profile=work', ''], ['packagestimeout,5m,profile,work']],
  [['media', 'show', ''], ['media']],
  [['media', 'show', 'x', ''], []],
  [['create', '-m', ''], ['media']],
  [['transcripts', ''], ['media']],
  [['transcripts', 'x', '-m', ''], ['media']],
  [
    ['transcripts', '--as', 'srt,'],
    ['srt,txt', 'srt,json', 'srt,vtt', 'srt,docx'],
  ],
  [
    ['transcripts', '--type', ''],
    ['video', 'audio', 'image', 'document'],
  ],
  [['create', '-mx'], ['-mmedia']],
  [['fetch', '-xm', ''], ['packages']],
  [['fetch', '--timeout', ''], []],
  [['media', 'list', ''], []],
  [['nonsense', ''], []],
])('%j offers %j', async (words, values) => {
  expect(await offered(...words)).toEqual({ values, fallback: 'none' });
});

test.each([
  [['fetch', 'x', '-o', ''], 'files'],
  [['fetch', '-xo', ''], 'files'],
  [['fetch', '--output=a'], 'files'],
  [['fetch', 'x', '-D', ''], 'folders'],
  [['fetch', '-Dfo'], 'folders'],
  [['create', '-f', ''], 'files'],
  [['list', '--cacert', ''], 'files'],
  [['sandbox', '--media-dir', ''], 'folders'],
  [['sandbox', '--', 'sh', ''], 'files'],
])('%j leaves completion to the shell: %s', async (words, fallback) => {
  expect(await offered(...words)).toEqual({ values: [], fallback });
});

test('offers the flags of the command and the global flags, but no hidden ones', async () => {
  const { values } = await offered('fetch', '--');
  expect(values).toEqual(
    expect.arrayContaining(['--output', '--timeout', '--no-resume', '--json', '--help']),
  );
  expect(values.filter((value) => !value.startsWith('--'))).toEqual([]);
  for (const hidden of ['--clobber', '--output-dir', '--debug', '--title'])
    expect(values).not.toContain(hidden);
  expect(new Set(values).size).toBe(values.length);
  expect((await offered('fetch', '-')).values).toEqual(
    expect.arrayContaining(['-o', '-x', '-q', '--output']),
  );
});

test.each([['-m'], ['--nonsense=x']])('%j can still be completed to another flag', async (word) => {
  expect((await offered('create', word)).values).toContain('--media');
});

test('offers commands and their aliases, but not __complete', async () => {
  const { values } = await offered('');
  expect(values).toEqual(expect.arrayContaining(['fetch', 'list', 'ls', 'rm', 'delete', 'help']));
  expect(values).not.toContain('__complete');
});

test('drops unsafe values and escapes descriptions to one line', () => {
  const candidates = ['one', '', '-r', 'a\x1bb', 'a\u202eb', 'größe'].map((value) => ({
    value,
    description: 'Two\nlines\x1b[31m',
  }));
  expect(safe(candidates)).toEqual(
    ['one', 'größe'].map((value) => ({ value, description: 'Two\\nlines\\x1b[31m' })),
  );
});

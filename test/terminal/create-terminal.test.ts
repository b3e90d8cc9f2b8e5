import { expect, test } from 'vitest';
import { captureStream, openInput } from '../support/process/streams.ts';
import { makeTerminal, type TestTerminalOptions } from './make-terminal.ts';

const pipe = captureStream().stream;
const { signal } = new AbortController();

test.each<[string, TestTerminalOptions, string]>([
  ['--no-input', { isTTY: true, noInput: true, env: { CI: '1' } }, '--no-input is set'],
  ['CI', { isTTY: true, env: { CI: '1' } }, 'CI or AI_AGENT is set'],
  ['a pipe as input', { isTTY: true, stdin: openInput() }, 'not a terminal'],
  ['a pipe as standard error', { isTTY: true, stderr: pipe }, 'not a terminal'],
])('rejects prompts with the reason given %s', async (_name, options, reason) => {
  const { terminal } = makeTerminal(options);
  const flags = {
    code: 'USAGE',
    message: `cannot prompt: ${reason}`,
    details: { hint: 'use flags instead; --help lists them' },
  };
  await expect(terminal.confirm('Really?', signal)).rejects.toMatchObject({
    ...flags,
    details: { hint: 'to continue without confirmation, use --yes' },
  });
  await expect(terminal.withPrompts(signal, async () => 1)).rejects.toMatchObject(flags);
  await expect(terminal.ask({ message: 'Name' } as never, signal)).rejects.toMatchObject(flags);
});

test('prints verbose messages at their level and above', () => {
  for (const [verbosity, told] of [
    [0, ''],
    [1, 'one\n'],
    [2, 'one\ntwo\n'],
  ] as const) {
    const { terminal, stderr } = makeTerminal({ verbosity });
    terminal.verbose(1, 'one');
    terminal.verbose(2, 'two');
    expect([stderr.text(), terminal.verbosity]).toEqual([told, verbosity]);
  }
});

test('colors messages, but not notices', () => {
  const { terminal, stderr } = makeTerminal({ isTTY: true, verbosity: 1 });
  terminal.warn('w');
  terminal.hint('h');
  terminal.error('e');
  terminal.verbose(1, 'v');
  terminal.notice('n');
  expect(stderr.text()).toBe(
    '\x1b[33mwarning:\x1b[39m w\n\x1b[36mhint:\x1b[39m h\n\x1b[31merror:\x1b[39m e\n\x1b[2mv\x1b[22m\nn\n',
  );
});

test('prints shortened errors and notices even with --quiet', () => {
  const { terminal, stderr } = makeTerminal({ quiet: true });
  terminal.error('x'.repeat(600));
  terminal.notice('y'.repeat(600));
  expect(
    stderr
      .text()
      .split('\n')
      .map((line) => line.length),
  ).toEqual([507, 500, 0]);
  expect(terminal.isQuiet).toBe(true);
});

test.each<[Record<string, string>, boolean]>([
  [{}, false],
  [{ GITHUB_ACTIONS: '' }, false],
  [{ GITHUB_ACTIONS: 'false' }, false],
  [{ GITHUB_ACTIONS: 'true' }, true],
])('annotates errors and escapes workflow commands with %j: %j', (env, isWatched) => {
  const { terminal, stderr } = makeTerminal({ env, redact: (text) => text.replaceAll('secret', '***') });
  terminal.annotateError('a,b', 'no secret\n::x');
  terminal.info('::error::secret');
  const annotation = '::error title=a%2Cb::no ***%0A::x\n';
  expect(stderr.text()).toBe(isWatched ? `${annotation}\\x3a:error::***\n` : '::error::***\n');
});

test('prints a message below the preceding table, even on another stream', async () => {
  const both = captureStream({ isTTY: true });
  const { terminal } = makeTerminal({ stdout: both.stream, stderr: both.stream, colorMode: 'never' });
  const listing = (name: string) => ({
    items: [name],
    columns: [{ key: 'name', heading: 'NAME', text: (item: string) => item }],
    document: {},
    itemDocument: (item: string) => ({ name: item }),
    emptyText: '',
  });
  terminal.info('before');
  terminal.listing(listing('one'));
  terminal.info('1 file');
  terminal.listing(listing('two'));
  terminal.error('broken');
  await terminal.flush();
  terminal.info('after');
  expect(both.text()).toBe('before\nNAME\none\n1 file\nNAME\ntwo\nerror: broken\nafter\n');
});

test('a broken table fails the flush, but later messages are still printed', async () => {
  const { terminal, stdout, stderr } = makeTerminal({ isTTY: true, colorMode: 'never' });
  terminal.listing({
    items: ['one'],
    columns: [
      {
        key: 'name',
        heading: 'NAME',
        text: () => {
          throw new RangeError('no text');
        },
      },
    ],
    document: {},
    itemDocument: () => ({}),
    emptyText: '',
  });
  terminal.info('a message');
  await expect(terminal.flush()).rejects.toThrow('no text');
  terminal.info('a later one');
  await expect(terminal.flush()).rejects.toThrow('no text');
  expect([stdout.text(), stderr.text()]).toEqual(['', 'a message\na later one\n']);
});

test('redacts secrets on both streams and in progress', async () => {
  const { terminal, stdout, stderr } = makeTerminal({
    progressMode: 'json',
    redact: (text) => text.replaceAll('secret', '***'),
  });
  terminal.line('a secret');
  terminal.json({ a: 'secret' });
  terminal.error('a secret');
  terminal.progress({ event: 'state', id: 'x', label: 'secret', message: 'secret', status: 'secret' });
  await terminal.flush();
  expect(stdout.text()).toBe('a ***\n{"a":"***"}\n');
  expect(stderr.text()).not.toContain('secret');
  expect(JSON.parse(stderr.text().split('\n')[1] ?? '')).toMatchObject({ message: '***', status: '***' });
});

test('exposes format, isOutputTerminal, and isQuiet', () => {
  const { terminal } = makeTerminal({ isTTY: true, format: 'csv' });
  expect([terminal.format, terminal.isOutputTerminal, terminal.isQuiet]).toEqual(['csv', true, false]);
  expect(makeTerminal({ isTTY: true, stdout: pipe }).terminal.isOutputTerminal).toBe(false);
});

test('prints minor progress events only with --progress json', async () => {
  const tell = async (options: TestTerminalOptions) => {
    const { terminal, stderr } = makeTerminal(options);
    terminal.progress({ event: 'done', id: 'x', message: 'm', isMinor: true });
    terminal.progress({ event: 'state', id: 'y', message: 'm', isMinor: true });
    await terminal.flush();
    terminal.endProgress();
    return stderr.text();
  };
  expect([await tell({ isTTY: true }), await tell({ progressMode: 'plain' })]).toEqual(['', '']);
  expect((await tell({ progressMode: 'json' })).split('\n')).toHaveLength(3);
});

test('wraps text at the width of standard error', () => {
  const wide = captureStream({ isTTY: true, columns: 120 });
  expect(makeTerminal({ isTTY: true, columns: 40, stderr: wide.stream }).terminal.columns).toBe(120);
  expect(makeTerminal({ env: { COLUMNS: '50' } }).terminal.columns).toBe(50);
});

test('can prompt only if input and stderr are terminals, and not in CI or an agent', () => {
  const canPrompt = (options: TestTerminalOptions) => makeTerminal(options).terminal.canPrompt;
  expect(canPrompt({ isTTY: true })).toBe(true);
  expect(canPrompt({})).toBe(false);
  expect(canPrompt({ isTTY: true, stdin: openInput() })).toBe(false);
  expect(canPrompt({ isTTY: true, stderr: pipe })).toBe(false);
  expect(canPrompt({ isTTY: true, noInput: true })).toBe(false);
  for (const env of [{ CI: '1' }, { AI_AGENT: '1' }]) expect(canPrompt({ isTTY: true, env })).toBe(false);
  for (const env of [{ CI: 'false' }, { CI: '0' }, { CI: '' }])
    expect(canPrompt({ isTTY: true, env })).toBe(true);
});

test('masks secrets in plain progress', () => {
  const redact = (text: string) => text.replaceAll('secret', '***');
  const { terminal, stderr } = makeTerminal({ progressMode: 'plain', redact });
  terminal.progress({ event: 'state', id: 'x', label: 'a secret', status: 'secret' });
  terminal.progress({ event: 'state', id: 'y', status: null, message: null });
  expect(stderr.text()).toBe('a ***: ***\ny: waiting\n');
});

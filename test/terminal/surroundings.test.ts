import { describe, expect, test } from 'vitest';
import { chooseProgressMode } from '../../src/terminal/progress/progress-mode.ts';
import { chooseGlyphs } from '../../src/terminal/text/glyphs.ts';
import { wantsColor } from '../../src/terminal/text/style.ts';
import { captureStream, openInput } from '../support/process/streams.ts';
import { makeTerminal } from './make-terminal.ts';

const terminalStream = captureStream({ isTTY: true }).stream;
const pipe = captureStream().stream;

describe('case 117: color', () => {
  test.each([
    ['auto', true, {}, true],
    ['auto', false, {}, false],
    ['auto', false, { TERM: 'xterm-256color' }, false],
    ['auto', true, { NO_COLOR: '1' }, false],
    ['auto', true, { NO_COLOR: '' }, true],
    ['auto', true, { TERM: 'dumb' }, false],
    ['auto', false, { FORCE_COLOR: '1' }, true],
    ['auto', true, { FORCE_COLOR: '0' }, false],
    ['auto', true, { FORCE_COLOR: '1', NO_COLOR: '1' }, false],
    ['auto', false, { FORCE_COLOR: '' }, false],
    ['auto', true, { FORCE_COLOR: 'false' }, false],
    ['auto', false, { FORCE_COLOR: '1', TERM: 'dumb' }, true],
    ['always', false, { NO_COLOR: '1', TERM: 'dumb' }, true],
    ['never', true, { FORCE_COLOR: '1' }, false],
  ] as const)('--color %s, terminal: %s, %j: %s', (mode, isTerminal, env, expected) => {
    expect(wantsColor(mode, isTerminal ? terminalStream : pipe, env)).toBe(expected);
  });

  test('is decided per stream', () => {
    const { terminal, stderr } = makeTerminal({ isTTY: true, stdout: pipe });
    terminal.error('no');
    expect(stderr.text()).toBe('\x1b[31merror:\x1b[39m no\n');
  });
});

describe('case 117: characters', () => {
  test.each([
    ['linux', { LANG: 'de_AT.UTF-8' }, '…'],
    ['linux', { LANG: 'de_AT.UTF-8', LC_CTYPE: 'de_AT.ISO-8859-1' }, '...'],
    ['linux', { LANG: 'C', LC_ALL: 'C.utf8' }, '…'],
    ['linux', { LANG: 'C' }, '...'],
    ['linux', {}, '...'],
    ['darwin', {}, '…'],
    ['win32', { LANG: 'C' }, '…'],
    ['linux', { LANG: 'C.UTF-8', TERM: 'dumb' }, '...'],
    ['linux', { LANG: 'C.UTF-8', LC_ALL: 'C' }, '...'],
    ['linux', { LANG: 'C', LC_CTYPE: 'C.UTF-8', LC_ALL: '' }, '…'],
    ['darwin', { LANG: 'C' }, '...'],
    ['win32', { TERM: 'dumb' }, '...'],
  ] as const)('on %s with %j, the ellipsis is %s', (platform, env, ellipsis) => {
    expect(chooseGlyphs(env, platform).ellipsis).toBe(ellipsis);
  });

  test.each([
    [{ LANG: 'C.UTF-8' }, '✔ all there\n'],
    [{ LANG: 'C' }, 'ok: all there\n'],
  ])('with %j, the final message is %j', (env, line) => {
    const { terminal, stderr } = makeTerminal({ env });
    terminal.progress({ event: 'done', id: 'dl-1', message: 'all there' });
    expect(stderr.text()).toBe(line);
  });
});

describe('the progress mode', () => {
  test.each([
    ['auto', true, {}, 'bar'],
    ['auto', false, {}, 'plain'],
    ['auto', true, { CI: 'true' }, 'plain'],
    ['auto', true, { CI: 'false' }, 'bar'],
    ['auto', true, { CI: '0' }, 'bar'],
    ['auto', true, { CI: '', AI_AGENT: '' }, 'bar'],
    ['bar', true, { TERM: 'dumb' }, 'plain'],
    ['bar', true, { ACCESSIBLE: '1' }, 'bar'],
    ['auto', true, { AI_AGENT: '1' }, 'plain'],
    ['auto', true, { ACCESSIBLE: '1' }, 'plain'],
    ['auto', true, { TERM: 'dumb' }, 'plain'],
    ['bar', true, { CI: 'true' }, 'bar'],
    ['bar', false, {}, 'plain'],
    ['plain', true, {}, 'plain'],
    ['json', true, {}, 'json'],
    ['none', true, {}, 'none'],
  ] as const)('case 117: --progress %s, terminal: %s, %j: %s', (asked, isTerminal, env, mode) => {
    expect(chooseProgressMode(asked, { stderr: isTerminal ? terminalStream : pipe, env, quiet: false })).toBe(
      mode,
    );
  });

  test('case 117: is plain unless stderr is a TTY and can move the cursor', () => {
    const notTerminal = Object.assign(captureStream().stream, { cursorTo: () => true });
    const cannotRedraw = Object.assign(captureStream().stream, { isTTY: true });
    for (const stderr of [notTerminal, cannotRedraw]) {
      expect(chooseProgressMode('bar', { stderr, env: {}, quiet: false })).toBe('plain');
    }
  });

  test('is none with --quiet, unless requested explicitly', () => {
    const withQuiet = (asked: 'auto' | 'bar' | 'plain' | 'json') =>
      chooseProgressMode(asked, { stderr: terminalStream, env: {}, quiet: true });
    expect([withQuiet('auto'), withQuiet('bar'), withQuiet('plain'), withQuiet('json')]).toEqual([
      'none',
      'bar',
      'plain',
      'json',
    ]);
  });
});

describe('canPrompt', () => {
  test.each([
    ['on a terminal', { isTTY: true }, true],
    ['with standard output captured', { isTTY: true, stdout: pipe }, true],
    ['with standard error captured', { isTTY: true, stderr: pipe }, false],
    ['with a pipe as input', { isTTY: true, stdin: openInput() }, false],
    ['with --no-input', { isTTY: true, noInput: true }, false],
    ['under CI', { isTTY: true, env: { CI: '1' } }, false],
    ['with an agent', { isTTY: true, env: { AI_AGENT: 'x' } }, false],
  ])('%s: %#', (_name, options, canPrompt) => {
    expect(makeTerminal(options).terminal.canPrompt).toBe(canPrompt);
  });
});

test('uses the width of COLUMNS or stderr, or 80 if unknown', () => {
  expect(makeTerminal({ isTTY: true, columns: 132 }).terminal.columns).toBe(132);
  expect(makeTerminal().terminal.columns).toBe(80);
  expect(makeTerminal({ isTTY: true, env: { COLUMNS: '50' } }).terminal.columns).toBe(50);
  expect(makeTerminal({ isTTY: true, env: { COLUMNS: 'wide' }, columns: 90 }).terminal.columns).toBe(90);
});

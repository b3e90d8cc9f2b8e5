import { describe, expect, test } from 'vitest';
import { formatWorkflowError, guardWorkflowCommand } from '../../src/terminal/workflow-command.ts';
import { makeTerminal } from './make-terminal.ts';
import { EVIL } from './text/evil-text.ts';

/** Matches what the runner treats as a command: `::` at the start of a trimmed line, or `##[` anywhere. */
const looksLikeCommand = (line: string) => line.trim().startsWith('::') || line.includes('##[');

describe('under GitHub Actions', () => {
  const env = { GITHUB_ACTIONS: 'true', LANG: 'C.UTF-8' };

  test('case 113: writes no line that looks like a workflow command, in any format', async () => {
    for (const format of ['table', 'json', 'ndjson', 'csv', 'tsv', 'id'] as const) {
      for (const text of [
        '::add-mask::a',
        '  ::stop-commands::x',
        '##[group]x',
        'a ##[error]b',
        ':::',
        EVIL,
      ]) {
        const { terminal, stdout, stderr } = makeTerminal({ env, format, progressMode: 'plain' });
        terminal.line(text);
        terminal.info(text);
        terminal.error(text);
        terminal.progress({ event: 'state', id: text, status: text });
        terminal.listing({
          items: [text],
          columns: [{ key: 'id', heading: text, text: (item) => item }],
          document: { items: [text] },
          itemDocument: (item) => ({ id: item }),
          emptyText: text,
        });
        await terminal.flush();
        const lines = `${stdout.text()}\n${stderr.text()}`.split('\n');
        expect(lines.filter(looksLikeCommand)).toEqual([]);
      }
    }
  });

  test('escapes a workflow command instead of dropping it', () => {
    expect(guardWorkflowCommand('::error::x')).toBe('\\x3a:error::x');
    expect(guardWorkflowCommand('a ##[error]')).toBe('a #\\x23[error]');
    expect(guardWorkflowCommand('a::b')).toBe('a::b');
  });

  test('annotates an error in one escaped line', () => {
    const { terminal, stderr } = makeTerminal({ env });
    terminal.annotateError('fetch: 50%, dl', 'no space\n::set-output::x\x1b[2J');
    expect(stderr.text()).toBe('::error title=fetch%3A 50%25%2C dl::no space%0A::set-output::x\\x1b[2J\n');
  });

  test('keeps --progress json lines valid JSON', () => {
    const { terminal, stderr } = makeTerminal({ env, progressMode: 'json' });
    terminal.progress({ event: 'done', id: '##[x]', message: '::y' });
    expect(JSON.parse(stderr.text())).toMatchObject({ id: '##[x]', message: '::y' });
  });
});

test('writes no annotation and keeps leading colons outside GitHub Actions', () => {
  const { terminal, stdout, stderr } = makeTerminal();
  terminal.annotateError('fetch', 'no');
  terminal.line('::x');
  expect([stdout.text(), stderr.text()]).toEqual(['::x\n', '']);
});

test('escapes properties like actions/toolkit', () => {
  expect(formatWorkflowError('a%b:c,d\r\n', 'a%b:c,d\r\n')).toBe(
    '::error title=a%25b%3Ac%2Cd%0D%0A::a%25b:c,d%0D%0A',
  );
});

import { describe, expect, test } from 'vitest';
import { makeTerminal } from './make-terminal.ts';
import { EVIL, expectHarmless } from './text/evil-text.ts';

describe('messages', () => {
  test('go to stderr with their prefixes and leave stdout empty', () => {
    const { terminal, stdout, stderr } = makeTerminal({ verbosity: 1 });
    terminal.info('three packages');
    terminal.warn('no checksum');
    terminal.error('no package with ID 7');
    terminal.hint('streamdiver-dl list');
    terminal.verbose(1, 'GET /v2/downloads 200');
    terminal.verbose(2, 'accept: */*');
    expect(stderr.text()).toBe(
      'three packages\nwarning: no checksum\nerror: no package with ID 7\nhint: streamdiver-dl list\nGET /v2/downloads 200\n',
    );
    expect(stdout.text()).toBe('');
  });

  test('are limited to errors with --quiet', () => {
    const { terminal, stderr } = makeTerminal({ quiet: true, verbosity: 2 });
    terminal.info('three packages');
    terminal.warn('no checksum');
    terminal.hint('streamdiver-dl list');
    terminal.verbose(1, 'GET');
    terminal.progress({ event: 'done', id: 'dl-1', message: 'all there' });
    terminal.error('no package with ID 7');
    expect(stderr.text()).toBe('error: no package with ID 7\n');
  });

  test('a result is one line on stdout, even with --quiet', () => {
    const { terminal, stdout, stderr } = makeTerminal({ quiet: true });
    terminal.line('/tmp/a.zip');
    expect([stdout.text(), stderr.text()]).toEqual(['/tmp/a.zip\n', '']);
  });

  test('raw bytes are written unchanged', async () => {
    const { terminal, stdout } = makeTerminal();
    const chunk = Buffer.from([0, 27, 0x9b, 255, 10]);
    await terminal.bytes(chunk);
    expect(stdout.bytes()).toEqual(chunk);
  });
});

describe('case 113: text from the server', () => {
  test.each([true, false])('is harmless in every message and result (on a terminal: %s)', async (isTTY) => {
    const { terminal, stdout, stderr, clock } = makeTerminal({
      isTTY,
      verbosity: 2,
      progressMode: 'plain',
      colorMode: 'never',
    });
    terminal.info(EVIL);
    terminal.warn(EVIL);
    terminal.hint(EVIL);
    terminal.error(EVIL);
    terminal.verbose(2, EVIL);
    terminal.line(EVIL);
    for (const event of ['state', 'wait', 'retry', 'progress', 'verify', 'done'] as const) {
      terminal.progress({ event, id: EVIL, label: EVIL, status: EVIL, message: EVIL });
      clock.advance(61_000);
      terminal.progress({ event, id: EVIL, label: EVIL, status: EVIL, message: EVIL });
    }
    terminal.listing({
      items: [EVIL],
      columns: [{ key: 'id', heading: EVIL, text: (item) => item }],
      document: {},
      itemDocument: (item) => ({ id: item }),
      emptyText: EVIL,
    });
    await terminal.flush();
    expectHarmless(stdout.text());
    expectHarmless(stderr.text());
    expect(stderr.text().split('\n').length).toBeGreaterThan(10);
  });

  test.each(['json', 'ndjson', 'csv', 'tsv', 'id'] as const)('is harmless as %s', async (format) => {
    const { terminal, stdout } = makeTerminal({ format });
    terminal.listing({
      items: [EVIL],
      columns: [{ key: 'id', heading: 'ID', text: (item) => item }],
      document: { items: [{ id: EVIL }] },
      itemDocument: (item) => ({ id: item }),
      emptyText: '',
    });
    await terminal.flush();
    expect(stdout.text().length).toBeGreaterThan(EVIL.length);
    expectHarmless(stdout.text().replaceAll('\r\n', '\n'));
  });

  test('is harmless in --progress json', () => {
    const { terminal, stderr } = makeTerminal({ progressMode: 'json' });
    terminal.progress({ event: 'state', id: EVIL, status: EVIL, message: EVIL });
    expectHarmless(stderr.text());
    expect(JSON.parse(stderr.text())).toMatchObject({ id: EVIL, status: EVIL, message: EVIL });
  });
});

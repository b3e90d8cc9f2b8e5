import { stripVTControlCharacters } from 'node:util';
import stringWidth from 'string-width';
import { beforeAll, describe, expect, test } from 'vitest';
import type { ProgressEvent } from '../../../src/terminal/progress/progress-event.ts';
import { makeTerminal, type TestTerminalOptions } from '../make-terminal.ts';
import { promptScene } from '../prompts/prompt-scene.ts';

const MIB = 1024 * 1024;
const SHOW_CURSOR = '\x1b[?25h';
const wait = (id: string, status = 'preparing'): ProgressEvent => ({ event: 'wait', id, status });
const transfer = (share: number, more: Partial<ProgressEvent> = {}): ProgressEvent => ({
  event: 'progress',
  id: 'dl-1',
  label: 'Einführung in die Wellenmechanik.zip',
  bytes: share * 100 * MIB,
  totalBytes: 100 * MIB,
  bytesPerSecond: MIB,
  etaSeconds: 50,
  ...more,
});
const onTerminal = (options: TestTerminalOptions = {}) =>
  makeTerminal({ isTTY: true, colorMode: 'never', ...options });

/** The lines of a frame with all events, without cursor sequences. */
async function frameOf(
  events: readonly ProgressEvent[],
  { rows, ...options }: TestTerminalOptions & { readonly rows?: number } = {},
): Promise<readonly string[]> {
  const { terminal, stderr } = onTerminal(options);
  if (rows !== undefined) Object.assign(stderr.stream, { rows });
  for (const event of events) terminal.progress(event);
  await terminal.flush();
  // Each frame is one synchronized update; the first one contains only the first event.
  const frames = () => stderr.text().split('\x1b[?2026l').slice(0, -1);
  await expect.poll(() => frames().length).toBeGreaterThan(1);
  const drawn = stripVTControlCharacters(frames()[1] ?? '');
  terminal.endProgress();
  return drawn.split('\n');
}

describe('a frame', () => {
  test('keeps three cells of each line free', async () => {
    const [line = ''] = await frameOf([transfer(0.5)], { columns: 82 });
    expect(stringWidth(line)).toBe(79);
    expect(line).toMatch(/^. Einf/u);
  });

  test.each([1, 2, 5, 6])('has one cell of text at %i columns', async (columns) => {
    expect(await frameOf([wait('dl-1')], { columns })).toEqual([expect.stringMatching(/^. p$/u)]);
  });

  test('keeps four lines of the window free', async () => {
    const events = Array.from({ length: 30 }, (_, index) => wait(`dl-${index}`));
    const frame = async (rows?: number) => await frameOf(events, rows === undefined ? {} : { rows });
    expect(await frame(10)).toHaveLength(6);
    expect((await frame(10)).at(-1)).toBe('  and 25 more');
    expect((await frame()).at(-1)).toBe('  and 11 more');
    expect(await frame(0)).toHaveLength(20);
    // At least one item, and the count of the others.
    for (const rows of [1, 5]) {
      expect(await frameOf(events.slice(0, 2), { rows })).toEqual([
        expect.stringMatching(/^. dl-0 · preparing/u),
        '  and 1 more',
      ]);
    }
  });
});

describe('a drawn item', () => {
  test('shows the time since its first event, and the stall since the last data', async () => {
    const { terminal, stderr, clock } = onTerminal({ columns: 120 });
    terminal.progress(wait('dl-2'));
    terminal.progress(transfer(0.1));
    await terminal.flush();
    clock.advance(4_000);
    terminal.progress(wait('dl-2'));
    terminal.progress(transfer(0.2));
    clock.advance(4_000);
    // A verification of the first bytes does not count as data.
    terminal.progress({ ...transfer(0.1), event: 'verify' });
    await expect.poll(() => stderr.text()).toMatch(/dl-2 +· preparing · 8s/);
    expect(stderr.text()).not.toContain('stalled');
    clock.advance(1_000);
    await expect.poll(() => stderr.text()).toContain('stalled 5s');
    terminal.endProgress();
  });

  test('is not drawn again after endProgress', async () => {
    const { terminal, stderr } = onTerminal();
    terminal.progress(wait('dl-1'));
    await terminal.flush();
    terminal.endProgress();
    const before = stderr.text().length;
    terminal.progress(wait('dl-2'));
    await expect.poll(() => stderr.text().slice(before)).toContain('dl-2');
    terminal.endProgress();
    expect(stderr.text().slice(before)).not.toContain('dl-1');
    expect(stderr.text().endsWith(SHOW_CURSOR)).toBe(true);
  });

  test('masks secrets', async () => {
    const redact = (text: string) => text.replaceAll('secret', '***');
    const lines = await frameOf(
      [
        { event: 'wait', id: 'a', label: 'secret 1', status: 'secret 2' },
        { event: 'retry', id: 'b', label: 'secret 3', message: 'secret 4' },
      ],
      { redact },
    );
    expect(lines.join('\n')).toMatch(/\*\*\* 3 · retry: \*\*\* 4\n.*\*\*\* 1 · \*\*\* 2 · 0s/);
    expect(lines.join('\n')).not.toContain('secret');
  });
});

describe('a resized window', () => {
  async function resized(columns: number, events: readonly ProgressEvent[] = [transfer(0.5)]) {
    const { terminal, stderr } = onTerminal({ columns: 100 });
    for (const event of [...events, ...events]) terminal.progress(event);
    await terminal.flush();
    const drawn = stderr.text();
    Object.assign(stderr.stream, { columns });
    stderr.stream.emit('resize');
    return { terminal, stderr, after: stderr.text().slice(drawn.length) };
  }

  test('erases all rows that lines wrapped into', async () => {
    const { terminal, stderr, after } = await resized(20);
    expect(after.split('\x1b[1A\x1b[2K')).toHaveLength(5);
    terminal.progress(transfer(0.75));
    const count = stderr.text().length;
    await expect.poll(() => stderr.text().slice(count)).toContain('75 %');
    terminal.endProgress();
    expect(stderr.stream.listenerCount('resize')).toBe(0);
  });

  test.each([97, 200])('erases no other rows at %i columns', async (columns) => {
    const { terminal, after } = await resized(columns);
    expect(after).not.toContain('\x1b[1A');
    terminal.endProgress();
  });
});

test('a bar that cannot be drawn fails the flush, and nothing before it', async () => {
  const { terminal, stderr } = onTerminal();
  Object.assign(stderr.stream, {
    cursorTo: () => {
      throw new Error('broken terminal');
    },
  });
  terminal.progress(wait('dl-1'));
  await new Promise((resolve) => setTimeout(resolve, 50));
  await expect(terminal.flush()).rejects.toThrow('broken terminal');
});

/** The first prompt loads its library. */
beforeAll(async () => void (await import('@inquirer/prompts')));

test.each(['ask', 'confirm', 'withPrompts'] as const)(
  'is removed before the prompt of %s',
  async (method) => {
    const { terminal, stderr } = promptScene();
    terminal.progress(wait('dl-1'));
    await terminal.flush();
    const before = stderr.text().length;
    const abort = new AbortController();
    const asking = {
      ask: () => terminal.ask({ kind: 'text', message: 'Name', check: () => null }, abort.signal),
      confirm: () => terminal.confirm('Really?', abort.signal),
      withPrompts: () => terminal.withPrompts(abort.signal, () => Promise.reject(new Error('ended'))),
    }[method]();
    // Handled immediately, because it may fail immediately.
    const failure = asking.catch((error: unknown) => error);
    await expect.poll(() => stderr.text().slice(before)).toMatch(/Name|Really|\?1049h/);
    expect(stderr.text().slice(before)).toMatch(/^[^N?]*\x1b\[\?25h/);
    abort.abort(new Error('ended'));
    expect(await failure).toBeInstanceOf(Error);
  },
);

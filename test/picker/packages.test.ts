import { describe, expect, test } from 'vitest';
import { runCommand } from '../commands/run-command.ts';
import { calls } from '../commands/scene.ts';
import { CTRL_C, DOWN, ENTER, TAB } from '../support/keys.ts';
import { EVIL, expectHarmless } from '../terminal/text/evil-text.ts';
import { press, runInteractive, startLibrary } from './interactive.ts';
import { PACKAGES } from './library.ts';

const NEWEST_FIRST =
  /Packages:\n. \[ ] preparing +Yesterday .*\n. \[ ] ready +untitled .*\n. \[ ] ready +Last week .*\n. \[ ] failed +Some time/;

describe('without an ID, on a terminal', () => {
  test('status lists packages, newest first, and prints the selected ones', async () => {
    const api = await startLibrary({ packages: PACKAGES });
    const pty = runInteractive(['status', '--format', 'id'], api);
    await pty.waitFor(NEWEST_FIRST);
    await press(pty, 'week', /❯ \[ ] ready +Last week.*\nnone selected · 1 found/);
    await press(pty, TAB, '1 selected');
    await press(pty, '\x15yester', /❯ \[ ] preparing +Yesterday.*\n1 selected · 1 found/);
    pty.write(TAB + ENTER);
    expect((await pty.exited).exitCode).toBe(0);
    expect(pty.screen()).toBe(
      'To run this without prompts:\n  streamdiver-dl status --format id old new\nold\nnew',
    );
  });

  test('fetch accepts several packages', async () => {
    const api = await startLibrary({ packages: PACKAGES });
    const pty = runInteractive(['fetch', '-D', 'out'], api);
    await pty.waitFor(NEWEST_FIRST);
    await press(pty, `${DOWN}${TAB}${TAB}`, '2 selected');
    pty.write(ENTER);
    expect((await pty.exited).exitCode).toBe(0);
    expect(pty.screen()).toContain('streamdiver-dl fetch -D out untitled old');
    expect(api.requestsOf('GET /v2/downloads/file/{id}')).toHaveLength(2);
  });

  test('contents accepts one package, the one under the pointer', async () => {
    const api = await startLibrary({ packages: PACKAGES });
    const pty = runInteractive(['contents', '--json'], api);
    await pty.waitFor(/Package:\n. preparing +Yesterday/);
    await press(pty, DOWN, /❯ ready +untitled/);
    pty.write(ENTER);
    await pty.exited;
    expect(pty.screen()).toContain('streamdiver-dl contents --json untitled');
    expect(api.requestsOf('GET /v2/downloads/file/{id}').length).toBeGreaterThan(0);
  });

  test('rm asks before it deletes the selected package', async () => {
    const api = await startLibrary({ packages: PACKAGES });
    const pty = runInteractive(['rm'], api);
    await pty.waitFor(NEWEST_FIRST);
    await press(pty, ENTER, 'Delete "Yesterday" (new)? (y/N)');
    pty.write(`y${ENTER}`);
    expect((await pty.exited).exitCode).toBe(0);
    expect([...api.packages.keys()]).toEqual(['old', 'untitled', 'ageless']);
  });

  test('rm deletes nothing on Ctrl-C', async () => {
    const api = await startLibrary({ packages: PACKAGES });
    const pty = runInteractive(['rm', '--yes'], api);
    await pty.waitFor(NEWEST_FIRST);
    pty.write(CTRL_C);
    expect((await pty.exited).exitCode).toBe(130);
    expect(pty.screen()).toBe('Canceled.');
    expect(api.packages.size).toBe(4);
  });

  test('fetch exits with 3 if there are no packages', async () => {
    const api = await startLibrary();
    const pty = runInteractive(['fetch'], api);
    expect((await pty.exited).exitCode).toBe(3);
    expect(pty.screen()).toBe('error: no packages\nhint: create one with: streamdiver-dl create');
  });

  test('cases 113, 114: status escapes titles', async () => {
    const api = await startLibrary({
      packages: [{ id: `id${EVIL}`, title: `Title${EVIL}`, status: `ready${EVIL}` }],
    });
    const pty = runInteractive(['status'], api);
    await pty.waitFor('1 found');
    expectHarmless(pty.screen());
    expect(pty.raw()).not.toContain('\x1b]');
    pty.write(CTRL_C);
    expect((await pty.exited).exitCode).toBe(130);
  });
});

test.each(['status', 'fetch', 'contents', 'rm'])(
  '%s without an ID or a terminal exits with 2 and sends no request',
  async (command) => {
    const api = await startLibrary({ packages: PACKAGES });
    const run = await runCommand([command, '--json'], { api });
    expect(run).toMatchObject({
      exitCode: 2,
      json: { error: { code: 'USAGE', message: 'a package ID is required' } },
    });
    expect(run.stderr).toContain(
      "hint: pass an ID from 'streamdiver-dl list', or - to read IDs from standard input",
    );
    expect(calls(api)).toEqual([]);
  },
);

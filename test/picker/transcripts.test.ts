import { readdirSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { CTRL_C, DOWN, ENTER, ESC, TAB } from '../support/keys.ts';
import { makePlace } from '../support/process/run-place.ts';
import { press, runInteractive, startLibrary } from './interactive.ts';

const DOWNLOAD = 'GET /v2/media/{id}/metadata/transcripts/{id}/download';

describe('transcripts without media', () => {
  test('asks for media items and formats, then downloads them and prints the command', async () => {
    const api = await startLibrary();
    const place = makePlace();
    const pty = runInteractive(['transcripts', '--language', 'de-v2'], api, { place });
    await pty.waitFor('7 found');
    await press(pty, `${TAB}${TAB}`, '2 selected');
    await press(pty, ENTER, 'Transcript formats');
    await press(pty, `${DOWN.repeat(3)}${TAB}`, '2 selected');
    pty.write(ENTER);
    expect((await pty.exited).exitCode).toBe(0);
    expect(pty.screen()).toContain(
      [
        'To run this without prompts:',
        '  streamdiver-dl transcripts --language de-v2 -m talk-1 -m talk-2 \\',
        '    --as srt,vtt',
      ].join('\n'),
    );
    expect(readdirSync(place.cwd).toSorted()).toEqual([
      'interview-with-anna-tr-1-de.de-v2.srt',
      'interview-with-anna-tr-1-de.de-v2.vtt',
      'interview-with-ben-tr-2-de.de-v2.srt',
      'interview-with-ben-tr-2-de.de-v2.vtt',
    ]);
  });

  test('Esc at the formats goes back to the selected media items', async () => {
    const api = await startLibrary();
    const pty = runInteractive(['transcripts'], api);
    await pty.waitFor('7 found');
    await press(pty, TAB, '1 selected');
    await press(pty, ENTER, 'Transcript formats');
    await press(pty, ESC, '1 selected · 7 found');
    await press(pty, ENTER, 'Transcript formats');
    pty.write(ENTER);
    expect((await pty.exited).exitCode).toBe(0);
    expect(pty.screen()).toContain('  streamdiver-dl transcripts -m talk-1 --as srt');
    expect(api.requestsOf(DOWNLOAD)).toHaveLength(2);
  });

  test('does not ask for formats given by --as', async () => {
    const api = await startLibrary();
    const pty = runInteractive(['transcripts', '--as', 'txt', '-D', 'out'], api);
    await pty.waitFor('7 found');
    pty.write(ENTER);
    expect((await pty.exited).exitCode).toBe(0);
    expect(pty.screen()).toContain('  streamdiver-dl transcripts --as txt -D out -m talk-1');
    const kinds = api.requestsOf(DOWNLOAD).map(({ query }) => query.get('transcriptDownloadType'));
    expect(kinds).toEqual(['txt', 'txt']);
  });

  test('downloads nothing on Ctrl-C', async () => {
    const api = await startLibrary();
    const pty = runInteractive(['transcripts'], api);
    await pty.waitFor('7 found');
    pty.write(CTRL_C);
    expect((await pty.exited).exitCode).toBe(130);
    expect(pty.screen()).toContain('Canceled. Nothing was downloaded.');
    expect(api.requestsOf(DOWNLOAD)).toEqual([]);
  });

  test.each([
    ['without a credential', [], { token: null }, 4, 'requires a credential'],
    ['with --no-input', ['--no-input'], {}, 2, 'no media selected'],
  ])('does not prompt %s', async (_what, flags, options, exitCode, message) => {
    const api = await startLibrary();
    const pty = runInteractive(['transcripts', ...flags], api, options);
    expect((await pty.exited).exitCode).toBe(exitCode);
    expect(pty.screen()).toContain(message);
    expect(api.requests).toEqual([]);
  });
});

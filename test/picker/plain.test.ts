import { describe, expect, test } from 'vitest';
import { bodiesSent } from '../commands/scene.ts';
import { CTRL_C } from '../support/keys.ts';
import { press, runInteractive, startLibrary } from './interactive.ts';
import { PACKAGES } from './library.ts';

const ASK = /Your (?:choice|response[^\n]*):$/;

describe.each([{ ACCESSIBLE: '1' }, { TERM: 'dumb' }])('case 117: with %j', (env) => {
  test('prompts with numbered lists and redraws nothing', async () => {
    const api = await startLibrary();
    const pty = runInteractive(['create', '--expires', '1d'], api, {
      columns: 100,
      rows: 100,
      env: { NO_COLOR: '1', ...env },
    });
    const answer = async (keys: string, expected: string | RegExp) => {
      await pty.waitFor(ASK);
      await press(pty, `${keys}\r`, expected);
    };
    await pty.waitFor(/1\. video, Interview with Anna, 3m 05s, 2d ago\n/);
    await answer('', 'Select at least one by its number.');
    await answer('99', /Type numbers[^]*Type numbers/);
    await answer('/ben', '1. video, Interview with Ben');
    await answer('1', /1 selected.*: Interview with Ben\n/);
    await answer('/anna', '1. video, Interview with Anna, 3m 05s, 2d ago\n1 selected');
    await answer('1', /2 selected.*: Interview with Ben, Interview with Anna\n/);
    await answer('', 'Renditions');
    await answer('b', /Media\n[^]*Media\n/);
    await answer('', /Renditions[^]*Renditions/);
    await answer('', 'Transcripts\n');
    await answer('2', 'Transcript formats');
    await answer('1', /2 selected: srt, txt/);
    await answer('', 'Package content');
    await answer('1', 'Title. ');
    await answer('Talks', 'Description. ');
    await answer('', 'Review');
    await answer('1', 'being prepared');
    await answer('3', 'hint: streamdiver-dl fetch');
    expect((await pty.exited).exitCode).toBe(0);
    expect(bodiesSent(api)).toMatchObject([
      { title: 'Talks', selectedMediaIds: ['talk-2', 'talk-1'], selectedTranscripts: { length: 6 } },
    ]);
    expect(pty.raw()).not.toContain('\x1b');
    expect(pty.raw()).not.toMatch(/\r(?![\r\n])/);
  });

  test('exits with 130 on Ctrl-C', async () => {
    const api = await startLibrary({ packages: PACKAGES });
    const pty = runInteractive(['fetch'], api, { env });
    await pty.waitFor(ASK);
    pty.write(CTRL_C);
    expect((await pty.exited).exitCode).toBe(130);
    expect(pty.screen()).toContain('\nInterrupted.');
  });
});

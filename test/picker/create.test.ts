import { existsSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { bodiesSent, ID } from '../commands/scene.ts';
import { CTRL_C, CTRL_U, DOWN, ENTER, ESC, PAGE_DOWN, TAB } from '../support/keys.ts';
import { CANARY_TOKEN } from '../support/process/canary.ts';
import { makePlace } from '../support/process/run-place.ts';
import { listTree } from '../support/temp-folder.ts';
import { expectHarmless } from '../terminal/text/evil-text.ts';
import { press, runInteractive, startLibrary } from './interactive.ts';
import { EVIL_MEDIA, EVIL_TRANSCRIPTS, manyMedia } from './library.ts';

describe('the media library', () => {
  test('searches at the service while typing, and keeps the selection across searches', async () => {
    const api = await startLibrary();
    const pty = runInteractive(['create'], api);
    await pty.waitFor('7 found');
    await press(pty, 'anna', /anna\n. \[ ] video +Interview with Anna.*\nnone selected · 1 found/);
    await press(pty, TAB, '1 selected');
    await press(pty, `${CTRL_U}ben`, /ben\n. \[ ] video +Interview with Ben/);
    await press(pty, TAB, '2 selected · 1 found');
    // Without a search, selected items are at the top.
    await press(pty, CTRL_U, /Media:\n. \[x] .*Anna.*\n. \[x] .*Ben.*\n. \[ ]/);
    expect(api.requestsOf('GET /v2/search').map(({ query }) => query.get('text'))).toEqual([
      'anna',
      'anna',
      'ben',
      'ben',
    ]);
    await press(pty, ENTER, 'Renditions');
    await press(pty, ENTER, '3 in de-v2, en-v2');
    await press(pty, ENTER, 'Title: Interview with Anna and 1 more');
    await press(pty, ENTER, 'Description:');
    await press(pty, ENTER, 'Expires');
    await press(pty, ENTER, 'Review');
    await press(pty, ENTER, 'The package is being prepared');
    await press(pty, `${DOWN}${DOWN}${ENTER}`, 'fetch');
    expect(await pty.exited).toEqual({ exitCode: 0, signal: 0 });
    expect(bodiesSent(api)).toEqual([
      { title: 'Interview with Anna and 1 more', selectedMediaIds: ['talk-1', 'talk-2'] },
    ]);
    expect(pty.screen()).toBe(
      [
        ID,
        'To run this without prompts:',
        '  streamdiver-dl create -m talk-1 -m talk-2 \\',
        "    --title 'Interview with Anna and 1 more'",
        `hint: streamdiver-dl fetch ${ID}`,
      ].join('\n'),
    );
    expect(pty.raw()).not.toContain(CANARY_TOKEN);
  });

  test('requests only visible pages of 5,000 media items', async () => {
    const api = await startLibrary({ media: manyMedia(5_000) });
    const pagesAsked = () => api.requestsOf('GET /v2/media').map(({ query }) => query.get('page'));
    const pty = runInteractive(['create'], api);
    await pty.waitFor('50+ found');
    await press(pty, PAGE_DOWN, /❯ \[ ] video +Recording 0019/);
    expect(pagesAsked()).toEqual(['0']);
    await press(pty, PAGE_DOWN.repeat(2), '100+ found');
    expect(pagesAsked()).toEqual(['0', '1']);
    await press(pty, 'Recording 4999', /❯ \[ ] video +Recording 4999.*\nnone selected · 1 found/);
    await press(pty, ENTER, 'Title: Recording 4999');
    pty.write(CTRL_C);
    expect((await pty.exited).exitCode).toBe(130);
    expect(pagesAsked()).toEqual(['0', '1']);
  });

  test('never shows a late response to an outdated search', async () => {
    const api = await startLibrary();
    let answerLate = () => {};
    const isDue = new Promise<void>((resolve) => {
      answerLate = resolve;
    });
    api.script('GET /v2/search', [
      async (_request, reply) => {
        await isDue;
        await reply.json(200, { data: [{ id: 'stale', name: 'Stale row' }] });
      },
    ]);
    const pty = runInteractive(['create'], api);
    await pty.waitFor('7 found');
    await press(pty, 'an', 'loading…');
    await expect.poll(() => api.requestsOf('GET /v2/search').length).toBe(1);
    await press(pty, 'na', /anna\n. \[ ] .*Anna.*\nnone selected · 1 found/);
    answerLate();
    await press(pty, TAB, '1 selected');
    expect(pty.screen()).toMatch(/anna\n. \[x] .*Anna/);
    expect(pty.raw()).not.toContain('Stale row');
  });

  test('cancels a request made stale by another key', async () => {
    const api = await startLibrary();
    let isGivenUp = false;
    api.script('GET /v2/search', [
      async (_request, reply) => {
        await reply.stall();
        isGivenUp = true;
      },
    ]);
    const pty = runInteractive(['create'], api);
    await pty.waitFor('7 found');
    await press(pty, 'an', 'loading…');
    await expect.poll(() => api.requestsOf('GET /v2/search').length).toBe(1);
    await press(pty, 'na', /anna\n. \[ ] .*Anna.*\nnone selected · 1 found/);
    await expect.poll(() => isGivenUp).toBe(true);
  });

  test('keys typed before the response select nothing in the stale list', async () => {
    const api = await startLibrary();
    const pty = runInteractive(['create'], api);
    await pty.waitFor('7 found');
    await press(pty, `ben${TAB}${ENTER}`, /ben\n. \[ ] video +Interview with Ben.*\nnone selected · 1 found/);
    expect(pty.screen()).toContain('? Media: ben');
  });

  test('reports when nothing matches, and Esc clears the search', async () => {
    const api = await startLibrary();
    const pty = runInteractive(['create'], api);
    await pty.waitFor('7 found');
    await press(pty, 'zebra', 'No media match "zebra"');
    await press(pty, ESC, '7 found');
    expect(pty.screen()).toMatch(/^\? Media:\n. \[ ] .*Anna/);
  });
});

test('goes through every prompt, back through all of them, and changes one at the end', async () => {
  const api = await startLibrary();
  const pty = runInteractive(['create'], api);
  await pty.waitFor('7 found');
  await press(pty, ` ${DOWN} `, '2 selected');
  await press(pty, ENTER, 'Renditions');
  await press(pty, ENTER, '? Transcripts');
  await press(pty, `${DOWN}${DOWN}${ENTER}`, '? Languages');
  await press(pty, ` ${ENTER}`, '? Transcript formats');
  await press(pty, ` ${ENTER}`, 'Package content');
  await press(pty, `${DOWN}${ENTER}`, 'Title:');
  await press(pty, `${CTRL_U}Two talks${ENTER}`, 'Description:');
  await press(pty, `By A & B${ENTER}`, 'Expires');
  await press(pty, `${DOWN.repeat(4)}${ENTER}`, 'Examples: 7d');
  await press(pty, `5${ENTER}`, 'the duration 5 has no unit; use 5s for seconds, or 5m for minutes');
  await press(pty, `${CTRL_U}10d${ENTER}`, 'Review');
  const review = pty.screen();
  expect(review).toContain('Transcripts  2 as txt, srt only');
  for (const question of [
    '? Expires',
    'Description: By A & B',
    'Title: Two talks',
    'Package content',
    'Transcript formats',
    'Languages',
    '? Transcripts',
    'Renditions',
    'Media:',
  ]) {
    await press(pty, ESC, question);
  }
  expect(pty.screen()).toContain('2 selected');
  for (const question of [
    'Renditions',
    '? Transcripts',
    'Languages',
    'Transcript formats',
    'Package content',
    'Title: Two talks',
    'Description: By A & B',
    '? Expires',
    'Examples: 7d',
  ]) {
    await press(pty, ENTER, question);
  }
  await press(pty, ENTER, 'Review');
  expect(pty.screen()).toBe(review);
  await press(pty, `${DOWN.repeat(4)}${ENTER}`, 'Title: Two talks');
  await press(pty, `!${ENTER}`, 'Title        Two talks!');
  await press(pty, ENTER, 'being prepared');
  expect(bodiesSent(api)).toMatchObject([
    {
      title: 'Two talks!',
      description: 'By A & B',
      selectedTranscripts: [
        { id: 'tr-1-de', format: 'txt' },
        { id: 'tr-1-de', format: 'srt' },
        { id: 'tr-2-de', format: 'txt' },
        { id: 'tr-2-de', format: 'srt' },
      ],
    },
  ]);
  expect(bodiesSent(api)[0]).not.toHaveProperty('selectedMediaIds');
  // Each was requested once for the prompts and once for the package, two pages each time.
  expect(api.requestsOf('GET /v2/media/{id}/metadata/transcripts')).toHaveLength(8);
});

test('prints a command that creates the same package, whatever the names', async () => {
  const api = await startLibrary();
  const pty = runInteractive(['create', '--expires', '30d'], api);
  await pty.waitFor('7 found');
  await press(pty, 'final', /❯ \[ ] document/);
  await press(pty, ENTER, 'Title: Report');
  await press(pty, ENTER, 'Description:');
  await press(pty, ENTER, 'Review');
  await press(pty, ENTER, 'being prepared');
  pty.write(`${DOWN}${DOWN}${ENTER}`);
  await pty.exited;
  const lines = pty.screen().split('\n');
  const start = lines.findIndex((line) => line.startsWith('  streamdiver-dl create'));
  const end = lines.findIndex((line) => line.startsWith('hint:'));
  const command = lines.slice(start, end).join('\n').trim();
  expect(command).toContain('create --expires 30d -m');
  const again = runInteractive([], api, { shellLine: command.replace('streamdiver-dl', '$SD') });
  expect((await again.exited).exitCode).toBe(0);
  const [first, second] = bodiesSent(api) as { expires: string }[];
  expect({ ...second, expires: '' }).toEqual({ ...first, expires: '' });
});

test('waits, downloads, and unpacks', async () => {
  const api = await startLibrary();
  const place = makePlace();
  const pty = runInteractive(['create', '--title', 'Talk', '--description', 'x', '--expires', '1d'], api, {
    place,
  });
  await pty.waitFor('7 found');
  await press(pty, 'only', '1 found');
  await press(pty, ENTER, 'Review');
  await press(pty, ENTER, 'being prepared');
  await press(pty, DOWN, '❯ Download and unpack it');
  pty.write(ENTER);
  expect((await pty.exited).exitCode).toBe(0);
  const files = listTree(place.cwd).filter(({ type }) => type === 'file');
  expect(files.map(({ path }) => path)).toEqual([expect.stringMatching(/^talk-\w+\/media\/clip\.bin$/)]);
});

test('continues with waiting and fetching', async () => {
  const api = await startLibrary();
  const place = makePlace();
  const pty = runInteractive(['create', '--title', 'Talk', '--description', 'x', '--expires', '1d'], api, {
    place,
  });
  await pty.waitFor('7 found');
  await press(pty, `only${ENTER}`, 'loading');
  await press(pty, '', /❯ \[ ] +Only a name/);
  await press(pty, ENTER, 'Review');
  // Values set by flags are neither prompted for nor offered for change.
  expect(pty.screen()).not.toMatch(/Title|Description +x|Expires/);
  await press(pty, ENTER, 'being prepared');
  pty.write(ENTER);
  expect((await pty.exited).exitCode).toBe(0);
  const file = pty.screen().split('\n').at(-1) ?? '';
  expect(existsSync(path.join(place.cwd, path.basename(file)))).toBe(true);
});

describe('canceling', () => {
  const stages: readonly (readonly [name: string, keys: readonly (readonly [string, string])[]])[] = [
    ['the media list', []],
    ['a search in progress', [['zz', 'loading…']]],
    ['another list', [[`${TAB}${ENTER}`, 'Renditions']]],
    [
      'a text prompt',
      [
        [`only`, '1 found'],
        [ENTER, 'Title:'],
      ],
    ],
    [
      'the review',
      [
        [`only`, '1 found'],
        [ENTER, 'Title:'],
        [ENTER, 'Description:'],
        [ENTER, 'Expires'],
        [ENTER, 'Review'],
      ],
    ],
  ];

  test.each(stages)('Ctrl-C at %s restores the terminal', async (_name, keys) => {
    const api = await startLibrary();
    const shellLine = 'stty -g >a; $SD create; echo "exit $?"; stty -g >b; cmp a b && echo same';
    const pty = runInteractive([], api, { shellLine });
    await pty.waitFor('7 found');
    for (const [typed, expected] of keys) await press(pty, typed, expected);
    pty.write(CTRL_C);
    await pty.exited;
    expect(pty.screen()).toBe('Canceled. Nothing was created.\nexit 130\nsame');
    expect(pty.raw().lastIndexOf('\x1b[?25h')).toBeGreaterThan(pty.raw().lastIndexOf('\x1b[?25l'));
    expect(api.requestsOf('POST /v2/downloads')).toEqual([]);
  });

  test('Ctrl-C exits with 130 while transcripts are loading', async () => {
    const api = await startLibrary();
    api.script('GET /v2/media/{id}/metadata/transcripts', (_request, reply) => reply.stall());
    const pty = runInteractive(['create'], api);
    await pty.waitFor('7 found');
    await press(pty, 'ben', '1 found');
    await press(pty, ENTER, 'Loading transcripts of 1 media item');
    pty.write(CTRL_C);
    expect((await pty.exited).exitCode).toBe(130);
    expect(pty.screen()).not.toContain('Loading');
  });

  test('Cancel in the review creates nothing', async () => {
    const api = await startLibrary();
    const pty = runInteractive(['create', '--title', 'T', '--description', 'D', '--expires', '1d'], api);
    await pty.waitFor('7 found');
    await press(pty, 'only', '1 found');
    await press(pty, ENTER, 'Review');
    pty.write(`${DOWN.repeat(9)}${ENTER}`);
    expect((await pty.exited).exitCode).toBe(130);
    expect(pty.screen()).toBe('Canceled. Nothing was created.');
    expect(api.requestsOf('POST /v2/downloads')).toEqual([]);
  });

  test('Ctrl-C after the package was created prints its ID', async () => {
    const api = await startLibrary();
    const pty = runInteractive(['create', '--title', 'T', '--description', 'D', '--expires', '1d'], api);
    await pty.waitFor('7 found');
    await press(pty, 'only', '1 found');
    await press(pty, ENTER, 'Review');
    await press(pty, ENTER, 'being prepared');
    pty.write(CTRL_C);
    expect((await pty.exited).exitCode).toBe(130);
    expect(pty.screen()).toMatch(new RegExp(`^${ID}\n`));
    expect(pty.screen()).toMatch(new RegExp(`hint: streamdiver-dl fetch ${ID}$`));
  });

  test('SIGTERM exits with 143', async () => {
    const api = await startLibrary();
    const pty = runInteractive(['create'], api);
    await pty.waitFor('7 found');
    pty.signal('SIGTERM');
    expect((await pty.exited).exitCode).toBe(143);
    expect(pty.screen()).toMatch(/^Interrupted by SIGTERM\.$/);
  });
});

test('writes only the ID to stdout, even if it is captured', async () => {
  const api = await startLibrary();
  const shellLine = 'id=$($SD create --description D --expires 1d); echo "[$id]"';
  const pty = runInteractive([], api, { shellLine });
  await pty.waitFor('7 found');
  await press(pty, 'only', '1 found');
  await press(pty, ENTER, 'Title:');
  await press(pty, ENTER, 'Review');
  pty.write(ENTER);
  await pty.exited;
  expect(pty.screen()).toMatch(new RegExp(`^To run this without prompts:\n.*\n.*\n.*\\[${ID}]$`, 's'));
});

test('cases 113, 114: escapes all text from the service', async () => {
  const api = await startLibrary({ media: EVIL_MEDIA, transcripts: EVIL_TRANSCRIPTS });
  const pty = runInteractive(['create'], api);
  await press(pty, '', '1 found');
  await press(pty, ENTER, 'Renditions');
  await press(pty, ` ${ENTER}`, '? Transcripts');
  await press(pty, `${DOWN}${DOWN}${ENTER}`, '? Languages');
  await press(pty, ESC, '? Transcripts');
  await press(pty, `${DOWN}${ENTER}`, 'Select transcripts');
  await press(pty, ` ${ENTER}`, 'Transcript formats');
  await press(pty, ENTER, 'Package content');
  await press(pty, ENTER, 'Title: Name::error::no');
  await press(pty, ENTER, 'Description:');
  await press(pty, ENTER, 'Expires');
  await press(pty, ENTER, 'Review');
  await press(pty, ENTER, 'being prepared');
  pty.write(`${DOWN}${DOWN}${ENTER}`);
  await pty.exited;
  // Without the sequences that drawing needs: colors, cursor, erasing.
  const drawn = pty.raw().replaceAll(/\x1b\[(?:\?(?:25|1049)[lh]|[\d;]*[mABCDGHJK])|\r|\x07$/g, '');
  expectHarmless(drawn);
  expect(bodiesSent(api)).toHaveLength(1);
});

test('follows a window resize and keeps the output above', async () => {
  const api = await startLibrary();
  const pty = runInteractive([], api, { shellLine: 'echo above; $SD create', columns: 100 });
  await pty.waitFor('7 found');
  await press(pty, `${DOWN}${TAB}`, '1 selected');
  for (const columns of [40, 120, 55]) {
    pty.resize(columns);
    const helpLine = {
      40: /Tab select\n/,
      120: /Enter continue · Esc clear · Ctrl-C cancel$/,
      55: /Ctrl-A all\n/,
    }[columns];
    await pty.waitFor(helpLine ?? '');
    await pty.waitFor(/^\? Media:\n {2}\[ ] video +Interview with Anna/);
    expect(pty.screen().match(/Media:/g)).toHaveLength(1);
    expect(pty.screen().match(/Only a name/g)).toHaveLength(1);
  }
  pty.write(CTRL_C);
  await pty.exited;
  expect(pty.screen()).toBe('above\nCanceled. Nothing was created.');
});

describe('without prompts', () => {
  test.each([
    ['--no-input', '$SD create --no-input', {}],
    ['CI', '$SD create', { CI: 'true' }],
    ['AI_AGENT', '$SD create', { AI_AGENT: '1' }],
    ['no terminal on standard input', '$SD create </dev/null', {}],
    ['no terminal on standard error', '$SD create 2>e; cat e; exit 2', {}],
  ])('exits with 2, suggests flags, and sends no request: %s', async (_name, shellLine, env) => {
    const api = await startLibrary();
    const pty = runInteractive([], api, { shellLine, env });
    expect((await pty.exited).exitCode).toBe(2);
    expect(pty.screen()).toBe(
      'error: nothing selected for the package\nhint: select with -m ID, -r ID, -t ID[:FORMAT], -f FILE, or a query such as --ta\ng TAG',
    );
    expect(api.requests).toEqual([]);
  });

  test('requires a credential to select from the library', async () => {
    const api = await startLibrary();
    const pty = runInteractive(['create'], api, { token: null });
    expect((await pty.exited).exitCode).toBe(4);
    expect(pty.screen()).toMatch(/^error: selecting from the media library requires a credential\nhint: /);
    expect(api.requests).toEqual([]);
  });

  test('exits with 4 on a rejected credential', async () => {
    const api = await startLibrary();
    const pty = runInteractive(['create'], api, { token: 'another-token' });
    expect((await pty.exited).exitCode).toBe(4);
    expect(pty.screen()).toMatch(/^error: /);
  });
});

import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { startApi } from '../support/api/api-server.ts';
import { makePlace } from '../support/process/run-place.ts';
import { EVIL } from '../terminal/text/evil-text.ts';
import { hasShell, openShell, type RealShell } from './shell-session.ts';

const SHELLS: readonly RealShell[] = ['bash', 'zsh', 'fish'];
/** After the common prefix was inserted, bash lists candidates at the second Tab, zsh at the first. */
const LIST: Readonly<Record<RealShell, string>> = { bash: '\t\t\t', zsh: '\t\t', fish: '\t' };
const PROMPT = '> streamdiver-dl';
/** What is typed before Tab, and the words that Enter then runs. */
const LINES: readonly (readonly [typed: string, words: readonly string[]])[] = [
  ['fe', ['fetch']],
  ['media sh', ['media', 'show']],
  ['create --transcripts-o', ['create', '--transcripts-only']],
  ['list --format nd', ['list', '--format', 'ndjson']],
  ['list --format=nd', ['list', '--format=ndjson']],
  ['--color nev', ['--color', 'never']],
  ['list --progress pl', ['list', '--progress', 'plain']],
  ['list --sort=created:d', ['list', '--sort=created:desc']],
  ['list --status rea', ['list', '--status', 'ready']],
  ['create --transcripts srt,t', ['create', '--transcripts', 'srt,txt']],
  ['media list --type vi', ['media', 'list', '--type', 'video']],
  ['sandbox --fault never-r', ['sandbox', '--fault', 'never-ready']],
  ['help exit', ['help', 'exit-codes']],
  ['help media sh', ['help', 'media', 'show']],
  ["list --format 'nd", ['list', '--format', 'ndjson']],
  ['list --format "nd', ['list', '--format', 'ndjson']],
];
const EVIL_IDS = [
  '$(touch PWNED)',
  '`touch PWNED`',
  "it's; touch PWNED",
  'a b\\c "d" & e|f > PWNED',
  'urn:package:7=x',
  '*?[a]{b,c}#%!1^',
  'Übung 日本',
];

describe.each(SHELLS.map((shell) => ({ shell, isHere: hasShell(shell) })))('$shell', ({ shell, isHere }) => {
  beforeEach(({ skip }) => {
    // .ci/run installs all of them.
    skip(!isHere, `${shell} is not installed on this machine`);
  });

  test('completes names, flags, and values', async () => {
    const session = await openShell(shell);
    for (const [typed, words] of LINES) {
      await session.type(`streamdiver-dl ${typed}\t`, new RegExp(`${PROMPT} .*${words.at(-1) ?? ''}`));
      expect(await session.enter(), typed).toEqual(words);
    }
  });

  test('leaves files and folders to the shell', async () => {
    const session = await openShell(shell);
    mkdirSync(join(session.place.cwd, 'folder one'));
    writeFileSync(join(session.place.cwd, 'archive.zip'), '');
    await session.type('streamdiver-dl fetch x -o arch\t', 'archive.zip');
    await session.type(' -D fold\t', /folder.* one/);
    const words = await session.enter();
    // zsh removes the trailing slash.
    expect(words.map((word) => word.replace(/\/$/, ''))).toEqual([
      'fetch',
      'x',
      '-o',
      'archive.zip',
      '-D',
      'folder one',
    ]);
  });

  test('completes profiles from the config file and quotes them', async () => {
    const place = makePlace();
    mkdirSync(place.configDir);
    const profiles = { default: {}, 'my $(touch PWNED)': {} };
    writeFileSync(join(place.configDir, 'config.json'), JSON.stringify({ profiles }));
    const session = await openShell(shell, { place });
    await session.type('streamdiver-dl list --profile my\t', /PWNED/);
    expect(await session.enter()).toEqual(['list', '--profile', 'my $(touch PWNED)']);
    expect(existsSync(join(place.cwd, 'PWNED'))).toBe(false);
  });

  test('lists IDs with title and status', async () => {
    const api = await startApi({
      packages: [
        { id: 'one-1', title: 'Interviews', status: 'ready' },
        { id: 'one-2', title: 'Lectures', status: 'preparing' },
      ],
    });
    const session = await openShell(shell, { api });
    await session.type(`streamdiver-dl fetch ${LIST[shell]}`, /one-1 .*Interviews \(ready\)/);
    await session.terminal.waitFor(/one-2 .*Lectures \(preparing\)/);
    expect(api.requestsOf('GET /v2/downloads')).toHaveLength(1);
  });

  test('completes media IDs', async () => {
    const api = await startApi({ media: [{ id: 'medium-7', name: 'Talk' }], packages: [] });
    const session = await openShell(shell, { api });
    await session.type('streamdiver-dl create -m \t', 'medium-7');
    await session.type('-m med\t', /-m medium-7 -m medium-7/);
    expect(await session.enter()).toEqual(['create', '-m', 'medium-7', '-m', 'medium-7']);
  });

  test('case 118: inserts an ID of the service as one word that runs nothing', async () => {
    const api = await startApi({ packages: [] });
    const session = await openShell(shell, { api });
    for (const id of EVIL_IDS) {
      api.packages.clear();
      api.packages.set(id, { id, status: 'ready', title: id, compressed: true, files: [] });
      rmSync(join(session.place.configDir, 'completion.json'), { force: true });
      await session.type('streamdiver-dl rm \t', /rm .*\S{2}/);
      expect(await session.enter()).toEqual(['rm', id]);
    }
    expect(existsSync(join(session.place.cwd, 'PWNED'))).toBe(false);
  });

  test('case 118: does not offer an ID that this shell would change', async () => {
    const api = await startApi({ packages: [{ id: '~/x' }, { id: 'plain' }] });
    const session = await openShell(shell, { api });
    await session.type(`streamdiver-dl rm ${shell === 'fish' ? '' : 'p'}\t`, /rm plain/);
    expect(await session.enter()).toEqual(['rm', 'plain']);
  });

  test('case 113: shows titles without effects and does not offer unsafe IDs', async () => {
    const api = await startApi({
      packages: [
        { id: 'good-1', title: EVIL },
        { id: 'good-2', title: '$(touch PWNED) `touch PWNED` %F{red} \\033[31m' },
        ...['bad\x1b[31m', 'bad\nline', 'bad\u202e', '--rm', 'bad\t'].map((id) => ({ id, title: 'bad' })),
      ],
    });
    const session = await openShell(shell, { api });
    await session.type(`streamdiver-dl rm ${LIST[shell]}`, /good-2.*touch PWNED/);
    expect(session.terminal.screen()).toMatch(/good-2 .*%F\{red\} \\033\[31m/);
    expect(session.terminal.screen()).toMatch(/good-1 .*::error::no\\n##/);
    expect(session.terminal.screen()).not.toMatch(/bad|--rm/);
    expect(session.terminal.raw()).not.toMatch(/\x1b\]8;;http|\x1b\]0;t\x07|\x1b\[2J\x1b\]0|\u202e/);
    expect(existsSync(join(session.place.cwd, 'PWNED'))).toBe(false);
  });

  test('does not run what is already on the line', async () => {
    const session = await openShell(shell);
    const typed = shell === 'fish' ? '(touch PWNED)' : '$(touch PWNED)';
    await session.type(`streamdiver-dl list --title "${typed}" --format nd\t`, 'ndjson');
    expect(existsSync(join(session.place.cwd, 'PWNED'))).toBe(false);
  });

  test('leaves the line unchanged when the service is unreachable', async () => {
    const api = await startApi();
    await api.close();
    const session = await openShell(shell, { api });
    const before = session.terminal.screen();
    await session.type('streamdiver-dl fetch \tid', /fetch +id/);
    expect(session.terminal.screen().slice(before.length)).toBe(' streamdiver-dl fetch id');
    expect(await session.enter()).toEqual(['fetch', 'id']);
  });
});

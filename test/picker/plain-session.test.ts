import { readdirSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { bodiesSent, calls, ID } from '../commands/scene.ts';
import type { ApiServer } from '../support/api/api-server.ts';
import { expectHarmless } from '../terminal/text/evil-text.ts';
import { startLibrary } from './interactive.ts';
import { EVIL_MEDIA, EVIL_TRANSCRIPTS, MEDIA, PACKAGES } from './library.ts';
import { runPlainSession } from './plain-session.ts';

const LOOK_UP = 'GET /v2/media/{id}/metadata/transcripts';
/** Snapshots of sessions with their responses. Check each change before you commit it. */
const golden = (name: string) => `goldens/plain/${name}.txt`;
/** The search texts and pages of requests; null for the whole library. */
const searches = (api: ApiServer) =>
  api.requests
    .filter(({ path }) => path === '/v2/media' || path === '/v2/search')
    .map(({ query }) => `${query.get('text')} ${query.get('page')}`);

test('create with every prompt, an invalid response to each, and a change at the end', async () => {
  const api = await startLibrary();
  const session = await runPlainSession(['create'], api, [
    '/ ben ',
    '1',
    '/',
    '2,3',
    '3',
    '',
    // Renditions: back to the media, then none.
    'b',
    '',
    '',
    // Transcripts by language.
    '3',
    '',
    '1',
    '',
    '1-3',
    '1',
    '',
    '2',
    'Two talks',
    'By A & B',
    // Expires: custom, back, invalid, then ten days.
    '5',
    'b',
    '5',
    'soon',
    '10d',
    // Review: back to the last prompt, then other renditions, and a new title.
    'b',
    '5',
    '',
    '3',
    '1',
    '',
    '5',
    'One talk!',
    '1',
  ]);
  expect(session).toMatchObject({ exitCode: 0, stdout: `${ID}\n` });
  await expect(session.screen).toMatchFileSnapshot(golden('create'));
  expect(searches(api)).toEqual(['null 0', 'ben 0', 'null 0', 'null 0']);
});

const GIVEN = ['--title', 'T', '--description', 'D', '--expires', '1d'];
const CREATE_ONE = ['create', ...GIVEN];

test('create skips renditions and transcripts for a media item without any', async () => {
  const api = await startLibrary();
  const session = await runPlainSession(['create'], api, ['/only', '1', '', '', '', '1', '1']);
  expect(session).toMatchObject({ exitCode: 0, stdout: `${ID}\n` });
  await expect(session.screen).toMatchFileSnapshot(golden('create-bare'));
  expect(bodiesSent(api)).toEqual([{ title: 'Only a name', selectedMediaIds: ['bare'] }]);
});

test('create goes back from the review to the last prompt that was shown', async () => {
  const api = await startLibrary();
  const session = await runPlainSession(['create', '--expires', '1d'], api, [
    '/only',
    '1',
    '',
    '',
    'D',
    'b',
    '',
    '1',
  ]);
  expect(session.exitCode, session.screen).toBe(0);
  expect(session.screen.match(/^(?:Title|Description|Review).*/gm)).toEqual([
    'Title. Optional. The name of the package, also used for the file name.',
    'Description. Optional.',
    'Review',
    'Description. Optional.',
    'Review',
  ]);
});

test('create goes back from the expiry to the description', async () => {
  const api = await startLibrary();
  const session = await runPlainSession(['create', '--title', 'T'], api, [
    '/only',
    '1',
    '',
    'D',
    'b',
    '',
    '1',
    '1',
  ]);
  expect(session.exitCode, session.screen).toBe(0);
  expect(session.screen.match(/^(?:Description|Expires$|Review)/gm)).toEqual([
    'Description',
    'Expires',
    'Description',
    'Expires',
    'Review',
  ]);
});

test('going back from a part of the review leaves it unchanged', async () => {
  const api = await startLibrary();
  const session = await runPlainSession(CREATE_ONE, api, ['1', '', '', '1', '4', '2', 'b', 'b', '1']);
  expect(session.exitCode, session.screen).toBe(0);
  expect(session.screen.match(/^\d\. Transcripts, .*/gm)).toEqual([
    '4. Transcripts, none',
    '4. Transcripts, none',
  ]);
  expect(bodiesSent(api)[0]).not.toHaveProperty('selectedTranscripts');
});

test('create of single transcripts sends only these, and prints the command', async () => {
  const api = await startLibrary();
  const session = await runPlainSession(CREATE_ONE, api, ['1', '', '', '4', '', '2', '', '', '2', '1']);
  expect(session).toMatchObject({ exitCode: 0, stdout: `${ID}\n` });
  await expect(session.screen).toMatchFileSnapshot(golden('create-transcripts'));
  expect(bodiesSent(api)).toEqual([
    {
      title: 'T',
      description: 'D',
      expires: expect.any(String),
      selectedTranscripts: [{ id: 'tr-1-en', format: 'srt' }],
    },
  ]);
});

test('create of renditions sends their IDs instead of the media item', async () => {
  const api = await startLibrary();
  const session = await runPlainSession(CREATE_ONE, api, ['1,2', '', '2', '', '1', '1']);
  expect(session.screen).toContain('Renditions, 1: 360p, mono sound\n');
  expect(session.screen).toContain('Transcripts, none\n');
  expect(bodiesSent(api)).toMatchObject([
    { selectedMediaIds: ['talk-2'], selectedRenditionIds: ['talk-1-sd'] },
  ]);
});

test('create does not prompt for the only rendition of a media item', async () => {
  const media = [{ id: 'one', name: 'One', renditions: [{ id: 'one-original', name: 'original' }] }];
  const api = await startLibrary({ media });
  const session = await runPlainSession(CREATE_ONE, api, ['1', '', '1']);
  expect(session.exitCode, session.screen).toBe(0);
  expect(session.screen).not.toContain('Renditions');
  expect(bodiesSent(api)).toMatchObject([{ selectedMediaIds: ['one'] }]);
});

test('create counts transcripts by language, most frequent first, including those without one', async () => {
  const transcripts = {
    bare: [
      { id: 'tr-1', languageCode: '' },
      { id: 'tr-2', languageCode: 'en' },
      { id: 'tr-3', languageCode: 'de' },
    ],
    long: [{ id: 'tr-4', languageCode: 'de' }],
  };
  const api = await startLibrary({ transcripts });
  const session = await runPlainSession(CREATE_ONE, api, ['6,5', '', '3', '2', '', '', '1', '1']);
  expect(session.screen).toContain('2. All, 4 in de, no language, en\n');
  expect(session.screen).toContain('1. en, 1 transcript\n2. de, 2 transcripts\n');
  expect(session.screen).toContain('Transcripts, 2 as srt\n');
});

test('changing the media drops renditions and transcripts of deselected media items', async () => {
  const api = await startLibrary();
  const session = await runPlainSession(CREATE_ONE, api, [
    '1,2',
    '',
    '2',
    '',
    '2',
    '',
    '1',
    // Review: only the second media item.
    '2',
    '1',
    '',
    '2',
    '',
    '1',
    '1',
  ]);
  expect(session.exitCode, session.screen).toBe(0);
  expect(bodiesSent(api)).toMatchObject([
    { selectedMediaIds: ['talk-2'], selectedTranscripts: [{ id: 'tr-2-de', format: 'srt' }] },
  ]);
  expect(bodiesSent(api)[0]).not.toHaveProperty('selectedRenditionIds');
  expect(api.requestsOf(LOOK_UP).length).toBeGreaterThan(0);
});

test('changing to media without transcripts drops the selected transcripts', async () => {
  const api = await startLibrary();
  const session = await runPlainSession(CREATE_ONE, api, [
    '2',
    '',
    '2',
    '',
    '2',
    '2',
    '1',
    '/only',
    '1',
    '',
    '1',
  ]);
  expect(session.exitCode, session.screen).toBe(0);
  expect(session.screen).toMatch(/2\. Media, Only a name\n3\. Cancel\n/);
  expect(bodiesSent(api)).toEqual([
    { title: 'T', description: 'D', expires: expect.any(String), selectedMediaIds: ['bare'] },
  ]);
});

test.each([
  ['Cancel in the review', ['/only', '1', '', '5']],
  ['Ctrl-C in the review', ['/only', '1', '']],
])('%s creates nothing', async (_name, responses) => {
  const api = await startLibrary();
  const session = await runPlainSession(CREATE_ONE, api, responses);
  expect(session).toMatchObject({ exitCode: 130, stdout: '' });
  expect(session.screen).toMatch(/(?:Canceled\. Nothing was created|Interrupted)\.\n$/);
  expect(bodiesSent(api)).toEqual([]);
});

describe('the prompt to fetch a new package', () => {
  test.each([
    ['1', ['fetch', 'file']],
    ['2', ['fetch', 'folder']],
    ['3', []],
  ])('handles response %s', async (response, outcome) => {
    const api = await startLibrary();
    const session = await runPlainSession(CREATE_ONE, api, ['/only', '1', '', '1', response], {
      isTTY: true,
    });
    expect(session.exitCode, session.screen).toBe(0);
    expect(session.screen).toContain(
      'The package is being prepared\n1. Download it when ready, to the current folder\n' +
        '2. Download and unpack it, to a new folder\n3. Not now\nType a number.\n',
    );
    expect(api.requestsOf('GET /v2/downloads/file/{id}').length > 0).toBe(outcome.length > 0);
    const names = readdirSync(session.cwd);
    expect(names.map((name) => name.endsWith('.zip'))).toEqual(
      outcome.length === 0 ? [] : [outcome[1] === 'file'],
    );
  });
});

describe('a command without a package ID', () => {
  test('status lists the packages, newest first, and searches them', async () => {
    const api = await startLibrary({ packages: PACKAGES });
    const session = await runPlainSession(['status', '--format', 'id'], api, [
      '/last WEEK',
      '1',
      '/ready',
      '/',
      '5',
      '2',
      '',
    ]);
    expect(session).toMatchObject({ exitCode: 0, stdout: 'old\nnew\n' });
    await expect(session.screen).toMatchFileSnapshot(golden('status'));
    expect(api.requestsOf('GET /v2/downloads').map(({ query }) => query.get('page'))).toEqual(['0', '1']);
  });

  test('contents selects one package', async () => {
    const api = await startLibrary({ packages: PACKAGES });
    const session = await runPlainSession(['contents', '--format', 'id'], api, ['b', '', '2']);
    expect(session.exitCode, session.screen).toBe(0);
    await expect(session.screen).toMatchFileSnapshot(golden('contents'));
  });

  test('status with an ID does not prompt', async () => {
    const api = await startLibrary({ packages: PACKAGES });
    const session = await runPlainSession(['status', 'old', '--format', 'id'], api, []);
    expect(session).toMatchObject({ exitCode: 0, stdout: 'old\n', screen: '' });
  });

  test('exits with 2 and sends no request without a terminal', async () => {
    const api = await startLibrary({ packages: PACKAGES });
    const session = await runPlainSession(['status'], api, [], { isTTY: false });
    expect(session).toMatchObject({
      exitCode: 2,
      stdout: '',
      stderr:
        "error: a package ID is required\nhint: pass an ID from 'streamdiver-dl list', or - to read IDs from standard input\n",
    });
    expect(api.requests).toEqual([]);
  });

  test('exits with 3 if there are no packages', async () => {
    const session = await runPlainSession(['status'], await startLibrary(), []);
    expect(session).toMatchObject({ exitCode: 3, stdout: '' });
    expect(session.screen).toBe(
      'Packages\nerror: no packages\nhint: create one with: streamdiver-dl create\n',
    );
  });

  test('loads only the first 500 packages', async () => {
    const packages = Array.from({ length: 501 }, (_, index) => ({
      id: `p-${index}`,
      title: `Package ${index}`,
    }));
    const session = await runPlainSession(['status'], await startLibrary({ packages }), [
      '/',
      '/499',
      '/500',
    ]);
    expect(session.screen).toContain('none selected, 500+ found\n');
    expect(session.screen).toContain('1. ready, Package 499');
    expect(session.screen).toContain('No packages match "500"');
  });
});

test.each([
  [['create'], 'selecting from the media library', 'select one rendition with -r ID'],
  [['transcripts'], 'selecting from the media library', 'select media by ID'],
  [['status'], 'selecting from your packages', 'pass a package ID'],
])('%j without a credential exits with 4 and sends no request', async (args, what, alternative) => {
  const api = await startLibrary();
  const session = await runPlainSession(args, api, [], { token: null });
  expect(session).toMatchObject({
    exitCode: 4,
    stdout: '',
    screen: `error: ${what} requires a credential\nhint: run 'streamdiver-dl login', set STREAMDIVER_TOKEN, or ${alternative}\n`,
  });
  expect(api.requests).toEqual([]);
});

describe('transcripts without media', () => {
  test('prompts for media and formats, and goes back from the formats to the selected media', async () => {
    const api = await startLibrary();
    const session = await runPlainSession(['transcripts'], api, ['1,2', '', 'b', '2', '', '3', '']);
    expect(session.exitCode, session.screen).toBe(0);
    await expect(session.screen.replaceAll(/\d+\.\ds/g, '0.1s')).toMatchFileSnapshot(golden('transcripts'));
    expect(readdirSync(session.cwd).toSorted()).toEqual([
      'interview-with-anna-tr-1-de.de-v2.json',
      'interview-with-anna-tr-1-de.de-v2.srt',
      'interview-with-anna-tr-1-en.en-v2.json',
      'interview-with-anna-tr-1-en.en-v2.srt',
    ]);
  });

  test('does not prompt for formats with --as', async () => {
    const api = await startLibrary();
    const session = await runPlainSession(['transcripts', '--as', 'txt', '-D', 'out'], api, ['2', '']);
    expect(session.exitCode, session.screen).toBe(0);
    expect(session.screen).not.toContain('Transcript formats');
    expect(session.screen).toContain(
      'To run this without prompts:\n  streamdiver-dl transcripts --as txt -D out -m talk-2\n',
    );
    expect(readdirSync(`${session.cwd}/out`)).toHaveLength(1);
  });

  test('Ctrl-D downloads nothing', async () => {
    const api = await startLibrary();
    const session = await runPlainSession(['transcripts'], api, ['\x04']);
    expect(session).toMatchObject({ exitCode: 130, stdout: '' });
    expect(session.screen).toMatch(/\nCanceled\. Nothing was downloaded\.\n$/);
    expect(readdirSync(session.cwd)).toEqual([]);
  });
});

test('an unavailable service can be retried while looking up transcripts', async () => {
  const api = await startLibrary();
  api.script(LOOK_UP, [503, 503, 503, 503, 503, 503]);
  const session = await runPlainSession(CREATE_ONE, api, ['2', '', '1', '1', '1']);
  expect(session.exitCode, session.screen).toBe(0);
  expect(session.screen).toMatch(
    /Loading transcripts of 1 media item\n(?:Still loading: .*\n){5}The service is unavailable\n.*\n1\. Retry\n2\. Cancel\n/,
  );
  // One transcript is enough for a prompt.
  expect(session.screen).toContain('Transcripts\n1. None\n2. All, 1 in de-v2\n');
  expect(session.screen).toContain('3. Transcripts, none\n');
});

test('escapes all texts from the service', async () => {
  const api = await startLibrary({ media: EVIL_MEDIA, transcripts: EVIL_TRANSCRIPTS });
  const session = await runPlainSession(['create'], api, [
    '1',
    '',
    '1',
    '',
    '3',
    '1',
    '',
    '',
    '1',
    '',
    '',
    '1',
    '1',
  ]);
  expect(session.exitCode, session.screen).toBe(0);
  expectHarmless(session.screen);
});

test('suggests a title without characters that cannot be typed', async () => {
  const [media] = MEDIA;
  const api = await startLibrary({ media: [{ ...media, id: 'odd', name: ' \x1bOdd\u200b name ' }] });
  const session = await runPlainSession(['create'], api, ['1', '', '', '', '', '1', '1']);
  expect(bodiesSent(api)).toMatchObject([{ title: 'Odd name' }]);
  expect(session.screen).toContain('Your response (Enter for Odd name, b to go back):');
  expect(calls(api).at(-1)).toContain('POST');
});

import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { startApi } from '../../support/api/api-server.ts';
import { transcriptText } from '../../support/api/default-responses.ts';
import { inCrowdsOf } from '../../support/crowd.ts';
import { makePlace } from '../../support/process/run-place.ts';
import { expectDocument, expectFailureDocument } from '../output-documents.ts';
import { runCommand } from '../run-command.ts';
import { calls } from '../scene.ts';

const media = [
  { id: 'm1', name: 'Board meeting', type: 'video' as const, created: '2025-01-07T09:00:00Z' },
  { id: 'm2', name: 'Talk' },
  { id: 'm3', name: 'Silent' },
];
const transcripts = {
  m1: [
    { id: 't1', languageCode: 'de-v2' },
    { id: 't2', languageCode: 'en-v2' },
  ],
  m2: [{ id: 't3', languageCode: 'DE-v2' }],
};
const DOWNLOAD = 'GET /v2/media/{id}/metadata/transcripts/{id}/download';
const downloads = (api: Awaited<ReturnType<typeof startApi>>) =>
  api.requestsOf(DOWNLOAD).map(({ target }) => target);
const sorted = (text: string) => text.trimEnd().split('\n').toSorted();

describe('transcripts ID', () => {
  test('downloads every transcript and prints the path of each', async () => {
    const api = await startApi({ media, transcripts });
    const run = await runCommand(['transcripts', 'm1', '--as', 'vtt'], { api });
    expect(run).toMatchObject({ exitCode: 0, stderr: '2 transcripts, 104 B\n' });
    const files = ['t1.de-v2', 't2.en-v2'].map((name) => join(run.cwd, `board-meeting-${name}.vtt`));
    expect(sorted(run.stdout)).toEqual(files);
    expect(readFileSync(files[0] ?? '', 'utf8')).toBe(transcriptText('t1', 'vtt'));
    expect(readdirSync(run.cwd)).toHaveLength(2);
    expect(calls(api).slice(0, 2).toSorted()).toEqual([
      'GET /v2/media/m1',
      'GET /v2/media/m1/metadata/transcripts?page=0&perpage=50',
    ]);
    expect(downloads(api).toSorted()).toEqual([
      '/v2/media/m1/metadata/transcripts/t1/download?transcriptDownloadType=vtt',
      '/v2/media/m1/metadata/transcripts/t2/download?transcriptDownloadType=vtt',
    ]);
  });

  test('a second run compares the file, writes nothing, and reports it', async () => {
    const api = await startApi({ media, transcripts });
    const place = makePlace();
    const first = await runCommand(['transcripts', 'm2'], { api, place });
    const again = await runCommand(['transcripts', 'm2', '--json'], { api, place });
    expect(again).toMatchObject({ exitCode: 0, stderr: '1 already exists\n' });
    expect(again.json).toMatchObject({
      results: [{ outcome: 'unchanged', path: first.stdout.trimEnd(), transcriptId: 't3' }],
    });
  });

  test('--json prints all keys, also for failures', async () => {
    const api = await startApi({ media, transcripts });
    const run = await runCommand(['transcripts', 'm2', 'm3', '-D', 'out', '--json'], { api });
    expect(run.json).toEqual({
      results: [
        {
          mediaId: 'm2',
          transcriptId: 't3',
          language: 'DE-v2',
          format: 'srt',
          outcome: 'downloaded',
          path: join(run.cwd, 'out/talk-t3.DE-v2.srt'),
          sizeBytes: 46,
          sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
          error: null,
        },
      ],
      counts: { media: 2, known: 0, waiting: 0, withoutTranscript: 1 },
      record: null,
    });
    expectDocument('transcripts', run.json);
    const failed = await runCommand(['transcripts', 'm2', 'nope', '--json'], { api });
    expect(failed).toMatchObject({
      exitCode: 3,
      json: {
        results: [{ mediaId: 'nope', transcriptId: null, outcome: 'failed' }, { outcome: 'downloaded' }],
      },
    });
    expectFailureDocument('transcripts', failed.json);
  });

  test('reads IDs from standard input', async () => {
    const api = await startApi({ media, transcripts });
    const run = await runCommand(['transcripts', '-'], { api, input: 'm2\n\nm1\r\nm2\n' });
    expect(run.exitCode).toBe(0);
    expect(sorted(run.stdout)).toHaveLength(3);
  });

  test('a missing media item exits with 3, and the others are downloaded', async () => {
    const api = await startApi({ media, transcripts });
    const alone = await runCommand(['transcripts', '-m', 'nope'], { api });
    expect(alone).toMatchObject({ exitCode: 3, stdout: '' });
    expect(alone.stderr).toMatch(/^error: no media item with ID nope\nhint: /);
    const run = await runCommand(['transcripts', 'nope', 'm2'], { api });
    expect(run.exitCode).toBe(3);
    expect(run.stdout).toMatch(/talk-t3/);
    expect(run.stderr).toContain('error: no media item with ID nope\n');
  });

  test('a media item that only its transcripts prove to exist has no title', async () => {
    const api = await startApi({ media, transcripts, script: { 'GET /v2/media/{id}': 404 } });
    const run = await runCommand(['transcripts', 'm2'], { api });
    expect(run).toMatchObject({ exitCode: 0, stdout: `${join(run.cwd, 'untitled-t3.DE-v2.srt')}\n` });
  });

  test('exits with 3 if a given media item has no transcript', async () => {
    const api = await startApi({ media, transcripts });
    const run = await runCommand(['transcripts', 'm3', '-D', 'out', '--json'], { api });
    expect(run).toMatchObject({ exitCode: 3, json: { counts: { withoutTranscript: 1 } } });
    expect(readdirSync(run.cwd)).toEqual([]);
    expect(run.stderr).toContain('error: media item m3 has no transcript\n');
    expectFailureDocument('transcripts', run.json);
  });

  test('without media, exits with 2, lists the flags, and sends nothing', async () => {
    const api = await startApi({ media, transcripts });
    const run = await runCommand(['transcripts'], { api });
    expect(run).toMatchObject({ exitCode: 2, requests: [] });
    expect(run.stderr).toMatch(/--all, --search, --tag, or --since/);
  });
});

describe('transcript selection', () => {
  test('--language filters and ignores case', async () => {
    const api = await startApi({ media, transcripts });
    const run = await runCommand(['transcripts', 'm1', 'm2', '--language', 'de-V2'], { api });
    expect(sorted(run.stdout).map((file) => file.split('-').at(-2))).toEqual(['t1.de', 't3.DE']);
  });

  test('a language without a transcript exits with 3 and lists the available ones', async () => {
    const api = await startApi({ media, transcripts });
    const run = await runCommand(['transcripts', 'm1', '--language', 'fr'], { api });
    expect(run).toMatchObject({ exitCode: 3, stdout: '' });
    expect(run.stderr).toBe('error: no transcript in language fr\nhint: available languages: de-v2, en-v2\n');
  });

  test('-t downloads only these transcripts, and exits with 3 for a missing one', async () => {
    const api = await startApi({ media, transcripts });
    const run = await runCommand(['transcripts', 'm1', '-t', 't2'], { api });
    expect(run.stdout).toMatch(/t2\.en-v2\.srt\n$/);
    expect(downloads(api)).toHaveLength(1);
    const missing = await runCommand(['transcripts', 'm1', '-t', 't2', '-t', 't9'], { api });
    expect(missing.exitCode).toBe(3);
    expect(missing.stderr).toContain('no transcript with ID t9');
    const several = await runCommand(['transcripts', 'm1', '-t', 't8', '-t', 't9'], { api });
    expect(several.stderr.match(/^error: .*/gm)).toEqual([
      'error: no transcript with ID t8 among the selected media',
      'error: no transcript with ID t9 among the selected media',
      'error: 2 of 2 transcripts failed',
    ]);
  });

  test('requests each format and --no-speakers with their documented parameters', async () => {
    const api = await startApi({ media, transcripts });
    const run = await runCommand(['transcripts', 'm2', '--as', 'txt,json', '--no-speakers', '--json'], {
      api,
    });
    expect(run.exitCode).toBe(0);
    expect(
      downloads(api)
        .map((target) => String(target.split('?')[1]))
        .toSorted(),
    ).toEqual([
      'transcriptDownloadType=json&omitSpeakerLabels=true',
      'transcriptDownloadType=txt&omitSpeakerLabels=true',
    ]);
  });

  test('downloads a transcript that two media items list only once', async () => {
    const api = await startApi({ media, transcripts: { ...transcripts, m3: transcripts.m2 } });
    const run = await runCommand(['transcripts', 'm2', 'm3'], { api });
    expect(run.exitCode).toBe(0);
    expect(downloads(api)).toHaveLength(1);
  });

  test('downloads transcripts from all pages', async () => {
    const many = Array.from({ length: 25 }, (_, index) => ({ id: `p${index}`, languageCode: `l${index}` }));
    const api = await startApi({
      media,
      script: {
        'GET /v2/media/{id}/metadata/transcripts': (request, reply) => {
          const page = Number(request.query.get('page'));
          // The second page repeats an item that has moved.
          return reply.json(200, { data: many.slice(Math.max(0, page * 10 - 1), page * 10 + 10) });
        },
      },
    });
    const run = await runCommand(['transcripts', 'm1'], { api });
    expect(sorted(run.stdout)).toHaveLength(25);
    expect(downloads(api)).toHaveLength(25);
  });
});

describe('a query', () => {
  test('downloads the transcripts of all media, and prints their number', async () => {
    const api = await startApi({ media, transcripts });
    const run = await runCommand(['transcripts', '--all'], { api });
    expect(run).toMatchObject({
      exitCode: 0,
      stderr: '3 media items selected.\n3 transcripts, 138 B\n1 media item without a matching transcript\n',
    });
    // The query already returned the titles.
    expect(api.requestsOf('GET /v2/media/{id}')).toHaveLength(0);
  });

  test('without a match succeeds with a message', async () => {
    const api = await startApi({ media: [] });
    const run = await runCommand(['transcripts', '--all', '--json'], { api });
    expect(run).toMatchObject({ exitCode: 0, stderr: 'No media item matches.\n' });
    expect(run.json).toEqual({
      results: [],
      counts: { media: 0, known: 0, waiting: 0, withoutTranscript: 0 },
      record: null,
    });
  });

  test('without a transcript in the language warns and lists the available ones', async () => {
    const api = await startApi({ media, transcripts });
    const run = await runCommand(['transcripts', '--all', '--language', 'fr'], { api });
    expect(run).toMatchObject({ exitCode: 0, stdout: '' });
    expect(run.stderr).toContain('warning: no transcript in language fr; available languages: de-v2');
  });

  test('for a date exits with 7 if no media item has one', async () => {
    const api = await startApi({ media: [{ id: 'm1', name: 'x' }], transcripts });
    const run = await runCommand(['transcripts', '--since', '7d'], { api });
    expect(run).toMatchObject({ exitCode: 7, stdout: '' });
    expect(downloads(api)).toHaveLength(0);
  });

  test('respects --max-media', async () => {
    const api = await startApi({ media, transcripts });
    const run = await runCommand(['transcripts', '--all', '--max-media', '2'], { api });
    expect(run).toMatchObject({ exitCode: 2, stdout: '' });
    expect(run.stderr).toContain('matches 3 media items');
    expect(downloads(api)).toHaveLength(0);
  });
});

describe('existing files', () => {
  const name = 'talk-t3.DE-v2.srt';
  const prepare = (content: string) => {
    const place = makePlace();
    writeFileSync(join(place.cwd, name), content);
    return place;
  };

  test('with other content exit with 13, and the others are downloaded', async () => {
    const api = await startApi({ media, transcripts });
    const place = prepare('mine');
    const run = await runCommand(['transcripts', 'm1', 'm2'], { api, place });
    expect(run.exitCode).toBe(13);
    expect(run.stderr).toContain(`error: ${join(place.cwd, name)} already exists with different content\n`);
    expect(readFileSync(join(place.cwd, name), 'utf8')).toBe('mine');
    expect(sorted(run.stdout)).toHaveLength(2);
    expect(readdirSync(place.cwd)).toHaveLength(3);
  });

  test('--overwrite replaces them', async () => {
    const api = await startApi({ media, transcripts });
    const place = prepare('mine');
    const run = await runCommand(['transcripts', 'm2', '--overwrite'], { api, place });
    expect(run.exitCode).toBe(0);
    expect(readFileSync(join(place.cwd, name), 'utf8')).toBe(transcriptText('t3', 'srt'));
  });

  test('--skip-existing keeps them and downloads nothing', async () => {
    const api = await startApi({ media, transcripts });
    const place = prepare('mine');
    const run = await runCommand(['transcripts', 'm2', '--skip-existing', '--json'], { api, place });
    expect(run).toMatchObject({
      exitCode: 0,
      json: { results: [{ outcome: 'skipped', sizeBytes: 4, sha256: null }] },
    });
    expect(downloads(api)).toHaveLength(0);
    expect(readFileSync(join(place.cwd, name), 'utf8')).toBe('mine');
  });

  test.each([[['--overwrite']], [['--skip-existing']], [[]]])(
    'a folder of that name exits with 13 with %j',
    async (flags) => {
      const api = await startApi({ media, transcripts });
      const place = makePlace();
      mkdirSync(join(place.cwd, name));
      const run = await runCommand(['transcripts', 'm2', ...flags], { api, place });
      expect(run).toMatchObject({ exitCode: 13, stdout: '' });
      expect(downloads(api)).toHaveLength(0);
    },
  );

  test('--overwrite replaces a link and never writes through it', async () => {
    const api = await startApi({ media, transcripts });
    const place = makePlace();
    writeFileSync(join(place.temp, 'other'), 'other');
    symlinkSync(join(place.temp, 'other'), join(place.cwd, name));
    expect((await runCommand(['transcripts', 'm2'], { api, place })).exitCode).toBe(13);
    expect((await runCommand(['transcripts', 'm2', '--overwrite'], { api, place })).exitCode).toBe(0);
    expect(readFileSync(join(place.temp, 'other'), 'utf8')).toBe('other');
    expect(readFileSync(join(place.cwd, name), 'utf8')).toBe(transcriptText('t3', 'srt'));
  });
});

describe('names', () => {
  test('--name creates folders', async () => {
    const api = await startApi({ media, transcripts });
    const flags = ['--name', '{created}/{title}.{language}', '-D', 'out'];
    const run = await runCommand(['transcripts', 'm1', ...flags], { api });
    expect(sorted(run.stdout)).toEqual([
      join(run.cwd, 'out/2025-01-07/board-meeting.de-v2.srt'),
      join(run.cwd, 'out/2025-01-07/board-meeting.en-v2.srt'),
    ]);
  });

  test('a template without an ID that gives equal names exits with 2 before a download', async () => {
    const api = await startApi({ media, transcripts });
    const run = await runCommand(['transcripts', 'm1', '--name', '{title}'], { api });
    expect(run).toMatchObject({ exitCode: 2, stdout: '' });
    expect(run.stderr).toContain('--name needs {id} or {id8}: 2 files would be board-meeting.srt');
    expect(downloads(api)).toHaveLength(0);
    expect(readdirSync(run.cwd)).toEqual([]);
  });

  test('an invalid template exits with 2 before any request', async () => {
    const api = await startApi({ media, transcripts });
    const run = await runCommand(['transcripts', 'm1', '--name', '../{id}'], { api });
    expect(run).toMatchObject({ exitCode: 2, requests: [] });
  });

  test('names that differ only in case: saves the first and exits with 13 for the second', async () => {
    const twins = [
      { id: 'aB', languageCode: 'de' },
      { id: 'Ab', languageCode: 'de' },
    ];
    const api = await startApi({ media, transcripts: { m2: twins } });
    const run = await runCommand(['transcripts', 'm2'], { api });
    expect(run.exitCode).toBe(13);
    expect(run.stderr).toContain('transcripts aB and Ab would both be saved as talk-Ab.de.srt');
    expect(run.stdout).toMatch(/talk-aB\.de\.srt\n$/);
  });

  test.each(['../../etc/passwd', '\u001b[31mred\u202egpj', 'a/b\\c', 'CON', '...'])(
    'the title %j becomes a safe name in the folder',
    async (title) => {
      const api = await startApi({ media: [{ id: 'm2', name: title }], transcripts });
      const run = await runCommand(['transcripts', 'm2', '-D', 'out'], { api });
      expect(run.exitCode).toBe(0);
      expect(readdirSync(run.cwd)).toEqual(['out']);
      expect(readdirSync(join(run.cwd, 'out'))).toEqual([
        expect.stringMatching(/^[a-z0-9-]+-t3\.DE-v2\.srt$/),
      ]);
    },
  );
});

describe('-o', () => {
  test('a file accepts one transcript', async () => {
    const api = await startApi({ media, transcripts });
    const run = await runCommand(['transcripts', 'm2', '-o', 'a/My file'], { api });
    expect(run).toMatchObject({ exitCode: 0, stdout: `${join(run.cwd, 'a/My file')}\n` });
    expect(readFileSync(join(run.cwd, 'a/My file'), 'utf8')).toBe(transcriptText('t3', 'srt'));
    const two = await runCommand(['transcripts', 'm1', '-o', 'b'], { api });
    expect(two).toMatchObject({ exitCode: 2, stdout: '' });
    expect(two.stderr).toContain('2 transcripts match, but -o accepts one');
    expect(existsSync(join(two.cwd, 'b'))).toBe(false);
  });

  test('a folder means -D', async () => {
    const api = await startApi({ media, transcripts });
    const run = await runCommand(['transcripts', 'm1', '-o', 'out/'], { api });
    expect(run.exitCode).toBe(0);
    expect(readdirSync(join(run.cwd, 'out'))).toHaveLength(2);
    const place = makePlace();
    mkdirSync(join(place.cwd, 'here'));
    await runCommand(['transcripts', 'm1', '-o', 'here'], { api, place });
    expect(readdirSync(join(place.cwd, 'here'))).toHaveLength(2);
  });

  test('- writes only to stdout', async () => {
    const api = await startApi({ media, transcripts });
    const run = await runCommand(['transcripts', 'm2', '-o', '-'], { api });
    expect(run).toMatchObject({ exitCode: 0, stdout: transcriptText('t3', 'srt') });
    expect(readdirSync(run.cwd)).toEqual([]);
    const two = await runCommand(['transcripts', 'm1', '-o', '-'], { api });
    expect(two).toMatchObject({ exitCode: 2, stdout: '' });
  });

  test('- on a terminal escapes control characters', async () => {
    const text = '1\r\n00:00:00,000 --> 00:00:01,000\r\n\u001b[31mred\u0007\n\nend\n';
    const api = await startApi({ media, transcripts, script: { [DOWNLOAD]: { text } } });
    const run = await runCommand(['transcripts', 'm2', '-o', '-'], { api, isTTY: { stdout: true } });
    expect(run).toMatchObject({
      exitCode: 0,
      stdout: '1\n00:00:00,000 --> 00:00:01,000\n\\x1b[31mred\\x07\n\nend\n',
    });
  });

  test('- with --json or two formats exits with 2 and sends nothing', async () => {
    const api = await startApi({ media, transcripts });
    for (const [flags, says] of [
      [['--json'], '-o - and --json cannot be combined'],
      [['--as', 'vtt,srt'], '-o takes one transcript, and --as names 2 formats'],
    ] as const) {
      const run = await runCommand(['transcripts', 'm2', '-o', '-', ...flags], { api });
      expect(run).toMatchObject({ exitCode: 2, requests: [] });
      expect(run.stderr).toContain(`error: ${says}\n`);
    }
  });

  test('- does not write docx to a terminal', async () => {
    const api = await startApi({ media, transcripts });
    const line = ['transcripts', 'm2', '-o', '-', '--as', 'docx'];
    const run = await runCommand(line, { api, isTTY: { stdout: true } });
    expect(run).toMatchObject({ exitCode: 2, stdout: '', requests: [] });
    expect(run.stderr).toBe(
      'error: refusing to write docx to a terminal\nhint: redirect standard output, or use -o FILE\n',
    );
  });
});

describe('--dry-run', () => {
  test('prints the files, downloads nothing, and creates no folder', async () => {
    const api = await startApi({ media, transcripts });
    const place = makePlace();
    mkdirSync(join(place.cwd, 'board-meeting-t1.de-v2.srt'));
    writeFileSync(join(place.cwd, 'talk-t3.DE-v2.srt'), 'x');
    const line = ['transcripts', 'm1', 'm2', '-n', '--skip-existing'];
    const run = await runCommand(line, { api, place });
    expect(run).toMatchObject({
      exitCode: 0,
      stdout: [
        `conflict\t${join(place.cwd, 'board-meeting-t1.de-v2.srt')}`,
        `download\t${join(place.cwd, 'board-meeting-t2.en-v2.srt')}`,
        `skip\t${join(place.cwd, 'talk-t3.DE-v2.srt')}\n`,
      ].join('\n'),
    });
    const json = await runCommand([...line, '--json', '-D', 'new'], { api, place });
    expect(json.json).toMatchObject({ dryRun: true, results: [{}, {}, {}] });
    expectDocument('transcripts', json.json);
    expect(existsSync(join(place.cwd, 'new'))).toBe(false);
    expect(downloads(api)).toHaveLength(0);
  });
});

test('--progress json emits an event for each file, --progress plain does not', async () => {
  const api = await startApi({ media, transcripts });
  const run = await runCommand(['transcripts', 'm1', '--progress', 'json'], { api });
  const events = run.stderr
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line));
  for (const event of events) expectDocument('progress', event);
  const progress = events.filter(({ event }) => event === 'progress');
  expect(progress.map(({ message }) => String(message))).toContain('1 of 1 media item listed');
  expect(progress.findLast(({ message }) => message === 'downloading')).toMatchObject({ bytes: 92 });
  const done = events.filter(({ event }) => event === 'done');
  expect(done.map(({ id }) => String(id)).toSorted()).toEqual(['t1', 't2']);
  expect(done.map(({ status }) => status)).toEqual(['downloaded', 'downloaded']);
  expect(done.map(({ message }) => String(message)).toSorted()).toEqual(sorted(run.stdout));
  const plain = await runCommand(['transcripts', 'm1', '--progress', 'plain'], { api });
  expect(plain.stderr).toBe('2 transcripts, 92 B\n');
});

test('downloads eight transcripts at once, or the number in -j', async () => {
  const many = Array.from({ length: 30 }, (_, index) => ({ id: `p${index}`, languageCode: `l${index}` }));
  const most = async (expected: number, ...flags: string[]) => {
    const crowd = inCrowdsOf(
      expected,
      (request, reply) => reply.send(200, {}, transcriptText(request.target, 'srt')),
      { waitMs: 20_000 },
    );
    const api = await startApi({ media, transcripts: { m1: many }, script: { [DOWNLOAD]: crowd.handler } });
    expect((await runCommand(['transcripts', 'm1', ...flags], { api })).exitCode).toBe(0);
    return crowd.most();
  };
  expect(await most(8)).toBe(8);
  expect(await most(2, '-j', '2')).toBe(2);
});

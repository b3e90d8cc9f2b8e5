import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { makePlace } from '../../support/process/run-place.ts';
import { onWindows } from '../../support/windows/launcher.ts';
import { expectDocument, expectFailureDocument } from '../output-documents.ts';
import { runCommand } from '../run-command.ts';
import { bodiesSent, calls, ID, startEmpty } from '../scene.ts';

describe('create', () => {
  test('prints only the ID and suggests the fetch command', async () => {
    const api = await startEmpty();
    const run = await runCommand(['create', '-m', 'm1', '-m', 'm2', '-r', 'r1', '-t', 't1:txt'], { api });
    expect(run).toMatchObject({
      exitCode: 0,
      stdout: `${ID}\n`,
      stderr: `hint: streamdiver-dl fetch ${ID}\n`,
    });
    expect(calls(api)).toEqual(['POST /v2/downloads']);
    expect(bodiesSent(api)).toEqual([
      {
        selectedMediaIds: ['m1', 'm2'],
        selectedRenditionIds: ['r1'],
        selectedTranscripts: [{ id: 't1', format: 'txt' }],
      },
    ]);
  });

  test('removes duplicate IDs', async () => {
    const api = await startEmpty();
    await runCommand(['create', '-m', 'm1', '-m', 'm1', '-t', 't1', '-t', 't1:srt', '-t', 't1:txt'], { api });
    expect(bodiesSent(api)).toEqual([
      {
        selectedMediaIds: ['m1'],
        selectedTranscripts: [
          { id: 't1', format: 'srt' },
          { id: 't1', format: 'txt' },
        ],
      },
    ]);
  });

  test('--json prints the package with all keys, and unknown fields unchanged', async () => {
    const api = await startEmpty({
      script: {
        'POST /v2/downloads': {
          status: 201,
          json: { data: { id: 7, created: '2026-01-15T13:00:00+01:00', colour: { red: 1 }, files: null } },
        },
      },
    });
    const run = await runCommand(['create', '-m', 'm1', '--json'], { api });
    expect(run).toMatchObject({ exitCode: 0, stderr: '' });
    expect(run.json).toEqual({
      id: '7',
      status: 'unknown',
      ready: false,
      failed: false,
      title: null,
      description: null,
      created: '2026-01-15T12:00:00.000Z',
      expires: null,
      compressed: null,
      sizeBytes: null,
      files: [],
      colour: { red: 1 },
    });
    expectDocument('create', run.json);
  });

  test('quotes the ID for the shell in the suggested command', async () => {
    const api = await startEmpty({
      script: { 'POST /v2/downloads': { status: 201, json: { data: { id: "it's $HOME" } } } },
    });
    const run = await runCommand(['create', '-m', 'm1'], { api });
    const quoted = onWindows ? "'it''s $HOME'" : String.raw`'it'\''s $HOME'`;
    expect(run.stderr).toBe(`hint: streamdiver-dl fetch ${quoted}\n`);
  });

  test('without a selection or a terminal, lists the flags and sends nothing', async () => {
    const api = await startEmpty();
    const run = await runCommand(['create', '--title', 'Empty', '--json'], { api });
    expect(run).toMatchObject({ exitCode: 2, json: { error: { code: 'USAGE', retryable: false } } });
    expectFailureDocument('create', run.json);
    for (const flag of ['-m', '-r', '-t', '-f']) expect(run.stderr).toContain(flag);
    expect(api.requests).toHaveLength(0);
  });
});

describe('create -f', () => {
  const fileBody = {
    title: 'From file',
    description: 'Kept',
    selectedMediaIds: ['m1'],
    selectedTranscripts: [{ id: 't1', format: 'json' }],
    futureField: { deep: true },
  };

  test('reads an API request body; flags add to its lists and override its scalars', async () => {
    const api = await startEmpty();
    const place = makePlace();
    writeFileSync(join(place.cwd, 'body.json'), JSON.stringify(fileBody));
    const flags = ['-m', 'm1', '-m', 'm2', '-r', 'r1', '-t', 't2:txt', '--title', 'From flag'];
    const run = await runCommand(['create', '-f', 'body.json', ...flags], { api, place });
    expect(run.exitCode).toBe(0);
    expect(bodiesSent(api)).toEqual([
      {
        title: 'From flag',
        description: 'Kept',
        selectedMediaIds: ['m1', 'm2'],
        selectedRenditionIds: ['r1'],
        selectedTranscripts: [
          { id: 't1', format: 'json' },
          { id: 't2', format: 'txt' },
        ],
        futureField: { deep: true },
      },
    ]);
  });

  test('- reads the body from standard input', async () => {
    const api = await startEmpty();
    await runCommand(['create', '--from-file', '-'], { api, input: JSON.stringify(fileBody) });
    expect(bodiesSent(api)).toEqual([fileBody]);
  });

  test('ignores a byte order mark, as Windows writes it', async () => {
    const api = await startEmpty();
    await runCommand(['create', '--from-file', '-'], { api, input: `\uFEFF${JSON.stringify(fileBody)}` });
    expect(bodiesSent(api)).toEqual([fileBody]);
  });

  test.each([
    ['UTF-16', Buffer.from('\uFEFF{}', 'utf16le'), 'Out-File -Encoding utf8'],
    ['big-endian UTF-16', Buffer.from('\uFEFF{}', 'utf16le').swap16(), 'Out-File -Encoding utf8'],
    ['nothing', '', 'invalid JSON'],
    ['truncated JSON', '{"selectedMediaIds":', 'invalid JSON'],
    ['a list', '[]', 'does not contain a JSON object'],
    ['a rendition list that is a string', '{"selectedRenditionIds":"r"}', 'selectedRenditionIds must be'],
    ['no selection', '{"title":"x"}', 'nothing selected'],
  ])('with %s in the file, exits with 2 and sends nothing', async (_name, input, message) => {
    const api = await startEmpty();
    const run = await runCommand(['create', '-f', '-', '--json'], { api, input });
    expect(run).toMatchObject({ exitCode: 2, json: { error: { code: 'USAGE' } } });
    expect(run.stderr).toContain(message);
    expect(api.requests).toHaveLength(0);
  });

  test.each([
    [
      'a media ID that is a number',
      { selectedMediaIds: [1] },
      'selectedMediaIds should be a list of strings',
    ],
    [
      'null for a list',
      { selectedMediaIds: ['m'], selectedRenditionIds: null },
      'selectedRenditionIds should be',
    ],
    ['a title that is a number', { title: 1, selectedMediaIds: ['m'] }, 'title should be a string'],
    [
      'an undocumented format',
      { selectedTranscripts: [{ id: 't', format: 'vtt' }] },
      'selectedTranscripts should be',
    ],
  ])('sends %s unchanged, with a warning', async (_name, body, message) => {
    const api = await startEmpty();
    const run = await runCommand(['create', '-f', '-'], { api, input: JSON.stringify(body) });
    expect(run.exitCode, run.stderr).toBe(0);
    expect(run.stderr).toContain(`warning: standard input: ${message}`);
    expect(bodiesSent(api)).toEqual([body]);
  });

  test('names an unreadable file', async () => {
    const run = await runCommand(['create', '-f', 'missing.json']);
    expect(run).toMatchObject({ exitCode: 2, stdout: '' });
    expect(run.stderr).toContain('missing.json');
  });
});

describe('create --dry-run', () => {
  test('prints the request and sends nothing', async () => {
    const api = await startEmpty();
    const run = await runCommand(['create', '-m', 'm1', '--title', 'Trip', '-n', '--json'], { api });
    expect(run).toMatchObject({ exitCode: 0, stderr: '' });
    expect(run.json).toEqual({
      dryRun: true,
      request: {
        method: 'POST',
        url: `${api.origin}/v2/downloads`,
        body: { title: 'Trip', selectedMediaIds: ['m1'] },
      },
    });
    expectDocument('dry-run', run.json);
    expect(api.requests).toHaveLength(0);
  });

  test('prints the request on one line, without waiting or downloading', async () => {
    const api = await startEmpty();
    const run = await runCommand(['create', '-m', 'm1', '-n', '--fetch'], { api });
    expect(run).toMatchObject({
      exitCode: 0,
      stdout: `POST ${api.origin}/v2/downloads {"selectedMediaIds":["m1"]}\n`,
      stderr: '',
    });
    expect(api.requests).toHaveLength(0);
  });

  test('looks up transcripts to print the whole body, and creates nothing', async () => {
    const api = await startEmpty({ transcripts: { m1: [{ id: 't1', languageCode: 'de' }] } });
    const run = await runCommand(['create', '-m', 'm1', '--transcripts', 'srt', '-n', '--json'], { api });
    expect(run.json).toMatchObject({
      request: { body: { selectedTranscripts: [{ id: 't1', format: 'srt' }] } },
    });
    expect(calls(api)).toEqual([
      'GET /v2/media/m1/metadata/transcripts?page=0&perpage=50',
      'GET /v2/media/m1/metadata/transcripts?page=1&perpage=50',
    ]);
  });
});

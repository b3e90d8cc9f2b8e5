import { describe, expect, test } from 'vitest';
import type { Answer } from '../../support/api/api-script.ts';
import { startBinary } from '../../support/process/run-binary.ts';
import { runCli } from '../../support/process/run-cli.ts';
import { expectFailureDocument } from '../output-documents.ts';
import { runCommand } from '../run-command.ts';
import { calls, startEmpty } from '../scene.ts';

describe('case 36: a create whose outcome is unknown', () => {
  test.each([
    ['the connection is reset after the package was created', true],
    ['a 500 follows after the package was created', false],
  ])('%s: sends one POST and names the matching package', async (_name, isReset) => {
    const api = await startEmpty();
    api.script('POST /v2/downloads', async (_request, reply) => {
      const made = { id: 'made-1', status: 'preparing', title: 'Trip', created: '2026-01-15T12:00:05Z' };
      const other = { id: 'old-1', status: 'ready', title: 'Trip', created: '2025-12-01T12:00:00Z' };
      api.packages.set(other.id, other);
      api.packages.set(made.id, made);
      await (isReset ? reply.reset() : reply.json(500, { status: 'error', message: 'oops' }));
    });
    const run = await runCommand(['create', '-m', 'm1', '--title', 'Trip', '--json'], { api });
    expect(run).toMatchObject({
      exitCode: 14,
      json: { error: { code: 'AMBIGUOUS', retryable: false, next: ['streamdiver-dl fetch made-1'] } },
    });
    expectFailureDocument('create', run.json);
    expect(run.stderr).toContain('made-1 (preparing)');
    expect(run.stderr).not.toContain('old-1');
    expect(calls(api)).toEqual(['POST /v2/downloads', 'GET /v2/downloads?perPage=50&page=0']);
  });

  test('finds the package on the last page of the list', async () => {
    const api = await startEmpty();
    api.script('POST /v2/downloads', async (_request, reply) => {
      for (let index = 0; index < 60; index += 1) {
        const id = `old-${index}`;
        api.packages.set(id, { id, status: 'ready', title: 'Walk', created: '2025-12-01T12:00:00Z' });
      }
      const made = { id: 'made-1', status: 'preparing', title: 'Trip', created: '2026-01-15T12:00:05Z' };
      api.packages.set(made.id, made);
      await reply.reset();
    });
    const run = await runCommand(['create', '-m', 'm1', '--title', 'Trip', '--json'], { api });
    expect(run).toMatchObject({ exitCode: 14, json: { error: { next: ['streamdiver-dl fetch made-1'] } } });
    expect(calls(api)).toEqual([
      'POST /v2/downloads',
      'GET /v2/downloads?perPage=50&page=0',
      'GET /v2/downloads?perPage=50&page=1',
    ]);
  });

  test('reports when the list has no matching package', async () => {
    const api = await startEmpty({ script: { 'POST /v2/downloads': { raw: '', after: 'reset' } } });
    const run = await runCommand(['create', '-m', 'm1', '--json'], { api });
    expect(run).toMatchObject({
      exitCode: 14,
      json: { error: { retryable: false, next: ['streamdiver-dl list'] } },
    });
    expect(run.stderr).toContain('the list has no matching package yet');
    expect(api.requestsOf('POST /v2/downloads')).toHaveLength(1);
  });

  test('suggests the list when it cannot be read either', async () => {
    const api = await startEmpty({
      script: { 'POST /v2/downloads': { raw: '', after: 'reset' }, 'GET /v2/downloads': 403 },
    });
    const run = await runCommand(['create', '-m', 'm1', '--json'], { api });
    expect(run).toMatchObject({
      exitCode: 14,
      json: { error: { retryable: false, next: ['streamdiver-dl list'] } },
    });
    expect(api.requestsOf('POST /v2/downloads')).toHaveLength(1);
  });

  test.each([
    [400, 7],
    [401, 4],
    [403, 4],
  ])('HTTP %i is not ambiguous: exit code %i, one POST, no list request', async (status, exitCode) => {
    const api = await startEmpty({ script: { 'POST /v2/downloads': status } });
    const run = await runCommand(['create', '-r', 'r1', '--json'], { api });
    expect(run.exitCode).toBe(exitCode);
    expect(calls(api)).toEqual(['POST /v2/downloads']);
  });

  test.each<[string, Answer]>([
    ['504', 504],
    ['500', 500],
    ['503 without Retry-After', 503],
    ['204 without Location', { raw: 'HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n' }],
    ['202 without a body', { status: 202, text: '' }],
    ['an HTML page', { text: '<!doctype html><title>Sign in</title>' }],
    ['invalid JSON', { text: 'created', contentType: 'application/json' }],
    ['data without an ID', { status: 201, json: { data: { status: 'preparing' } } }],
    ['an error envelope with 200', { json: { status: 'error', message: 'timed out' } }],
    ['a truncated body', { raw: 'HTTP/1.1 201 Created\r\nContent-Length: 50\r\n\r\n{"data":', after: 'end' }],
    ['an encoded body', { status: 201, json: {}, headers: { 'content-encoding': 'gzip' } }],
    [
      'a Location on another origin',
      { status: 202, json: null, headers: { location: 'https://example.com/v2/downloads/x' } },
    ],
  ])('%s is never retryable, whatever the list contains', async (_name, answer) => {
    for (const listed of [{ id: 'p1' }, { id: 'p1', title: 'Other' }, { id: 'p1', created: '2020-01-01' }]) {
      const api = await startEmpty({ script: { 'POST /v2/downloads': answer } });
      api.packages.set('p1', { status: 'ready', ...listed });
      const run = await runCommand(['create', '-m', 'm1', '--json'], { api });
      expect(run).toMatchObject({ exitCode: 14, json: { error: { code: 'AMBIGUOUS', retryable: false } } });
      expectFailureDocument('create', run.json);
      expect(api.requestsOf('POST /v2/downloads')).toHaveLength(1);
    }
  });

  test('Ctrl-C during the request warns that the package may exist', async () => {
    const api = await startEmpty({ script: { 'POST /v2/downloads': (_request, reply) => reply.stall() } });
    const run = startBinary(['create', '-m', 'm1', '--json'], { api });
    while (api.requestsOf('POST /v2/downloads').length === 0)
      await new Promise((resolve) => setTimeout(resolve, 20));
    run.kill('SIGINT');
    const { exitCode, json, stderr } = await run.result;
    expect({ exitCode, json }).toMatchObject({
      exitCode: 130,
      json: { error: { code: 'INTERRUPTED', retryable: false } },
    });
    expect(stderr).toContain("the package may exist; run 'streamdiver-dl list' before you create it again");
  });

  test('a stalled response after the package was created is not retryable', async () => {
    const api = await startEmpty();
    api.script('POST /v2/downloads', async (_request, reply) => {
      api.packages.set('made-1', { id: 'made-1', status: 'preparing', title: 'Trip' });
      await reply.stall();
    });
    const run = await runCli(['create', '-m', 'm1', '--title', 'Trip', '--json'], { api });
    expect(run).toMatchObject({ exitCode: 14, json: { error: { code: 'AMBIGUOUS', retryable: false } } });
    expect(api.requestsOf('POST /v2/downloads')).toHaveLength(1);
  });

  test.each<[readonly object[], string, readonly string[]]>([
    [
      [{ title: 'Trip', created: '2026-01-15T11:59:30Z' }],
      'a package in the list matches: p0 (ready)',
      ['p0'],
    ],
    [[{ title: 'Trip', created: '2026-01-15T11:57:00Z' }], 'the list has no matching package yet', []],
    [[{ created: '2026-01-15T12:00:00Z' }], 'a package in the list matches: p0 (ready)', ['p0']],
    [
      [{ title: 'Trip' }, { title: 'Trip' }],
      'packages in the list match: p0 (ready), p1 (ready)',
      ['p0', 'p1'],
    ],
    [[{ title: 'Other', created: '2026-01-15T12:00:00Z' }], 'the list has no matching package yet', []],
    [[{ title: 'Other' }], 'the list has no matching package yet', []],
    [[{}], 'the list shows neither titles nor times, so no package can be matched', []],
  ])('with %j in the list: %s', async (listed, finding, ids) => {
    const items = listed.map((item, index) => ({ id: `p${index}`, status: 'ready', ...item }));
    const api = await startEmpty({
      script: { 'POST /v2/downloads': 504, 'GET /v2/downloads': { json: { data: items } } },
    });
    const run = await runCommand(['create', '-m', 'm1', '--title', 'Trip', '--json'], { api });
    const next = ids.map((id) => `streamdiver-dl fetch ${id}`);
    expect(run).toMatchObject({
      exitCode: 14,
      json: { error: { next: next.length === 0 ? ['streamdiver-dl list'] : next } },
    });
    expect(run.stderr).toMatch(/^error: cannot confirm that the package was created \(.*\); /);
    expect(run.stderr).toContain(
      `); ${finding}\nhint: check the list before you create it again, or you may get two packages\n`,
    );
  });

  test('without a credential, does not check the list', async () => {
    const api = await startEmpty({ token: null, script: { 'POST /v2/downloads': 504 } });
    const run = await runCommand(['create', '-r', 'r1', '--json'], { api, token: null });
    expect(run).toMatchObject({ exitCode: 14, json: { error: { next: [] } } });
    expect(run.stderr).toContain('); there is no list to check without a credential\n');
    expect(calls(api)).toEqual(['POST /v2/downloads']);
  });

  test('reports when the list has no titles or times to match', async () => {
    const api = await startEmpty({
      script: { 'POST /v2/downloads': 504, 'GET /v2/downloads': { json: { data: [{ id: 'p1' }] } } },
    });
    const run = await runCommand(['create', '-m', 'm1', '--json'], { api });
    expect(run.stderr).toContain('the list shows neither titles nor times, so no package can be matched');
  });
});

describe('a create that certainly created nothing', () => {
  test.each<[string, Answer]>([
    ['429', 429],
    ['425', 425],
    ['503 with Retry-After', { status: 503, json: {}, headers: { 'retry-after': '1' } }],
  ])('retries after %s until it succeeds', async (_name, answer) => {
    const api = await startEmpty({ script: { 'POST /v2/downloads': [answer, answer, 'default'] } });
    const run = await runCommand(['create', '-m', 'm1'], { api });
    expect(run.exitCode, run.stderr).toBe(0);
    expect(api.requestsOf('POST /v2/downloads')).toHaveLength(3);
    expect(api.packages.size).toBe(1);
  });

  test('a permanent 429 fails after the retries as retryable', async () => {
    const api = await startEmpty({ script: { 'POST /v2/downloads': 429 } });
    const run = await runCommand(['create', '-m', 'm1', '--json'], { api });
    expect(run).toMatchObject({ exitCode: 6, json: { error: { code: 'UNAVAILABLE', retryable: true } } });
    expect(api.requestsOf('POST /v2/downloads').length).toBeLessThan(10);
  });

  test('a fail envelope with 200 is not ambiguous', async () => {
    const json = { status: 'fail', data: { selectedMediaIds: 'unknown' } };
    const api = await startEmpty({ script: { 'POST /v2/downloads': { json } } });
    const run = await runCommand(['create', '-m', 'm1', '--json'], { api });
    expect(run).toMatchObject({ exitCode: 7, json: { error: { code: 'BAD_RESPONSE', retryable: false } } });
  });

  test('a failed connection is retryable', async () => {
    const run = await runCommand(['create', '-m', 'm1', '--api-url', 'http://127.0.0.1:1/v2', '--json']);
    expect(run).toMatchObject({ exitCode: 6, json: { error: { code: 'UNAVAILABLE', retryable: true } } });
  });
});

describe('a create with a minimal response', () => {
  test.each<[string, Answer]>([
    ['an ID as data', { status: 201, json: { data: 'made-1' } }],
    ['a number as ID', { status: 201, json: { data: { id: 7 } } }],
    ['the object without an envelope', { status: 200, json: { id: 'made-1' } }],
    [
      'a Location and no body',
      { raw: 'HTTP/1.1 201 Created\r\nLocation: /v2/downloads/made-1\r\nContent-Length: 0\r\n\r\n' },
    ],
    ['an ID in a nested object', { status: 200, json: { data: { download: { id: 'made-1' } } } }],
    [
      'an ID under downloadId',
      { status: 200, json: { data: { downloadId: 'made-1', status: 'preparing' } } },
    ],
    [
      'a 303 with the URL of the package',
      { raw: 'HTTP/1.1 303 See Other\r\nLocation: /v2/downloads/made-1\r\nContent-Length: 0\r\n\r\n' },
    ],
    [
      'a 302 with the URL of the package',
      { raw: 'HTTP/1.1 302 Found\r\nLocation: /v2/downloads/made-1\r\nContent-Length: 0\r\n\r\n' },
    ],
    ['a Location and 204', { raw: 'HTTP/1.1 204 No Content\r\nLocation: downloads/made-1/\r\n\r\n' }],
  ])('accepts %s', async (_name, answer) => {
    const api = await startEmpty({ script: { 'POST /v2/downloads': answer } });
    const run = await runCommand(['create', '-m', 'm1'], { api });
    expect(run.exitCode, run.stderr).toBe(0);
    expect(['made-1', '7']).toContain(run.stdout.trim());
  });
});

describe('a 303 that leads to another origin', () => {
  test.each([
    ['absolute', 'with'],
    ['absolute', 'without'],
    ['without a scheme', 'with'],
    ['without a scheme', 'without'],
  ])('%s, %s a token: exits with 14 and sends no request to the other origin', async (kind, token) => {
    const other = await startEmpty();
    const location = `${kind === 'absolute' ? other.origin : other.origin.replace(/^https?:/, '')}/v2/downloads/x`;
    const api = await startEmpty({
      script: {
        'POST /v2/downloads': {
          raw: `HTTP/1.1 303 See Other\r\nLocation: ${location}\r\nContent-Length: 0\r\n\r\n`,
        },
      },
    });
    const run =
      token === 'with'
        ? await runCommand(['create', '-m', 'm1'], { api })
        : await runCommand(['create', '-r', 'r1', '--anonymous'], { api, token: null });
    expect(run.exitCode, run.stderr).toBe(14);
    expect(api.requests).not.toEqual([]);
    expect(other.requests).toEqual([]);
  });
});

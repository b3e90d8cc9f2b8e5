import { describe, expect, test, vi } from 'vitest';
import type { Answer } from '../support/api/api-script.ts';
import { startApi } from '../support/api/api-server.ts';
import { startBinary } from '../support/process/run-binary.ts';
import { expectDocument, expectFailureDocument } from './output-documents.ts';
import { runCommand, runUntil } from './run-command.ts';
import { calls } from './scene.ts';

const ROUTE = 'DELETE /v2/downloads/{id}';
const packages = [{ id: 'a' }, { id: 'b' }, { id: 'c' }];
const THIRD = {
  id: 'b4bef371-0000-4000-8000-000000000001',
  title: 'Third',
  files: [{ url: 'https://api.example/file', size: 19 * 1_048_576, mimeType: 'application/zip' }],
};
const UNTITLED = { ...THIRD, id: 'c4bef371-0000-4000-8000-000000000001', title: null };
const numbered = (count: number) => Array.from({ length: count }, (_, index) => `p${index}`);
const named = (count: number) =>
  numbered(count)
    .map((id) => `package ${id}`)
    .join(', ');
const terminal = { isTTY: true, keepInputOpen: true } as const;
const remove = (id: string) => `DELETE /v2/downloads/${id}`;

describe('rm --yes', () => {
  test('deletes each package once, and prints the IDs and their number', async () => {
    const api = await startApi({ packages });
    const run = await runCommand(['rm', '-y', 'a', 'b', 'a'], { api });
    expect(run).toMatchObject({ exitCode: 0, stdout: 'a\nb\n', stderr: '2 packages deleted.\n' });
    expect(calls(api)).toEqual([remove('a'), remove('b')]);
    expect([...api.packages.keys()]).toEqual(['c']);
  });

  test('the cluster -yq prints only the result', async () => {
    const api = await startApi({ packages });
    const run = await runCommand(['rm', '-yq', 'a'], { api });
    expect(run).toMatchObject({ exitCode: 0, stdout: 'a\n', stderr: '' });
  });

  test('--json prints the results', async () => {
    const api = await startApi({ packages });
    const run = await runCommand(['delete', '--yes', 'a', '--json'], { api });
    expect(run).toMatchObject({ exitCode: 0, stderr: '' });
    expect(run.json).toEqual({ results: [{ id: 'a', outcome: 'deleted', error: null }] });
    expectDocument('rm', run.json);
  });

  test('reads IDs from standard input', async () => {
    const api = await startApi({ packages });
    const run = await runCommand(['rm', '-y', '-'], { api, input: 'b\nc\n' });
    expect(run).toMatchObject({ exitCode: 0, stdout: 'b\nc\n' });
  });

  test.each([
    ['204', 204],
    ['200 with an empty body', { text: '', status: 200 }],
    ['200 with an envelope without data', { json: { status: 'success', data: null } }],
    ['200 with true', { text: 'true', status: 200 }],
    ['200 with a text', { json: 'deleted' }],
    ['200 with a number', { json: 1 }],
    ['200 with a list', { json: [] }],
    ['200 with null', { text: 'null', status: 200 }],
    ['202 with text that is not JSON', { text: 'OK, deleted', status: 202 }],
    ['200 with a byte order mark', { text: '\uFEFF{"success":true}', status: 200 }],
  ])('%s is a success', async (_name, answer) => {
    const api = await startApi({
      packages,
      script: { [ROUTE]: answer === 204 ? (_request, reply) => reply.head(204) : answer },
    });
    expect((await runCommand(['rm', '-y', 'a'], { api })).exitCode).toBe(0);
  });

  test.each<[string, Answer, number]>([
    ['an envelope that reports a failure', { json: { status: 'fail', message: 'in use' } }, 7],
    ['an envelope that reports 404', { json: { status: 'fail', code: 404, message: 'no' } }, 3],
    ['an envelope that denies success', { json: { success: false } }, 7],
    ['a web page', { text: '<!doctype html><title>Sign in</title>', status: 200 }, 7],
  ])('%s is a failure', async (_name, answer, exitCode) => {
    const api = await startApi({ packages, script: { [ROUTE]: answer } });
    expect((await runCommand(['rm', '-y', 'a'], { api })).exitCode).toBe(exitCode);
  });

  test('an unknown ID exits with 3 after trying all', async () => {
    const api = await startApi({ packages });
    const run = await runCommand(['rm', '-y', 'a', 'x', 'b', '--json'], { api });
    expect(run).toMatchObject({
      exitCode: 3,
      json: {
        results: [
          { id: 'a', outcome: 'deleted', error: null },
          { id: 'x', outcome: 'not-found', error: { code: 'NOT_FOUND', id: 'x' } },
          { id: 'b', outcome: 'deleted' },
        ],
        error: { code: 'NOT_FOUND', exitCode: 3 },
      },
    });
    expectFailureDocument('rm', run.json);
    expect(calls(api)).toEqual([remove('a'), remove('x'), remove('b')]);
    expect(run.stderr).toBe(
      [
        'error: no package with ID x',
        'error: 1 of 3 packages failed',
        "hint: run 'streamdiver-dl list' to see your packages, or use --ignore-not-found",
        '',
      ].join('\n'),
    );
    const alone = await runCommand(['rm', '-y', 'x'], { api });
    expect(alone.stderr).toBe(
      "error: no package with ID x\nhint: run 'streamdiver-dl list' to see your packages, or use --ignore-not-found\n",
    );
  });

  test.each(['--ignore-not-found', '-f', '--force'])('%s accepts an unknown ID', async (flag) => {
    const api = await startApi({ packages });
    const run = await runCommand(['rm', '-y', flag, 'x', 'a', '--json'], { api });
    expect(run).toMatchObject({ exitCode: 0, stderr: '' });
    expect(run.json).toEqual({
      results: [
        { id: 'x', outcome: 'not-found', error: null },
        { id: 'a', outcome: 'deleted', error: null },
      ],
    });
    expectDocument('rm', run.json);
  });

  test('exits with 1 for failures of different kinds, and deletes the rest', async () => {
    const api = await startApi({ packages, script: { [ROUTE]: [403, 'default', 404] } });
    const run = await runCommand(['rm', '-y', 'a', 'b', 'c', '--json'], { api });
    expect(run).toMatchObject({
      exitCode: 1,
      json: {
        results: [{ outcome: 'failed' }, { outcome: 'deleted' }, { outcome: 'not-found' }],
        error: { code: 'FAILED' },
      },
    });
    expectFailureDocument('rm', run.json);
  });

  test('retries when the service is unavailable', async () => {
    const api = await startApi({ packages, script: { [ROUTE]: [503, { raw: '', after: 'reset' }] } });
    const run = await runCommand(['rm', '-y', 'a'], { api });
    expect(run.exitCode).toBe(0);
    expect(api.requests).toHaveLength(3);
  });
});

describe('rm without --yes', () => {
  test.each([
    ['no terminal', {}],
    ['a standard input that is not a terminal', { isTTY: { stdin: false, stdout: true, stderr: true } }],
    ['a standard error that is not a terminal', { isTTY: { stdin: true, stdout: true, stderr: false } }],
    ['CI', { ...terminal, env: { CI: 'true' } }],
    ['AI_AGENT', { ...terminal, env: { AI_AGENT: '1' } }],
  ])('with %s, exits with 2 and sends nothing', async (_name, options) => {
    const api = await startApi({ packages });
    const run = await runCommand(['rm', 'a'], { api, ...options });
    expect(run).toMatchObject({ exitCode: 2, stdout: '' });
    expect(run.stderr).toContain('--yes');
    expect(api.requests).toHaveLength(0);
  });

  test.each(['--no-input', '--non-interactive'])('%s never prompts', async (flag) => {
    const api = await startApi({ packages });
    const run = await runCommand(['rm', 'a', flag], { api, ...terminal });
    expect(run).toMatchObject({ exitCode: 2, stdout: '' });
    expect(api.requests).toHaveLength(0);
  });

  test.each([
    ['y\r', 0, ['a', 'b']],
    ['n\r', 130, []],
    ['\r', 130, []],
  ])('prompts once for all; %j exits with %i', async (keys, exitCode, deleted) => {
    const api = await startApi({ packages });
    const run = await runCommand(['rm', 'a', 'b'], {
      api,
      ...terminal,
      onStart: (control) => {
        const timer = setInterval(() => {
          if (!control.stderr().includes('Delete 2 packages: package a, package b?')) return;
          clearInterval(timer);
          control.type(keys);
        }, 20);
      },
    });
    expect(run).toMatchObject({ exitCode, stdout: deleted.map((id) => `${id}\n`).join('') });
    expect(calls(api).slice(0, 2).toSorted()).toEqual(['GET /v2/downloads/a', 'GET /v2/downloads/b']);
    expect(calls(api).slice(2)).toEqual(deleted.map(remove));
  });

  test.each([
    ['yes\n', 0, /1 package.* deleted|Package deleted/],
    ['no\n', 130, /Canceled\. Nothing was deleted\.\n$/],
  ])('the plain prompt accepts %j', async (keys, exitCode, message) => {
    const api = await startApi({ packages });
    const run = await runCommand(['rm', 'a'], {
      api,
      isTTY: true,
      input: keys,
      env: { ACCESSIBLE: '1', NO_COLOR: '1' },
    });
    expect(run.exitCode).toBe(exitCode);
    expect(run.stderr).toContain('Delete package a');
    expect(run.stderr).toMatch(message);
    expect(calls(api)).toEqual(['GET /v2/downloads/a', ...(exitCode === 0 ? [remove('a')] : [])]);
  });
});

test.each([
  [[THIRD.id], 'Delete "Third" (19 MiB, b4bef371)?'],
  [[THIRD.id, 'a'], 'Delete 2 packages: "Third" (19 MiB, b4bef371), package a?'],
  [['missing'], 'Delete package missing?'],
  [[UNTITLED.id], 'Delete package c4bef371 (19 MiB)?'],
  [['d'], 'Delete "Empty" (d)?'],
  [numbered(10), `Delete 10 packages: ${named(10)}?`],
  [numbered(11), `Delete 11 packages: ${named(10)}, and 1 more?`],
])('the prompt for %j is: %s', async (ids, question) => {
  const api = await startApi({
    packages: [...packages, THIRD, UNTITLED, { id: 'd', title: 'Empty', files: [] }],
  });
  const run = await runCommand(['rm', ...ids], {
    api,
    isTTY: true,
    input: 'no\n',
    env: { ACCESSIBLE: '1', NO_COLOR: '1' },
  });
  expect(run).toMatchObject({ exitCode: 130, stdout: '' });
  expect(run.stderr).toBe(`${question} [y/N] Canceled. Nothing was deleted.\n`);
  expect(calls(api).filter((call) => call.startsWith('DELETE'))).toEqual([]);
});

test('requests an unreadable package once, and prompts with its ID', async () => {
  const api = await startApi({ packages, script: { 'GET /v2/downloads/{id}': 503 } });
  const run = await runCommand(['rm', 'a'], {
    api,
    isTTY: true,
    input: 'no\n',
    env: { ACCESSIBLE: '1', NO_COLOR: '1' },
  });
  expect(run.stderr).toContain('Delete package a?');
  expect(calls(api)).toEqual(['GET /v2/downloads/a']);
});

test('Ctrl-C before the prompt skips it, and between two packages stops deleting', async () => {
  const stalled = await startApi({ script: { 'GET /v2/downloads/{id}': { raw: '', after: 'stall' } } });
  const before = await runUntil(() => stalled.requests.length === 1, ['rm', 'a'], {
    api: stalled,
    ...terminal,
  });
  expect(before.exitCode).toBe(130);
  expect(before.stderr).not.toContain('Delete');
  const api = await startApi({ packages, script: { [ROUTE]: ['default', { raw: '', after: 'stall' }] } });
  const line = ['rm', '-y', 'a', 'b', 'c', '--json'];
  const run = await runUntil(() => api.requests.length === 2, line, { api });
  expect(run).toMatchObject({
    exitCode: 130,
    json: {
      results: [
        { id: 'a', outcome: 'deleted', error: null },
        { id: 'b', outcome: 'failed', error: { code: 'INTERRUPTED', id: 'b' } },
        { id: 'c', outcome: 'failed', error: { code: 'INTERRUPTED', id: 'c' } },
      ],
    },
  });
  expect(api.requests).toHaveLength(2);
});

test.each([
  ['SIGINT', 130, 'Interrupted.'],
  ['SIGTERM', 143, 'Interrupted by SIGTERM.'],
  ['SIGHUP', 129, 'Interrupted by SIGHUP.'],
] as const)('%s at the prompt exits with %i: %s', async (name, exitCode, text) => {
  const api = await startApi({ packages });
  const run = await runCommand(['rm', 'a'], {
    api,
    ...terminal,
    env: { ACCESSIBLE: '1', NO_COLOR: '1' },
    onStart: (control) => {
      const timer = setInterval(() => {
        if (!control.stderr().includes('Delete package a?')) return;
        clearInterval(timer);
        control.signal(name);
      }, 20);
    },
  });
  expect(run).toMatchObject({ exitCode, stdout: '' });
  expect(run.stderr).toBe(`Delete package a? [y/N] \n${text}\n`);
  expect(calls(api).filter((call) => call.startsWith('DELETE'))).toEqual([]);
});

test('rm --dry-run prints the requests without a prompt and sends nothing', async () => {
  const api = await startApi({ packages });
  const run = await runCommand(['rm', '-n', 'a', 'b/c'], { api });
  expect(run).toMatchObject({
    exitCode: 0,
    stdout: `DELETE ${api.origin}/v2/downloads/a\nDELETE ${api.origin}/v2/downloads/b%2Fc\n`,
    stderr: '',
  });
  const json = await runCommand(['rm', '--dry-run', 'a', 'b', '--json'], { api });
  expect(json.json).toMatchObject({
    dryRun: true,
    request: { method: 'DELETE', url: `${api.origin}/v2/downloads/a`, body: null },
    requests: [{}, { url: `${api.origin}/v2/downloads/b` }],
  });
  expectDocument('dry-run', json.json);
  expect(api.requests).toHaveLength(0);
});

test('Ctrl-C: each remaining package has a failed result', async () => {
  const api = await startApi({ packages, script: { [ROUTE]: ['default', { raw: '', after: 'stall' }] } });
  const started = startBinary(['rm', '-y', 'a', 'b', 'c', '--json'], { api });
  await vi.waitFor(() => expect(api.requestsOf(ROUTE)).toHaveLength(2), { timeout: 20_000 });
  started.kill('SIGINT');
  const run = await started.result;
  const interrupted = { outcome: 'failed', error: { code: 'INTERRUPTED' } };
  expect(run).toMatchObject({
    exitCode: 130,
    json: {
      results: [
        { id: 'a', outcome: 'deleted' },
        { id: 'b', ...interrupted },
        { id: 'c', ...interrupted },
      ],
    },
  });
  expectFailureDocument('rm', run.json);
});

describe('rm --older-than', () => {
  const agedPackages = [
    { id: 'old', created: '2025-12-01T00:00:00Z' },
    { id: 'older', created: '2025-11-01T00:00:00Z' },
    { id: 'new', created: '2026-01-14T00:00:00Z' },
    { id: 'undated' },
  ];

  test('deletes older packages and keeps those without a date', async () => {
    const api = await startApi({ packages: agedPackages });
    const run = await runCommand(['rm', '--older-than', '30d', '--yes', '--json'], { api });
    expect(run).toMatchObject({
      exitCode: 0,
      json: { results: [{ id: 'old', outcome: 'deleted' }, { id: 'older' }] },
    });
    expectDocument('rm', run.json);
    expect(run.stderr).toContain('kept 1 package without a date');
    expect([...api.packages.keys()]).toEqual(['new', 'undated']);
  });

  test('-n prints what it would delete, without a prompt', async () => {
    const api = await startApi({ packages: agedPackages });
    const run = await runCommand(['rm', '--older-than', '30d', '-n'], { api });
    expect(run).toMatchObject({
      exitCode: 0,
      stdout: ['old', 'older'].map((id) => `DELETE ${api.origin}/v2/downloads/${id}\n`).join(''),
    });
    expect(api.packages.size).toBe(4);
  });

  test('is rejected without confirmation, with IDs, or with an invalid duration', async () => {
    const api = await startApi({ packages: agedPackages });
    expect((await runCommand(['rm', '--older-than', '30d'], { api })).exitCode).toBe(2);
    for (const [args, says] of [
      [['a', '--older-than', '30d'], 'IDs and --older-than cannot be combined'],
      [['a', '--status', 'failed'], 'IDs and --status cannot be combined'],
      [['--older-than', '0'], '--older-than: the age must be more than 0'],
      [['--older-than', '30'], '--older-than: the duration 30 has no unit'],
    ] as const) {
      const run = await runCommand(['rm', '-y', ...args], { api });
      expect([run.exitCode, run.stdout]).toEqual([2, '']);
      expect(run.stderr).toContain(`error: ${says}`);
    }
    expect(api.packages.size).toBe(4);
  });

  test('succeeds without a match or without packages', async () => {
    for (const given of [agedPackages.slice(2), []]) {
      const api = await startApi({ packages: given });
      const run = await runCommand(['rm', '--older-than', '30d', '-y', '--json'], { api });
      expect(run).toMatchObject({ exitCode: 0, json: { results: [] } });
      expect(run.stderr).toContain('No package matches.');
      const dry = await runCommand(['rm', '--older-than', '30d', '-n', '--json'], { api });
      expect(dry.json).toMatchObject({ dryRun: true, request: null });
    }
  });

  test.each([1, 3])('fails with BAD_RESPONSE if none of %i packages has a date', async (count) => {
    const api = await startApi({ packages: packages.slice(0, count) });
    const run = await runCommand(['rm', '--older-than', '30d', '-y', '--json'], { api });
    expect(run).toMatchObject({ exitCode: 7, json: { error: { code: 'BAD_RESPONSE' } } });
    expect(api.packages.size).toBe(count);
  });
});

describe('rm --status', () => {
  const mixed = [
    { id: 'a', status: 'ready', created: '2025-12-01T00:00:00Z' },
    { id: 'b', status: 'FAILED', created: '2025-12-01T00:00:00Z' },
    { id: 'c', status: 'error', created: '2026-01-14T00:00:00Z' },
    { id: 'd', status: 'preparing', created: '2025-12-01T00:00:00Z' },
  ];

  test('deletes exactly what list --status prints', async () => {
    const api = await startApi({ packages: mixed });
    const listed = await runCommand(['list', '--status', 'failed', '--format', 'id'], { api });
    const run = await runCommand(['rm', '--status', 'failed', '-y', '--json'], { api });
    expect(run).toMatchObject({
      exitCode: 0,
      json: { results: [{ id: 'b', outcome: 'deleted' }, { id: 'c' }] },
    });
    expectDocument('rm', run.json);
    expect(listed.stdout).toBe('b\nc\n');
    expect([...api.packages.keys()]).toEqual(['a', 'd']);
  });

  test('combines with --older-than in any order', async () => {
    for (const flags of [
      ['--status', 'failed', '--older-than', '7d'],
      ['--older-than', '7d', '--status', 'failed'],
    ]) {
      const api = await startApi({ packages: mixed });
      const run = await runCommand(['rm', ...flags, '-n'], { api });
      expect(run).toMatchObject({ exitCode: 0, stdout: `DELETE ${api.origin}/v2/downloads/b\n` });
      expect(api.packages.size).toBe(4);
    }
  });

  test('succeeds without a match for a known status', async () => {
    const api = await startApi({ packages });
    const run = await runCommand(['rm', '--status', 'failed', '-y', '--json'], { api });
    expect(run).toMatchObject({ exitCode: 0, stderr: 'No package matches.\n', json: { results: [] } });
  });

  test.each([
    [['--status', 'raedy'], 'did you mean ready?'],
    [['--status', ''], 'the value is empty'],
    [['--status', 'ready', 'a'], 'IDs and --status cannot be combined'],
  ])('%j exits with 2 and deletes nothing', async (args, message) => {
    const api = await startApi({ packages: mixed });
    const run = await runCommand(['rm', '-y', ...args], { api });
    expect(run).toMatchObject({ exitCode: 2, stdout: '' });
    expect(run.stderr).toContain(message);
    expect(api.packages.size).toBe(4);
  });

  test('requires --yes without a terminal', async () => {
    const api = await startApi({ packages: mixed });
    expect((await runCommand(['rm', '--status', 'failed'], { api })).exitCode).toBe(2);
    expect(api.packages.size).toBe(4);
  });
});

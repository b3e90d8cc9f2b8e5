import { describe, expect, test } from 'vitest';
import { PACKAGE_ID } from '../support/api/api-packages.ts';
import { startApi } from '../support/api/api-server.ts';
import { createFastClock } from '../support/fast-clock.ts';
import type { FaultHandler } from '../support/faults/fault-server.ts';
import { makeZipObject } from '../support/faults/served-object.ts';
import { expectDocument, expectFailureDocument } from './output-documents.ts';
import { runCommand } from './run-command.ts';
import { calls } from './scene.ts';

const ROUTE = 'GET /v2/downloads/{id}';
const file = { url: 'https://storage.example/f', size: 1_500, mimeType: 'application/zip' };
const packages = [
  { id: 'a', title: 'Sea', created: '2026-01-15T10:00:00Z', expires: '2026-01-22T10:00:00Z', files: [file] },
  { id: 'b', status: 'preparing', compressed: false },
  { id: 'c', status: 'Cancelled' },
];

describe('status', () => {
  test('prints one line per package to a pipe, and requests each only once', async () => {
    const api = await startApi({ packages });
    const run = await runCommand(['status', 'a', 'b', 'a'], { api });
    expect(run).toMatchObject({
      exitCode: 0,
      stdout:
        'a\tready\tSea\t1500\t2026-01-15T10:00:00.000Z\t2026-01-22T10:00:00.000Z\n' +
        'b\tpreparing\t\t\t\t\n',
      stderr: '',
    });
    expect(calls(api).toSorted()).toEqual(['GET /v2/downloads/a', 'GET /v2/downloads/b']);
  });

  test('--json prints all keys of every package', async () => {
    const api = await startApi({ packages });
    const run = await runCommand(['status', 'a', 'b', 'c', '--json'], { api });
    expect(run).toMatchObject({ exitCode: 0, stderr: '' });
    expectDocument('status', run.json);
    expect(run.json).toEqual({
      items: [
        {
          id: 'a',
          status: 'ready',
          ready: true,
          failed: false,
          title: 'Sea',
          description: null,
          created: '2026-01-15T10:00:00.000Z',
          expires: '2026-01-22T10:00:00.000Z',
          compressed: true,
          sizeBytes: 1_500,
          files: [{ name: null, mimeType: 'application/zip', sizeBytes: 1_500, url: file.url, size: 1_500 }],
        },
        expect.objectContaining({ id: 'b', ready: false, failed: false, compressed: false, files: [] }),
        expect.objectContaining({ id: 'c', ready: false, failed: true, sizeBytes: null }),
      ],
      count: 3,
      truncated: false,
    });
  });

  test('- reads IDs from standard input, one per line', async () => {
    const api = await startApi({ packages });
    const run = await runCommand(['status', '-', '--format', 'id'], { api, input: 'b\r\n\n  a  \nb\n' });
    expect(run).toMatchObject({ exitCode: 0, stdout: 'b\na\n' });
    expect(calls(api).toSorted()).toEqual(['GET /v2/downloads/a', 'GET /v2/downloads/b']);
  });

  test('many IDs share a few connections without a warning from Node', async () => {
    const warnings: string[] = [];
    const note = (warning: Error) => void warnings.push(warning.message);
    process.on('warning', note);
    const ids = Array.from({ length: 200 }, (_, index) => `p${index}`);
    const api = await startApi({ packages: ids.map((id) => ({ id })) });
    const run = await runCommand(['status', '-', '--format', 'id'], { api, input: ids.join('\n') });
    expect(run).toMatchObject({ exitCode: 0, stdout: `${ids.join('\n')}\n` });
    expect(api.requests).toHaveLength(200);
    expect(api.rawLog().length).toBeLessThanOrEqual(16);
    process.off('warning', note);
    expect(warnings).toEqual([]);
  });

  test('the time to connect does not count toward the response timeout', async () => {
    const ids = Array.from({ length: 48 }, (_, index) => `p${index}`);
    const clock = createFastClock();
    const answer: FaultHandler = async (request, reply) => {
      await clock.sleep(12_000);
      const id = request.path.split('/').at(-1);
      await reply.json(200, { status: 'success', data: { id, status: 'ready', files: [] } });
    };
    const api = await startApi({ script: { [ROUTE]: answer } });
    const run = await runCommand(['status', '-', '--format', 'id'], { api, clock, input: ids.join('\n') });
    expect(run).toMatchObject({ exitCode: 0, stdout: `${ids.join('\n')}\n` });
    expect(api.requests).toHaveLength(48);
  });

  test.each([
    ['an empty standard input', ['-'], ''],
    ['an empty ID', ['a', ''], undefined],
  ])('%s exits with 2 and sends nothing', async (_name, ids, input) => {
    const api = await startApi({ packages });
    const run = await runCommand(
      ['status', ...ids, '--json'],
      input === undefined ? { api } : { api, input },
    );
    expect(run).toMatchObject({ exitCode: 2, json: { error: { code: 'USAGE' } } });
    expect(api.requests).toHaveLength(0);
  });

  test('an unknown package exits with 3 and suggests list', async () => {
    const api = await startApi({ packages });
    const run = await runCommand(['status', 'gone', '--json'], { api });
    expect(run).toMatchObject({
      exitCode: 3,
      json: { items: [], count: 0, error: { code: 'NOT_FOUND', id: 'gone', httpStatus: 404 } },
    });
    expectFailureDocument('status', run.json);
    expect(run.stderr).toMatch(
      /^error: no package with ID gone\nhint: run 'streamdiver-dl list' to see your packages\n$/,
    );
  });

  test('tries all IDs, prints existing packages, and keeps a common exit code', async () => {
    const api = await startApi({ packages });
    const run = await runCommand(['status', 'x', 'a', 'y', '--json'], { api });
    expect(run).toMatchObject({ exitCode: 3, json: { count: 1, error: { code: 'NOT_FOUND' } } });
    expect(run.stderr.match(/^error: .*/gm)).toEqual([
      'error: no package with ID x',
      'error: no package with ID y',
      'error: 2 of 3 packages failed',
    ]);
    expectFailureDocument('status', run.json);
    expect(run.stderr).toContain('no package with ID x');
    expect(run.stderr).toContain('no package with ID y');
    expect(api.requests).toHaveLength(3);
  });

  test('failures of different kinds exit with 1', async () => {
    const api = await startApi({ packages });
    api.script(ROUTE, (request, reply) =>
      reply.json(request.path.endsWith('/a') ? 403 : 404, { status: 'fail', message: 'no' }),
    );
    const run = await runCommand(['status', 'a', 'b', '--json'], { api });
    expect(run).toMatchObject({ exitCode: 1, json: { error: { code: 'FAILED', exitCode: 1 } } });
  });
});

describe('status --exit-status', () => {
  test.each([
    [['a'], 0],
    [['b'], 8],
    [['c'], 5],
    [['a', 'b'], 8],
    [['b', 'c'], 1],
    [['a', 'b', 'missing'], 1],
  ])('%j exits with %i and still prints them', async (ids, exitCode) => {
    const api = await startApi({ packages });
    const run = await runCommand(['status', ...ids, '--exit-status', '--json'], { api });
    expect(run).toMatchObject({ exitCode, json: { count: ids.filter((id) => id !== 'missing').length } });
    expect(api.requests).toHaveLength(ids.length);
    if (exitCode !== 0) expectFailureDocument('status', run.json);
    const text = await runCommand(['status', ...ids, '--exit-status', '--format', 'id'], { api });
    expect(text).toMatchObject({
      exitCode,
      stdout: ids
        .filter((id) => id !== 'missing')
        .map((id) => `${id}\n`)
        .join(''),
    });
  });

  test('without it, a package that is not ready is not a failure', async () => {
    const api = await startApi({ packages });
    expect((await runCommand(['status', 'b', 'c'], { api })).exitCode).toBe(0);
  });
});

describe('status --wait', () => {
  const start = (script: Parameters<typeof startApi>[0]) =>
    startApi({ files: { one: makeZipObject(1_000) }, ...script });

  test('waits until the package is ready, then prints it', async () => {
    const api = await start({ script: { [ROUTE]: ['preparing', 'preparing'] } });
    const run = await runCommand(['status', PACKAGE_ID, '--wait', '--json'], { api });
    expect(run).toMatchObject({ exitCode: 0, json: { count: 1, items: [{ ready: true }] } });
    expectDocument('status', run.json);
    expect(api.requests).toHaveLength(3);
    expect(run.stderr).toContain(`streamdiver-dl status ${PACKAGE_ID} --wait`);
  });

  test('--timeout 0 checks once and prints the status', async () => {
    const api = await start({ script: { [ROUTE]: 'preparing' } });
    const run = await runCommand(['status', PACKAGE_ID, '--wait', '--timeout', '0', '--json'], { api });
    expect(run).toMatchObject({
      exitCode: 8,
      json: {
        items: [{ id: PACKAGE_ID, status: 'preparing' }],
        error: { code: 'NOT_READY', retryable: true, next: [`streamdiver-dl status ${PACKAGE_ID} --wait`] },
      },
    });
    expectFailureDocument('status', run.json);
    expect(api.requests).toHaveLength(1);
    expect(run.clock.sleepsMs).toEqual([]);
  });

  test('--interval sets the pause, with a jitter of at most a tenth', async () => {
    const api = await start({ script: { [ROUTE]: Array(5).fill('preparing') } });
    let calls = 0;
    const random = () => [0, 0.999, 0.5, 0.25, 0.75][calls++ % 5] ?? 0;
    const run = await runCommand(['status', PACKAGE_ID, '--wait', '--interval', '10s'], { api, random });
    expect(run.exitCode).toBe(0);
    expect(run.clock.sleepsMs).toHaveLength(5);
    for (const sleepMs of run.clock.sleepsMs) {
      expect(sleepMs).toBeGreaterThanOrEqual(9_000);
      expect(sleepMs).toBeLessThanOrEqual(11_000);
    }
    expect(new Set(run.clock.sleepsMs).size).toBe(5);
  });

  test('Retry-After of a success or an error overrides --interval', async () => {
    const data = { id: PACKAGE_ID, status: 'preparing' };
    const api = await start({
      script: {
        [ROUTE]: [
          { json: { data }, headers: { 'Retry-After': '3' } },
          { status: 503, json: {}, headers: { 'Retry-After': '4' } },
        ],
      },
    });
    const run = await runCommand(['status', PACKAGE_ID, '--wait', '--interval', '10s'], { api });
    expect(run).toMatchObject({ exitCode: 0 });
    expect(run.clock.sleepsMs).toEqual([3_000, 4_000]);
  });

  test.each([
    [401, 4, 'AUTH'],
    [403, 4, 'AUTH'],
    [404, 3, 'NOT_FOUND'],
    [410, 3, 'NOT_FOUND'],
  ])('HTTP %i exits with %i at once', async (status, exitCode, code) => {
    const api = await start({ script: { [ROUTE]: ['preparing', status] } });
    const run = await runCommand(['status', PACKAGE_ID, '--wait', '--json'], { api });
    expect(run).toMatchObject({ exitCode, json: { items: [], error: { code } } });
    expect(api.requests).toHaveLength(2);
  });

  test.each([
    ['failed', 5, 'JOB_FAILED'],
    ['ERROR', 5, 'JOB_FAILED'],
    ['cancelled', 5, 'JOB_FAILED'],
    ['aborted', 5, 'JOB_FAILED'],
    ['preparationFailed', 5, 'JOB_FAILED'],
    ['Rejected', 5, 'JOB_FAILED'],
    ['Expired', 3, 'NOT_FOUND'],
    ['deleted', 3, 'NOT_FOUND'],
    ['softDeleted', 3, 'NOT_FOUND'],
  ])('the status %s exits with %i and is printed', async (status, exitCode, code) => {
    const api = await start({ script: { [ROUTE]: ['preparing', { packageStatus: status }] } });
    const run = await runCommand(['status', PACKAGE_ID, '--wait', '--json'], { api });
    expect(run).toMatchObject({
      exitCode,
      json: { items: [{ status, failed: true }], error: { code } },
    });
    expectFailureDocument('status', run.json);
    expect(api.requests).toHaveLength(2);
  });

  test('--progress json prints one event per line', async () => {
    const api = await start({ script: { [ROUTE]: ['preparing', 503, 'preparing'] } });
    const run = await runCommand(['status', PACKAGE_ID, '--wait', '--progress', 'json', '-q'], { api });
    const events = run.stderr.split('\n').filter((line) => line !== '');
    for (const line of events) expectDocument('progress', JSON.parse(line));
    expect(new Set(events.map((line) => JSON.parse(line).event))).toEqual(
      new Set(['state', 'retry', 'wait']),
    );
  });
});

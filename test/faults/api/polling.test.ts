import { expect, test } from 'vitest';
import { PACKAGE_ID } from '../../support/api/api-packages.ts';
import type { Answer } from '../../support/api/api-script.ts';
import { startApi } from '../../support/api/api-server.ts';
import { createFastClock } from '../../support/fast-clock.ts';
import { makeZipObject } from '../../support/faults/served-object.ts';
import { runCli } from '../../support/process/run-cli.ts';
import type { RunProgramOptions } from '../../support/process/run-program.ts';

const ROUTE = 'GET /v2/downloads/{id}';

async function wait(
  answer: Answer | readonly Answer[],
  args: readonly string[] = [],
  options: RunProgramOptions = {},
) {
  const api = await startApi({ files: { one: makeZipObject(1_000) }, script: { [ROUTE]: answer } });
  const run = await runCli(['status', PACKAGE_ID, '--wait', '--json', ...args], { api, ...options });
  return { api, run };
}

test('waits through preparing, service failures, and unknown statuses until the package is ready', async () => {
  const { run, api } = await wait([
    'preparing',
    503,
    { packageStatus: 'QUEUED' },
    { text: '<html>proxy</html>' },
    { raw: '', after: 'reset' },
    'preparing',
    { packageStatus: 'Ready' },
  ]);
  expect(run).toMatchObject({ exitCode: 0 });
  expect(api.requests).toHaveLength(8);
});

test('case 30: warns once about an unknown status, and suggests a command at the deadline', async () => {
  const { run } = await wait({ packageStatus: 'brewing\u001b[31m' }, ['--timeout', '5m']);
  expect(run).toMatchObject({ exitCode: 8, json: { error: { code: 'NOT_READY', retryable: true } } });
  expect(run.stderr.match(/warning.*brewing|brewing.*(?:unknown|not known|new)/gi)).toHaveLength(1);
  expect(run.stderr).toContain(`streamdiver-dl status ${PACKAGE_ID} --wait`);
});

test('case 41: stops waiting for a package that stays preparing after six hours by default', async () => {
  const { run } = await wait('preparing', [], { clock: createFastClock({ skipsSleeps: true }) });
  expect(run.exitCode).toBe(8);
  const waitedMs = run.clock.sleepsMs.reduce((sum, sleepMs) => sum + sleepMs, 0);
  expect(waitedMs).toBeGreaterThan(5 * 3_600_000);
  expect(waitedMs).toBeLessThanOrEqual(6 * 3_600_000);
  expect(Math.max(...run.clock.sleepsMs)).toBeLessThanOrEqual(33_000);
});

test('case 45: polls rarely: first after 0.7 s, then at growing intervals up to half a minute', async () => {
  const { run } = await wait('preparing', ['--timeout', '1h'], {
    clock: createFastClock({ skipsSleeps: true }),
  });
  const [first = 0] = run.clock.sleepsMs;
  expect(first).toBeGreaterThanOrEqual(630);
  expect(first).toBeLessThanOrEqual(770);
  expect(run.clock.sleepsMs.length).toBeLessThan(200);
});

test.each([
  ['failed', 5],
  ['ERROR', 5],
  ['expired', 3],
  ['Cancelled', 5],
  ['deleted', 3],
])('case 44: stops at once when the status is %s', async (packageStatus, exitCode) => {
  const { run, api } = await wait(['preparing', { packageStatus }, { packageStatus }]);
  expect(run.exitCode).toBe(exitCode);
  expect(api.requests.length).toBeLessThanOrEqual(3);
});

test('shows the reason of a failed package with visible control characters', async () => {
  const data = { id: PACKAGE_ID, status: 'failed', error: 'no\u001b[2J space\u202e' };
  const { run } = await wait({ json: { data } });
  expect(run.exitCode).toBe(5);
  expect(run.stderr).toMatch(/no.*space/);
});

test.each([
  [404, 3],
  [410, 3],
  [401, 4],
  [403, 4],
])('case 44: stops at once on a %i while waiting', async (status, exitCode) => {
  const { run, api } = await wait(['preparing', status]);
  expect(run.exitCode).toBe(exitCode);
  expect(api.requests).toHaveLength(2);
});

test('case 44: keeps polling after a 404 right after creation', async () => {
  const api = await startApi({
    packages: [],
    files: { one: makeZipObject(1_000) },
    script: { [ROUTE]: [404, 404, 'preparing'] },
  });
  const run = await runCli(['create', '-m', 'medium', '--wait', '--json'], { api });
  expect(run.exitCode).toBe(0);
});

test('case 43: fails when a package is ready without files three times in a row', async () => {
  const empty = { json: { data: { id: PACKAGE_ID, status: 'ready', files: [] } } };
  expect((await wait(empty)).run.exitCode).toBe(7);
  expect((await wait([empty, empty])).run.exitCode).toBe(0);
  expect((await wait([empty, 'preparing', empty, empty])).run.exitCode).toBe(0);
});

test('case 42: ignores progress values', async () => {
  const answers = [50, 20, 150, -3, 'NaN', 99, 99].map((progress) => ({
    json: { data: { id: PACKAGE_ID, status: 'preparing', progress } },
  }));
  const { run } = await wait(answers);
  expect(run.exitCode).toBe(0);
});

test('--timeout 0 checks once', async () => {
  const { run, api } = await wait('preparing', ['--timeout', '0']);
  expect(run.exitCode).toBe(8);
  expect(api.requestsOf(ROUTE).length).toBeLessThanOrEqual(2);
});

test.each([
  ['SIGINT', 130],
  ['SIGTERM', 143],
  ['SIGHUP', 129],
] as const)(
  'case 47: %s stops waiting, cancels nothing, and suggests how to continue',
  async (signal, exitCode) => {
    const { run, api } = await wait('preparing', [], {
      onStart: (control) => {
        setTimeout(() => control.signal(signal), 100);
      },
    });
    expect(run).toMatchObject({ exitCode, json: { error: { code: 'INTERRUPTED', exitCode } } });
    expect(api.requests.every(({ method }) => method === 'GET')).toBe(true);
    expect(run.stderr).toContain(`streamdiver-dl status ${PACKAGE_ID} --wait`);
  },
);

test('case 46: keeps waiting while the service is down for a while', async () => {
  const { run } = await wait([
    'preparing',
    ...Array.from({ length: 12 }, (): Answer => ({ raw: '', after: 'reset' })),
    'preparing',
  ]);
  expect(run.exitCode).toBe(0);
});

import { expect, test } from 'vitest';
import { combineTraits } from '../../src/sandbox/dialect/dialects.ts';
import type { Traits } from '../../src/sandbox/dialect/traits.ts';
import { SIGN_IN_PAGE } from '../../src/sandbox/faults/fault-responses.ts';
import { parseFault } from '../../src/sandbox/faults/faults.ts';
import { type Sandbox, startSandbox } from '../../src/sandbox/start.ts';
import { runCommand } from '../commands/run-command.ts';
import { afterThisTest } from '../support/after-this-test.ts';
import { startInFrontOf } from '../support/api/in-front-of.ts';
import type { FaultReply } from '../support/faults/fault-response.ts';

/** The exit codes that a pipeline may repeat, as in docs/ci.md. */
const REPEATABLE = [6];
const MOST_RUNS = 4;
const AMBIGUOUS = 14;

async function openSandbox(faults: readonly string[], traits: Partial<Traits>): Promise<Sandbox> {
  const sandbox = await startSandbox({
    port: 0,
    prepareMs: 0,
    faults: faults.map(parseFault),
    traits: combineTraits([traits]),
  });
  afterThisTest(() => sandbox.close());
  return sandbox;
}

/** Runs `create` like a pipeline: again while the exit code is repeatable. */
async function createInLoop(sandbox: Sandbox, flags: readonly string[], apiUrl = sandbox.apiUrl) {
  const [medium] = sandbox.library.media;
  for (let runs = 1; ; runs += 1) {
    const run = await runCommand(['create', '-m', medium?.id ?? '', ...flags, '--json'], {
      token: sandbox.token,
      env: { STREAMDIVER_API_URL: apiUrl },
    });
    if (!REPEATABLE.includes(run.exitCode) || runs === MOST_RUNS) return { run, runs };
  }
}

/** The package exists, but the response does not identify it. */
const LOST: Readonly<Record<string, (reply: FaultReply) => Promise<void>>> = {
  'a reset': (reply) => reply.reset(),
  'a 504': (reply) => reply.json(504, { status: 'error', message: 'the service did not respond in time' }),
  'a 204': (reply) => reply.head(204),
  'an empty 201': (reply) => reply.send(201, { 'Content-Type': 'application/json' }, ''),
  'an HTML page': (reply) => reply.send(200, { 'Content-Type': 'text/html' }, SIGN_IN_PAGE),
  'a 201 without an ID': (reply) => reply.json(201, { status: 'success', data: { accepted: true } }),
};

const LISTS: readonly (readonly [name: string, traits: Partial<Traits>])[] = [
  ['as documented', {}],
  ['without a time', { 'created-key': 'absent' }],
  ['without a title', { 'package-name-key': 'absent' }],
  ['with neither', { 'created-key': 'absent', 'package-name-key': 'absent' }],
  ['with other names for both', { 'created-key': 'createdAt', 'package-name-key': 'name' }],
  [
    'in an object, with neither',
    { list: 'entities', 'list-extras': 'facets', 'created-key': 'absent', 'package-name-key': 'absent' },
  ],
  ['with times in seconds', { times: 'seconds', 'package-name-key': 'absent' }],
];

const CASES = Object.keys(LOST).flatMap((lost) =>
  LISTS.map(([list, traits]) => [lost, list, traits] as const),
);

test.each(CASES)(
  'a loop around create that gets %s creates one package, list %s',
  async (lost, _list, traits) => {
    for (const flags of [[], ['--title', 'nightly']]) {
      const sandbox = await openSandbox([], traits);
      const proxy = await startInFrontOf(sandbox.apiUrl, ({ method }, reply) =>
        method === 'POST' ? LOST[lost]?.(reply) : undefined,
      );
      const { run, runs } = await createInLoop(sandbox, flags, `${proxy.origin}/v2`);
      expect(run.exitCode).toBe(AMBIGUOUS);
      expect(run.json).toMatchObject({ error: { retryable: false } });
      expect(runs).toBe(1);
      expect(sandbox.packages.list()).toHaveLength(1);
    }
  },
);

test.each([
  ['202 with Location', { create: 'accepted-location' }],
  ['204 with Location', { create: 'no-content-location' }],
  ['202 with a relative Location', { create: 'accepted-location', location: 'relative' }],
  ['204 with a path as Location', { create: 'no-content-location', location: 'absolute-path' }],
  ['the ID as text', { create: 'text-id' }],
  ['429 first', { 'create-first': '429' }],
  ['429 first, with a date of another clock', { 'create-first': '429', 'rate-header': 'date' }],
  ['503 with Retry-After first', { 'create-first': '503' }],
] as const)('create succeeds with one package after %s', async (_what, traits) => {
  const sandbox = await openSandbox([], traits);
  const { run, runs } = await createInLoop(sandbox, []);
  expect(run.exitCode).toBe(0);
  expect(runs).toBe(1);
  const [only, ...others] = sandbox.packages.list();
  expect(others).toEqual([]);
  expect(run.json).toMatchObject({ id: only?.id });
});

test('an endless 429 creates nothing and remains repeatable', async () => {
  const sandbox = await openSandbox(['api-429=1000'], {});
  const { run, runs } = await createInLoop(sandbox, []);
  expect(run.exitCode).toBe(6);
  expect(runs).toBe(MOST_RUNS);
  expect(sandbox.packages.list()).toEqual([]);
});

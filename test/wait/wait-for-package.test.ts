import { expect, test } from 'vitest';
import { runCommand } from '../commands/run-command.ts';
import { PACKAGE_ID } from '../support/api/api-packages.ts';
import type { Answer } from '../support/api/api-script.ts';
import { startApi } from '../support/api/api-server.ts';
import { makeZipObject } from '../support/faults/served-object.ts';

const ROUTE = 'GET /v2/downloads/{id}';
const STATUS = ['status', PACKAGE_ID, '--wait', '--interval', '10s'];
const ANNOUNCED = `Waiting for ${PACKAGE_ID} (safe to interrupt). To resume:\n  streamdiver-dl status ${PACKAGE_ID} --wait`;

/** A package that is ready after these responses. */
const start = (...responses: readonly Answer[]) =>
  startApi({ files: { one: makeZipObject(1_000) }, script: { [ROUTE]: responses } });
const withStatus = (status: string) => ({ json: { data: { id: PACKAGE_ID, title: 'Board', status } } });

test.each([
  ['is being prepared', 'preparing'],
  ['is ready, but lists no files yet', 'ready'],
])('prints once how to resume the wait for a package that %s', async (_what, status) => {
  const run = await runCommand(STATUS, { api: await start(withStatus(status), withStatus(status)) });
  expect(run.exitCode, run.stderr).toBe(0);
  expect(run.stderr.split(ANNOUNCED)).toHaveLength(2);
  expect(run.stderr).toContain(`Board: ${status}\n`);
});

test('does not announce a wait for a package that is ready', async () => {
  const run = await runCommand(STATUS, { api: await start() });
  expect(run).toMatchObject({ exitCode: 0, stderr: `${PACKAGE_ID}: ready\n` });
});

test('reports each check of the wait', async () => {
  const api = await start(withStatus('preparing'), withStatus('preparing'));
  const run = await runCommand([...STATUS, '--progress', 'json', '-q'], { api });
  const told = run.stderr.split('\n', 3).map((line) => {
    const { event, id, status } = JSON.parse(line);
    return `${event} ${id} ${status}`;
  });
  expect(told).toEqual(['state', 'wait', 'wait'].map((event) => `${event} ${PACKAGE_ID} preparing`));
});

test('adds the command that resumes the wait to its failure', async () => {
  const responses = Array.from({ length: 3 }, () => withStatus('preparing'));
  const run = await runCommand([...STATUS, '--timeout', '20s', '--json'], { api: await start(...responses) });
  expect(run).toMatchObject({
    exitCode: 8,
    json: {
      error: {
        code: 'NOT_READY',
        hint: 'the service still prepares the package; to resume:',
        next: [expect.stringContaining(`streamdiver-dl status ${PACKAGE_ID} --wait`)],
      },
    },
  });
});

import { expect, test } from 'vitest';
import { startApi } from '../support/api/api-server.ts';
import { expectDocument, expectFailureDocument } from './output-documents.ts';
import { runCommand } from './run-command.ts';

/** Every command with arguments that make it send a request. */
const LINES: readonly (readonly [definition: string, line: readonly string[]])[] = [
  ['create', ['create', '-m', 'm1']],
  ['status', ['status', 'a', 'b']],
  ['fetch', ['fetch', 'a', 'b']],
  ['list', ['list']],
  ['rm', ['rm', '--yes', 'a', 'b']],
  ['media list', ['media', 'list']],
  ['media show', ['media', 'show', 'm1']],
  ['whoami', ['whoami']],
];

test.each(LINES)('%s --json matches its schema when the token is rejected', async (definition, line) => {
  const api = await startApi({ token: 'another' });
  const run = await runCommand([...line, '--json'], { api });
  expect(run).toMatchObject({ exitCode: 4, json: { error: { code: 'AUTH', exitCode: 4, httpStatus: 401 } } });
  expectFailureDocument(definition, run.json);
});

test.each(LINES)('%s --json matches its schema when the service is down', async (definition, line) => {
  const run = await runCommand([...line, '--json', '--api-url', 'http://127.0.0.1:1']);
  expect(run).toMatchObject({ exitCode: 6, json: { error: { code: 'UNAVAILABLE', retryable: true } } });
  expectFailureDocument(definition, run.json);
});

test.each(LINES)('%s --json matches its schema when a flag is wrong', async (definition, line) => {
  const api = await startApi();
  const run = await runCommand([...line, '--json', '--no-such-flag'], { api });
  expect(run).toMatchObject({ exitCode: 2, json: { error: { code: 'USAGE', retryable: false } } });
  expectFailureDocument(definition, run.json);
  expect(api.requests).toHaveLength(0);
});

test.each(LINES)(
  '%s --json matches its schema when the configuration is broken',
  async (definition, line) => {
    const run = await runCommand([...line, '--json', '--api-url', 'http://example.com']);
    expect(run).toMatchObject({ exitCode: 2, json: { error: { code: 'CONFIG' } } });
    expectFailureDocument(definition, run.json);
  },
);

test.each(['nonsense', 'lst', 'configure'])('the unknown command %s exits with 2', async (command) => {
  const run = await runCommand([command, '--json']);
  expect(run).toMatchObject({ exitCode: 2, json: { error: { code: 'USAGE' } } });
  expectDocument('failure', run.json);
  expect(run.stderr).toMatch(/^error: unknown command.*\nhint: /);
});

test.each([['table'], ['ndjson'], ['csv'], ['tsv'], ['id']])(
  'with --format %s, a failure leaves stdout empty',
  async (format) => {
    const api = await startApi({ token: 'another' });
    const run = await runCommand(['list', '--format', format], { api });
    expect(run).toMatchObject({ exitCode: 4, stdout: '' });
    expect(run.stderr).toMatch(/^error: .*\nhint: /);
  },
);

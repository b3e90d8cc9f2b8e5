import { expect, test } from 'vitest';
import { runCommand } from '../../commands/run-command.ts';
import { PACKAGE_ID } from '../../support/api/api-packages.ts';
import { startApi } from '../../support/api/api-server.ts';

const NUMBERS = '"views":9007199254740993,"share":0.12345678901234567890123,"huge":-1e400';

test.each([
  ['list', '--json'],
  ['list', '--format', 'ndjson'],
  ['list', '--format', 'tsv', '--fields', 'id,views,share,huge'],
  ['status', PACKAGE_ID, '--json'],
])('prints numbers beyond double precision digit for digit: %s %s %s', async (...args) => {
  const item = `{"id":"${PACKAGE_ID}","status":"ready",${NUMBERS},"files":[{"url":"/x","n":12345678901234567890}]}`;
  const api = await startApi({
    script: {
      'GET /v2/downloads': (_request, reply) => reply.send(200, [], `{"data":[${item}]}`),
      'GET /v2/downloads/{id}': (_request, reply) => reply.send(200, [], `{"data":${item}}`),
    },
  });
  const run = await runCommand(args, { api });
  expect(run.exitCode).toBe(0);
  const ofFiles = args.includes('tsv') ? [] : ['12345678901234567890'];
  for (const digits of ['9007199254740993', '0.12345678901234567890123', '-1e400', ...ofFiles]) {
    expect(run.stdout).toContain(digits);
  }
});

test.each([
  ['create', '-m', 'a', '--wait', '--timeout', '10s', '--json'],
  ['create', '-m', 'a', '--fetch', '--timeout', '10s', '--json'],
  ['rm', '--status', 'ready', '-y', '--json'],
])('does not crash on a lone surrogate in an ID: %s', async (...args) => {
  const item = '{"id":"a\\ud800b","status":"ready","files":[]}';
  const api = await startApi({
    script: {
      'POST /v2/downloads': (_request, reply) => reply.send(201, [], `{"data":${item}}`),
      'GET /v2/downloads': (_request, reply) => reply.send(200, [], `{"data":[${item}]}`),
    },
  });
  const run = await runCommand(args, { api });
  expect(run.exitCode).not.toBe(70);
  expect(api.requests.every(({ path }) => !path.includes('\ud800'))).toBe(true);
});

test('does not crash on objects instead of strings', async () => {
  const value = { toString: 1, valueOf: 2, toJSON: 3 };
  const api = await startApi({
    script: {
      'GET /v2/downloads': {
        status: 400,
        json: { status: 'fail', message: value, data: { a: [value], b: value } },
      },
    },
  });
  expect(await runCommand(['list', '--json'], { api })).toMatchObject({
    exitCode: 7,
    json: { error: { httpStatus: 400 } },
  });
});

test.each([
  ['list', 10_000, 0],
  ['list', 10_001, 7],
  ['media list', 10_000, 0],
  ['media list', 10_001, 7],
])('%s with a page of %i items exits with %i', async (line, count, exitCode) => {
  const items = Array.from({ length: count }, (_, index) => ({ id: String(index) }));
  const page = { json: { data: items } };
  const api = await startApi({ script: { 'GET /v2/downloads': page, 'GET /v2/media': page } });
  expect(await runCommand([...line.split(' '), '--json'], { api })).toMatchObject({ exitCode });
});

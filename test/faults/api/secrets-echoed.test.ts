import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { runCommand } from '../../commands/run-command.ts';
import { PACKAGE_ID } from '../../support/api/api-packages.ts';
import { startApi } from '../../support/api/api-server.ts';
import { startFaultServer } from '../../support/faults/fault-server.ts';
import { CANARY_TOKEN } from '../../support/process/canary.ts';
import { makeTempFolder } from '../../support/temp-folder.ts';

const SECRET = 'client&secret/0001';
const FETCHED_TOKEN = 'fetched-token-0001';
const SPELLINGS: readonly (readonly [name: string, spell: (secret: string) => string])[] = [
  ['as is', (secret) => secret],
  ['percent-encoded', (secret) => encodeURIComponent(secret)],
  ['in Base64', (secret) => Buffer.from(secret).toString('base64')],
];

test.each(SPELLINGS)('case 9: masks a token that the service echoes %s', async (_name, spell) => {
  const echoed = spell(CANARY_TOKEN);
  const api = await startApi({
    script: {
      'GET /v2/downloads': { status: 400, json: { status: 'error', message: `Bearer ${echoed} is odd` } },
      'GET /v2/downloads/{id}': {
        json: { data: { id: PACKAGE_ID, status: `odd ${echoed}`, title: `about ${echoed}`, other: echoed } },
      },
    },
  });
  for (const line of [
    ['list'],
    ['list', '--json', '-vv'],
    ['status', PACKAGE_ID],
    ['status', PACKAGE_ID, '--json'],
    ['fetch', PACKAGE_ID, '--no-wait', '--progress', 'plain'],
  ]) {
    const run = await runCommand(line, { api });
    expect(run.stdout + run.stderr, line.join(' ')).not.toContain(echoed);
    expect(run.stdout + run.stderr, line.join(' ')).toContain('***');
  }
});

test.each(SPELLINGS)(
  'masks a client secret that the sign-in service echoes %s in an error',
  async (_name, spell) => {
    const api = await startApi({
      script: {
        'POST token': {
          status: 401,
          json: { error: 'invalid_client', error_description: `not ${spell(SECRET)}` },
        },
      },
    });
    const env = {
      STREAMDIVER_TENANT: 'acme',
      STREAMDIVER_CLIENT_ID: 'me',
      STREAMDIVER_CLIENT_SECRET: SECRET,
    };
    const run = await runCommand(['list', '--json'], { api, token: null, env });
    expect(run).toMatchObject({
      exitCode: 4,
      json: { error: { message: expect.stringContaining('not ***') } },
    });
    expect(run.stdout + run.stderr).not.toContain(spell(SECRET));
  },
);

test('masks a fetched token, too', async () => {
  const api = await startApi({
    script: {
      'POST token': { json: { access_token: FETCHED_TOKEN } },
      'GET /v2/downloads': { status: 400, json: { message: FETCHED_TOKEN } },
    },
  });
  const env = { STREAMDIVER_TENANT: 'acme', STREAMDIVER_CLIENT_ID: 'me', STREAMDIVER_CLIENT_SECRET: SECRET };
  const run = await runCommand(['list'], { api, token: null, env, secrets: [FETCHED_TOKEN] });
  expect(run.exitCode).toBe(7);
  expect(run.stderr).toContain('***');
});

test('does not mask anything in a file on standard output', async () => {
  const word = 'a-token-of-mine';
  const tokenPath = join(makeTempFolder('token-'), 'token');
  writeFileSync(tokenPath, word);
  const bytes = Buffer.from(`what a ${word} is`);
  const storage = await startFaultServer((_request, reply) => reply.send(200, [], bytes));
  const file = { url: `${storage.origin}/one`, mimeType: 'text/plain', size: bytes.length };
  const api = await startApi({
    script: {
      'GET /v2/downloads/{id}': { json: { data: { id: PACKAGE_ID, status: 'ready', files: [file] } } },
    },
  });
  const env = { STREAMDIVER_TOKEN_FILE: tokenPath };
  const run = await runCommand(['fetch', PACKAGE_ID, '-o', '-'], {
    api,
    env,
    token: null,
    isOutputData: true,
  });
  expect(run.stdoutBytes.toString(), run.stderr).toBe(bytes.toString());
});

test.each([
  ['-HAuthorization:tok-SECRET', "unknown option '-H'"],
  ['-H', "unknown option '-H'"],
  ['--header=Authorization: tok-SECRET', "unknown option '--header'"],
  ['--tok-SECRET-0123456789-0123456789', "unknown option '-…'"],
  ['--eyJhbGciOi.tok-SECRET', "unknown option '-…'"],
  ["-x'\ntok-SECRET'", "unknown option '-x'"],
])('an error about %j repeats only the flag name', async (word, complaint) => {
  const run = await runCommand(['list', word, '--json'], { secrets: ['tok-SECRET'] });
  expect(run).toMatchObject({ exitCode: 2, json: { error: { message: complaint } } });
});

test('limits an error message to 500 characters, and keeps its start and end', async () => {
  const message = `first ${'\u{1F600}'.repeat(5_000)} last`;
  const script = { 'GET /v2/downloads': { status: 200, json: { status: 'fail', message } } } as const;
  const api = await startApi({ script });
  const { json, stderr } = await runCommand(['list', '--json'], { api });
  const { error } = json as { error: { message: string } };
  expect(error.message.length).toBeLessThanOrEqual(500);
  expect(error.message).toMatch(/first .*….* last$/su);
  expect(stderr.length).toBeLessThan(1_000);
});

test.each([
  ['7-chars', 'not 7-chars'],
  ['8-charac', 'not ***'],
])('with the token %j, an error shows: %s', async (word, message) => {
  const tokenPath = join(makeTempFolder('token-'), 'token');
  writeFileSync(tokenPath, word);
  const api = await startApi({
    script: { 'GET /v2/downloads': { status: 400, json: { message: `not ${word}` } } },
  });
  const env = { STREAMDIVER_TOKEN_FILE: tokenPath };
  const run = await runCommand(['list', '--json'], { api, env, token: null });
  expect(run).toMatchObject({ exitCode: 7, json: { error: { message: expect.stringContaining(message) } } });
});

import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { startApi } from '../../support/api/api-server.ts';
import { CANARY_TOKEN, findSecret } from '../../support/process/canary.ts';
import { runInPty } from '../../support/process/pty.ts';
import { makeEnv, makePlace } from '../../support/process/run-place.ts';
import { credentialsOf, readJson, storedFiles } from '../../support/stored-files.ts';

const BINARY = fileURLToPath(new URL('../../../bin/streamdiver-dl.js', import.meta.url));
const CLIENT_SECRET = 'client-SECRET+/8Jq4kW9~v7Rb';

/** Runs `login` in a pseudo-terminal, without a credential in its environment. */
async function login(
  args: readonly string[] = [],
  { columns = 80, env = {} }: { columns?: number; env?: Record<string, string> } = {},
) {
  const api = await startApi();
  const place = makePlace();
  const pty = runInPty({
    command: process.execPath,
    args: [BINARY, 'login', ...args],
    cwd: place.cwd,
    columns,
    env: makeEnv(place, { api, token: null, env }),
  });
  return { api, place, pty, credentials: storedFiles(place).credentials };
}

describe.each([80, 40])('login in %i columns', (columns) => {
  test('asks for the kind, reads a pasted token without showing it, and signs in', async () => {
    const { api, pty, credentials } = await login([], { columns });
    await pty.waitFor('Sign in with');
    await pty.waitFor('access token');
    pty.write('\r');
    await pty.waitFor('Paste the token');
    pty.write(`${CANARY_TOKEN}\r`);
    expect(await pty.exited).toMatchObject({ exitCode: 0 });
    expect(pty.screen().replaceAll('\n', ' ')).toContain('Signed in to');
    expect(findSecret(pty.raw(), CANARY_TOKEN)).toBeUndefined();
    expect(readJson(credentials)).toEqual(credentialsOf(api.origin, { kind: 'token', token: CANARY_TOKEN }));
  });
});

test('login asks for client credentials one by one and hides the secret', async () => {
  const { api, pty, credentials } = await login();
  await pty.waitFor('client credentials');
  pty.write('\x1b[B\r');
  await pty.waitFor('Tenant');
  pty.write('acme\r');
  await pty.waitFor('Client ID');
  pty.write('robot\r');
  await pty.waitFor('Client secret');
  pty.write(`${CLIENT_SECRET}\r`);
  expect(await pty.exited).toMatchObject({ exitCode: 0 });
  expect(findSecret(pty.raw(), CLIENT_SECRET)).toBeUndefined();
  expect(readJson(credentials)).toMatchObject({
    profiles: { default: { [api.origin]: { kind: 'client', tenant: 'acme', clientSecret: CLIENT_SECRET } } },
  });
});

test('login prompts again after an invalid token', async () => {
  const { pty } = await login(['--with-token']);
  await pty.waitFor('Paste the token');
  pty.write('two words\r');
  await pty.waitFor('illegal character at position 4');
  pty.write(`\x15${CANARY_TOKEN}\r`);
  expect(await pty.exited).toMatchObject({ exitCode: 0 });
});

test('login prompts again after a rejected token', async () => {
  const { api, pty, credentials } = await login();
  await pty.waitFor('access token');
  pty.write('\r');
  await pty.waitFor('Paste the token');
  pty.write('an-incomplete-token\r');
  await pty.waitFor('try again');
  await pty.waitFor(/try again[^]*Paste the token/);
  pty.write(`${CANARY_TOKEN}\r`);
  expect(await pty.exited).toMatchObject({ exitCode: 0 });
  expect(api.requests).toHaveLength(2);
  expect(readJson(credentials)).toEqual(credentialsOf(api.origin, { kind: 'token', token: CANARY_TOKEN }));
});

test('login stores no token after two rejections', async () => {
  const { api, pty, credentials } = await login(['--with-token']);
  await pty.waitFor('Paste the token');
  pty.write('an-incomplete-token\r');
  await pty.waitFor(/try again[^]*Paste the token/);
  pty.write('another-incomplete-token\r');
  expect(await pty.exited).toMatchObject({ exitCode: 4 });
  expect(api.requests).toHaveLength(2);
  expect(existsSync(credentials)).toBe(false);
});

test.each([
  ['Ctrl-C', '\x03'],
  ['Ctrl-D', '\x04'],
])('%s exits with 130 before any request and stores nothing', async (_name, key) => {
  const { api, place, pty } = await login(['--with-token']);
  await pty.waitFor('Paste the token');
  pty.write(key);
  expect(await pty.exited).toMatchObject({ exitCode: 130 });
  expect(api.requests).toHaveLength(0);
  for (const file of Object.values(storedFiles(place))) expect(existsSync(file)).toBe(false);
});

test.each([{ ACCESSIBLE: '1' }, { TERM: 'dumb' }])(
  'login prompts in plain lines without echo, with %j',
  async (env) => {
    const { pty, api } = await login([], { env: { ...env, NO_COLOR: '1' } });
    await pty.waitFor('3. command that prints a token');
    pty.write('7\r');
    await pty.waitFor('Type a number from 1 to 3.');
    pty.write('1\r');
    await pty.waitFor('Paste the token (hidden)');
    pty.write(`${CANARY_TOKEN}\r`);
    expect(await pty.exited).toMatchObject({ exitCode: 0 });
    expect(findSecret(pty.raw(), CANARY_TOKEN)).toBeUndefined();
    expect(api.requests).toHaveLength(1);
  },
);

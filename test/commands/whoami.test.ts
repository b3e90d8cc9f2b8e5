import { describe, expect, test } from 'vitest';
import { defineWhoami } from '../../src/commands/whoami.ts';
import { startApi } from '../support/api/api-server.ts';
import { FAST_CLOCK_START_MS } from '../support/fast-clock.ts';
import { CANARY_TOKEN } from '../support/process/canary.ts';
import { credentialsOf, placeWithStore, storedFiles } from '../support/stored-files.ts';
import { asProgramSees } from '../support/windows/windows-paths.ts';
import { expectDocument, expectFailureDocument } from './output-documents.ts';
import { parseLine } from './parse-line.ts';
import { runCommand, runUntil } from './run-command.ts';
import { calls } from './scene.ts';

/** A JSON Web Token like those of Keycloak, with an invalid signature. */
function webToken(claims: Readonly<Record<string, unknown>>): string {
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  return `${part({ alg: 'RS256' })}.${part(claims)}.c2lnbmF0dXJl`;
}

test.each([
  [[], { verify: true, all: false }],
  [['--no-verify'], { verify: false, all: false }],
  [['--all'], { verify: true, all: true }],
])('%j', async (line, options) => {
  expect(await parseLine(defineWhoami, ['whoami', ...line])).toEqual([options]);
});

describe('whoami', () => {
  test('prints API, profile, kind, source, and the last four characters of the token', async () => {
    const api = await startApi();
    const run = await runCommand(['whoami'], { api });
    expect(run).toMatchObject({ exitCode: 0, stderr: '' });
    expect(run.stdout).toBe(
      [
        `API\t${api.origin}/v2`,
        'profile\tdefault',
        'credential\ttoken …v7Rb',
        'source\tSTREAMDIVER_TOKEN',
        'tenant\tunknown',
        'expires\tunknown',
        'verified\tyes',
        '',
      ].join('\n'),
    );
    expect(calls(api)).toEqual(['GET /v2/downloads?perPage=1&page=0']);
  });

  test('--json matches its schema', async () => {
    const api = await startApi();
    const run = await runCommand(['whoami', '--json'], { api });
    expect(run.json).toEqual({
      authenticated: true,
      profile: 'default',
      source: 'STREAMDIVER_TOKEN',
      tenant: null,
      apiUrl: `${api.origin}/v2`,
      expires: null,
      verified: true,
    });
    expectDocument('whoami', run.json);
  });

  test('reads tenant and expiry from a web token', async () => {
    const token = webToken({
      exp: FAST_CLOCK_START_MS / 1000 + 7_200,
      iss: 'https://sso.example/realms/acme',
    });
    const api = await startApi({ token });
    const run = await runCommand(['whoami', '--json'], { api, token });
    expect(run.json).toMatchObject({ tenant: 'acme', expires: '2026-01-15T14:00:00.000Z' });
    const table = await runCommand(['whoami', '--no-verify'], { api, token });
    expect(table.stdout).toMatch(/^tenant\tacme\nexpires\tin .* \(2026-01-15T14:00:00\.000Z\)$/m);
    expect(table.stdout).toContain('verified\tno, not checked\n');
  });

  test('--no-verify sends no request, not even to the sign-in service', async () => {
    const api = await startApi();
    const env = {
      STREAMDIVER_TENANT: 'demo',
      STREAMDIVER_CLIENT_ID: 'robot',
      STREAMDIVER_CLIENT_SECRET: 'client-SECRET+/8Jq4kW9~v7Rb',
    };
    const run = await runCommand(['whoami', '--no-verify', '--json'], { api, token: null, env });
    expect(run.json).toMatchObject({
      authenticated: true,
      source: 'STREAMDIVER_CLIENT_SECRET',
      tenant: 'demo',
      verified: false,
    });
    expect(api.requests).toHaveLength(0);
  });

  test('prints when the fetched token of client credentials expires', async () => {
    const api = await startApi();
    const entry = {
      kind: 'client',
      ssoUrl: api.origin,
      tenant: 'demo',
      clientId: 'robot',
      clientSecret: 'word-0001',
    };
    const place = placeWithStore({ credentials: credentialsOf(api.origin, entry) });
    const options = { api, place, token: null };
    const run = await runCommand(['whoami', '--json'], options);
    expect(run.json).toMatchObject({ tenant: 'demo', source: storedFiles(place).credentials });
    expect(String(run.json['expires'])).toMatch(/^2026-01-16T04:0/);
    const quiet = await runCommand(['whoami', '--no-verify', '--json'], options);
    expect(quiet.json).toMatchObject({ expires: run.json['expires'], verified: false });
    expect((await runCommand(['whoami'], options)).stdout).toContain('client robot of tenant demo');
    // Tokens of a client in the environment are not stored.
    const env = {
      STREAMDIVER_TENANT: 'demo',
      STREAMDIVER_CLIENT_ID: 'robot',
      STREAMDIVER_CLIENT_SECRET: 'word-0001',
    };
    const unstored = await runCommand(['whoami', '--no-verify', '--json'], { ...options, env });
    expect(unstored.json).toMatchObject({ source: 'STREAMDIVER_CLIENT_SECRET', expires: null });
  });

  test('prints the program of a token command without its arguments', async () => {
    const api = await startApi();
    const node = asProgramSees(process.execPath);
    const command = `${node} -p '"${CANARY_TOKEN}"'`;
    const place = placeWithStore({ credentials: credentialsOf(api.origin, { kind: 'command', command }) });
    const run = await runCommand(['whoami'], { api, place, token: null });
    expect(run.exitCode).toBe(0);
    expect(run.stdout).toContain(`credential\ttoken command ${node}\n`);
  });

  test('prints no part of a short token', async () => {
    const api = await startApi({ token: 'short-0001' });
    const run = await runCommand(['whoami'], { api, token: 'short-0001' });
    expect(run.stdout).toContain('credential\ttoken\n');
  });

  test('exits with 4 without a credential and explains how to sign in', async () => {
    const api = await startApi();
    const run = await runCommand(['whoami', '--json'], { api, token: null });
    expect(run).toMatchObject({
      exitCode: 4,
      json: { authenticated: false, source: null, verified: false, error: { code: 'AUTH' } },
    });
    expectFailureDocument('whoami', run.json);
    expect(run.stderr).toContain(`not signed in to ${api.origin} (profile default)`);
    expect(run.stderr).toContain('streamdiver-dl login');
    expect(api.requests).toHaveLength(0);
  });

  test('exits with 4 for a rejected credential, as not verified', async () => {
    const api = await startApi({ token: 'another' });
    const run = await runCommand(['whoami', '--json'], { api });
    expect(run).toMatchObject({
      exitCode: 4,
      json: { authenticated: false, source: 'STREAMDIVER_TOKEN', verified: false, error: { code: 'AUTH' } },
    });
    expectFailureDocument('whoami', run.json);
    expect(api.requests).toHaveLength(1);
  });

  test('prints the source of a rejected credential, without advice to check it again', async () => {
    const api = await startApi({ token: 'another' });
    const run = await runCommand(['whoami'], { api });
    expect(run.exitCode).toBe(4);
    expect(run.stdout).toContain('source\tSTREAMDIVER_TOKEN\n');
    expect(run.stdout).toContain('verified\tno, the API rejected it\n');
    expect(run.stderr).toBe(
      'error: the token from STREAMDIVER_TOKEN was rejected\nhint: replace or unset STREAMDIVER_TOKEN\n',
    );
    const place = placeWithStore({
      credentials: credentialsOf(api.origin, { kind: 'token', token: 'old-one' }),
    });
    const stored = await runCommand(['whoami'], { api, place, token: null });
    expect(stored.stderr).toBe(
      `error: the token from ${storedFiles(place).credentials} was rejected\nhint: run 'streamdiver-dl login' to replace it\n`,
    );
  });

  test('names rejected client credentials, and does not call a 403 a rejected token', async () => {
    const api = await startApi({ script: { 'GET /v2/downloads': 401 } });
    const env = {
      STREAMDIVER_TENANT: 'demo',
      STREAMDIVER_CLIENT_ID: 'robot',
      STREAMDIVER_CLIENT_SECRET: 'client-SECRET+/8Jq4kW9~v7Rb',
    };
    const run = await runCommand(['whoami'], { api, token: null, env });
    expect(run.exitCode).toBe(4);
    expect(run.stderr).toBe(
      'error: the client credentials from STREAMDIVER_CLIENT_SECRET were rejected\nhint: replace or unset STREAMDIVER_CLIENT_SECRET\n',
    );
    const forbidding = await startApi({ script: { 'GET /v2/downloads': 403 } });
    const forbidden = await runCommand(['whoami'], { api: forbidding });
    expect(forbidden.exitCode).toBe(4);
    expect(forbidden.stderr).not.toContain('was rejected');
  });

  test('retries an unavailable service twice', async () => {
    const api = await startApi({ script: { 'GET /v2/downloads': 503 } });
    const run = await runCommand(['whoami', '--json'], { api });
    expect(run).toMatchObject({ exitCode: 6, json: { authenticated: true, verified: false } });
    expect(api.requests).toHaveLength(3);
  });

  test('Ctrl-C during the check prints no result', async () => {
    const api = await startApi({ script: { 'GET /v2/downloads': { raw: '', after: 'stall' } } });
    const run = await runUntil(() => api.requests.length === 1, ['whoami'], { api });
    expect(run).toMatchObject({ exitCode: 130, stdout: '', stderr: 'Interrupted.\n' });
  });

  test('--all reports that there are no stored credentials', async () => {
    const run = await runCommand(['whoami', '--all'], { token: null });
    expect(run).toMatchObject({ exitCode: 0, stdout: '', stderr: 'No stored credentials\n' });
  });

  test('--all lists the stored credentials of all profiles and sends nothing', async () => {
    const api = await startApi();
    const token = { kind: 'token', token: CANARY_TOKEN };
    const place = placeWithStore({
      credentials: {
        version: 1,
        profiles: { default: { [api.origin]: token }, work: { 'https://api.example': token } },
      },
    });
    const run = await runCommand(['whoami', '--all', '--json'], { api, place, token: null });
    const credential = 'token …v7Rb';
    expect(run.json).toEqual({
      items: [
        { profile: 'default', apiOrigin: api.origin, credential, active: true },
        { profile: 'work', apiOrigin: 'https://api.example', credential, active: false },
      ],
      count: 2,
      truncated: false,
    });
    expectDocument('whoami --all', run.json);
    expect(api.requests).toHaveLength(0);
    const table = await runCommand(['whoami', '--all'], { api, place, token: null });
    expect(table.stdout).toBe(
      `default\t${api.origin}\t${credential}\tyes\nwork\thttps://api.example\t${credential}\t\n`,
    );
  });

  test('an unreachable API does not count as a rejection', async () => {
    const run = await runCommand(['whoami', '--json', '--api-url', 'http://127.0.0.1:1/v2']);
    expect(run).toMatchObject({
      exitCode: 6,
      json: { authenticated: true, verified: false, error: { code: 'UNAVAILABLE' } },
    });
    expectFailureDocument('whoami', run.json);
  });
});

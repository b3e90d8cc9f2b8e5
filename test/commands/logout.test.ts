import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { defineLogout } from '../../src/commands/logout.ts';
import { startApi } from '../support/api/api-server.ts';
import { placeWithStore, readJson, storedFiles } from '../support/stored-files.ts';
import { expectDocument } from './output-documents.ts';
import { parseLine } from './parse-line.ts';
import { runCommand } from './run-command.ts';

const token = (text: string) => ({ kind: 'token', token: text });
const HERE = 'http://127.0.0.1:1';

function signedIn() {
  return placeWithStore({
    config: { profiles: { work: { apiUrl: `${HERE}/v2` } } },
    credentials: {
      version: 1,
      profiles: {
        default: { [HERE]: token('one-of-default'), 'https://api.example': token('two-of-default') },
        work: { [HERE]: token('one-of-work') },
      },
    },
  });
}

test.each([
  [[], { all: false }],
  [['--all'], { all: true }],
])('%j', async (line, options) => {
  expect(await parseLine(defineLogout, ['logout', ...line])).toEqual([options]);
});

describe('case 24: logout', () => {
  const env = { STREAMDIVER_API_URL: `${HERE}/v2` };

  test('deletes only the entry of the profile and the API', async () => {
    const place = signedIn();
    const config = readFileSync(storedFiles(place).config);
    const run = await runCommand(['logout'], { place, token: null, env });
    expect(run).toMatchObject({ exitCode: 0, stdout: '' });
    expect(run.stderr).toContain(`Signed out of ${HERE} (profile default).`);
    expect(run.stderr).toContain(
      'hint: still signed in to https://api.example; to sign out: logout --api-url https://api.example\n',
    );
    expect(readJson(storedFiles(place).credentials)).toEqual({
      version: 1,
      profiles: {
        default: { 'https://api.example': token('two-of-default') },
        work: { [HERE]: token('one-of-work') },
      },
    });
    expect(readFileSync(storedFiles(place).config)).toEqual(config);
  });

  test('--profile leaves the default profile unchanged', async () => {
    const place = signedIn();
    const run = await runCommand(['logout', '--profile', 'work', '--json', '-q'], { place, token: null });
    expect(run).toMatchObject({ exitCode: 0, stderr: '' });
    expect(run.json).toEqual({ removed: [{ profile: 'work', apiOrigin: HERE }] });
    expectDocument('logout', run.json);
    expect(Object.keys((readJson(storedFiles(place).credentials) as { profiles: object }).profiles)).toEqual([
      'default',
    ]);
  });

  test('--all deletes all entries, even with an invalid setting', async () => {
    const place = signedIn();
    const line = ['logout', '--all', '--api-url', 'ftp://x', '--json'];
    const run = await runCommand(line, { place, token: null });
    expect(run.exitCode).toBe(0);
    expectDocument('logout', run.json);
    expect(run.json).toEqual({
      removed: [
        { profile: 'default', apiOrigin: HERE },
        { profile: 'default', apiOrigin: 'https://api.example' },
        { profile: 'work', apiOrigin: HERE },
      ],
    });
    expect(run.stderr).toBe(
      [
        `Signed out of ${HERE} (profile default).`,
        'Signed out of https://api.example (profile default).',
        `Signed out of ${HERE} (profile work).`,
        '',
      ].join('\n'),
    );
    expect(readJson(storedFiles(place).credentials)).toEqual({ version: 1, profiles: {} });
    const again = await runCommand(line, { place, token: null });
    expect(again).toMatchObject({ exitCode: 0, json: { removed: [] }, stderr: 'No stored credentials.\n' });
  });

  test('deletes cached tokens of its client, but not those of another', async () => {
    const api = await startApi({
      script: { 'POST token': { json: { access_token: 'sandbox-fetched-token-0001' } } },
    });
    const client = { kind: 'client', ssoUrl: `${api.origin}/`, tenant: 'demo', clientSecret: 'word-0001' };
    const place = placeWithStore({
      credentials: {
        version: 1,
        profiles: {
          default: { [api.origin]: { ...client, clientId: 'one' } },
          work: { [api.origin]: { ...client, clientId: 'two' } },
        },
      },
    });
    const options = { api, place, token: null, secrets: ['sandbox-fetched-token-0001'] };
    for (const profile of ['default', 'work']) await runCommand(['list', '--profile', profile], options);
    const { tokens } = storedFiles(place);
    expect(readFileSync(tokens, 'utf8')).toMatch(/one.*two/s);
    await runCommand(['logout'], options);
    expect(readFileSync(tokens, 'utf8')).not.toContain('one');
    expect(readFileSync(tokens, 'utf8')).toContain('two');
    await runCommand(['logout', '--all'], options);
    expect(readFileSync(tokens, 'utf8')).not.toContain('two');
  });

  test('succeeds without stored credentials and creates no files', async () => {
    const run = await runCommand(['logout'], { token: null, env });
    expect(run).toMatchObject({ exitCode: 0, stdout: '' });
    expect(run.stderr).toBe(`Not signed in to ${HERE} (profile default).\n`);
    expect(existsSync(run.configDir)).toBe(false);
  });

  test('warns about a variable that is still used', async () => {
    const run = await runCommand(['logout', '--all']);
    expect(run.stderr).toContain('warning: STREAMDIVER_TOKEN is set and still used');
    const secret = 'client-SECRET+/8Jq4kW9~v7Rb';
    const client = { token: null, secrets: [secret], env: { STREAMDIVER_CLIENT_SECRET: secret } };
    expect((await runCommand(['logout', '--all'], client)).stderr).toContain(
      'warning: STREAMDIVER_CLIENT_SECRET is set and still used',
    );
  });
});

import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { defineLogin } from '../../src/commands/login.ts';
import { startApi } from '../support/api/api-server.ts';
import { assertNoCanaryElsewhere, CANARY_TOKEN } from '../support/process/canary.ts';
import { makePlace } from '../support/process/run-place.ts';
import { credentialsOf, placeWithStore, readJson, storedFiles } from '../support/stored-files.ts';
import { expectMode } from '../support/windows/expect-mode.ts';
import { asProgramSees } from '../support/windows/windows-paths.ts';
import { expectDocument } from './output-documents.ts';
import { parseLine, refusalOf } from './parse-line.ts';
import { runAnswering, runCommand, runUntil } from './run-command.ts';
import { calls } from './scene.ts';

const CLIENT_SECRET = 'client-SECRET+/8Jq4kW9~v7Rb';
const CLIENT = ['login', '--tenant', 'demo', '--client-id', 'robot', '--with-secret'];

describe('login flags', () => {
  test.each([
    [[], { kind: 'ask', verify: true }],
    [['--with-token'], { kind: 'token', verify: true }],
    [['--with-token', '--no-verify'], { kind: 'token', verify: false }],
    [
      ['--tenant', 'demo', '--client-id', 'robot'],
      { kind: 'client', tenant: 'demo', clientId: 'robot', isPiped: false, verify: true },
    ],
    [
      ['--tenant=demo', '--client-id=robot', '--with-secret'],
      { kind: 'client', tenant: 'demo', clientId: 'robot', isPiped: true, verify: true },
    ],
    [
      ['--token-command', 'pass show streamdiver'],
      { kind: 'command', command: 'pass show streamdiver', verify: true },
    ],
  ])('%j', async (line, options) => {
    expect(await parseLine(defineLogin, ['login', ...line])).toEqual([options]);
  });

  test.each([
    [
      ['--with-token', '--tenant', 'demo', '--client-id', 'robot'],
      'use only one of a token, client credentials, and a token command',
    ],
    [
      ['--with-token', '--token-command', 'pass'],
      'use only one of a token, client credentials, and a token command',
    ],
    [['--with-token', '--with-secret'], 'use only one of a token, client credentials, and a token command'],
    [['--tenant', 'demo'], 'client credentials need --tenant and --client-id'],
    [['--with-secret'], 'client credentials need --tenant and --client-id'],
    [['--tenant', '', '--client-id', 'x'], '--tenant: the value is empty'],
    [['--token-command', ' '], '--token-command: the command is empty'],
    [['--token-command', "pass 'show"], 'unclosed quote'],
    [['--token-command', 'pass show | head'], 'which needs a shell'],
    [['a-secret-as-argument'], 'too many arguments'],
  ])('rejects %j', async (line, message) => {
    const refusal = await refusalOf(defineLogin, ['login', ...line]);
    expect(refusal).toContain(message);
    expect(refusal).not.toContain('a-secret-as-argument');
  });
});

describe('login --with-token', () => {
  test('verifies the token with the API, stores it for its origin, and uses it afterwards', async () => {
    const api = await startApi();
    const place = makePlace();
    const run = await runCommand(['login', '--with-token'], {
      api,
      place,
      token: null,
      input: `${CANARY_TOKEN}\n`,
    });
    expect(run).toMatchObject({ exitCode: 0, stdout: '' });
    expect(run.stderr).toBe(`Signed in to ${api.origin} (profile default) with token …v7Rb.\n`);
    expect(calls(api)).toEqual(['GET /v2/downloads?perPage=1&page=0']);
    const { credentials, config } = storedFiles(place);
    expect(readJson(credentials)).toEqual(credentialsOf(api.origin, { kind: 'token', token: CANARY_TOKEN }));
    expectMode(credentials, 0o600);
    expectMode(place.configDir, 0o700);
    expect(existsSync(config)).toBe(false);
    const list = await runCommand(['list'], { api, place, token: null });
    expect(list).toMatchObject({ exitCode: 0 });
    expect(api.requests.at(-1)?.headers.get('authorization')).toBe(`Bearer ${CANARY_TOKEN}`);
  });

  test('--json prints the same document as whoami', async () => {
    const api = await startApi();
    const run = await runCommand(['login', '--with-token', '--json', '-q'], {
      api,
      token: null,
      input: CANARY_TOKEN,
    });
    expect(run).toMatchObject({ exitCode: 0, stderr: '' });
    expectDocument('login', run.json);
    expect(run.json).toEqual({
      authenticated: true,
      profile: 'default',
      source: storedFiles(run).credentials,
      tenant: null,
      apiUrl: `${api.origin}/v2`,
      expires: null,
      verified: true,
    });
  });

  test('does not store a token that the API rejects', async () => {
    const api = await startApi({ token: 'another' });
    const run = await runCommand(['login', '--with-token'], { api, token: null, input: CANARY_TOKEN });
    expect(run).toMatchObject({ exitCode: 4, stdout: '' });
    expect(run.stderr).toContain(
      `hint: not stored; check the credential and that it belongs to ${api.origin}\n`,
    );
    expect(existsSync(run.configDir)).toBe(false);
    expect(api.requests).toHaveLength(1);
  });

  test('stores nothing if the API is down, unless --no-verify', async () => {
    const place = makePlace();
    const line = ['login', '--with-token', '--api-url', 'http://127.0.0.1:1/v2'];
    const failed = await runCommand(line, { place, token: null, input: CANARY_TOKEN });
    expect(failed).toMatchObject({ exitCode: 6 });
    expect(failed.stderr).toContain('--no-verify');
    expect(existsSync(place.configDir)).toBe(false);
    const stored = await runCommand([...line, '--no-verify', '--json'], {
      place,
      token: null,
      input: CANARY_TOKEN,
    });
    expect(stored).toMatchObject({ exitCode: 0, json: { authenticated: true, verified: false } });
    expect(readJson(storedFiles(place).credentials)).toMatchObject({
      profiles: { default: { 'http://127.0.0.1:1': { kind: 'token' } } },
    });
  });

  test('retries an unavailable service twice, and stops on Ctrl-C', async () => {
    const api = await startApi({ script: { 'GET /v2/downloads': 503 } });
    const options = { api, token: null, input: CANARY_TOKEN };
    const run = await runCommand(['login', '--with-token'], options);
    expect(run.exitCode).toBe(6);
    expect(api.requests).toHaveLength(3);
    api.script('GET /v2/downloads', { raw: '', after: 'stall' });
    const interrupted = await runUntil(() => api.requests.length === 4, ['login', '--with-token'], options);
    expect(interrupted).toMatchObject({ exitCode: 130, stdout: '' });
    expect(interrupted.stderr).not.toContain('not stored');
    expect(existsSync(interrupted.configDir)).toBe(false);
  });

  test.each([
    ['a line feed inside', 'sandbox-CANARY\n8Jq4kW9v7Rb', 15],
    ['a zero-width space', 'sandbox-CANARY\u200b8Jq4kW9v7Rb', 15],
    ['a carriage return inside', 'sandbox-CANARY\r8Jq4kW9v7Rb', 15],
    ['curly quotes', '\u201c8Jq4kW9v7Rb\u201d', 1],
  ])('case 8: rejects %s by position without printing the token', async (_name, token, position) => {
    const api = await startApi();
    const run = await runCommand(['login', '--with-token', '--json'], {
      api,
      token: null,
      input: token,
      secrets: ['8Jq4kW9v7Rb'],
    });
    expect(run).toMatchObject({ exitCode: 4, json: { error: { code: 'AUTH' } } });
    expect(run.stderr).toContain(`has an illegal character at position ${position}`);
    expect(api.requests).toHaveLength(0);
    expect(existsSync(run.configDir)).toBe(false);
  });

  test('case 8: ignores spaces around the token and a byte order mark, and accepts 10 KB', async () => {
    const token = `sandbox-${'x8Jq'.repeat(2_500)}`;
    const api = await startApi({ token });
    const run = await runCommand(['login', '--with-token'], {
      api,
      token: null,
      input: `\ufeff  ${token}\r\n`,
    });
    expect(run.exitCode).toBe(0);
  });

  test.each([
    ['an empty standard input', { input: '' }, 4, 'is empty'],
    ['a terminal without prompts', { isTTY: true, env: { CI: '1' } }, 2, 'is a terminal'],
  ])('%s is an error', async (_name, options, exitCode, message) => {
    const api = await startApi();
    const run = await runCommand(['login', '--with-token'], { api, token: null, ...options });
    expect(run).toMatchObject({ exitCode, stdout: '' });
    expect(run.stderr).toContain(message);
    expect(api.requests).toHaveLength(0);
  });
});

describe('case 6: secrets as flags', () => {
  test.each(['--token', '--access-token', '--client-secret', '--password', '--api-key'])(
    'login %s suggests standard input and the variable, and never prints the value',
    async (flag) => {
      for (const words of [[flag, 'value-of-a-secret'], [`${flag}=value-of-a-secret`]]) {
        const run = await runCommand(['login', ...words, '--json'], { secrets: ['value-of-a-secret'] });
        expect(run).toMatchObject({ exitCode: 2, json: { error: { code: 'USAGE' } } });
        expect(run.stderr).toMatch(/--with-token.*STREAMDIVER_TOKEN/);
      }
    },
  );
});

describe('login with client credentials', () => {
  test('fetches a token, verifies it with the API, and stores the secret but not the token', async () => {
    const sso = await startApi();
    const api = await startApi();
    const place = makePlace();
    const options = { api, place, token: null, secrets: [CLIENT_SECRET] };
    const run = await runCommand([...CLIENT, '--sso-url', sso.origin], { ...options, input: CLIENT_SECRET });
    expect(run).toMatchObject({ exitCode: 0, stdout: '' });
    expect(run.stderr).toContain('with client robot of tenant demo');
    expect(sso.requestsOf('POST token')).toHaveLength(1);
    const { credentials, tokens } = storedFiles(place);
    expect(readJson(credentials)).toEqual(
      credentialsOf(api.origin, {
        kind: 'client',
        ssoUrl: `${sso.origin}/`,
        tenant: 'demo',
        clientId: 'robot',
        clientSecret: CLIENT_SECRET,
      }),
    );
    expect(existsSync(tokens)).toBe(false);
    expect(run.stderr).toContain(`Set ssoUrl to ${sso.origin}/ (profile default).\n`);
    expect(readJson(storedFiles(place).config)).toEqual({
      version: 1,
      profiles: { default: { ssoUrl: `${sso.origin}/` } },
    });
    assertNoCanaryElsewhere([api], sso.origin, [CLIENT_SECRET]);
    assertNoCanaryElsewhere([sso], api.origin, [CANARY_TOKEN]);
  });

  test('rejects a wrong secret even if a token of the old one is still cached', async () => {
    const api = await startApi();
    const place = makePlace();
    const options = { api, place, token: null };
    await runCommand(CLIENT, { ...options, input: CLIENT_SECRET });
    expect((await runCommand(['list'], options)).exitCode).toBe(0);
    api.script('POST token', { status: 401, json: { error: 'invalid_client' } });
    const again = await runCommand(CLIENT, { ...options, input: 'another-secret-0001' });
    expect(again.exitCode).toBe(4);
    expect(JSON.stringify(readJson(storedFiles(place).credentials))).toContain(
      JSON.stringify(CLIENT_SECRET).slice(1, -1),
    );
  });

  test('forgets the token of the same client, but not of another one', async () => {
    const api = await startApi();
    const place = makePlace();
    const options = { api, place, token: null };
    const other = CLIENT.map((word) => (word === 'robot' ? 'other' : word));
    for (const line of [CLIENT, other]) {
      await runCommand([...line, '--profile', line[4] ?? ''], { ...options, input: CLIENT_SECRET });
      await runCommand(['list', '--profile', line[4] ?? ''], options);
    }
    await runCommand([...CLIENT, '--profile', 'robot'], { ...options, input: CLIENT_SECRET });
    const { length } = api.requestsOf('POST token');
    await runCommand(['list', '--profile', 'other'], options);
    expect(api.requestsOf('POST token')).toHaveLength(length);
    await runCommand(['list', '--profile', 'robot'], options);
    expect(api.requestsOf('POST token')).toHaveLength(length + 1);
  });

  test('without --with-secret and a terminal, suggests the flag', async () => {
    const run = await runCommand(CLIENT.slice(0, -1), { token: null });
    expect(run).toMatchObject({ exitCode: 2 });
    expect(run.stderr).toContain('--with-secret');
  });
});

describe('login with prompts', () => {
  const start = async () => ({ api: await startApi(), place: makePlace() });
  /** Line by line, as for a screen reader. */
  const PLAIN = { token: null, secrets: [CLIENT_SECRET], env: { ACCESSIBLE: '1', NO_COLOR: '1' } };
  const LAST_CHOICE = '3. command that prints a token';

  test('prompts for client credentials until each is valid', async () => {
    const { api, place } = await start();
    const answers = [
      [LAST_CHOICE, '2\r'],
      ['Tenant', '\r'],
      ['the value is empty', 'acme\r'],
      ['Client ID', 'robot\r'],
      ['Client secret', `${CLIENT_SECRET}\r`],
    ] as const;
    const run = await runAnswering(answers, ['login'], { ...PLAIN, api, place });
    expect(run.exitCode).toBe(0);
    expect(run.stderr).toContain(`Signing in to ${api.origin} (profile default).\n`);
    expect(run.stderr).toContain('with client robot of tenant acme.\n');
    expect(readJson(storedFiles(place).credentials)).toEqual(
      credentialsOf(api.origin, {
        kind: 'client',
        ssoUrl: `${api.origin}/`,
        tenant: 'acme',
        clientId: 'robot',
        clientSecret: CLIENT_SECRET,
      }),
    );
  });

  test('prompts for a command until it is valid', async () => {
    const { api, place } = await start();
    const answers = [
      [LAST_CHOICE, '3\r'],
      ['Command', "pass 'show\r"],
      ['unclosed quote', 'pass show\r'],
    ] as const;
    const run = await runAnswering(answers, ['login', '--no-verify'], { ...PLAIN, api, place });
    expect(run.exitCode).toBe(0);
    expect(readJson(storedFiles(place).credentials)).toEqual(
      credentialsOf(api.origin, { kind: 'command', command: 'pass show' }),
    );
  });

  test('prompts again for a rejected token, but not for the kind of credential', async () => {
    const { api, place } = await start();
    const answers = [
      [LAST_CHOICE, '1\r'],
      ['Paste the token', 'an-incomplete-token\r'],
      ['; try again', ''],
      ['Paste the token', `${CANARY_TOKEN}\r`],
    ] as const;
    const run = await runAnswering(answers, ['login'], { ...PLAIN, api, place });
    expect(run.exitCode).toBe(0);
    expect(run.stderr.match(/Signing in to|Sign in with/g)).toEqual(['Signing in to', 'Sign in with']);
    expect(readJson(storedFiles(place).credentials)).toEqual(
      credentialsOf(api.origin, { kind: 'token', token: CANARY_TOKEN }),
    );
  });

  test('--with-token prompts for a token, and a client without --with-secret for its secret', async () => {
    const { api, place } = await start();
    const token = await runAnswering([['Paste the token', `${CANARY_TOKEN}\r`]], ['login', '--with-token'], {
      ...PLAIN,
      api,
      place,
    });
    expect(token.exitCode).toBe(0);
    const secret = await runAnswering([['Client secret', `${CLIENT_SECRET}\r`]], CLIENT.slice(0, -1), {
      ...PLAIN,
      api,
      place,
    });
    expect(secret.exitCode).toBe(0);
    expect(readJson(storedFiles(place).credentials)).toMatchObject({
      profiles: { default: { [api.origin]: { clientSecret: CLIENT_SECRET } } },
    });
  });

  test('requires a terminal', async () => {
    const api = await startApi();
    const run = await runCommand(['login'], { api, token: null });
    expect(run).toMatchObject({ exitCode: 2, stdout: '', requests: [] });
    expect(run.stderr).toBe(
      'error: cannot prompt for credentials: no terminal\nhint: pipe a token to login --with-token\n',
    );
  });
});

describe('login --token-command', () => {
  function commandThatPrints(text: string) {
    const place = makePlace();
    const script = join(place.temp, 'print.cjs');
    writeFileSync(script, `process.stdout.write(${JSON.stringify(text)} + '\\n')`);
    // The script itself contains the token.
    const mayHoldSecret = (path: string) => path === script;
    return { place, command: `'${process.execPath}' '${script}'`, mayHoldSecret };
  }

  test('stores the command, not its output', async () => {
    const api = await startApi();
    const { place, command, mayHoldSecret } = commandThatPrints(CANARY_TOKEN);
    const options = { api, place, token: null, mayHoldSecret };
    const run = await runCommand(['login', '--token-command', command], options);
    expect(run).toMatchObject({ exitCode: 0, stdout: '' });
    expect(readJson(storedFiles(place).credentials)).toEqual(
      credentialsOf(api.origin, { kind: 'command', command: asProgramSees(command) }),
    );
    expect((await runCommand(['list'], options)).exitCode).toBe(0);
    expect(api.requests.at(-1)?.headers.get('authorization')).toBe(`Bearer ${CANARY_TOKEN}`);
  });

  test('reports a failed command with its escaped output, and stores nothing', async () => {
    const api = await startApi();
    const place = makePlace();
    const script = join(place.temp, 'fail.cjs');
    writeFileSync(script, `process.stderr.write('locked \\u001b[31m store'); process.exitCode = 7;`);
    const run = await runCommand(['login', '--token-command', `'${process.execPath}' '${script}'`], {
      api,
      place,
      token: null,
    });
    expect(run).toMatchObject({ exitCode: 4 });
    expect(run.stderr).toContain('failed with exit code 7: locked \\x1b[31m store');
    expect(existsSync(place.configDir)).toBe(false);
    expect(api.requests).toHaveLength(0);
  });
});

describe('profiles and URLs', () => {
  test('stores a URL given as a flag in the profile', async () => {
    const api = await startApi();
    const place = makePlace();
    const line = ['login', '--with-token', '--profile', 'work', '--api-url', `${api.origin}/v2`];
    const run = await runCommand(line, { place, token: null, input: CANARY_TOKEN });
    expect(run.exitCode).toBe(0);
    expect(run.stderr).toContain(`Set apiUrl to ${api.origin}/v2 (profile work).`);
    expect(readJson(storedFiles(place).config)).toEqual({
      version: 1,
      profiles: { work: { apiUrl: `${api.origin}/v2` } },
    });
    expect((await runCommand(['list', '--profile', 'work'], { place, token: null })).exitCode).toBe(0);
    expect(api.requests.at(-1)?.headers.get('authorization')).toBe(`Bearer ${CANARY_TOKEN}`);
  });

  test('does not store a URL from the environment, and keeps other entries', async () => {
    const api = await startApi();
    const other = { 'https://api.example': { kind: 'token', token: 'of-another-api' } };
    const place = placeWithStore({ credentials: { version: 1, profiles: { default: other, work: other } } });
    await runCommand(['login', '--with-token'], { api, place, token: null, input: CANARY_TOKEN });
    expect(existsSync(storedFiles(place).config)).toBe(false);
    expect(readJson(storedFiles(place).credentials)).toMatchObject({
      profiles: { default: { ...other, [api.origin]: { token: CANARY_TOKEN } }, work: other },
    });
  });

  test('warns about a variable that overrides the stored credential', async () => {
    const api = await startApi();
    const run = await runCommand(['login', '--with-token'], { api, input: CANARY_TOKEN });
    expect(run.stderr).toContain('warning: STREAMDIVER_TOKEN is set and overrides the stored credential');
  });
});

describe('case 130: login with broken files', () => {
  test('moves unreadable credentials aside without losing any', async () => {
    const api = await startApi();
    const place = placeWithStore({ credentials: '{"profiles": {' });
    const { credentials } = storedFiles(place);
    writeFileSync(`${credentials}.broken-1`, 'an older one');
    const run = await runCommand(['login', '--with-token'], { api, place, token: null, input: CANARY_TOKEN });
    expect(run.exitCode).toBe(0);
    expect(run.stderr).toContain(`cannot read ${credentials}; moved it to ${credentials}.broken-2`);
    expect(readFileSync(`${credentials}.broken-2`, 'utf8')).toBe('{"profiles": {');
    expect(readFileSync(`${credentials}.broken-1`, 'utf8')).toBe('an older one');
    expect(readJson(credentials)).toMatchObject({ profiles: { default: {} } });
  });

  test('ignores an unreadable config and leaves it unchanged', async () => {
    const api = await startApi();
    const place = placeWithStore({ config: '{\n"profiles": oops' });
    const { config } = storedFiles(place);
    const run = await runCommand(['login', '--with-token', '--api-url', `${api.origin}/v2`], {
      place,
      token: null,
      input: CANARY_TOKEN,
    });
    expect(run.exitCode).toBe(0);
    expect(run.stderr).toContain(`${config}:2: invalid JSON; ignoring the file`);
    expect(run.stderr).toContain('apiUrl not stored in profile default');
    const both = await runCommand(
      ['login', '--with-token', '--api-url', `${api.origin}/v2`, '--sso-url', 'https://sso.example'],
      { place, token: null, input: CANARY_TOKEN },
    );
    expect(both.stderr).toContain('warning: apiUrl and ssoUrl not stored in profile default: ');
    expect(readFileSync(config, 'utf8')).toBe('{\n"profiles": oops');
  });
});

import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { runCommand } from '../commands/run-command.ts';
import { startApi } from '../support/api/api-server.ts';
import { CANARY_TOKEN } from '../support/process/canary.ts';
import { makePlace, type RunPlace } from '../support/process/run-place.ts';
import { credentialsOf, placeWithStore, storedFiles } from '../support/stored-files.ts';
import { listTree } from '../support/temp-folder.ts';
import { expectMode } from '../support/windows/expect-mode.ts';

const isRoot = process.geteuid?.() === 0;
const STRANGER = 12_345;

async function signedIn(place?: RunPlace) {
  const api = await startApi();
  const entry = { kind: 'token', token: CANARY_TOKEN };
  const there = place ?? placeWithStore({ credentials: credentialsOf(api.origin, entry) });
  return { api, place: there, ...storedFiles(there), options: { api, place: there, token: null } };
}

const loginLine = ['login', '--with-token'];

describe('case 11: permissions', () => {
  test('does not depend on the umask', async () => {
    for (const mask of [0o000, 0o077]) {
      const { options, credentials, place } = await signedIn(makePlace());
      const before = process.umask(mask);
      try {
        expect((await runCommand(loginLine, { ...options, input: CANARY_TOKEN })).exitCode).toBe(0);
      } finally {
        process.umask(before);
      }
      expectMode(credentials, 0o600);
      expectMode(place.configDir, 0o700);
    }
  });

  test.each([0o644, 0o660, 0o666, 0o604])('restricts credentials of mode %o and warns', async (mode) => {
    const { options, credentials } = await signedIn();
    chmodSync(credentials, mode);
    const run = await runCommand(['list'], options);
    expect(run.exitCode).toBe(0);
    expect(run.stderr).toContain(
      `warning: ${credentials} was accessible to other users (mode 0${mode.toString(8)}); changed to 0600`,
    );
    expectMode(credentials, 0o600);
    expect((await runCommand(['list'], options)).stderr).not.toContain('warning');
  });

  test.each([0o600, 0o640, 0o644, 0o755])('does not change a config of mode %o', async (mode) => {
    const place = placeWithStore({ config: { profiles: {} } });
    const { config } = storedFiles(place);
    chmodSync(config, mode);
    expect((await runCommand(['config', 'list'], { place })).stderr).toBe('');
    expectMode(config, mode);
  });

  test.each([0o602, 0o620, 0o646, 0o664])(
    'restricts a config of mode %o, which others can write',
    async (mode) => {
      const place = placeWithStore({ config: { profiles: {} } });
      const { config } = storedFiles(place);
      chmodSync(config, mode);
      expect((await runCommand(['config', 'list'], { place })).stderr).toContain(
        `was accessible to other users (mode 0${mode.toString(8)})`,
      );
      expectMode(config, 0o600);
    },
  );

  test('restricts a folder open to others before storing a secret', async () => {
    const { options, place } = await signedIn(makePlace());
    mkdirSync(place.configDir, { recursive: true });
    chmodSync(place.configDir, 0o777);
    const run = await runCommand(loginLine, { ...options, input: CANARY_TOKEN });
    expect(run.exitCode).toBe(0);
    expect(run.stderr).toContain(`${place.configDir} was accessible to other users (mode 0777)`);
    expectMode(place.configDir, 0o700);
  });

  test.each(['config', 'credentials'] as const)('rejects a %s file that is a link', async (name) => {
    const { options, place, ...files } = await signedIn();
    const elsewhere = join(place.temp, `elsewhere-credentials-${name}`);
    if (!existsSync(files[name])) writeFileSync(files[name], '{}');
    renameSync(files[name], elsewhere);
    symlinkSync(elsewhere, files[name]);
    const before = readFileSync(elsewhere);
    const mayHoldSecret = (path: string) => path === elsewhere || path === files.credentials;
    for (const line of [['list'], loginLine]) {
      const run = await runCommand([...line, '--json'], { ...options, input: CANARY_TOKEN, mayHoldSecret });
      expect(run, line.join(' ')).toMatchObject({ exitCode: 2, json: { error: { code: 'CONFIG' } } });
      expect(run.stderr).toContain(`refusing to use ${files[name]}: it is a symbolic link`);
    }
    expect(readFileSync(elsewhere)).toEqual(before);
  });

  test('rejects a folder or a pipe in place of the file without waiting for a writer', async () => {
    for (const make of [
      (path: string) => mkdirSync(path),
      (path: string) => execFileSync('mkfifo', [path]),
    ]) {
      const { options, credentials } = await signedIn(placeWithStore({}));
      make(credentials);
      const run = await runCommand(['list', '--json'], options);
      expect(run).toMatchObject({ exitCode: 2, json: { error: { code: 'CONFIG' } } });
      expect(run.stderr).toContain('not a regular file');
    }
  });

  test.runIf(isRoot)('rejects a file or a folder of another user', async () => {
    const asStranger = { ...(await signedIn()) };
    chownSync(asStranger.credentials, STRANGER, STRANGER);
    const read = await runCommand(['list', '--json'], asStranger.options);
    expect(read).toMatchObject({ exitCode: 2, json: { error: { code: 'CONFIG' } } });
    expect(read.stderr).toContain('it belongs to another user');
    const other = await signedIn(makePlace());
    mkdirSync(other.place.configDir, { recursive: true });
    chownSync(other.place.configDir, STRANGER, STRANGER);
    const written = await runCommand([...loginLine, '--json'], { ...other.options, input: CANARY_TOKEN });
    expect(written).toMatchObject({ exitCode: 2, json: { error: { code: 'CONFIG' } } });
    expect(listTree(other.place.configDir)).toEqual([]);
  });
});

describe('case 130: invalid content', () => {
  const huge = `{"profiles":{}${' '.repeat(1_048_577)}}`;
  const CONFIGS: readonly (readonly [name: string, text: string, place: string])[] = [
    ['no content', '', ':1: invalid JSON'],
    ['truncated JSON', '{\n  "profiles": {\n    "default"', ':3: invalid JSON'],
    ['a trailing comma', '{\n  "profiles": {},\n}', ':3: invalid JSON'],
    ['a comment', '{\n  // mine\n  "profiles": {}\n}', ':2: invalid JSON'],
    ['single quotes', "{'profiles':{}}", ':1: invalid JSON'],
    ['a second document', '{}\n{}', ':2: invalid JSON'],
    ['a byte-order mark', '\ufeff{}', ':1: starts with a byte-order mark'],
    ['a NUL', '{}\0', ':1: is not text'],
    ['a ZIP signature', 'PK\u0003\u0004', ':1: invalid JSON'],
    ['more than 1 MiB', huge, ': is larger than 1 MiB'],
    ['a list', '[]', ':1: must be a JSON object'],
    ['a newer version', '{\n  "profiles": {},\n  "version": 2\n}', ':3: version 2 was written by a newer'],
    ['a version that is not a number', '{"version": "1"}', ':1: version must be a number'],
    [
      'an unknown key',
      '{\n  "profile": "x",\n  "colour": 1\n}',
      ':3: unknown key; expected version, profile',
    ],
    [
      'an unknown key of a profile',
      '{"profiles": {\n  "default": {\n    "apiUrl": "https://a.example",\n    "apiURL": "x"\n  }\n}}',
      ':4: unknown key; expected apiUrl, ssoUrl, cacert',
    ],
    [
      'a number instead of a string',
      '{"profiles": {\n"default": {"apiUrl":\n7}}}',
      ':2: profiles.default.apiUrl must be a string',
    ],
    ['a string instead of an object', '{"profiles":\n"x"}', ':1: profiles must be an object'],
  ];

  test.each(CONFIGS)(
    'rejects a config with %s with its path and line, and does not change it',
    async (_name, text, told) => {
      const api = await startApi();
      const place = placeWithStore({ config: text });
      const { config } = storedFiles(place);
      for (const line of [['list'], ['config', 'set', 'apiUrl', 'https://a.example'], ['whoami']]) {
        const run = await runCommand([...line, '--json'], { api, place });
        expect(run, line.join(' ')).toMatchObject({ exitCode: 2, json: { error: { code: 'CONFIG' } } });
        expect(run.stderr).toContain(`${config}${told}`);
      }
      expect(readFileSync(config, 'utf8')).toBe(text);
      expect(api.requests).toHaveLength(0);
      for (const line of [
        ['--help'],
        ['--version'],
        ['login', '--help'],
        ['help', 'environment'],
        ['config', 'path'],
      ])
        expect(await runCommand(line, { place })).toMatchObject({ exitCode: 0, stderr: '' });
    },
  );

  test('rejects bytes that are not UTF-8', async () => {
    const place = placeWithStore({ config: '{}' });
    writeFileSync(storedFiles(place).config, Buffer.from([0x7b, 0xff, 0xfe, 0x7d]));
    const run = await runCommand(['list'], { place });
    expect(run.stderr).toContain('config.json:1: is not text');
  });

  const part = CANARY_TOKEN;
  const CREDENTIALS: readonly (readonly [name: string, text: string, line: number])[] = [
    [
      'invalid JSON',
      `{"profiles":\n{"default": {"https://a.example": {"kind":"token","token": ${part}}}}}`,
      2,
    ],
    ['an unknown kind', `{"profiles":{"default":{"https://a.example":\n{"kind":"${part}"}}}}`, 2],
    ['no token', `{"profiles":{"default":{"https://a.example":\n{"kind":"token","tokn":"${part}"}}}}`, 1],
    ['an unknown key', `{"${part}": 1}`, 1],
  ];

  test.each(CREDENTIALS)(
    'rejects credentials with %s without repeating them, even with -vv',
    async (_name, text, line) => {
      const api = await startApi();
      const place = placeWithStore({ credentials: text });
      const { credentials } = storedFiles(place);
      for (const words of [['list'], ['logout'], ['logout', '--all'], ['whoami']]) {
        const run = await runCommand([...words, '-vv', '--json'], { api, place, token: null });
        expect(run.exitCode, words.join(' ')).toBe(2);
        expect(run.stderr).toContain(`${credentials}:${line}: `);
      }
      expect(readFileSync(credentials, 'utf8')).toBe(text);
      expect(api.requests).toHaveLength(0);
    },
  );

  test('ignores broken credentials if a token is in the environment', async () => {
    const api = await startApi();
    const place = placeWithStore({ credentials: '{' });
    expect((await runCommand(['list'], { api, place })).exitCode).toBe(0);
  });
});

describe('case 132: without a writable config folder', () => {
  test.each([
    ['no HOME', { STREAMDIVER_CONFIG_DIR: '', HOME: '', XDG_CONFIG_HOME: '' }],
    ['a HOME that does not exist', { STREAMDIVER_CONFIG_DIR: '', HOME: '/nowhere/at/all' }],
    ['a relative XDG_CONFIG_HOME', { STREAMDIVER_CONFIG_DIR: '', HOME: '', XDG_CONFIG_HOME: 'here' }],
  ])('a token in the environment works with %s', async (_name, env) => {
    const api = await startApi();
    const run = await runCommand(['list'], { api, env });
    expect(run).toMatchObject({ exitCode: 0 });
    const sent = new Set(api.requests.map(({ headers }) => headers.get('authorization')));
    expect([...sent]).toEqual([`Bearer ${CANARY_TOKEN}`]);
  });

  test('rejects a folder below a file before any request', async () => {
    const api = await startApi();
    const env = { STREAMDIVER_CONFIG_DIR: '/dev/null/x' };
    const run = await runCommand(['list', '--json'], { api, env });
    expect(run).toMatchObject({ exitCode: 2, json: { error: { code: 'CONFIG' } }, requests: [] });
    expect(run.stderr).toContain('/dev/null/x');
  });

  test('rejects a relative STREAMDIVER_CONFIG_DIR', async () => {
    const run = await runCommand(['list', '--json'], { env: { STREAMDIVER_CONFIG_DIR: 'here' } });
    expect(run).toMatchObject({ exitCode: 2, json: { error: { code: 'CONFIG' } } });
  });

  test('login without HOME reports which variable to set', async () => {
    const api = await startApi();
    const run = await runCommand(loginLine, {
      api,
      token: null,
      input: CANARY_TOKEN,
      env: { STREAMDIVER_CONFIG_DIR: '', HOME: '' },
    });
    expect(run).toMatchObject({ exitCode: 2, stdout: '' });
    expect(run.stderr).toContain('set STREAMDIVER_CONFIG_DIR');
  });
});

import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { defineConfig } from '../../src/commands/config.ts';
import { makeCertificate } from '../support/certificate.ts';
import { CANARY_TOKEN } from '../support/process/canary.ts';
import { makePlace } from '../support/process/run-place.ts';
import { credentialsOf, placeWithStore, readJson, storedFiles } from '../support/stored-files.ts';
import { expectMode } from '../support/windows/expect-mode.ts';
import { expectDocument } from './output-documents.ts';
import { parseLine, refusalOf } from './parse-line.ts';
import { runCommand } from './run-command.ts';

describe('config flags', () => {
  const define: typeof defineConfig = (parent, keep) => defineConfig(parent, keep);
  const parse = (line: readonly string[]) =>
    parseLine(
      (parent, keep) => define(parent, { list: keep, get: keep, set: keep, unset: keep, path: keep }),
      ['config', ...line],
    );
  const refuse = (line: readonly string[]) =>
    refusalOf(
      (parent, keep) => define(parent, { list: keep, get: keep, set: keep, unset: keep, path: keep }),
      ['config', ...line],
    );

  test.each([
    [['list'], [{ showOrigin: false }]],
    [['ls', '--show-origin'], [{ showOrigin: true }]],
    [['get', 'apiUrl'], [{ key: 'apiUrl' }]],
    [['get', 'api-url'], [{ key: 'apiUrl' }]],
    [['get', 'SSO_URL'], [{ key: 'ssoUrl' }]],
    [['set', 'cacert', 'a.pem'], [{ key: 'cacert', value: 'a.pem' }]],
    [['unset', 'profile'], [{ key: 'profile' }]],
    [['path'], []],
  ])('%j', async (line, options) => {
    expect(await parse(line)).toEqual(options);
  });

  test.each([
    [['get', 'token'], 'unknown setting "token"'],
    [['set', 'apiUrl'], 'missing required argument'],
    [['unset', '__proto__'], 'unknown setting'],
    [['get'], 'missing required argument'],
  ])('rejects %j', async (line, message) => {
    expect(await refuse(line)).toContain(message);
  });
});

describe('config set', () => {
  test('stores a value that get prints, and unset removes it', async () => {
    const place = makePlace();
    const set = await runCommand(['config', 'set', 'apiUrl', 'https://api.example/v3'], { place });
    const { config } = storedFiles(place);
    expect(set).toMatchObject({
      exitCode: 0,
      stdout: '',
      stderr: `Set apiUrl to https://api.example/v3 (profile default) in ${config}.\n`,
    });
    expect(readJson(config)).toEqual({
      version: 1,
      profiles: { default: { apiUrl: 'https://api.example/v3' } },
    });
    expectMode(config, 0o600);
    expect((await runCommand(['config', 'get', 'apiUrl'], { place })).stdout).toBe(
      'https://api.example/v3\n',
    );
    const unset = await runCommand(['config', 'unset', 'apiUrl', '--json'], { place });
    expectDocument('config unset', unset.json);
    expect(unset.json).toEqual({ key: 'apiUrl', value: null, origin: 'profile default' });
    expect(unset.stderr).toBe('Unset apiUrl (profile default).\n');
    const again = await runCommand(['config', 'unset', 'apiUrl'], { place });
    expect(again).toMatchObject({ exitCode: 0, stderr: 'apiUrl was not set (profile default).\n' });
    expect(readJson(config)).toEqual({ version: 1, profiles: {} });
    expect((await runCommand(['config', 'get', 'apiUrl'], { place })).stdout).toBe(
      'https://api.streamdiver.com/v2\n',
    );
  });

  test('changes the profile in --profile, and creates it', async () => {
    const place = placeWithStore({ config: { profiles: { default: { ssoUrl: 'https://a.example' } } } });
    const run = await runCommand(
      ['config', 'set', 'ssoUrl', 'https://b.example', '--profile', 'work', '--json', '-q'],
      { place },
    );
    expect(run).toMatchObject({ exitCode: 0, stderr: '' });
    expectDocument('config set', run.json);
    expect(run.json).toEqual({ key: 'ssoUrl', value: 'https://b.example/', origin: 'profile work' });
    expect(readJson(storedFiles(place).config)).toMatchObject({
      profiles: { default: { ssoUrl: 'https://a.example' }, work: { ssoUrl: 'https://b.example/' } },
    });
  });

  test('profile sets the default profile', async () => {
    const place = placeWithStore({ config: { profiles: { work: { apiUrl: 'https://work.example' } } } });
    await runCommand(['config', 'set', 'profile', 'work'], { place });
    expect((await runCommand(['config', 'get', 'apiUrl'], { place })).stdout).toBe('https://work.example/\n');
    const missing = await runCommand(['config', 'set', 'profile', 'wrok', '--json'], { place });
    expect(missing).toMatchObject({ exitCode: 2, json: { error: { code: 'CONFIG' } } });
    expect(missing.stderr).toBe(
      'error: no profile "wrok"\nhint: use one of default, work, or create one with login --profile NAME\n',
    );
    const unset = await runCommand(['config', 'unset', 'profile', '--json'], { place });
    expect(unset).toMatchObject({
      json: { key: 'profile', value: null, origin: 'config.json' },
      stderr: 'Unset profile (config.json).\n',
    });
    expect((await runCommand(['config', 'get', 'profile'], { place })).stdout).toBe('default\n');
  });

  test.each([
    ['apiUrl', 'http://api.example'],
    ['apiUrl', 'ftp://127.0.0.1'],
    ['ssoUrl', 'https://user:word@sso.example'],
    ['ssoUrl', ''],
    ['cacert', 'not-there.pem'],
    ['cacert', 'empty.pem'],
    ['profile', ''],
  ])('rejects %s %j and stores nothing', async (key, value) => {
    const place = makePlace();
    writeFileSync(join(place.cwd, 'empty.pem'), '');
    const run = await runCommand(['config', 'set', key, value, '--json'], { place });
    expect(run).toMatchObject({ exitCode: 2, json: { error: { code: 'CONFIG' } } });
    expect(run.stderr).not.toContain('user:word');
    expect(existsSync(storedFiles(place).config)).toBe(false);
  });

  test('stores cacert as an absolute path', async () => {
    const place = makePlace();
    writeFileSync(join(place.cwd, 'ours.pem'), makeCertificate().certPem);
    expect((await runCommand(['config', 'set', 'cacert', 'ours.pem'], { place })).exitCode).toBe(0);
    expect((await runCommand(['config', 'get', 'cacert'], { place })).stdout).toBe(
      `${join(place.cwd, 'ours.pem')}\n`,
    );
  });

  test('unset fixes a stored value that is invalid', async () => {
    const place = placeWithStore({ config: { profiles: { default: { apiUrl: 'ftp://x' } } } });
    expect((await runCommand(['list'], { place })).exitCode).toBe(2);
    expect((await runCommand(['config', 'unset', 'apiUrl'], { place })).exitCode).toBe(0);
    expect((await runCommand(['config', 'list'], { place })).exitCode).toBe(0);
  });
});

describe('config list', () => {
  test('--show-origin prints where each setting comes from', async () => {
    const place = placeWithStore({ config: { profile: 'work', profiles: { work: { cacert: '/ca.pem' } } } });
    const run = await runCommand(['config', 'list', '--show-origin', '--sso-url', 'https://sso.example'], {
      place,
      env: { STREAMDIVER_API_URL: 'https://api.example' },
    });
    expect(run).toMatchObject({ exitCode: 0, stderr: '' });
    expect(run.stdout).toBe(
      [
        'profile\twork\tconfig.json',
        'apiUrl\thttps://api.example/\tSTREAMDIVER_API_URL',
        'ssoUrl\thttps://sso.example/\t--sso-url',
        'cacert\t/ca.pem\tprofile work',
        '',
      ].join('\n'),
    );
    const plain = await runCommand(['config', 'list'], { place });
    expect(plain.stdout).toContain('cacert\t/ca.pem\n');
  });

  test('--json matches its schema and contains no secret', async () => {
    const place = placeWithStore({
      credentials: credentialsOf('https://api.streamdiver.com', { kind: 'token', token: CANARY_TOKEN }),
    });
    const run = await runCommand(['config', 'list', '--json'], { place, token: null });
    expectDocument('config list', run.json);
    expect(run.json).toMatchObject({ count: 4 });
    const get = await runCommand(['config', 'get', 'cacert', '--json'], { place, token: null });
    expectDocument('config get', get.json);
    expect(get.json).toEqual({ key: 'cacert', value: null, origin: 'default' });
  });
});

describe('config path', () => {
  test('prints the path even if the file is broken', async () => {
    const place = placeWithStore({ config: '{' });
    const run = await runCommand(['config', 'path'], { place });
    expect(run).toMatchObject({ exitCode: 0, stdout: `${storedFiles(place).config}\n`, stderr: '' });
    const json = await runCommand(['config', 'path', '--json'], { place });
    expectDocument('config path', json.json);
    expect(json.json).toEqual({ path: storedFiles(place).config });
    expect(readFileSync(storedFiles(place).config, 'utf8')).toBe('{');
  });

  test('case 132: fails without a home folder', async () => {
    const env = { STREAMDIVER_CONFIG_DIR: '', HOME: '' };
    const run = await runCommand(['config', 'path', '--json'], { env });
    expect(run).toMatchObject({ exitCode: 2, json: { error: { code: 'CONFIG' } } });
    const set = await runCommand(['config', 'set', 'apiUrl', 'https://api.example', '--json'], { env });
    expect(set).toMatchObject({ exitCode: 2, json: { error: { code: 'CONFIG' } } });
  });

  test.each([
    ['missing', ''],
    ['relative', 'Roaming'],
  ])(
    'on Windows, reports an APPDATA that is %s, and stores nothing in the current folder',
    async (_what, APPDATA) => {
      const place = makePlace();
      const env = { STREAMDIVER_CONFIG_DIR: '', APPDATA };
      const options = { env, place, platform: 'win32' } as const;
      const error = { code: 'CONFIG', message: expect.stringContaining('APPDATA') };
      const run = await runCommand(['config', 'path', '--json'], options);
      expect(run).toMatchObject({ exitCode: 2, json: { error } });
      const words = ['login', '--with-token', '--no-verify', '--json'];
      expect(await runCommand(words, { ...options, input: 'secret' })).toMatchObject({
        exitCode: 2,
        json: { error },
      });
      expect(readdirSync(place.cwd)).toEqual([]);
    },
  );
});

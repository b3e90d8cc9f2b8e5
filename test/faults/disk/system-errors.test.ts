import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { PACKAGE_ID } from '../../support/api/api-packages.ts';
import { startApi } from '../../support/api/api-server.ts';
import { diskFaultFlags } from '../../support/disk-fault.ts';
import { makeZipObject } from '../../support/faults/served-object.ts';
import { runBinary } from '../../support/process/run-binary.ts';
import { runCli } from '../../support/process/run-cli.ts';
import { makePlace } from '../../support/process/run-place.ts';
import { failingStream } from '../../support/process/streams.ts';
import { listTree, makeTempFolder } from '../../support/temp-folder.ts';
import { makeTerminal } from '../../terminal/make-terminal.ts';

const object = makeZipObject(300_000);
const FETCH = ['fetch', PACKAGE_ID, '-o', 'object.zip', '--json'];
const MAY_MOUNT =
  spawnSync('unshare', ['-m', 'sh', '-c', 'mount -t tmpfs -o ro tmpfs /mnt'], { stdio: 'ignore' }).status ===
  0;

const WORDS = [
  ['EDQUOT', 'disk quota exceeded'],
  ['ESTALE', 'the network file system lost the file'],
  ['EROFS', 'the file system is read-only'],
  ['EFBIG', 'the file would be larger than is allowed'],
  ['ENOSPC', 'no space left on the disk'],
  ['EIO', 'input/output error'],
  ['ENODEV', 'no such device'],
] as const;

describe('describes system errors in words', () => {
  test.each(WORDS)('%s while writing a file: %s', async (code, words) => {
    const api = await startApi({ files: { one: object } });
    const { nodeFlags } = diskFaultFlags({
      call: 'write',
      nth: 1,
      effect: code,
      pathPart: 'object.zip.part',
    });
    const run = await runBinary(FETCH, { api, nodeFlags });
    expect(run).toMatchObject({ exitCode: 9, json: { error: { code: 'DISK' } } });
    expect(run.stderr).toContain(words);
    expect(run.stderr).not.toContain(code);
    expect(run.stderr).toMatch(/\nhint: /);
  });

  test.each(WORDS)('%s on standard output: %s', async (code, words) => {
    const { terminal } = makeTerminal({ stdout: failingStream(code) });
    terminal.line('a');
    await expect(terminal.flush()).rejects.toMatchObject({
      code: 'DISK',
      message: `cannot write to standard output: ${words}`,
      details: { hint: expect.stringMatching(/./) },
    });
  });

  test('the hint for a closed pipe does not mention disk space', async () => {
    const api = await startApi({ files: { one: makeZipObject(3_000_000) } });
    const run = await runBinary(['fetch', PACKAGE_ID, '-o', '-'], {
      api,
      isOutputData: true,
      wrapper: ['bash', '-c', 'set -o pipefail; "$@" | head -c 10', 'bash'],
    });
    expect(run.exitCode).toBe(9);
    expect(run.stderr).toContain('the reader of standard output closed the pipe\nhint: use a reader');
    expect(run.stderr).not.toContain('space');
  });
});

const LIMITED = (blocks: number) => ['bash', '-c', `ulimit -f ${blocks}; exec "$@"`, 'bash'];

describe.skipIf(process.platform === 'win32')('case 90: a limit on the size of files (ulimit -f)', () => {
  test.each([
    ['a download', [...FETCH]],
    ['unpacking', ['fetch', PACKAGE_ID, '-x', '-D', 'out', '--json']],
  ])('ends %s with an error message, not a signal', async (_what, args) => {
    const api = await startApi({ files: { one: object } });
    const run = await runBinary(args, { api, wrapper: LIMITED(8) });
    expect(run).toMatchObject({ signal: null, exitCode: 9, json: { error: { code: 'DISK' } } });
    expect(run.stderr).toMatch(/the file would be larger than is allowed\nhint: .*ulimit -f/);
  });

  test.each([
    ['list', ['list']],
    ['--help', ['--help']],
    ['--version', ['--version']],
  ])('ends %s into a file with an error message', async (_what, args) => {
    const api = await startApi();
    const place = makePlace();
    const wrapper = ['bash', '-c', 'ulimit -f 0; exec "$@" >out.txt', 'bash'];
    const run = await runBinary(args, { api, place, wrapper });
    expect(run).toMatchObject({ signal: null, exitCode: 9 });
    expect(run.stderr).toContain('cannot write to standard output: the file would be larger than is allowed');
  });

  test.each([
    ['login', ['login', '--with-token', '--no-verify'], 0, 'could not lock'],
    ['sandbox', ['sandbox', '--', 'true'], 0, 'could not make a folder in'],
    ['demo', ['demo'], 4, 'could not write'],
  ])('ends %s with an error message', async (_what, args, blocks, doing) => {
    const run = await runBinary(args, { wrapper: LIMITED(blocks), input: 'a-token-of-some-length\n' });
    expect(run).toMatchObject({ signal: null, exitCode: 9 });
    expect(run.stderr).toContain('the file would be larger than is allowed');
    expect(run.stderr).toContain(doing);
    expect(listTree(run.temp)).toEqual([]);
  });
});

describe.runIf(MAY_MOUNT)('on real file systems', () => {
  const on = (mount: string, ...more: string[]) => [
    'unshare',
    '-m',
    'sh',
    '-c',
    `mount ${mount} && ${more.join(' ')} exec "$@"`,
    'sh',
  ];

  test('login reports a read-only home folder', async () => {
    const place = makePlace();
    const run = await runBinary(['login', '--with-token', '--no-verify'], {
      place,
      env: { STREAMDIVER_CONFIG_DIR: undefined },
      token: null,
      input: 'a-token-of-some-length\n',
      wrapper: on(`-t tmpfs -o ro tmpfs ${place.home}`),
    });
    expect(run.exitCode).toBe(9);
    expect(run.stderr).toContain(`${place.home}/.config: the file system is read-only\nhint: `);
  });

  test.each([
    ['sandbox', ['sandbox', '--', 'true']],
    ['demo', ['demo']],
  ])('%s reports a full folder for temporary files', async (_what, args) => {
    const place = makePlace();
    const wrapper = on(`-t tmpfs -o size=64k tmpfs ${place.temp}`);
    const run = await runBinary(args, { place, wrapper });
    expect(run.exitCode).toBe(9);
    expect(run.stderr).toMatch(/no space left on the disk\nhint: /);
  });

  test('case 81: a download to a full disk prints a hint and keeps what arrived', async () => {
    const api = await startApi({ files: { one: makeZipObject(12_000_000) } });
    const place = makePlace();
    const rerun = join(makeTempFolder(), 'rerun.json');
    const wrapper = on(
      `-t tmpfs -o size=6m tmpfs ${place.cwd}`,
      `cd ${place.cwd}; "$@"; code=$?; mount -o remount,size=64m ${place.cwd};`,
      `"$@" > ${rerun} 2>&1; exit $code;`,
    );
    const run = await runBinary([...FETCH, '--no-space-check'], { api, place, wrapper });
    expect(run).toMatchObject({ exitCode: 9, json: { error: { code: 'DISK' } } });
    expect(run.stderr).toMatch(/no space left on the disk.*\nhint: free up space/);
    const report = readFileSync(rerun, 'utf8');
    expect(report).toContain('"outcome":"resumed"');
    expect(Number(/"transferredBytes":(\d+)/.exec(report)?.[1])).toBeLessThan(12_000_000);
  });
});

describe.skipIf(process.platform === 'win32')('case 86: a working directory that was deleted', () => {
  const GONE = ['sh', '-c', 'd=$(mktemp -d) && cd "$d" && rmdir "$d" && exec "$@"', 'sh'];

  test.each([
    ['list', ['list', '--json']],
    ['status', ['status', PACKAGE_ID, '--json']],
    ['fetch -o', ['fetch', PACKAGE_ID, '-o', 'ABSOLUTE/a.zip', '--json']],
    ['fetch -D', ['fetch', PACKAGE_ID, '-D', 'ABSOLUTE/out', '--json']],
    ['fetch -x', ['fetch', PACKAGE_ID, '-x', '-D', 'ABSOLUTE/out', '--json']],
    ['contents', ['contents', PACKAGE_ID, '--json']],
    ['create -f', ['create', '-f', 'ABSOLUTE/body.json', '--dry-run', '--json']],
    ['sandbox --media-dir', ['sandbox', '--media-dir', 'ABSOLUTE', '--', 'true']],
    ['--help', ['--help']],
    ['config path', ['config', 'path']],
  ])('does not affect %s with absolute paths', async (_what, args) => {
    const api = await startApi({ files: { one: makeZipObject(3_000) } });
    const place = makePlace();
    writeFileSync(
      join(place.cwd, 'body.json'),
      '{"selectedMediaIds":["7e0c2b9e-7d41-4a36-9e58-c1d2e3f4a501"]}',
    );
    const absolute = args.map((word) => word.replace('ABSOLUTE', place.cwd));
    expect(await runBinary(absolute, { api, place, wrapper: GONE })).toMatchObject({
      exitCode: 0,
      stderr: expect.not.stringContaining('error'),
    });
  });

  test.each([
    ['fetch', ['fetch', PACKAGE_ID, '--json']],
    ['fetch -o', ['fetch', PACKAGE_ID, '-o', 'a.zip', '--json']],
    ['create --fetch', ['create', '-m', '7e0c2b9e-7d41-4a36-9e58-c1d2e3f4a501', '--fetch', '--json']],
  ])('ends %s before any request', async (_what, args) => {
    const api = await startApi({ files: { one: makeZipObject(3_000) } });
    const run = await runBinary(args, { api, wrapper: GONE });
    expect(run).toMatchObject({ exitCode: 9, json: { error: { code: 'DISK' } } });
    expect(run.stderr).toContain('the current folder no longer exists\nhint: change to another folder');
    expect(api.requests).toHaveLength(0);
  });

  test('still reports a missing ID as not found with a pattern', async () => {
    const api = await startApi();
    const args = ['fetch', 'nothing', '--include', '*.srt', '-D', '/tmp/nowhere', '--json'];
    expect(await runBinary(args, { api, wrapper: GONE })).toMatchObject({ exitCode: 3 });
  });
});

describe('an API URL without its version', () => {
  test.each([
    ['', '/v2'],
    ['/', '/v2'],
    ['/streamdiver', '/streamdiver/v2'],
    ['/v1', '/v2'],
    ['/v2/downloads', '/v2'],
  ])('suggests the right URL for path %j: %s', async (path, likely) => {
    const api = await startApi();
    const run = await runCli(['list', '--json'], { api, env: { STREAMDIVER_API_URL: api.origin + path } });
    expect(run.exitCode).toBe(3);
    expect(run.stderr).toContain(`try --api-url ${api.origin}${likely}\n`);
  });

  test('a web page instead of the API also causes a hint about --api-url', async () => {
    const api = await startApi();
    const page = await startApi();
    page.script('GET /v2/downloads', (_request, reply) =>
      reply.send(200, { 'Content-Type': 'text/html' }, '<!doctype html><title>Welcome</title>'),
    );
    const run = await runCli(['list', '--json'], { api, env: { STREAMDIVER_API_URL: `${page.origin}/v2` } });
    expect(run.stderr).toContain('hint: check --api-url');
  });

  test('login prints the same hint, and that nothing was stored', async () => {
    const api = await startApi();
    const run = await runCli(['login', '--with-token', '--json'], {
      api,
      env: { STREAMDIVER_API_URL: api.origin },
      token: null,
      input: 'a-token-of-some-length\n',
    });
    expect(run.exitCode).toBe(3);
    expect(run.stderr).toMatch(
      new RegExp(`hint: not stored; .*try --api-url ${api.origin}/v2; use --no-verify`),
    );
    expect(existsSync(join(run.configDir, 'credentials.json'))).toBe(false);
  });

  test('the right URL with a missing package causes no hint about --api-url', async () => {
    const api = await startApi();
    const run = await runCli(['status', '11111111-1111-4111-8111-111111111111'], { api });
    expect(run).toMatchObject({ exitCode: 3, stderr: expect.not.stringContaining('--api-url') });
  });
});

describe('names unreadable files and the reason', () => {
  test.each([
    [
      'a request body',
      ['create', '-f', 'missing.json'],
      'cannot read missing.json: no such file or folder',
      2,
    ],
    ['a folder', ['create', '-f', '.'], 'cannot read .: it is a folder', 2],
    ['a certificate', ['config', 'set', 'cacert', 'missing.pem'], 'missing.pem: no such file or folder', 2],
    [
      'a CA file',
      ['list', '--cacert', '/missing.pem', '--api-url', 'https://127.0.0.1:1/v2'],
      'cannot read /missing.pem: no such file or folder',
      2,
    ],
  ])('%s', async (_what, args, words, exitCode) => {
    const run = await runCli(args, {});
    expect(run.exitCode).toBe(exitCode);
    expect(run.stderr).toContain(words);
  });

  test('a CA file without certificates', async () => {
    const place = makePlace();
    const file = join(place.cwd, 'own.pem');
    for (const content of ['', 'garbage', '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n']) {
      writeFileSync(file, content);
      const args = ['list', '--cacert', file, '--api-url', 'https://127.0.0.1:1/v2'];
      const run = await runCli([...args, '--json'], { place });
      expect(run).toMatchObject({ exitCode: 2, json: { error: { code: 'CONFIG' } } });
      expect(run.stderr).toContain(`${file} is not a PEM certificate`);
    }
  });

  test.each(['STREAMDIVER_TOKEN', 'STREAMDIVER_CLIENT_SECRET'])('%s_FILE without a value', async (name) => {
    const place = makePlace();
    const file = join(place.cwd, 'secret.txt');
    for (const content of ['', 'two words', 'x'.repeat(65_537)]) {
      writeFileSync(file, content);
      const run = await runCli(['list'], { place, token: null, env: { [`${name}_FILE`]: file } });
      expect(run.exitCode).toBe(4);
      expect(run.stderr).toContain(`${file} (${name}_FILE) `);
      expect(run.stderr).toContain(`hint: store only the value in ${file}, on one line`);
    }
  });

  test.skipIf(process.platform === 'win32')('a folder in place of config.json', async () => {
    const place = makePlace();
    mkdirSync(join(place.configDir, 'config.json'), { recursive: true, mode: 0o700 });
    const run = await runCli(['list'], { place });
    expect(run.exitCode).toBe(2);
    expect(run.stderr).toMatch(/refusing to use .*config\.json: not a regular file|it is a folder/);
  });
});

test.skipIf(process.platform === 'win32')(
  'reports a write-only standard input as a usage error',
  async () => {
    const wrapper = ['bash', '-c', '"$@" 0>in.txt', 'bash'];
    expect(await runBinary(['create', '-m', '-', '--json'], { wrapper })).toMatchObject({
      exitCode: 2,
      json: { error: { code: 'USAGE', message: 'cannot read standard input: it is not open for that' } },
    });
  },
);

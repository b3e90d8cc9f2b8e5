import type { Command } from 'commander';
import { describe, expect, test } from 'vitest';
import { EXIT_CODES } from '../../src/errors.ts';
import { outputSchema } from '../../src/help/output-schema.ts';
import { buildProgram } from '../../src/program.ts';
import { FAULT_ARGUMENTS, FAULT_NAMES } from '../../src/sandbox/faults/faults.ts';
import { runCommand } from './run-command.ts';

const nothing = async () => undefined;
const program = buildProgram(
  { offline: nothing, account: nothing, online: nothing },
  { writeOut: () => undefined, writeUnasked: () => undefined, columns: 80 },
);

function pathsOf(parent: Command, path: readonly string[] = []): string[][] {
  return parent.commands.flatMap((command) => [
    [...path, command.name()],
    ...pathsOf(command, [...path, command.name()]),
  ]);
}

const PATHS = pathsOf(program);

const VARIABLES = [
  'STREAMDIVER_TOKEN STREAMDIVER_TOKEN_FILE STREAMDIVER_TENANT STREAMDIVER_CLIENT_ID STREAMDIVER_CLIENT_SECRET',
  'STREAMDIVER_CLIENT_SECRET_FILE STREAMDIVER_PROFILE STREAMDIVER_API_URL STREAMDIVER_SSO_URL',
  'STREAMDIVER_CONFIG_DIR STREAMDIVER_CA_FILE SSL_CERT_FILE NODE_EXTRA_CA_CERTS HTTPS_PROXY HTTP_PROXY',
  'ALL_PROXY NO_PROXY NO_COLOR FORCE_COLOR TERM COLUMNS ACCESSIBLE CI AI_AGENT GITHUB_ACTIONS',
  'GITHUB_STEP_SUMMARY',
].flatMap((line) => line.split(' '));

describe('help of every command', () => {
  test('lists the documented commands', () => {
    expect(PATHS.map((path) => path.join(' '))).toEqual(
      expect.arrayContaining([
        'create',
        'status',
        'fetch',
        'verify',
        'contents',
        'list',
        'rm',
        'media',
        'media list',
        'media show',
        'sandbox',
        'demo',
        'help',
      ]),
    );
  });

  test.each(PATHS.map((path) => [path]))(
    '%j: help and --help print the same text to stdout',
    async (path) => {
      const byHelp = await runCommand(['help', ...path]);
      const byFlag = await runCommand([...path, '--help']);
      const short = await runCommand([...path, '-h']);
      expect(byFlag).toMatchObject({ exitCode: 0, stderr: '' });
      expect(byFlag.stdout).toMatch(new RegExp(`^Usage: streamdiver-dl ${path.join(' ')}`));
      expect(short.stdout).toBe(byFlag.stdout);
      expect(byHelp.stdout.startsWith(byFlag.stdout)).toBe(true);
      expect(byHelp).toMatchObject({ exitCode: 0, stderr: '' });
    },
  );

  test.each(PATHS.map((path) => [path]))('%j: every visible flag has a description', (path) => {
    let command: Command | undefined = program;
    for (const name of path) command = command?.commands.find((candidate) => candidate.name() === name);
    expect(command?.summary()).not.toBe('');
    const shown = (command?.options ?? []).filter(({ hidden }) => !hidden);
    expect(shown.filter(({ description }) => description === '')).toEqual([]);
  });

  test.each([
    [
      'create',
      ['-m', '-r', '-t', '--transcripts', '--language', '--transcripts-only', '--title', '--description'],
    ],
    [
      'create',
      [
        '--expires',
        '--from-file',
        '--dry-run',
        '--anonymous',
        '--wait',
        '--fetch',
        '--timeout',
        '--interval',
      ],
    ],
    ['status', ['--wait', '--timeout', '--interval', '--no-wait', '--exit-status']],
    ['fetch', ['--timeout', '--interval', '--no-wait', '-o', '-D', '-x', '--keep-archive', '--overwrite']],
    [
      'fetch',
      ['--skip-existing', '--no-resume', '--retries', '--checksum', '--sha256', '--max-size', '--rm', '-n'],
    ],
    ['list', ['--page', '--per-page', '-L', '--limit', '--all', '--status', '--sort']],
    ['rm', ['-y', '--yes', '--ignore-not-found', '-f', '--force', '-n', '--dry-run']],
    ['sandbox', ['--port', '--media-dir', '--prepare', '--fault']],
  ])('%s shows %j', async (command, flags) => {
    const { stdout } = await runCommand(['help', command]);
    for (const flag of flags) expect(stdout).toMatch(new RegExp(`(^|[ ,])${flag}\\b`, 'm'));
  });

  test.each(['--output-dir', '--clobber', '--no-clobber', '--non-interactive', '--ca-cert', '--debug'])(
    'the alias %s is hidden',
    async (alias) => {
      expect((await runCommand(['fetch', '--help'])).stdout).not.toContain(alias);
    },
  );

  test('aliases print the same help', async () => {
    expect((await runCommand(['help', 'delete'])).stdout).toBe((await runCommand(['help', 'rm'])).stdout);
    expect((await runCommand(['ls', '-h'])).stdout).toBe((await runCommand(['list', '-h'])).stdout);
  });
});

describe('topics', () => {
  test('exit-codes lists every code with its number', async () => {
    const { stdout } = await runCommand(['help', 'exit-codes']);
    for (const [code, exitCode] of Object.entries(EXIT_CODES)) {
      const line = stdout.split('\n').find((candidate) => candidate.includes(code));
      expect(line, code).toMatch(new RegExp(`\\b${exitCode}\\b`));
    }
  });

  test('environment lists every documented variable', async () => {
    const { stdout } = await runCommand(['help', 'environment']);
    for (const name of VARIABLES) {
      expect(stdout).toMatch(new RegExp(`\\b${name}\\b`));
    }
  });

  test('json prints the schema with one definition per command', async () => {
    const run = await runCommand(['help', 'json']);
    expect(run).toMatchObject({ exitCode: 0, stderr: '' });
    expect(JSON.parse(run.stdout)).toEqual(outputSchema);
    for (const name of [
      'create',
      'status',
      'list',
      'media list',
      'media show',
      'fetch',
      'rm',
      'dry-run',
      'error',
    ])
      expect(outputSchema['$defs']).toHaveProperty([name]);
  });

  test('sandbox lists its faults', async () => {
    const { stdout } = await runCommand(['help', 'sandbox']);
    const [, list = ''] = stdout.split('\nFaults:\n');
    const usages = [...list.matchAll(/^ {2}(\S+) {2}/gm)].map(([, usage = '']) => usage);
    expect(usages).toEqual(FAULT_NAMES.map(({ usage }) => usage));
    expect(list.replaceAll(/\s+/g, ' ')).toContain(FAULT_ARGUMENTS);
  });

  test('an unknown topic exits with 2 and lists the known ones', async () => {
    const run = await runCommand(['help', 'nonsense', '--json']);
    expect(run).toMatchObject({ exitCode: 2, json: { error: { code: 'USAGE' } } });
    expect(run.stderr).toMatch(/--help.*exit-codes/);
  });
});

import { describe, expect, test } from 'vitest';
import { type GlobalFlags, readGlobalFlags, wantsJson } from '../../src/flags/global-flags.ts';
import { buildProgram, type Runner } from '../../src/program.ts';

async function globalFlagsOf(line: readonly string[]): Promise<GlobalFlags> {
  let flags: GlobalFlags | undefined;
  const run: Runner = {
    async offline(command) {
      flags = readGlobalFlags(command);
    },
    async account(command) {
      flags = readGlobalFlags(command);
    },
    async online(command) {
      flags = readGlobalFlags(command);
    },
  };
  const nowhere = () => undefined;
  const program = buildProgram(run, { writeOut: nowhere, writeUnasked: nowhere, columns: 80 });
  await program.parseAsync([...line], { from: 'user' });
  if (flags === undefined) throw new Error('no command ran');
  return flags;
}

const DEFAULTS: GlobalFlags = {
  profile: undefined,
  apiUrl: undefined,
  ssoUrl: undefined,
  cacert: undefined,
  format: undefined,
  fields: undefined,
  quiet: false,
  verbosity: 0,
  progress: 'auto',
  color: 'auto',
  noInput: false,
  fullIds: false,
};

const FLAGS: readonly (readonly [flags: readonly string[], changed: Partial<GlobalFlags>])[] = [
  [[], {}],
  [['--profile', 'work'], { profile: 'work' }],
  [['--profile=work'], { profile: 'work' }],
  [['--api-url', 'https://a.example/v2'], { apiUrl: 'https://a.example/v2' }],
  [['--sso-url', 'https://s.example'], { ssoUrl: 'https://s.example' }],
  [['--cacert', 'ca.pem'], { cacert: 'ca.pem' }],
  [['--ca-cert', 'ca.pem'], { cacert: 'ca.pem' }],
  [['--json'], { format: 'json' }],
  [['--format', 'json'], { format: 'json' }],
  [['--format', 'table'], { format: 'table' }],
  [['--format', 'ndjson'], { format: 'ndjson' }],
  [['--format', 'csv'], { format: 'csv' }],
  [['--format=TSV'], { format: 'tsv' }],
  [['--format', 'id'], { format: 'id' }],
  [['--fields', 'id,status'], { fields: ['id', 'status'] }],
  [['--fields', 'id, status'], { fields: ['id', 'status'] }],
  [['--no-trunc'], { fullIds: true }],
  [['-q'], { quiet: true }],
  [['--quiet'], { quiet: true }],
  [['-v'], { verbosity: 1 }],
  [['--verbose'], { verbosity: 1 }],
  [['-vv'], { verbosity: 2 }],
  [['-v', '-v'], { verbosity: 2 }],
  [['--verbose', '--verbose'], { verbosity: 2 }],
  [['--debug'], { verbosity: 2 }],
  [['-qv'], { quiet: true, verbosity: 1 }],
  [['--progress', 'auto'], {}],
  [['--progress', 'bar'], { progress: 'bar' }],
  [['--progress', 'plain'], { progress: 'plain' }],
  [['--progress', 'json'], { progress: 'json' }],
  [['--progress', 'none'], { progress: 'none' }],
  [['--color', 'always'], { color: 'always' }],
  [['--color', 'never'], { color: 'never' }],
  [['--color', 'auto'], {}],
  [['--no-color'], { color: 'never' }],
  [['--no-input'], { noInput: true }],
  [['--non-interactive'], { noInput: true }],
];

describe.each([
  ['list'],
  ['status', 'some-id'],
  ['fetch', 'some-id'],
  ['create', '-m', 'some-id'],
  ['rm', 'some-id'],
  ['media', 'list'],
  ['media', 'show', 'some-id'],
  ['sandbox'],
  ['demo'],
  ['help'],
])('global flags of %s %s %s', (...words) => {
  const command = words.filter((word) => word !== undefined);

  test.each(FLAGS)('%j work before and after the command', async (flags, changed) => {
    const wanted = { ...DEFAULTS, ...changed };
    expect(await globalFlagsOf([...flags, ...command])).toEqual(wanted);
    expect(await globalFlagsOf([...command, ...flags])).toEqual(wanted);
  });
});

test('adds up -v before and after the command', async () => {
  expect((await globalFlagsOf(['-v', 'list', '-v'])).verbosity).toBe(2);
});

test('--no-x before the command is not reset by the default after it', async () => {
  expect(await globalFlagsOf(['--no-input', 'list', '-q'])).toEqual({
    ...DEFAULTS,
    noInput: true,
    quiet: true,
  });
  expect((await globalFlagsOf(['--no-color', 'media', 'list'])).color).toBe('never');
});

test('--json does not consume the next word', async () => {
  expect(await globalFlagsOf(['status', '--json', 'some-id'])).toEqual({ ...DEFAULTS, format: 'json' });
  await expect(globalFlagsOf(['list', '--json', 'id'])).rejects.toThrow('too many arguments');
});

test.each([
  [['--format', 'xml'], '--format: invalid value "xml": expected table, json, ndjson, csv, tsv, id'],
  [['--progress', 'dots'], '--progress: invalid value "dots": expected auto, bar, plain, json, none'],
  [['--color', 'red'], '--color: invalid value "red": expected auto, always, never'],
  [['--fields', ''], '--fields: "" has an empty item'],
  [['--fields', 'id,,status'], '--fields: "id,,status" has an empty item'],
  [['--json=id'], "unknown option '--json=id'"],
  [['--token', 'x'], "unknown option '--token'"],
  [['--profile'], "option '--profile <name>' argument missing"],
])('rejects %j', async (flags, message) => {
  await expect(globalFlagsOf(['list', ...flags])).rejects.toThrow(message);
});

test.each([
  [['list', '--json'], true],
  [['--json', '--nonsense'], true],
  [['list', '--format', 'json'], true],
  [['list', '--format=json'], true],
  [['list'], false],
  [['list', '--format', 'csv'], false],
  [['sandbox', '--', 'tool', '--json'], false],
])('wantsJson(%j) is %j', (line, isWanted) => {
  expect(wantsJson(line)).toBe(isWanted);
});

import type { Command } from 'commander';
import { expect, test } from 'vitest';
import { buildProgram, type Runner } from '../src/program.ts';

const nowhere = () => undefined;
const ALL = buildProgram(recorder().run, { writeOut: nowhere, writeUnasked: nowhere, columns: 80 });
const namesOf = (program: Command) => program.commands.map((command) => command.name());

/** Records the context of each command instead of running it. */
function recorder() {
  const calls: unknown[] = [];
  const run: Runner = {
    offline: async (command) => void calls.push(['offline', command.name()]),
    account: async (command, options) => void calls.push(['account', command.name(), options]),
    online: async (command, options) => void calls.push(['online', command.name(), options]),
  };
  return { run, calls };
}

function build(line: readonly string[]) {
  const { run, calls } = recorder();
  const paths: string[] = [];
  const output = {
    writeOut: nowhere,
    writeUnasked: nowhere,
    columns: 80,
    onCommand: (path: string) => paths.push(path),
  };
  return { program: buildProgram(run, output, line), calls, paths };
}

test.each<[readonly string[], readonly string[] | null]>([
  [['list'], ['list']],
  [['media', 'list'], ['media']],
  [['list', 'status'], ['list']],
  [[], null],
  [['help'], null],
  [['nonsense'], null],
  [['toString'], null],
  [['--json', 'list'], null],
  [
    ['__complete', 'zsh', '2', 'list', ''],
    ['list', '__complete'],
  ],
  [['__complete', 'zsh', '1', 'list'], null],
  [['__complete', 'zsh', '2', 'nonsense', ''], null],
  [['__complete', 'zsh', '2', 'help', ''], null],
  [['__complete', 'bash', '2', 'list', ''], null],
  [['__complete'], null],
])('%j needs the commands %j', (line, names) => {
  expect(namesOf(build(line).program)).toEqual(names ?? namesOf(ALL));
});

test.each<[string, readonly unknown[]]>([
  ['create -m a', ['online', 'create', { anonymous: false }]],
  ['status a', ['online', 'status', {}]],
  ['create -r a --anonymous', ['online', 'create', { anonymous: true }]],
  ['fetch a', ['online', 'fetch', {}]],
  ['list', ['online', 'list', {}]],
  ['rm a', ['online', 'rm', {}]],
  ['transcripts -m a', ['online', 'transcripts', {}]],
  ['verify --record a', ['offline', 'verify']],
  ['contents a', ['online', 'contents', {}]],
  ['media list', ['online', 'list', {}]],
  ['media show a', ['online', 'show', {}]],
  ['login', ['account', 'login', { isNewProfile: true, isBrokenConfigIgnored: true }]],
  ['logout', ['account', 'logout', {}]],
  ['whoami', ['account', 'whoami', {}]],
  ['config list', ['account', 'list', {}]],
  ['config get api-url', ['account', 'get', {}]],
  ['config set api-url https://api.example', ['account', 'set', { isNewProfile: true }]],
  ['config unset api-url', ['account', 'unset', {}]],
  ['config path', ['offline', 'path']],
  ['completion zsh', ['offline', 'completion']],
  ['sandbox', ['offline', 'sandbox']],
  ['demo', ['offline', 'demo']],
  ['help', ['offline', 'help']],
])('%s runs in its context', async (line, call) => {
  const words = line.split(' ');
  const { program, calls, paths } = build(words);
  await program.parseAsync(words, { from: 'user' });
  expect(calls).toMatchObject([call]);
  // One entry per command name in the line, before its flags are read.
  expect(paths).toEqual(/^(media|config) \w/.test(line) ? [words[0], `${words[0]} ${words[1]}`] : [words[0]]);
});

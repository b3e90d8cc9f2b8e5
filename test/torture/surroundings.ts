import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RunBinaryOptions } from '../support/process/run-binary.ts';
import type { RunPlace } from '../support/process/run-place.ts';

/** An environment that users really run the program in. */
export interface Surroundings {
  readonly name: string;
  readonly env?: (place: RunPlace) => Readonly<Record<string, string | undefined>>;
  /** A command prefix. */
  readonly wrapper?: (place: RunPlace) => readonly string[];
  readonly prepare?: (place: RunPlace) => void;
  readonly options?: Partial<RunBinaryOptions>;
  /** Standard output goes nowhere, so the test expects no document. */
  readonly isUnheard?: boolean;
  /** Node itself may die from a signal before the program starts. */
  readonly mayKillNode?: boolean;
}

const sh = (script: string) => ['bash', '-c', `${script} exec "$@"`, 'bash'];
const withEnv = (name: string, env: Readonly<Record<string, string | undefined>>): Surroundings => ({
  name,
  env: () => env,
});
const withShell = (name: string, script: string, more: Partial<Surroundings> = {}): Surroundings => ({
  name,
  wrapper: () => sh(script),
  ...more,
});

const succeeds = (command: string, ...args: string[]) =>
  spawnSync(command, args, { stdio: 'ignore' }).status === 0;
const MAY_MOUNT = succeeds('unshare', '-m', 'sh', '-c', 'mount -t tmpfs tmpfs /proc');
const HAS_FAKETIME = succeeds('faketime', '2001-01-01', 'true');

const mounted = (name: string, mount: (place: RunPlace) => string, more: Partial<Surroundings> = {}) => ({
  name,
  wrapper: (place: RunPlace) => ['unshare', '-m', 'sh', '-c', `mount ${mount(place)} && exec "$@"`, 'sh'],
  ...more,
});

/** Every combination of closed standard streams. */
const CLOSED_STREAMS: readonly Surroundings[] = [1, 2, 3, 4, 5, 6, 7].map((bits) => {
  const [input, output, errors] = [bits & 1, bits & 2, bits & 4].map((bit) => bit !== 0);
  const redirections = `${input ? '<&- ' : ''}${output ? '>&- ' : ''}${errors ? '2>&- ' : ''}`;
  return {
    name: `closed streams: ${redirections.trim()}`,
    wrapper: () => ['bash', '-c', `exec "$@" ${redirections}`, 'bash'],
    isUnheard: output === true,
  };
});

const HOMES: readonly Surroundings[] = [
  ['unset', undefined],
  ['empty', ''],
  ['/dev/null', '/dev/null'],
  ['relative', 'some/where'],
  ['missing', '/no/such/home'],
  ['in /proc', '/proc/nobody'],
  ['/', '/'],
  ['with line breaks', '/tmp/a\nb\u001b[31m'],
].map(([what, home]) => withEnv(`HOME ${what}`, { HOME: home, STREAMDIVER_CONFIG_DIR: undefined }));

const PROXIES: readonly Surroundings[] = [
  ['connection refused', 'http://127.0.0.1:1'],
  ['no URL', 'not a url'],
  ['no scheme', '127.0.0.1:1'],
  ['bare %', 'http://us%er:pass%word@127.0.0.1:1'],
  ['another scheme', 'socks5://127.0.0.1:1'],
  ['port too high', 'http://127.0.0.1:99999'],
  ['empty', ''],
].flatMap(([what, proxy]) => [
  withEnv(`proxy: ${what}`, { HTTP_PROXY: proxy, HTTPS_PROXY: proxy, ALL_PROXY: proxy, http_proxy: proxy }),
]);

const TERMS = ['', 'dumb', 'unknown', 'xterm-\u001b[31m', 'linux', 'a'.repeat(5_000)].map((term) =>
  withEnv(`TERM ${JSON.stringify(term.slice(0, 20))}`, { TERM: term }),
);

const LIMITS: readonly Surroundings[] = [
  withShell('ulimit -n 20', 'ulimit -n 20;', { mayKillNode: true }),
  withShell('ulimit -n 32', 'ulimit -n 32;', { mayKillNode: true }),
  withShell('ulimit -v 6 GB', 'ulimit -v 6000000;', { mayKillNode: true }),
  withShell('ulimit -f 0', 'ulimit -f 0;'),
  withShell('ulimit -f 4', 'ulimit -f 4;'),
  withShell('ulimit -f 4, output to a file', 'ulimit -f 4; exec >out.txt;', { isUnheard: true }),
  withShell('ulimit -c 0 -s 4 MB', 'ulimit -c 0; ulimit -s 4096;'),
];

const FILE_SYSTEMS: readonly Surroundings[] = MAY_MOUNT
  ? [
      mounted('no /proc', () => '-t tmpfs tmpfs /proc'),
      mounted('a read-only home', ({ home }) => `-t tmpfs -o ro tmpfs ${home}`),
      mounted('a read-only TMPDIR', ({ temp }) => `-t tmpfs -o ro tmpfs ${temp}`),
      mounted('a full TMPDIR', ({ temp }) => `-t tmpfs -o size=16k tmpfs ${temp}`),
      {
        name: 'a read-only current folder',
        wrapper: ({ cwd }) => [
          'unshare',
          '-m',
          'sh',
          '-c',
          `mount -t tmpfs -o ro tmpfs ${cwd} && cd ${cwd} && exec "$@"`,
          'sh',
        ],
      },
      {
        name: 'a full current folder',
        wrapper: ({ cwd }) => [
          'unshare',
          '-m',
          'sh',
          '-c',
          `mount -t tmpfs -o size=8k tmpfs ${cwd} && cd ${cwd} && exec "$@"`,
          'sh',
        ],
      },
    ]
  : [];

const CLOCKS: readonly Surroundings[] = HAS_FAKETIME
  ? ['1970-01-02', '2001-09-09', '2037-12-31', '2099-01-01'].map((date) => ({
      name: `the clock says ${date}`,
      wrapper: () => ['faketime', '-f', `@${date} 00:00:00`],
    }))
  : [];

export const SURROUNDINGS: readonly Surroundings[] = [
  { name: 'a normal environment' },
  ...CLOSED_STREAMS,
  ...HOMES,
  {
    name: 'HOME a file',
    prepare: ({ temp }) => writeFileSync(join(temp, 'home'), ''),
    env: ({ temp }) => ({ HOME: join(temp, 'home'), STREAMDIVER_CONFIG_DIR: undefined }),
  },
  {
    name: 'a config folder that is a file',
    prepare: ({ configDir }) => writeFileSync(configDir, ''),
  },
  {
    name: 'a config folder that links to itself',
    prepare: ({ configDir }) => symlinkSync(configDir, configDir),
  },
  {
    name: 'a config folder without permissions',
    prepare: ({ configDir }) => {
      mkdirSync(configDir);
      chmodSync(configDir, 0);
    },
  },
  withEnv('a relative config folder', { STREAMDIVER_CONFIG_DIR: 'config' }),
  {
    name: 'relative XDG folders',
    // Relative paths do not count, so the program uses the home folder.
    env: ({ configDir }) => ({
      STREAMDIVER_CONFIG_DIR: undefined,
      HOME: configDir,
      XDG_CONFIG_HOME: 'a',
      XDG_CACHE_HOME: 'b',
    }),
  },
  withEnv('TMPDIR missing', { TMPDIR: '/no/such/folder' }),
  withEnv('TMPDIR empty', { TMPDIR: '' }),
  withEnv('TMPDIR /dev/null', { TMPDIR: '/dev/null' }),
  withEnv('TMPDIR relative', { TMPDIR: '.' }),
  withShell('a deleted current folder', 'd=$(mktemp -d); cd "$d"; rmdir "$d";'),
  ...LIMITS,
  ...FILE_SYSTEMS,
  ...CLOCKS,
  withEnv('LANG C', { LANG: 'C', LC_ALL: 'C' }),
  withEnv('LANG odd', { LANG: 'xx_XX.nonsense', LC_ALL: '\u001b]0;x\u0007' }),
  ...TERMS,
  withEnv('NO_COLOR', { NO_COLOR: '1' }),
  withEnv('COLUMNS 0', { COLUMNS: '0' }),
  withEnv('COLUMNS huge', { COLUMNS: '99999999999' }),
  ...PROXIES,
  withEnv('NODE_OPTIONS small heap', { NODE_OPTIONS: '--max-old-space-size=64' }),
  withEnv('NODE_OPTIONS warnings', { NODE_OPTIONS: '--trace-warnings --pending-deprecation' }),
  withEnv('NODE_OPTIONS strict', {
    NODE_OPTIONS:
      '--unhandled-rejections=strict --disallow-code-generation-from-strings --frozen-intrinsics --disable-warning=ExperimentalWarning',
  }),
  withEnv('NODE_OPTIONS proto', { NODE_OPTIONS: '--disable-proto=delete' }),
  withEnv('NODE_OPTIONS v4 first', { NODE_OPTIONS: '--dns-result-order=ipv4first' }),
  withEnv('NODE_PATH odd', { NODE_PATH: '/no/such:relative', NODE_PENDING_DEPRECATION: '1' }),
  withEnv('TZ odd', { TZ: 'Nowhere/Nothing' }),
  withEnv('TZ far', { TZ: 'Pacific/Kiritimati' }),
  withEnv('TZ a path', { TZ: ':/etc/passwd' }),
  withEnv('CI', { CI: 'true', GITHUB_ACTIONS: 'true' }),
  withEnv('an agent', { AI_AGENT: '1', ACCESSIBLE: '1' }),
  withEnv('npm exec', { npm_command: 'exec' }),
  withShell('nohup', 'exec nohup "$@" 2>&2;'),
  withShell('a new session', 'exec setsid -w "$@";'),
  withShell('umask 777', 'umask 777;'),
  withShell('umask 000', 'umask 000;'),
  withShell('signals ignored', "trap '' PIPE HUP INT TERM XFSZ;"),
  { name: 'endless standard input', wrapper: () => ['bash', '-c', '"$@" </dev/zero', 'bash'] },
  { name: 'standard input is a folder', wrapper: () => ['bash', '-c', '"$@" </', 'bash'] },
  { name: 'write-only standard input', wrapper: () => ['bash', '-c', '"$@" 0>in.txt', 'bash'] },
  { name: 'standard input left open', options: { keepInputOpen: true } },
  {
    name: 'full standard output',
    wrapper: () => ['bash', '-c', '"$@" >/dev/full', 'bash'],
    isUnheard: true,
  },
  {
    name: 'read-only standard output',
    wrapper: () => ['bash', '-c', '"$@" 1</dev/null', 'bash'],
    isUnheard: true,
  },
  {
    name: 'a closed pipe on standard output',
    wrapper: () => ['bash', '-c', 'set -o pipefail; "$@" | true', 'bash'],
    isUnheard: true,
  },
  { name: 'full standard error', wrapper: () => ['bash', '-c', '"$@" 2>/dev/full', 'bash'] },
  withEnv('a very long environment', { LONG: 'x'.repeat(120_000), STREAMDIVER_OTHER: 'y'.repeat(50_000) }),
  withEnv('empty settings', {
    STREAMDIVER_PROFILE: '',
    STREAMDIVER_TENANT: '',
    STREAMDIVER_CLIENT_ID: '',
    SSL_CERT_FILE: '',
  }),
  withEnv('a missing profile', { STREAMDIVER_PROFILE: 'nobody' }),
  withEnv('a missing certificate file', {
    NODE_EXTRA_CA_CERTS: '/no/such.pem',
    SSL_CERT_FILE: '/no',
  }),
];

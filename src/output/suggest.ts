import { closestWord } from '../parse/closest-word.ts';
import { PROGRAM } from '../version.ts';

/** The commands or flags that a line could have named. */
export interface KnownNames {
  /** The command of the line, such as `media list`; empty for none. */
  readonly commandPath: string;
  readonly commands: readonly string[];
  /** With their dashes: `--dir`, `-D`. */
  readonly flags: readonly string[];
}

/** What other tools call a command, by the path of its parent: the line to run instead. */
const COMMAND_SYNONYMS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  '': {
    version: '--version',
    download: 'fetch ID',
    get: 'fetch ID',
    pull: 'fetch ID',
    extract: 'fetch ID -x',
    unpack: 'fetch ID -x',
    unzip: 'fetch ID -x',
    wait: 'status ID --wait',
    watch: 'status ID --wait',
    show: 'status ID',
    info: 'status ID',
    view: 'status ID',
    remove: 'rm ID',
    del: 'rm ID',
    new: 'create',
    make: 'create',
    packages: 'list',
    search: 'media list TEXT',
    find: 'media list TEXT',
    signin: 'login',
    'sign-in': 'login',
    signout: 'logout',
    'sign-out': 'logout',
    user: 'whoami',
    settings: 'config list',
    configure: 'config list',
    man: 'help man',
    server: 'sandbox',
    serve: 'sandbox',
  },
  media: {
    search: 'media list TEXT',
    find: 'media list TEXT',
    get: 'media show ID',
    view: 'media show ID',
    info: 'media show ID',
  },
  config: { show: 'config list', delete: 'config unset KEY', rm: 'config unset KEY' },
};

/** What other tools call a flag: the flags to use instead, if the command has one of them. */
const FLAG_SYNONYMS: Readonly<Record<string, readonly string[]>> = {
  '-P': ['--dir'],
  '-O': ['--output'],
  '--out': ['--output'],
  '--file': ['--output', '--from-file'],
  '--bwlimit': ['--limit-rate'],
  '--rate-limit': ['--limit-rate'],
  '--max-rate': ['--limit-rate'],
  '--force': ['--overwrite'],
  '--follow': ['--wait'],
  '--parallel': ['--jobs'],
  '--concurrency': ['--jobs'],
  '--unpack': ['--extract'],
  '--unzip': ['--extract'],
  '--filter': ['--include', '--status'],
  '--only': ['--include'],
  '--delete': ['--rm'],
  '--lang': ['--language'],
  '--max': ['--limit'],
  '--insecure': ['--cacert'],
  '--base-url': ['--api-url'],
  '--host': ['--api-url'],
  '--jq': ['--json'],
};

/** Flags of other tools for what a command does by default. */
const DEFAULTS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  fetch: {
    '--wait': 'fetch waits by default; use --no-wait to disable it',
    '--resume': 'fetch resumes by default; use --no-resume to disable it',
    '--continue': 'fetch resumes by default; use --no-resume to disable it',
    '--verify': 'fetch always verifies the download',
  },
};

/** `gh auth login` and its siblings. */
const AUTH_COMMANDS: Readonly<Record<string, string>> = {
  logout: 'logout',
  status: 'whoami',
  token: 'whoami',
};

/**
 * A hint for an unknown command, or null: a known synonym, or a name with a typo.
 * @param following the word after it
 */
export function suggestCommand(
  word: string,
  following: string,
  { commandPath, commands }: KnownNames,
): string | null {
  if (commandPath === '' && word === 'auth')
    return `use '${PROGRAM} ${own(AUTH_COMMANDS, following) ?? 'login'}'`;
  const synonym = own(own(COMMAND_SYNONYMS, commandPath) ?? {}, word.toLowerCase());
  if (synonym !== undefined) return `use '${PROGRAM} ${synonym}'`;
  const meant = closestWord(word.toLowerCase(), commands);
  return meant === undefined
    ? null
    : `did you mean '${[PROGRAM, commandPath, meant].filter(Boolean).join(' ')}'?`;
}

/** A hint for an unknown flag, or null: a known synonym, or a name with a typo. */
export function suggestFlag(flag: string, { commandPath, flags }: KnownNames): string | null {
  const note = own(own(DEFAULTS, commandPath) ?? {}, flag);
  if (note !== undefined) return note;
  const synonym = own(FLAG_SYNONYMS, flag)?.find((candidate) => flags.includes(candidate));
  if (synonym !== undefined) return `use ${synonym}`;
  if (!flag.startsWith('--')) return null;
  // Without the dashes, which would hide how short a name is.
  const names = flags
    .filter((candidate) => candidate.startsWith('--'))
    .map((candidate) => candidate.slice(2));
  const meant = closestWord(flag.slice(2).toLowerCase(), names);
  return meant === undefined ? null : `did you mean --${meant}?`;
}

/** A hint for words after a command that takes none, or null: fields after `--json`, as gh accepts them. */
export function suggestFields(words: readonly string[]): string | null {
  const fields = words[words.indexOf('--json') + 1] ?? '';
  const isList = words.includes('--json') && /^[a-z]+(?:,[a-z]+)*$/i.test(fields);
  return isList ? `use --json --fields ${fields}` : null;
}

/** Ignores inherited names such as `constructor`. */
function own<Value>(table: Readonly<Record<string, Value>>, name: string): Value | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined;
}

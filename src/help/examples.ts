import { PROGRAM } from '../version.ts';
import { wrapText } from './help-format.ts';
import { TOPICS } from './topics.ts';

/** A description, and the command line without the program name. */
export type Example = readonly [what: string, line: string];

/** By command path; `` is the program itself. A test parses every line. */
export const EXAMPLES: Readonly<Record<string, readonly Example[]>> = {
  '': [
    ['Try it without an account', 'demo'],
    ['Sign in', 'login'],
    ['Find media and their IDs', 'media list interview'],
    ['Create a package, wait, download, and verify it', 'create -m ID --transcripts srt --fetch'],
    ['Download and unpack an existing package', 'fetch ID -x -D out'],
    ['Every night: download only new transcripts', 'transcripts --all -D out --only-new'],
  ],
  create: [
    ['Create a package of one media item', 'create -m ID --title Lecture --expires 7d'],
    [
      'Download only the German subtitles of two media items',
      'create -m ID1 -m ID2 --transcripts srt --language de-v2 --transcripts-only --fetch -x -D subtitles',
    ],
    ['Print the request without sending it', 'create -m ID --transcripts srt,txt --dry-run'],
    [
      'Create packages of 50 videos with a tag',
      'create --tag webinar --type video --split 50 --fetch -D videos',
    ],
  ],
  transcripts: [
    ['Download the transcripts of a media item', 'transcripts ID --as vtt'],
    ['Every night: download only what is new', 'transcripts --all --as srt,txt -D out --only-new'],
    [
      'Only German, in folders by date',
      "transcripts --since 30d --language de-v2 --name '{created}/{title}-{id8}'",
    ],
    ['Write a transcript to standard output', 'transcripts ID --language en-v2 --as txt -o -'],
  ],
  status: [
    ['Show the status of two packages', 'status ID1 ID2'],
    ['Wait for at most ten minutes', 'status ID --wait --timeout 10m'],
    ['In a script: exit 8 if the package is not ready', 'status ID --exit-status --json'],
  ],
  fetch: [
    ['Wait for a package, download and verify it', 'fetch ID'],
    ['Unpack into a folder, then delete the package', 'fetch ID -x -D out --rm'],
    ['Read package IDs from standard input', 'fetch - -D out --skip-existing'],
    ['Fetch only packages that were not fetched before', 'fetch - -D out --only-new'],
    ['Write the archive to standard output', 'fetch ID -o - --max-size 2G'],
  ],
  verify: [
    ['all files of a record', 'verify --record out/record.ndjson'],
    ['those of one folder', 'verify out/2026 --record out/record.ndjson'],
  ],
  contents: [
    ['List all files', 'contents ID'],
    ['List only subtitles, as JSON', "contents ID --include '*.srt' --json"],
  ],
  list: [
    ['List the newest packages first', 'list --sort created:desc'],
    ['Print the IDs of all ready packages', 'list --all --status ready --format id'],
  ],
  rm: [
    ['Delete two packages after one prompt', 'rm ID1 ID2'],
    ['Print what would be deleted', 'rm --older-than 30d --dry-run'],
    ['Delete all packages that failed', 'rm --status failed'],
    ['Delete a package in a script', 'rm ID --yes --ignore-not-found'],
  ],
  media: [['List media', 'media list']],
  'media list': [
    ['Search by text', 'media list interview'],
    ['List all videos with a tag, as CSV', 'media list --type video --tag news --all --format csv'],
  ],
  'media show': [['Show the IDs of renditions and transcripts', 'media show ID']],
  login: [
    ['Sign in interactively', 'login'],
    ['Read a token from a file', 'login --with-token < token.txt'],
    [
      'Store client credentials in a separate profile',
      'login --profile robot --tenant acme --client-id ID --with-secret',
    ],
    ['Get the token from a keyring when it is needed', "login --token-command 'pass show streamdiver'"],
  ],
  logout: [
    ['Sign out of this profile and API', 'logout'],
    ['Delete every stored credential', 'logout --all'],
  ],
  whoami: [
    ['Check the active credential', 'whoami'],
    ['Show it without checking it, as JSON', 'whoami --no-verify --json'],
    ['List the credentials of all profiles', 'whoami --all'],
  ],
  config: [['List settings and their sources', 'config list --show-origin']],
  'config list': [['List settings and their sources', 'config list --show-origin']],
  'config get': [['Print the API URL', 'config get apiUrl']],
  'config set': [
    ['Change the default profile', 'config set profile staging'],
    ['Set the API URL of a profile', 'config set apiUrl https://api.example.com/v2 --profile staging'],
  ],
  'config unset': [['Restore the default', 'config unset apiUrl']],
  'config path': [['Print the path of the config file', 'config path']],
  completion: [
    ['bash: source this file in ~/.bashrc', `completion bash > ~/.${PROGRAM}.bash`],
    ['zsh: store it in a folder of $fpath', `completion zsh > ~/.zfunc/_${PROGRAM}`],
    ['fish', `completion fish > ~/.config/fish/completions/${PROGRAM}.fish`],
    ['PowerShell: add this line to $PROFILE', 'completion pwsh | Out-String | Invoke-Expression'],
  ],
  sandbox: [
    ['Run until Ctrl-C', 'sandbox'],
    ['Test a script against the sandbox', 'sandbox -- ./nightly.sh'],
    ['Simulate a connection that breaks', 'sandbox --fault cut=100000 -- ./nightly.sh'],
  ],
  demo: [['Run the full workflow on this machine', 'demo']],
  help: [
    ['Show the flags of a command', 'help media list'],
    ['List the exit codes', 'help exit-codes'],
  ],
};

const DEFAULT_COLUMNS = 80;

/**
 * The end of a command's help: its examples, and for the program itself the topics.
 * @param path of the command, empty for the program
 */
export function endOfHelp(path: string, width = DEFAULT_COLUMNS): string {
  const more = wrapText(`Topics: ${PROGRAM} help ${TOPICS.join(' | ')}`, width, '  ');
  return [formatExamples(path, width), ...(path === '' ? [`\n${more}`] : [])].join('\n');
}

/** The examples of a command `width` columns wide; empty without any. */
function formatExamples(path: string, width: number): string {
  const examples = EXAMPLES[path] ?? [];
  if (examples.length === 0) return '';
  const blocks = examples.map(([what, line]) =>
    [
      `  ${wrapText(`# ${what}`, width - 2, '  # ')}`,
      ...wrapCommand(`${PROGRAM} ${line}`, width - 2).map((part) => `  ${part}`),
    ].join('\n'),
  );
  return `\nExamples:\n${blocks.join('\n\n')}`;
}

/** Wraps a command between words, but not between a flag and its value, with backslashes for the shell. */
function wrapCommand(command: string, width: number): readonly string[] {
  const lines: string[] = [];
  for (const word of command.split(/ (?!(?<= -\S+ )[^-])/)) {
    const last = lines.at(-1);
    if (last === undefined) lines.push(word);
    // Leaves room for the backslash.
    else if (last.length + 1 + word.length + 2 <= width) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(`    ${word}`);
  }
  return lines.map((line, index) => (index === lines.length - 1 ? line : `${line} \\`));
}

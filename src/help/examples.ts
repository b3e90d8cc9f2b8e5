import { PROGRAM } from '../version.ts';
import { wrapText } from './help-format.ts';
import { TOPICS } from './topics.ts';

/** What it does, and the line without the program's name. */
export type Example = readonly [what: string, line: string];

/** By the path of the command, `` for the program itself. A test runs every line through the parser. */
export const EXAMPLES: Readonly<Record<string, readonly Example[]>> = {
  '': [
    ['see it work, no account needed', 'demo'],
    ['sign in', 'login'],
    ['find media', 'media list interview'],
    ['package, wait, download, verify', 'create -m ID --transcripts srt --fetch'],
    ['download a package and unpack it', 'fetch ID -x -D out'],
    ['every night: only the transcripts that are new', 'transcripts --all -D out --only-new'],
  ],
  create: [
    ['one medium, and its id for later', 'create -m ID --title Lecture --expires 7d'],
    [
      'all German subtitles of two media, nothing else, fetched at once',
      'create -m ID1 -m ID2 --transcripts srt --language de-v2 --transcripts-only --fetch -x -D subtitles',
    ],
    ['see what would be sent', 'create -m ID --transcripts srt,txt --dry-run'],
    [
      'all videos with a tag, in packages of 50',
      'create --tag webinar --type video --split 50 --fetch -D videos',
    ],
  ],
  transcripts: [
    ['the transcripts of one media item', 'transcripts ID --as vtt'],
    ['every night: only what is new', 'transcripts --all --as srt,txt -D out --only-new'],
    [
      'German only, in folders by date',
      "transcripts --since 30d --language de-v2 --name '{created}/{title}-{id8}'",
    ],
    ['into another program', 'transcripts ID --language en-v2 --as txt -o -'],
  ],
  status: [
    ['how far two packages are', 'status ID1 ID2'],
    ['wait at most ten minutes', 'status ID --wait --timeout 10m'],
    ['for a script: exit with 8 while it is not ready', 'status ID --exit-status --json'],
  ],
  fetch: [
    ['wait, download, verify', 'fetch ID'],
    ['unpack into a folder, then delete the package', 'fetch ID -x -D out --rm'],
    ['all packages whose ids come from a pipe', 'fetch - -D out --skip-existing'],
    ['only packages that were not fetched before', 'fetch - -D out --only-new'],
    ['into another program', 'fetch ID -o - --max-size 2G'],
  ],
  verify: [
    ['all files of a record', 'verify --record out/record.ndjson'],
    ['those of one folder', 'verify out/2026 --record out/record.ndjson'],
  ],
  contents: [
    ['what is inside', 'contents ID'],
    ['only the subtitles, as JSON', "contents ID --include '*.srt' --json"],
  ],
  list: [
    ['the newest first', 'list --sort created:desc'],
    ['ids of all that are ready', 'list --all --status ready --format id'],
  ],
  rm: [
    ['asks once', 'rm ID1 ID2'],
    ['what would go of packages that are older than a month', 'rm --older-than 30d --dry-run'],
    ['in a script', 'rm ID --yes --ignore-not-found'],
  ],
  media: [['what is there', 'media list']],
  'media list': [
    ['search', 'media list interview'],
    ['all videos with a tag, as CSV', 'media list --type video --tag news --all --format csv'],
  ],
  'media show': [['ids of renditions and transcripts', 'media show ID']],
  login: [
    ['answer questions', 'login'],
    ['a token from a file', 'login --with-token < token.txt'],
    [
      'client credentials, in a profile of their own',
      'login --profile robot --tenant acme --client-id ID --with-secret',
    ],
    ['a token from a keyring, each time it is needed', "login --token-command 'pass show streamdiver'"],
  ],
  logout: [
    ['this profile, this API', 'logout'],
    ['every stored credential', 'logout --all'],
  ],
  whoami: [
    ['which credential is used, and whether it is accepted', 'whoami'],
    ['without asking the API', 'whoami --no-verify --json'],
  ],
  config: [['what is in force, and why', 'config list --show-origin']],
  'config list': [['what is in force, and why', 'config list --show-origin']],
  'config get': [['the API that is asked', 'config get apiUrl']],
  'config set': [
    ['use a profile from now on', 'config set profile staging'],
    ['an API of your own, for one profile', 'config set apiUrl https://api.example.com/v2 --profile staging'],
  ],
  'config unset': [['back to the default', 'config unset apiUrl']],
  'config path': [['where settings are', 'config path']],
  completion: [
    ['bash, in ~/.bashrc', `completion bash > ~/.${PROGRAM}.bash`],
    ['zsh, in a folder of $fpath', `completion zsh > ~/.zfunc/_${PROGRAM}`],
    ['fish', `completion fish > ~/.config/fish/completions/${PROGRAM}.fish`],
    ['PowerShell, in $PROFILE', 'completion pwsh | Out-String | Invoke-Expression'],
  ],
  sandbox: [
    ['run until Ctrl-C', 'sandbox'],
    ['test a script against it', 'sandbox -- ./nightly.sh'],
    ['on a line that breaks', 'sandbox --fault cut=100000 -- ./nightly.sh'],
  ],
  demo: [['the whole job, nothing leaves this machine', 'demo']],
  help: [
    ['the flags of a command', 'help media list'],
    ['what each exit code means', 'help exit-codes'],
  ],
};

const DEFAULT_COLUMNS = 80;

/**
 * What follows the flags in the help of a command: its examples, and for the program itself the topics.
 * @param path of the command, empty for the program
 */
export function endOfHelp(path: string, width = DEFAULT_COLUMNS): string {
  const more = wrapText(`More: ${PROGRAM} help ${TOPICS.join(' | ')}`, width, '  ');
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

/** A command over several lines, as a shell takes it: broken before words, with a backslash. */
function wrapCommand(command: string, width: number): readonly string[] {
  const lines: string[] = [];
  for (const word of command.split(' ')) {
    const last = lines.at(-1);
    if (last === undefined) lines.push(word);
    // Room for the backslash is kept.
    else if (last.length + 1 + word.length + 2 <= width) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(`    ${word}`);
  }
  return lines.map((line, index) => (index === lines.length - 1 ? line : `${line} \\`));
}

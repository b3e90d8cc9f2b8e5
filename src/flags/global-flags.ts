import { type Command, Option } from 'commander';
import type { OutputFormat } from '../terminal/listing/listing.ts';
import type { ProgressMode } from '../terminal/progress/progress-mode.ts';
import type { ColorMode } from '../terminal/text/style.ts';
import { commaList, forFlag, oneOf } from './flag-values.ts';

/** The flags that every command accepts, before or after its name. */
export interface GlobalFlags {
  readonly profile: string | undefined;
  readonly apiUrl: string | undefined;
  readonly ssoUrl: string | undefined;
  readonly cacert: string | undefined;
  readonly format: OutputFormat | undefined;
  readonly fields: readonly string[] | undefined;
  readonly fullIds: boolean;
  readonly quiet: boolean;
  readonly verbosity: number;
  readonly progress: ProgressMode;
  readonly color: ColorMode;
  readonly noInput: boolean;
}

/** The last group of flags in every help text. */
export const OUTPUT_GROUP = 'Output:';

const FORMATS: readonly OutputFormat[] = ['table', 'json', 'ndjson', 'csv', 'tsv', 'id'];

const PROGRESS_MODES: readonly ProgressMode[] = ['auto', 'bar', 'plain', 'json', 'none'];

function makeOptions(): Option[] {
  const connection = [
    new Option('--profile <name>', 'Use this profile of the config file'),
    new Option('--api-url <url>', 'Base URL of the API'),
    new Option('--sso-url <url>', 'Base URL of the sign-in service'),
    new Option('--cacert <file>', 'Also trust the certificate authorities in this PEM file'),
    new Option('--ca-cert <file>').hideHelp(),
  ];
  const output = [
    new Option('--json', 'Print one JSON document'),
    new Option('--format <form>', `Output format: ${FORMATS.join(', ')}`).argParser(
      forFlag('--format', oneOf(FORMATS)),
    ),
    new Option('--fields <a,b>', 'Print only these fields, in this order').argParser(
      forFlag('--fields', commaList),
    ),
    new Option('--no-trunc', 'Show full IDs in tables'),
    new Option('-q, --quiet', 'Print only results and errors'),
    new Option('-v, --verbose', 'Verbose output (-vv adds HTTP headers)'),
    new Option('--silent').hideHelp(),
    new Option('--debug').hideHelp(),
    new Option('--progress <mode>', `Progress display: ${PROGRESS_MODES.join(', ')}`).argParser(
      forFlag('--progress', oneOf(PROGRESS_MODES)),
    ),
    new Option('--no-progress').hideHelp(),
    new Option('--color <when>', 'Use color: auto, always, or never').argParser(
      forFlag('--color', oneOf<ColorMode>(['auto', 'always', 'never'])),
    ),
    new Option('--no-color', 'Same as --color never'),
    new Option('--no-input', 'Never prompt'),
    new Option('--non-interactive').hideHelp(),
  ];
  return [
    ...connection.map((option) => option.helpGroup('Connection:')),
    ...output.map((option) => option.helpGroup(OUTPUT_GROUP)),
  ];
}

const VERBOSITY = new WeakMap<Command, number>();

/**
 * Adds the global flags. Commander's root accepts them anywhere in the line. The hidden copies on a
 * subcommand are for clusters such as `rm -yq`.
 */
export function addGlobalFlags(command: Command, { isHidden }: { isHidden: boolean }): void {
  for (const option of makeOptions()) command.addOption(isHidden ? option.hideHelp() : option);
  command.on('option:verbose', () => VERBOSITY.set(command, (VERBOSITY.get(command) ?? 0) + 1));
}

/** As commander stores them. */
interface RawFlags {
  readonly profile?: string;
  readonly apiUrl?: string;
  readonly ssoUrl?: string;
  readonly cacert?: string;
  readonly caCert?: string;
  readonly json?: boolean;
  readonly format?: OutputFormat;
  readonly fields?: readonly string[];
  readonly quiet?: boolean;
  readonly debug?: boolean;
  readonly silent?: boolean;
  /** False with `--no-progress`. */
  readonly progress?: ProgressMode | false;
  readonly color?: ColorMode | false;
  readonly nonInteractive?: boolean;
}

export function readGlobalFlags(command: Command): GlobalFlags {
  const chain = [command, ...ancestors(command)];
  const flags = command.optsWithGlobals<RawFlags>();
  const counted = chain.reduce((sum, one) => sum + (VERBOSITY.get(one) ?? 0), 0);
  // The default of one level must not override `--no-x` on the other.
  const isOff = (name: string) => chain.some((one) => one.getOptionValue(name) === false);
  return {
    profile: flags.profile,
    apiUrl: flags.apiUrl,
    ssoUrl: flags.ssoUrl,
    cacert: flags.cacert ?? flags.caCert,
    format: flags.json === true ? 'json' : flags.format,
    fields: flags.fields,
    fullIds: isOff('trunc'),
    quiet: flags.quiet === true || flags.silent === true,
    verbosity: flags.debug === true ? 2 : counted,
    progress: isOff('progress') || flags.progress === false ? 'none' : (flags.progress ?? 'auto'),
    color: isOff('color') || flags.color === false ? 'never' : (flags.color ?? 'auto'),
    noInput: isOff('input') || flags.nonInteractive === true,
  };
}

/** Whether a line that cannot be parsed asks for JSON. */
export function wantsJson(argv: readonly string[]): boolean {
  const own = argv.includes('--') ? argv.slice(0, argv.indexOf('--')) : argv;
  return own.some(
    (word, index) =>
      word === '--json' || word === '--format=json' || (word === 'json' && own[index - 1] === '--format'),
  );
}

function ancestors(command: Command): Command[] {
  return command.parent === null ? [] : [command.parent, ...ancestors(command.parent)];
}

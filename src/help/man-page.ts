import type { Command, Option } from 'commander';
import { PROGRAM, VERSION } from '../version.ts';
import { pathOf } from './command-path.ts';
import { EXAMPLES } from './examples.ts';
import { TOPIC_TEXTS } from './topic-texts.ts';

/** The manual page (man(7) macros) of the whole command tree. Without a date, so that builds are reproducible. */
export function formatManPage(program: Command): string {
  const commands = visibleBelow(program);
  return `${[
    `.TH ${PROGRAM.toUpperCase()} 1 "" "${PROGRAM} ${VERSION}" "User Commands"`,
    '.SH NAME',
    `${escapeRoff(PROGRAM)} \\- ${escapeRoff(lowerFirst(program.description()).replace(/\.$/, ''))}`,
    '.SH SYNOPSIS',
    `.B ${escapeRoff(PROGRAM)}`,
    '.I command',
    '.RI [ flags ]',
    '.SH DESCRIPTION',
    escapeRoff(program.description()),
    'Results go to standard output. Progress, warnings, and hints go to standard error.',
    '.SH COMMANDS',
    ...commands.flatMap(formatCommand),
    '.SH GLOBAL FLAGS',
    'These flags work before and after the command name.',
    ...formatOptions(program.createHelp().visibleOptions(program)),
    '.SH ENVIRONMENT',
    ...formatTopic('environment'),
    '.SH EXIT STATUS',
    ...formatTopic('exit-codes'),
    '.SH FILES',
    ...tagged(
      'config.json',
      'Settings, in STREAMDIVER_CONFIG_DIR or the settings folder of the platform, such as ~/.config/streamdiver-dl.',
    ),
    ...tagged(
      'NAME.part, NAME.part.json, NAME.part.lock',
      'An incomplete download, its journal, and its lock.',
    ),
    '.SH EXAMPLES',
    ...(EXAMPLES[''] ?? []).flatMap(formatExample),
  ].join('\n')}\n`;
}

function formatCommand(command: Command): readonly string[] {
  const own = command.createHelp().visibleOptions(command);
  const inherited = new Set(command.parent?.createHelp().visibleOptions(command.parent));
  const options = own.filter((option) => !inherited.has(option));
  const operands = command.registeredArguments.map((argument) => {
    const name = `${argument.name()}${argument.variadic ? '...' : ''}`;
    return argument.required ? `<${name}>` : `[${name}]`;
  });
  const aliases = command.aliases().length === 0 ? '' : ` Alias: ${command.aliases().join(', ')}.`;
  return [
    `.SS "${escapeRoff([pathOf(command), ...operands].join(' ')).replaceAll('"', '\\(dq')}"`,
    escapeRoff(command.description() + aliases),
    ...formatOptions(options),
    ...(EXAMPLES[pathOf(command)] ?? []).flatMap(formatExample),
  ];
}

function formatOptions(options: readonly Option[]): readonly string[] {
  return options.flatMap(({ flags, description }) => tagged(flags, description));
}

function formatExample([what, line]: readonly [string, string]): readonly string[] {
  return [
    '.PP',
    `${escapeRoff(what)}:`,
    '.PP',
    '.nf',
    '.RS 4',
    escapeRoff(`${PROGRAM} ${line}`),
    '.RE',
    '.fi',
  ];
}

function formatTopic(topic: keyof typeof TOPIC_TEXTS): readonly string[] {
  return TOPIC_TEXTS[topic].flatMap((line) => {
    const [, term, description] = /^( ?\S.*?) {2,}(\S.*)$/.exec(line) ?? [];
    if (term === undefined || description === undefined) return line === '' ? [] : ['.PP', escapeRoff(line)];
    return tagged(term.trim(), description);
  });
}

function tagged(term: string, description: string): readonly string[] {
  return ['.TP', `\\fB${escapeRoff(term)}\\fR`, escapeRoff(description)];
}

/** Escapes everything that groff would read as an escape, a request, or a typographic hyphen or quote. */
function escapeRoff(text: string): string {
  return text
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replaceAll("'", '\\(aq')
    .replaceAll('`', '\\(ga')
    .replaceAll('^', '\\(ha')
    .replaceAll('~', '\\(ti')
    .replaceAll('…', '...')
    .replaceAll('–', '\\(en')
    .replace(/^\./, '\\&.');
}

function lowerFirst(text: string): string {
  return text.slice(0, 1).toLowerCase() + text.slice(1);
}

function visibleBelow(command: Command): readonly Command[] {
  const shown = command.createHelp().visibleCommands(command);
  return command.commands.filter((one) => shown.includes(one)).flatMap((one) => [one, ...visibleBelow(one)]);
}

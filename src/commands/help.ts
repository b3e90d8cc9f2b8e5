import { Argument, type Command } from 'commander';
import type { LocalContext } from '../context.ts';
import { ExpectedError } from '../errors.ts';
import { addGlobalFlags } from '../flags/global-flags.ts';
import { pathOf } from '../help/command-path.ts';
import { formatTopic } from '../help/help-format.ts';
import { TOPICS } from '../help/topics.ts';
import { closestWord } from '../parse/closest-word.ts';
import { columnsOf } from '../terminal/columns.ts';

export interface HelpOptions {
  readonly words: readonly string[];
}

export function defineHelp(
  parent: Command,
  action: (options: HelpOptions, command: Command) => Promise<void>,
): void {
  parent
    .command('help')
    .summary('Show help for a command or topic')
    .description(
      `Show help for a command or a topic (${TOPICS.join(', ')}). 'help man' prints the manual page.`,
    )
    .addArgument(new Argument('[command...]', 'Command or topic'))
    .action((words: string[], _flags: unknown, self: Command) => action({ words }, self));
}

/**
 * `help json` prints the JSON Schema of all `--json` output. `help man` prints the manual page, which the build
 * stores beside the program.
 */
export async function help(
  { words }: HelpOptions,
  program: Command,
  { io, world }: Pick<LocalContext, 'io' | 'world'>,
): Promise<void> {
  const [topic] = words;
  if (topic === 'json') {
    const { outputSchema } = await import('../help/output-schema.ts');
    io.json(outputSchema);
    return;
  }
  if (topic === 'man') {
    const { formatManPage } = await import('../help/man-page.ts');
    await io.bytes(Buffer.from(formatManPage(program)));
    return;
  }
  if (topic === 'environment' || topic === 'exit-codes') {
    const { TOPIC_TEXTS } = await import('../help/topic-texts.ts');
    const width = columnsOf(world.stdout, world.env);
    io.lines(formatTopic(TOPIC_TEXTS[topic], width));
    return;
  }
  const command = findCommand(program, words);
  // Only commands on the line have them, and they determine the order of groups in help.
  const hasGlobalFlags = command.options.some(({ long }) => long === '--json');
  if (!hasGlobalFlags) addGlobalFlags(command, { isHidden: true });
  command.outputHelp();
  const { endOfHelp } = await import('../help/examples.ts');
  for (const line of endOfHelp(pathOf(command), columnsOf(world.stdout, world.env)).split('\n'))
    io.line(line);
  if (topic !== 'sandbox') return;
  const { FAULT_ARGUMENTS, FAULT_NAMES } = await import('../sandbox/faults/faults.ts');
  io.line('');
  io.line('Faults:');
  const faults = FAULT_NAMES.map(({ usage, description }) => `${usage}  ${description}`);
  const width = columnsOf(world.stdout, world.env);
  for (const line of [...formatTopic(faults, width), '', ...formatTopic([FAULT_ARGUMENTS], width)])
    io.line(line);
}

function findCommand(program: Command, words: readonly string[]): Command {
  let command = program;
  for (const word of words) {
    const next = command.commands.find(
      (candidate) => candidate.name() === word || candidate.aliases().includes(word),
    );
    if (next === undefined) {
      const known = [...command.commands.flatMap((one) => [one.name(), ...one.aliases()]), ...TOPICS];
      const meant = closestWord(word, known);
      throw new ExpectedError('USAGE', `unknown command or topic ${JSON.stringify(words.join(' '))}`, {
        hint:
          meant === undefined
            ? `run 'streamdiver-dl --help' for commands; topics: ${TOPICS.join(', ')}`
            : `did you mean ${meant}?`,
      });
    }
    command = next;
  }
  return command;
}
